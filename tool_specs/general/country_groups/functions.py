"""Tables of regional organisations and their full members, as the organisations publish them."""

from __future__ import annotations

from typing import Any

from builder.countries import country_names

GROUPS = {
    # name: spoken, year of the founding treaty or declaration, seat of the secretariat, full members (ISO codes)
    "ASEAN": ("ASEAN", 1967, "Jakarta", "ID", "BN KH ID LA MY MM PH SG TH TL VN"),
    "Andean Community": ("the Andean Community", 1969, "Lima", "PE", "BO CO EC PE"),
    "Pacific Alliance": ("the Pacific Alliance", None, None, None, "CL CO MX PE"),
    "Gulf Cooperation Council": ("the Gulf Cooperation Council", 1981, "Riyadh", "SA", "SA KW AE QA BH OM"),
    "East African Community": ("the East African Community", 1999, "Arusha", "TZ", "BI CD KE RW SO SS TZ UG"),
    "European Free Trade Association": ("the European Free Trade Association", 1960, "Geneva", "CH", "IS LI NO CH"),
    "Benelux Union": ("the Benelux Union", None, "Brussels", "BE", "BE NL LU"),
    "Nordic Council": ("the Nordic Council", 1952, "Copenhagen", "DK", "DK FI IS NO SE"),
    "Visegrád Group": ("the Visegrád Group", 1991, None, None, "CZ HU PL SK"),
    "SAARC": ("SAARC", 1985, "Kathmandu", "NP", "AF BD BT IN MV NP PK LK"),
    "G7": ("the G7", None, None, None, "CA FR DE IT JP GB US"),
    "Community of Portuguese Language Countries": (
        "the Community of Portuguese Language Countries", 1996, "Lisbon", "PT", "AO BR CV GW GQ MZ PT ST TL",
    ),
    "West African Economic and Monetary Union": (
        "the West African Economic and Monetary Union", 1994, "Ouagadougou", "BF", "BJ BF CI GW ML NE SN TG",
    ),
    "CEMAC": ("CEMAC", 1994, None, None, "CM CF TD CG GQ GA"),
    "Arctic Council": ("the Arctic Council", 1996, "Tromsø", "NO", "CA DK FI IS NO RU SE US"),
    "Central American Integration System": (
        "the Central American Integration System", 1991, "San Salvador", "SV", "BZ CR DO SV GT HN NI PA",
    ),
    "Organization of Turkic States": ("the Organization of Turkic States", 2009, "Istanbul", "TR", "AZ KZ KG TR UZ"),
    "Eurasian Economic Union": ("the Eurasian Economic Union", 2014, "Moscow", "RU", "AM BY KZ KG RU"),
    "Southern African Customs Union": ("the Southern African Customs Union", 1910, "Windhoek", "NA", "BW SZ LS NA ZA"),
    "Mano River Union": ("the Mano River Union", 1973, "Freetown", "SL", "CI GN LR SL"),
    "Arab Maghreb Union": ("the Arab Maghreb Union", 1989, "Rabat", "MA", "DZ LY MR MA TN"),
    "Alliance of Sahel States": ("the Alliance of Sahel States", 2023, None, None, "BF ML NE"),
    "ECOWAS": ("ECOWAS", 1975, "Abuja", "NG", "BJ CV CI GM GH GN GW LR NG SN SL TG"),
    "USMCA": ("the USMCA trade agreement", None, None, None, "CA MX US"),
    "BIMSTEC": ("BIMSTEC", 1997, "Dhaka", "BD", "BD BT IN MM NP LK TH"),
    "Mekong River Commission": ("the Mekong River Commission", 1995, "Vientiane", "LA", "KH LA TH VN"),
    "Amazon Cooperation Treaty Organization": (
        "the Amazon Cooperation Treaty Organization", None, "Brasília", "BR", "BO BR CO EC GY PE SR VE",
    ),
    "Baltic Assembly": ("the Baltic Assembly", 1991, "Riga", "LV", "EE LV LT"),
    "Council of the Baltic Sea States": (
        "the Council of the Baltic Sea States", 1992, "Stockholm", "SE", "DK EE FI DE IS LV LT NO PL SE",
    ),
    "Economic Cooperation Organization": (
        "the Economic Cooperation Organization", None, "Tehran", "IR", "AF AZ IR KZ KG PK TJ TM TR UZ",
    ),
    "Shanghai Cooperation Organisation": (
        "the Shanghai Cooperation Organisation", 2001, "Beijing", "CN", "BY CN IN IR KZ KG PK RU TJ UZ",
    ),
    "Senegal River Basin Development Organization": (
        "the Senegal River Basin Development Organization", 1972, "Dakar", "SN", "GN ML MR SN",
    ),
    "Niger Basin Authority": ("the Niger Basin Authority", 1980, "Niamey", "NE", "BJ BF CM TD CI GN ML NE NG"),
    "Lake Chad Basin Commission": ("the Lake Chad Basin Commission", 1964, "N'Djamena", "TD", "CM TD NE NG CF LY"),
    "Central Commission for the Navigation of the Rhine": (
        "the Central Commission for the Navigation of the Rhine", 1815, "Strasbourg", "FR", "BE FR DE NL CH",
    ),
}  # fmt: skip


def groups_table() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "spoken": spoken,
            "founded": founded,
            "seat": f"{city}, {country_names()[code]}" if city and code else None,
            "seat_country": country_names()[code] if code else None,
            "members": len(members.split()),
        }
        for name, (spoken, founded, city, code, members) in sorted(GROUPS.items())
    ]


def memberships_table() -> list[dict[str, Any]]:
    return [
        {"name": name, "spoken": entry[0], "country": country_names()[code], "iso2": code}
        for name, entry in sorted(GROUPS.items())
        for code in entry[4].split()
    ]
