"""Reading sheets: tasks written out for a human reader, with boxes to mark, and what the marks add up to.

A sheet is Markdown. Between the brackets of each box the reader puts `y` or `n`; a task with no mark at all is
unread. Two sheets of the same tasks are compared by Cohen's kappa (Educational and Psychological Measurement
20, 1960).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.errors import BuilderError
from builder.records.tasks import Task

MARKS = ("sensible", "unambiguous", "natural")
"""What a reader says of a task: somebody would ask it and it can be answered so; it has one reading; it is worded as
people word it."""

_TASK = re.compile(r"^## \d+\. `([^`]+)`")
_BOX = re.compile(r"^- \[(.*?)\] (\w+)\s*$")


@dataclass(frozen=True, slots=True)
class Reading:
    """Marks of one reader, by task and mark. A task without marks is left out."""

    tasks: int
    """Tasks of the sheet, read or not."""
    marks: Mapping[str, Mapping[str, bool]]

    def share(self, mark: str) -> tuple[int, int]:
        """Tasks marked yes, of those read."""
        return sum(found[mark] for found in self.marks.values()), len(self.marks)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two readers on the tasks that both read."""

    tasks: int
    both: Mapping[str, int]
    """By mark: tasks that both say yes to."""
    same: Mapping[str, int]
    """By mark: tasks that both say the same of."""
    kappa: Mapping[str, float | None]
    """By mark; null where chance alone makes them agree on everything."""


def sheet(title: str, tasks: Sequence[Task], calls: Callable[[Task], Iterable[str]]) -> str:
    """The sheet of some tasks; `calls` gives the lines of a task's calls and derivation."""
    parts = [
        f"# {title}",
        f"{len(tasks)} tasks. Put `y` or `n` between the brackets of each box; leave all three empty for a task that "
        "you have not read. Read question and answer before the calls.",
        "- sensible: somebody in the field would ask this, and the tools answer it.\n"
        "- unambiguous: it has one reading, and this answer.\n"
        "- natural: it is worded as people word it.",
    ]
    for number, task in enumerate(tasks, 1):
        parts.append("\n".join(_section(number, task, calls(task))))
    return "\n\n".join(parts) + "\n"


def _section(number: int, task: Task, calls: Iterable[str]) -> Iterator[str]:
    # Longer than any fence that a result may hold.
    text = "\n".join(calls)
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=2) + 1)
    yield f"## {number}. `{task.id}`"
    yield ""
    yield "\n".join(f"> {line}" for line in task.question.splitlines())
    yield ""
    yield f"{task.exemplar}, {task.register_}, {len(task.calls)} calls"
    yield ""
    yield fence
    yield text
    yield fence
    yield ""
    yield from (f"- [ ] {mark}" for mark in MARKS)
    yield "- comment:"


def read_sheet(path: Path) -> Reading:
    """Marks of a filled sheet's file. Raises BuilderError when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BuilderError(f"{path}: cannot be read: {error} (name a filled sheet)") from error
    return read_marks(text, str(path))


def read_marks(text: str, file: str) -> Reading:
    """Marks of a filled sheet. Raises BuilderError with every line that cannot be read."""
    found: dict[str, dict[str, bool | None]] = {}
    places: dict[str, int] = {}
    problems: list[str] = []
    task = ""
    for number, line in enumerate(text.splitlines(), 1):
        if match := _TASK.match(line):
            task = match[1]
            if task in found:
                problems.append(f"line {number}: {task} is there twice (remove one)")
            found[task], places[task] = {}, number
        elif (match := _BOX.match(line)) and match[2] in MARKS:
            said = match[1].strip().lower()
            if not task:
                problems.append(f"line {number}: a box before the first task (keep the headings of the sheet)")
            elif said not in ("", "y", "n"):
                problems.append(f"line {number}: [{match[1]}] is no mark (write y or n)")
            elif match[2] in found[task]:
                problems.append(f"line {number}: {match[2]} is marked twice for {task} (keep one box)")
            else:
                found[task][match[2]] = {"y": True, "n": False}.get(said)
    marks: dict[str, dict[str, bool]] = {}
    for task, said_of in found.items():
        given = {mark: value for mark, value in said_of.items() if value is not None}
        if given and len(given) < len(MARKS):
            left = ", ".join(mark for mark in MARKS if mark not in given)
            problems.append(f"line {places[task]}: {task} has no mark for {left} (mark all boxes of a task, or none)")
        elif given:
            marks[task] = given
    if not found:
        problems.append("no task was found (give a sheet that `dive-builder sample --sheet` wrote)")
    if problems:
        raise BuilderError("\n".join(f"{file}: {problem}" for problem in problems))
    return Reading(len(found), marks)


def agreement(one: Reading, other: Reading) -> Agreement:
    """What two readers say of the same tasks. Raises BuilderError when they share none."""
    shared = sorted(one.marks.keys() & other.marks.keys())
    if not shared:
        raise BuilderError("the two sheets share no task that both readers marked (score each alone)")
    both, same, kappa = {}, {}, {}
    for mark in MARKS:
        pairs = [(one.marks[task][mark], other.marks[task][mark]) for task in shared]
        both[mark] = sum(a and b for a, b in pairs)
        same[mark] = sum(a == b for a, b in pairs)
        kappa[mark] = cohens_kappa(pairs)
    return Agreement(len(shared), both, same, kappa)


def cohens_kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    """(observed - expected) / (1 - expected) agreement of two readers; None where expected is 1."""
    n = len(pairs)
    yes, no = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    expected = yes * no + (1 - yes) * (1 - no)
    if expected == 1:
        return None
    observed = sum(a == b for a, b in pairs) / n
    return round((observed - expected) / (1 - expected), 4)
