"""Countries by the codes of Eurostat."""

from __future__ import annotations

from typing import Any

from builder.countries import country_names

CODES = "AT BE BG HR CY CZ DK EE FI FR DE EL HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS NO CH"
"""Member states of the European Union in 2026, then of EFTA but Liechtenstein, for which most tables are empty."""

ISO = {"EL": "GR"}


def members_table() -> list[dict[str, Any]]:
    names = country_names()
    return [{"code": code, "country": names[ISO.get(code, code)]} for code in sorted(CODES.split())]
