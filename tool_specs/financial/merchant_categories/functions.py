"""Merchant category codes of card payments, in the words of the US Department of Agriculture's purchase card list."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

RESERVED = ("Reserved for private use", "Other")
"""Groups of airlines, hotels and scheme-internal codes, which are no category of trade."""


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" .")


def categories_table() -> list[dict[str, Any]]:
    import iso18245

    rows = []
    for entry in iso18245.get_all_mccs():
        name = _tidy(entry.usda_description)
        if not name or entry.range.description in RESERVED or re.search(r"no longer|visa", name, re.IGNORECASE):
            continue
        rows.append(
            {"code": entry.mcc, "name": name, "merchant_group": entry.range.description, "short": len(name) <= 60}
        )
    counts, sizes = Counter(row["name"] for row in rows), Counter(row["merchant_group"] for row in rows)
    return [{**row, "group_size": sizes[row["merchant_group"]]} for row in rows if counts[row["name"]] == 1]


def groups_table() -> list[dict[str, Any]]:
    rows = categories_table()
    return [
        {"merchant_group": group, "size": size}
        for group, size in sorted(Counter(str(row["merchant_group"]) for row in rows).items())
    ]
