"""The wordings of the frames: package data, checked whole when first read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from builder.errors import SpecError, SpecProblem
from builder.prompts import phrases, placeholders

FILE = "prompts/frames.toml"

REGISTERS = ("plain", "formal", "reason")

LEAST = 6
"""Surface forms of each frame, so that no opening wears out."""

PIECES: dict[str, frozenset[str]] = {
    "superlative": frozenset({"members", "best"}),
    "superlative_then": frozenset({"members", "best", "ask"}),
    "count": frozenset({"members", "above"}),
    "average": frozenset({"members", "head", "unit"}),
    "total": frozenset({"members", "head", "unit"}),
    "share": frozenset({"members", "head", "best"}),
    "identify": frozenset({"members", "first", "second"}),
    "best": frozenset({"all", "highest"}),
    "times": frozenset({"all", "head", "top", "bottom"}),
    "exceeds": frozenset({"all", "head", "top", "bottom"}),
    "apart": frozenset({"all", "head", "unit", "top", "bottom"}),
    "rank": frozenset({"all", "head"}),
    "pair": frozenset({"first", "second", "higher"}),
    "conditional": frozenset({"first", "second", "higher", "ask"}),
    "report": frozenset({"subject", "fields"}),
}
"""What each form places."""

FREE = frozenset({"noun", "top", "bottom"})
"""What a form may place or leave out."""

Forms = tuple[tuple[str, str], ...]


@cache
def forms(name: str) -> Forms:
    """Register and text of each form. Raises SpecError with everything wrong in the file."""
    problems = check_forms(phrases("frames"))
    if problems:
        raise SpecError(problems)
    found = phrases("frames")
    return tuple((register, text) for register in REGISTERS for text in found[f"{name}.{register}"])


def check_forms(given: Mapping[str, tuple[str, ...]]) -> list[SpecProblem]:
    """Everything wrong with a table of forms, by situation `frame.register`."""
    problems: list[SpecProblem] = []
    known = {f"{name}.{register}" for name in PIECES for register in REGISTERS}
    for key in sorted(set(given) - known):
        problems.append(SpecProblem(FILE, key, "no frame has such a form", "correct the name or take it out"))
    for key in sorted(known - set(given)):
        problems.append(SpecProblem(FILE, key, "missing", "every frame has forms in every register"))
    for name, wanted in PIECES.items():
        texts = [(f"{name}.{r}", text) for r in REGISTERS for text in given.get(f"{name}.{r}", ())]
        if len({text for _, text in texts}) < LEAST:
            problems.append(SpecProblem(FILE, name, f"fewer than {LEAST} different forms", "write more"))
        for key, text in texts:
            for piece in sorted(wanted - placeholders(text)):
                problems.append(SpecProblem(FILE, key, f"{text!r} lacks {{{piece}}}", "place it"))
            for piece in sorted(placeholders(text) - wanted - FREE):
                problems.append(SpecProblem(FILE, key, f"{text!r} places {{{piece}}}", "nothing fills it"))
    return problems
