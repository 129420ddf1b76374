"""Identifiers of publications, journal abbreviations and LaTeX."""

from __future__ import annotations

import functools
import re
from typing import Any

from builder.errors import ToolError

LENGTHS = {"ISSN": 7, "ISBN-10": 9, "ISBN-13": 12, "ORCID": 15}


def _weighted(digits: str) -> str:
    """Modulus 11 with weights down to 2 (ISO 2108 for ISBN-10, ISO 3297 for ISSN)."""
    top = len(digits) + 1
    rest = -sum(int(c) * (top - i) for i, c in enumerate(digits)) % 11
    return "X" if rest == 10 else str(rest)


def _ean(digits: str) -> str:
    return str(-sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(digits)) % 10)


def _mod_11_2(digits: str) -> str:
    """ISO 7064 MOD 11-2, as ORCID uses it."""
    total = 0
    for c in digits:
        total = (total + int(c)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def _check(scheme: str, digits: str) -> str:
    return {"ISSN": _weighted, "ISBN-10": _weighted, "ISBN-13": _ean, "ORCID": _mod_11_2}[scheme](digits)


def identifier_check_digit(scheme: str, digits: str) -> dict[str, Any]:
    plain = re.sub(r"[\s-]", "", digits)
    if not plain.isdigit() or len(plain) != LENGTHS[scheme]:
        raise ToolError("invalid_value", f"{scheme} needs {LENGTHS[scheme]} digits before its check digit", given=plain)
    return {"check_digit": _check(scheme, plain)}


def isbn_convert(isbn: str) -> dict[str, Any]:
    plain = re.sub(r"[\s-]", "", isbn).upper()
    if re.fullmatch(r"\d{9}[\dX]", plain):
        if _weighted(plain[:9]) != plain[9]:
            raise ToolError("invalid_value", "the check digit of this ISBN-10 is wrong", expected=_weighted(plain[:9]))
        body = "978" + plain[:9]
        return {"isbn13": body + _ean(body), "isbn10": plain}
    if re.fullmatch(r"97[89]\d{10}", plain):
        if _ean(plain[:12]) != plain[12]:
            raise ToolError("invalid_value", "the check digit of this ISBN-13 is wrong", expected=_ean(plain[:12]))
        short = plain[3:12]
        return {"isbn13": plain, "isbn10": short + _weighted(short) if plain.startswith("978") else None}
    raise ToolError("invalid_value", "an ISBN has 10 or 13 digits (the last of ten may be X)", given=plain)


@functools.cache
def _abbreviator() -> Any:
    from pyiso4.ltwa import Abbreviate

    return Abbreviate.create()


def abbreviate_journal_title(title: str) -> dict[str, Any]:
    short = str(_abbreviator()(title, remove_part=True))
    if not short.strip():
        raise ValueError("the title holds no word to abbreviate")
    return {"abbreviation": short}


def latex_to_text(latex: str) -> dict[str, Any]:
    from pylatexenc.latex2text import LatexNodes2Text

    return {"text": LatexNodes2Text().latex_to_text(latex).strip()}
