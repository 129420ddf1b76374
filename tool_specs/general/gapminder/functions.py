"""Life expectancy, fertility and population of countries by year, from Gapminder."""

from __future__ import annotations

from typing import Any

from builder.countries import country_names

NAMES = {
    "Congo, Dem. Rep.": "CD", "Congo, Rep.": "CG", "Cote d'Ivoire": "CI", "Czech Republic": "CZ", "Czechia": "CZ",
    "Kyrgyz Republic": "KG", "Lao": "LA", "Laos": "LA", "Macedonia, FYR": "MK", "Slovak Republic": "SK",
    "Swaziland": "SZ",
    "St. Lucia": "LC", "St. Vincent and the Grenadines": "VC", "Timor-Leste": "TL", "Cape Verde": "CV", "Burma": "MM",
    "Central African Rep.": "CF", "Czech Rep.": "CZ", "Dominican Rep.": "DO", "Korea, Dem. Rep.": "KP",
    "Korea, Rep.": "KR",
    "Yemen, Rep.": "YE", "Hong Kong, China": "HK", "Macao, China": "MO", "Micronesia, Fed. Sts.": "FM", "Turkey": "TR",
    "West Bank and Gaza": "PS",
}  # fmt: skip
"""Names that Gapminder spells otherwise than GeoNames."""


def indicators_table() -> list[dict[str, Any]]:
    import csv
    import gzip
    from importlib import resources

    names = country_names()
    known = {name: code for code, name in names.items()} | NAMES
    raw = resources.files("bokeh_sampledata").joinpath("_data", "gapminder.csv.gz").read_bytes()
    found = []
    for row in csv.DictReader(gzip.decompress(raw).decode().splitlines()):
        code = known.get(row["country"])
        if code and all(row[key] for key in ("fertility", "life_expectancy", "population")):
            found.append(
                {
                    "country": names[code],
                    "iso2": code,
                    "year": int(row["year"]),
                    "fertility": float(row["fertility"]),
                    "life_expectancy": float(row["life_expectancy"]),
                    "population": int(float(row["population"])),
                }
            )
    return sorted(found, key=lambda entry: (entry["country"], entry["year"]))
