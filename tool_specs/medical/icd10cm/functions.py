"""Tables of ICD-10-CM: codes, sections, chapters, coding notes. Read from the tabular list in the package's data."""

from __future__ import annotations

import bisect
import functools
import importlib.util
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

RESIDUAL = re.compile(
    r"unspecified|other |others|not elsewhere|sequelae|classified|overlapping|complicat|encounter|NEC|"
    r"right|left|bilateral|with or without|\(|\[",
    re.I,
)
PLAIN_TERM = re.compile(r"^[A-Z][a-z][A-Za-z' -]{3,50}$")


def _data() -> Path:
    """Folder with the release files; the package itself takes seconds to import and is not needed."""
    spec = importlib.util.find_spec("simple_icd_10_cm")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "data"


@functools.cache
def _chapters() -> list[ET.Element]:
    return ET.parse(_data() / "icd10c-tabular-April-1-2026.xml").getroot().findall("chapter")


@functools.cache
def _billable() -> list[str]:
    """Codes without subdivision, 7th characters included, without dots, in order."""
    found = sorted(
        line
        for line in (_data() / "code-list-April-2026.txt").read_text(encoding="utf-8").split()
        if "-" not in line and len(line) >= 3
    )
    return [code for code, after in zip(found, [*found[1:], ""], strict=True) if not after.startswith(code)]


def _billable_count(first: str, last: str | None = None) -> int:
    """How many codes start with `first`, or lie from the category `first` to the category `last`."""
    low = bisect.bisect_left(_billable(), first.replace(".", ""))
    return bisect.bisect_left(_billable(), (last or first).replace(".", "") + "~") - low


def _text(element: ET.Element | None) -> str:
    text = "" if element is None else "".join(element.itertext())
    return re.sub(r"\s+", " ", text).strip()


def _title(element: ET.Element) -> str:
    return re.sub(r" \([A-Z][0-9A-Z]{2}(-[A-Z][0-9A-Z]{2})?\)$", "", _text(element.find("desc")))


def _notes(diag: ET.Element, kind: str) -> list[str]:
    return [_text(note) for block in diag.findall(kind) for note in block.findall("note") if _text(note)]


@functools.cache
def _codes() -> dict[str, tuple[ET.Element, str | None, str, str]]:
    """Code to its element, the broader code, section and chapter."""
    found: dict[str, tuple[ET.Element, str | None, str, str]] = {}
    for chapter in _chapters():
        for section in chapter.findall("section"):
            stack: list[tuple[ET.Element, str | None]] = [(d, None) for d in reversed(section.findall("diag"))]
            while stack:
                diag, parent = stack.pop()
                code = _text(diag.find("name"))
                found[code] = (diag, parent, section.attrib["id"], _text(chapter.find("name")))
                stack.extend((child, code) for child in reversed(diag.findall("diag")))
    return found


def codes_table() -> list[dict[str, Any]]:
    rows = []
    for code, (diag, parent, section, chapter) in _codes().items():
        title = _text(diag.find("desc"))
        children = len(diag.findall("diag"))
        rows.append(
            {
                "code": code,
                "plain": code.replace(".", ""),
                "label": title,
                "category": code[:3] if parent else None,
                "parent": parent,
                "section": section,
                "chapter": chapter,
                "chapter_number": int(chapter),
                "subcode_count": children,
                "billable_count": _billable_count(code),
                "inclusion_count": len(_notes(diag, "inclusionTerm")),
                "billable": _billable_count(code) == 1 and children == 0 and code.replace(".", "") in _leaves(),
                "residual": bool(RESIDUAL.search(title)) or len(title) > 80,
            }
        )
    return rows


@functools.cache
def _leaves() -> frozenset[str]:
    return frozenset(_billable())


def sections_table() -> list[dict[str, Any]]:
    rows = []
    for chapter in _chapters():
        for section in chapter.findall("section"):
            categories = [_text(diag.find("name")) for diag in section.findall("diag")]
            if categories:
                rows.append(
                    {
                        "section": section.attrib["id"],
                        "title": _title(section),
                        "chapter": _text(chapter.find("name")),
                        "chapter_number": int(_text(chapter.find("name"))),
                        "category_count": len(categories),
                        "billable_count": sum(_billable_count(category) for category in categories),
                    }
                )
    return rows


def chapters_table() -> list[dict[str, Any]]:
    sections = sections_table()
    rows = []
    for chapter in _chapters():
        number = _text(chapter.find("name"))
        mine = [row for row in sections if row["chapter"] == number]
        rows.append(
            {
                "chapter": number,
                "chapter_number": int(number),
                "title": _title(chapter),
                "section_count": len(mine),
                "category_count": sum(row["category_count"] for row in mine),
                "billable_count": sum(row["billable_count"] for row in mine),
            }
        )
    return rows


def terms_table() -> list[dict[str, Any]]:
    """Inclusion terms that belong to one code only."""
    places: dict[str, list[tuple[str, str]]] = {}
    for code, (diag, _, _, _) in _codes().items():
        for term in _notes(diag, "inclusionTerm"):
            places.setdefault(term.lower(), []).append((term, code))
    rows = []
    for key, found in sorted(places.items()):
        codes = {code for _, code in found}
        if len(codes) == 1:
            term, code = found[0]
            title = _text(_codes()[code][0].find("desc"))
            plain = PLAIN_TERM.match(term) and not RESIDUAL.search(term) and " NOS" not in term
            rows.append(
                {
                    "key": key,
                    "term": term,
                    "code": code,
                    "chapter_number": int(_codes()[code][3]),
                    "listed": bool(plain) and key not in title.lower() and not key.startswith("any "),
                }
            )
    return rows


def notes_table() -> list[dict[str, Any]]:
    rows = []
    for code, (diag, _, _, _) in _codes().items():
        rows.append(
            {
                "code": code,
                "inclusion_terms": "|".join(sorted(set(_notes(diag, "inclusionTerm")))) or None,
                "code_first": "; ".join(_notes(diag, "codeFirst"))[:300] or None,
                "use_additional_code": "; ".join(_notes(diag, "useAdditionalCode"))[:300] or None,
                "excludes1_note": "; ".join(_notes(diag, "excludes1"))[:300] or None,
                "excludes2_note": "; ".join(_notes(diag, "excludes2"))[:300] or None,
            }
        )
    return [row for row in rows if any(value for key, value in row.items() if key != "code")]
