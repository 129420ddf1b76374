"""Tables of locale conventions, translated country names and legal tender, from CLDR."""

from __future__ import annotations

from typing import Any

from builder.countries import country_names

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LANGUAGES = (
    "af sq am ar hy az eu be bn bs bg my ca zh hr cs da nl et fil fi fr gl ka de el gu he hi hu is id ga it ja kn "
    "kk km ko "
    "ky lo lv lt mk ms ml mt mr mn ne nb fa pl pt pa ro ru sr si sk sl so es sw sv ta te th tr uk ur uz vi cy zu"
).split()


def conventions_table() -> list[dict[str, Any]]:
    """One row per country whose most widely used official language has a CLDR locale for that country."""
    from babel import Locale, UnknownLocaleError
    from babel.core import get_global

    english = Locale("en")
    rows = []
    for code, name in sorted(country_names().items(), key=lambda item: item[1]):
        spoken = get_global("territory_languages").get(code, {})
        official = {
            key: facts["population_percent"]
            for key, facts in spoken.items()
            if facts["official_status"] in ("official", "de_facto_official") and "_" not in key
        }
        if not official:
            continue
        language = max(sorted(official), key=lambda key: official[key])
        try:
            locale = Locale(language, territory=code)
        except UnknownLocaleError:
            continue
        if language not in english.languages:
            continue
        rows.append(
            {
                "country": name,
                "iso2": code,
                "language": english.languages[language],
                "first_weekday": DAYS[locale.first_week_day],
                "weekend_start": DAYS[locale.weekend_start],
                "date_pattern": locale.date_formats["short"].pattern,
                "decimal_sign": locale.number_symbols.get("latn", {}).get("decimal"),
            }
        )
    return rows


def languages_table() -> list[dict[str, Any]]:
    from babel import Locale

    english = Locale("en")
    return [{"language": english.languages[code], "code": code} for code in LANGUAGES]


def country_names_table() -> list[dict[str, Any]]:
    from babel import Locale

    rows = []
    for language in languages_table():
        names = Locale(language["code"]).territories
        for code, country in country_names().items():
            if code in names:
                rows.append({"country": country, "iso2": code, "language": language["language"], "name": names[code]})
    return rows


def _day(parts: tuple[int, int, int] | None) -> str | None:
    return f"{parts[0]:04d}-{parts[1]:02d}-{parts[2]:02d}" if parts else None


def currency_history_table() -> list[dict[str, Any]]:
    from babel.core import get_global
    from babel.numbers import get_currency_name

    rows = []
    for code, country in sorted(country_names().items(), key=lambda item: item[1]):
        tender = [row for row in get_global("territory_currencies").get(code, []) if row[3] and row[1]]
        tender.sort(key=lambda row: row[1])
        current = [row for row in tender if row[2] is None]
        for position, (currency, start, end, _) in enumerate(tender):
            before = tender[position - 1][0] if position else None
            rows.append(
                {
                    "country": country,
                    "iso2": code,
                    "currency": currency,
                    "name": get_currency_name(currency, count=1, locale="en_GB"),
                    "start": _day(start),
                    "finish": _day(end),
                    "previous": get_currency_name(before, count=1, locale="en_GB") if before else None,
                    "current": end is None and len(current) == 1 and before is not None and start >= (1990, 1, 1),
                }
            )
    return rows


DEPENDENT = (
    "AX AS AI AW BM BQ VG IO KY CX CC CK CW FK FO GF PF TF GI GL GP GU GG HM HK IM JE MO MQ YT MS NC NU NF MP PN PR "
    "RE BL SH MF PM SX GS SJ TK TC UM VI WF AQ BV EH TW PS"
).split()
"""Territories that are no countries of their own."""
DROPPED = "ZA ZW UA RW MX US GB ET ML BF NE CF".split()
"""Countries whose official languages CLDR has wrongly, or that changed them lately: in no list."""
INCOMPLETE = "CH NO NG LI IL SN TN DZ MA ER NP PK BO VU KE FJ AU GN MR SS SY".split()
"""Countries whose list has a gap or one language too many: in the lists of a language, but without one of their own."""
NOT_OFFICIAL = {
    ("CH", "gsw"),
    ("LI", "gsw"),
    ("NO", "nb"),
    ("NO", "nn"),
    ("NG", "yo"),
    ("SN", "wo"),
    ("DZ", "fr"),
    ("TN", "fr"),
    ("MA", "fr"),
}
"""Pairs of CLDR that no law backs."""


def official_languages_table() -> list[dict[str, Any]]:
    from babel import Locale
    from babel.languages import get_official_languages

    english = Locale("en").languages
    rows = []
    for code, country in sorted(country_names().items(), key=lambda item: item[1]):
        if code in DEPENDENT or code in DROPPED:
            continue
        official = get_official_languages(code, de_facto=True)
        found = sorted({english[key] for key in official if key in english and (code, key) not in NOT_OFFICIAL})
        whole = code not in INCOMPLETE
        rows += [{"country": country, "iso2": code, "language": name, "whole": whole} for name in found]
    count: dict[str, int] = {}
    for row in rows:
        count[row["language"]] = count.get(row["language"], 0) + 1
    return [{**row, "countries": count[row["language"]]} for row in rows]


def language_facts_table() -> list[dict[str, Any]]:
    """Own name, script and direction of the languages."""
    from babel import Locale, UnknownLocaleError

    english = Locale("en")
    codes = {name: code for code, name in sorted(english.languages.items(), reverse=True)}
    official = official_languages_table()
    count = {row["language"]: row["countries"] for row in official}
    rows = []
    for name in sorted({*count, *(row["language"] for row in languages_table())}):
        code = codes[name]
        try:
            locale = Locale.parse(code)
            own: str | None = locale.languages.get(code)
            direction: str | None = {"ltr": "left to right", "rtl": "right to left"}[locale.text_direction]
        except UnknownLocaleError:
            own = direction = None
        rows.append(
            {
                "language": name,
                "code": code,
                "own_name": own,
                "direction": direction,
                "countries": count.get(name, 0),
                "translated": code in LANGUAGES,
            }
        )
    return rows
