"""Units in answers: optional, but never another one than asked for."""

from __future__ import annotations

import re

_SAME = (
    ("km", "kilometre", "kilometer"),
    ("m", "metre", "meter"),
    ("cm", "centimetre", "centimeter"),
    ("mm", "millimetre", "millimeter"),
    ("nm", "nanometre", "nanometer"),
    ("mi", "mile"),
    ("ft", "foot", "feet"),
    ("nmi", "nautical mile"),
    ("km2", "square kilometre", "square kilometer", "sq km"),
    ("m2", "square metre", "square meter", "sq m"),
    ("kg", "kilogram", "kilo"),
    ("g", "gram", "gramme"),
    ("mg", "milligram"),
    ("μg", "mcg", "microgram", "ug"),
    ("t", "tonne"),
    ("l", "litre", "liter"),
    ("ml", "millilitre", "milliliter"),
    ("s", "second", "sec"),
    ("min", "minute"),
    ("h", "hour", "hr"),
    ("day", "calendar day"),
    ("working day", "business day", "workday"),
    ("%", "percent", "per cent", "pct"),
    ("°c", "degree celsius", "celsius", "degree c"),
    ("°f", "degree fahrenheit", "fahrenheit", "degree f"),
    ("k", "kelvin"),
    ("°", "degree", "deg"),
    ("da", "dalton", "g/mol", "gram per mole"),
    ("bp", "base pair"),
    ("inhabitant", "people", "person", "resident"),
    ("eur", "€", "euro"),
    ("usd", "$", "us$", "dollar", "us dollar"),
    ("gbp", "£", "pound", "pound sterling"),
    ("jpy", "¥", "yen"),
)
_CANONICAL = {name: group[0] for group in _SAME for name in group}

# Words after a number that make another number, a range or a hedge of it.
_CHANGING = re.compile(
    r"\d|[;<>=?%]|\b(?:or|and|to|not|no|than|below|above|over|under|less|more|fewer|at|least|most|minus|plus|times|if|but|"
    r"maybe|perhaps|about|up|per\s?cent|percent|pct|dozen|hundred|thousand|million|billion|trillion|k|bn|mn|mio)\b",
    re.IGNORECASE,
)
MAX_UNIT_WORDS = 3


def same_unit(said: str, asked: str) -> bool:
    """Whether two spellings name one unit: `square kilometers` and `km²`."""
    return _key(said) == _key(asked)


def changes_meaning(said: str) -> bool:
    """Whether words after a number without a unit do more than name what is counted."""
    return bool(_CHANGING.search(said)) or len(said.split()) > MAX_UNIT_WORDS or len(said) > 40


def _key(unit: str) -> str:
    text = " ".join(unit.casefold().replace("²", "2").replace("³", "3").replace("^", "").replace("µ", "μ").split())
    text = text.strip(" .()[]")
    if text in _CANONICAL:
        return _CANONICAL[text]
    # The plural may stand inside: degrees Celsius, kilometres per hour.
    singular = " ".join(
        word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith("ss") else word for word in text.split()
    )
    return _CANONICAL.get(singular, singular.replace(" ", ""))
