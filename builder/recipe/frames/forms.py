"""The wordings of the frames and their shares of the draws: package data, checked whole when first read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from builder.errors import SpecError, SpecProblem
from builder.prompts import phrases, placeholders
from builder.recipe.frames.about import BY_RULE

FILE = "prompts/frames.toml"

REGISTERS = ("plain", "formal", "reason")

LEAST = 6
"""Surface forms of each frame, so that no opening wears out."""

SHARES = "shares."
"""The file's table of how many of a hundred draws go to each frame."""

PIECES: dict[str, frozenset[str]] = {
    name: frozenset(pieces.split())
    for name, pieces in {
        "superlative": "members best",
        "superlative_then": "members best ask",
        "count": "members above",
        "average": "members head unit",
        "total": "members head unit",
        "share": "members head best",
        "identify": "members first second",
        "best": "all highest",
        "times": "all head top bottom",
        "exceeds": "all head top bottom",
        "apart": "all head unit top bottom",
        "rank": "all head",
        "pair": "first second higher",
        "report": "subject fields",
        "ratio": "one other",
        "excess": "one other",
        "difference": "one other unit",
        "claim": "first second higher",
        "claim_times": "one other factor",
        "together": "all head unit",
        "runner_up": "members head top",
        "lead": "members head top unit",
        "spread": "members head top bottom unit",
        "median": "members head unit",
        "select": "members above",
        "proportion": "members above",
        "above_average": "members head",
        "part": "members head member",
        "versus_average": "members figure by",
        "total_claim": "members above",
        "profile": "members best fields",
        "conversion": "members top head unit",
        "nested": "members best inner inner_best",
        "chain": "phrase",
        "in_both": "members others",
        "in_both_best": "members others best",
        "only_in_one": "members others",
        "groups_total": "members others head",
        "groups_average": "members others head",
    }.items()
}
"""What each form places."""

FREE = frozenset({"noun", "top", "bottom", "more"})
"""What a form may place or leave out."""

Forms = tuple[tuple[str, str], ...]


@cache
def forms(name: str) -> Forms:
    """Register and text of each form. Raises SpecError with everything wrong in the file."""
    found = _file()
    return tuple((register, text) for register in REGISTERS for text in found[f"{name}.{register}"])


@cache
def share(frame: str) -> int:
    """Of a hundred draws of frames those that go to this one. Raises SpecError with everything wrong in the file."""
    return int(_file()[SHARES + frame][0])


@cache
def _file() -> Mapping[str, tuple[str, ...]]:
    found = phrases("frames")
    problems = check_forms(found)
    if problems:
        raise SpecError(problems)
    return found


def check_forms(given: Mapping[str, tuple[str, ...]]) -> list[SpecProblem]:
    """Everything wrong with a table of forms, by situation `form.register`, and of shares, by `shares.frame`."""
    problems = _check_shares({key: texts for key, texts in given.items() if key.startswith(SHARES)})
    known = {f"{name}.{register}" for name in PIECES for register in REGISTERS}
    for key in sorted(key for key in set(given) - known if not key.startswith(SHARES)):
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


def _check_shares(given: Mapping[str, tuple[str, ...]]) -> list[SpecProblem]:
    """Shares are whole numbers from 1 up, one for each frame by rule, and add up to 100."""
    problems: list[SpecProblem] = []
    for name in sorted(BY_RULE.keys() - {key.removeprefix(SHARES) for key in given}):
        problems.append(SpecProblem(FILE, SHARES + name, "missing", "every frame by rule has a share"))
    for key, texts in given.items():
        if key.removeprefix(SHARES) not in BY_RULE:
            problems.append(SpecProblem(FILE, key, "no frame by rule has this name", "correct the name or take it out"))
        if not (len(texts) == 1 and texts[0].isdecimal() and int(texts[0]) > 0):
            problems.append(SpecProblem(FILE, key, f"expected a whole number above 0, found {texts}", "correct it"))
    if not problems and (total := sum(int(texts[0]) for texts in given.values())) != 100:
        found = f"the shares add up to {total}, expected 100"
        problems.append(SpecProblem(FILE, SHARES.rstrip("."), found, "correct one or more of them"))
    return problems
