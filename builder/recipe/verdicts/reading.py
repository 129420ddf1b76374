"""Read one value from an answer's text: words, numbers, dates, times, yes and no.

Each reader takes what has one meaning only and raises Refused("wrong_type") for the rest: two numbers, a
range, 03/04/2026, a hedge.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal

from builder.errors import Refused
from builder.recipe.verdicts.units import changes_meaning, same_unit

_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_SIGNS = str.maketrans(
    {"−": "-", "‐": "-", "‑": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "×": "x"}
)
_SUPERSCRIPT = re.compile(r"(?<=10)[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")

MULTIPLIERS = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_NUMBER = re.compile(
    r"""^(?:(?:about|approximately|approx\.?|around|roughly|circa|ca\.|~|≈|=)\s*)?
    (?P<sign>[-+]|minus\s)?\s*(?P<before>[$€£¥]|[A-Z]{3}(?=[\s\d-]))?\s*(?P<sign2>[-+])?
    (?P<digits>\d{1,3}(?:(?P<gap>[,'_\ ])\d{3})(?:(?P=gap)\d{3})*(?!\d)|\d+|(?=\.\d))(?P<fraction>\.\d+)?
    (?:[eE](?P<e>[-+]?\d{1,3})|\s*[x*·]\s*10\s*(?:\^|\*\*)\s*\(?(?P<ten>[-+]?\d{1,3})\)?)?
    (?P<after>.*)$""",
    re.VERBOSE | re.DOTALL,
)
_MONTHS = "january february march april may june july august september october november december".split()
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?\s*([ap]\.?m\.?)?(?![\d:])", re.IGNORECASE)


def tidy(text: str) -> str:
    """Compatibility forms, signs and spaces made uniform; quotes, emphasis and the final stop taken off."""
    # Plain ASCII has no other forms or signs, and most texts are that.
    if not text.isascii():
        text = _SUPERSCRIPT.sub(lambda match: "^" + match.group(), text)
        text = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    text = " ".join(text.split())
    for mark in ("**", "`", '"', "'"):
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            text = text[len(mark) : -len(mark)].strip()
    return text.removesuffix(".").strip() if not text.endswith("..") else text


def plain(text: str) -> str:
    """A name without case, accents, article or outer punctuation: equal for spellings of one name."""
    text = tidy(text).casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = " ".join(text.split()).removeprefix("the ")
    return text.removesuffix(".").strip()


def _wrong(text: str, kind: str) -> Refused:
    return Refused("wrong_type", f"{text[:80]!r} is not one {kind}")


def number(text: str, unit: str) -> Decimal:
    """The one number in `text`, with or without its unit; another unit than the one asked for is refused."""
    match = _NUMBER.match(tidy(text))
    if match is None:
        raise _wrong(text, "number")
    digits = re.sub(r"\D", "", match["digits"])
    value = Decimal((digits or "0") + (match["fraction"] or ""))
    value = value.scaleb(int(match["e"] or match["ten"] or 0))
    after = match["after"].strip()
    word = after.split(" ")[0].casefold()
    if word in MULTIPLIERS:
        value, after = value * MULTIPLIERS[word], after[len(word) :].strip()
    before = match["before"]
    if before and after:
        raise _wrong(text, "number")
    said = before or after
    if said and not (same_unit(said, unit) if unit else not changes_meaning(said)):
        raise Refused("wrong_type", f"{said[:40]!r} is not the unit asked for")
    if (match["sign"] or "").strip() and match["sign2"]:
        raise _wrong(text, "number")
    negative = "-" in (match["sign"] or "") + (match["sign2"] or "") or (match["sign"] or "").startswith("minus")
    return -value if negative else value


def date(text: str) -> datetime.date:
    """ISO or a common English form; day and month must not be exchangeable."""
    words = tidy(text).casefold().replace(",", " ")
    named = [day for day in _WEEKDAYS if re.match(rf"{day}\b|{day[:3]}\b\.?", words)]
    if named:
        words = re.sub(r"^[a-z]+\.?\s*", "", words)
    found = _date_parts(" ".join(words.split()))
    try:
        value = datetime.date(*found) if found else None
    except ValueError:
        value = None
    if value is None or (named and value.weekday() != _WEEKDAYS.index(named[0])):
        raise _wrong(text, "date")
    return value


def _date_parts(text: str) -> tuple[int, int, int] | None:
    if match := re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", text):
        return int(match[1]), int(match[3]), int(match[4])
    if match := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?[ -](?:of )?([a-z]{3,9})\.?[ -](\d{4})", text):
        return _with_month(match[3], match[2], match[1])
    if match := re.fullmatch(r"([a-z]{3,9})\.?[ -](\d{1,2})(?:st|nd|rd|th)?[ -](\d{4})", text):
        return _with_month(match[3], match[1], match[2])
    if match := re.fullmatch(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if first > 12 or first == second:
            return year, second, first
        return (year, first, second) if second > 12 else None
    return None


def _with_month(year: str, name: str, day: str) -> tuple[int, int, int] | None:
    for index, month in enumerate(_MONTHS, 1):
        if name in (month, month[:3]) or (month == "september" and name == "sept"):
            return int(year), index, int(day)
    return None


def clock(text: str) -> tuple[int, int, int]:
    """Hours, minutes, seconds of `15:45`, `3:45 pm` or `3 pm`."""
    words = tidy(text)
    match = _CLOCK.fullmatch(words) or _CLOCK.fullmatch(words + ".")
    if match is None or (match[2] is None and match[4] is None):
        raise _wrong(text, "time")
    hours, minutes, seconds = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    half = (match[4] or "").casefold()[:1]
    if half and not 1 <= hours <= 12:
        raise _wrong(text, "time")
    if half:
        hours = hours % 12 + (12 if half == "p" else 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        raise _wrong(text, "time")
    return hours, minutes, seconds


def moment(text: str) -> tuple[datetime.date, tuple[int, int, int]]:
    """Date with time of day, in either order: `2024-04-07T15:45`, `7 April 2024 at 3:45 pm`."""
    words = re.sub(r"(?<=\d)T(?=\d)", " ", tidy(text))
    words = re.sub(r"\(?\blocal time\b\)?", "", words, flags=re.IGNORECASE).strip(" ,.")
    times = [m for m in _CLOCK.finditer(words) if m[2] is not None or m[4] is not None]
    if len(times) != 1:
        raise _wrong(text, "date and time")
    match = times[0]
    day = (words[: match.start()] + " " + words[match.end() :]).strip(" ,.")
    day = re.sub(r"^(?:on|at)\b|\b(?:on|at)$", "", day, flags=re.IGNORECASE).strip(" ,.")
    return date(day), clock(match.group().strip())


def boolean(text: str) -> bool:
    """`yes`, `true`, `no` or `false`, and nothing else."""
    word = plain(text)
    if word in ("yes", "true"):
        return True
    if word in ("no", "false"):
        return False
    raise _wrong(text, "yes or no")
