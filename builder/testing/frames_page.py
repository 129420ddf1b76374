"""The frames as a page of documentation, made from their catalogue and wordings (`docs/frames.md`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from builder.errors import BuilderError
from builder.recipe.atlas import Atlas
from builder.recipe.frames.about import BY_RULE, DECLARED, About
from builder.recipe.frames.forms import forms, share
from builder.recipe.synthesis import synthesize
from builder.records.exemplars import Scenario
from builder.testing.draws import aimed_draws
from builder.tools.driver import drive
from builder.tools.executor import Executor
from builder.tools.loading import SpecFiles
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache

PROVIDERS = (
    "academic.elements",
    "academic.ions",
    "financial.vat",
    "general.airports",
    "general.countries",
    "general.country_groups",
    "general.currencies",
    "general.locales",
    "general.mathematics",
    "general.units",
    "general.us",
    "medical.phenotypes",
)
"""Providers whose tools the example questions come from: few, so that the page changes only when these do."""

TRIES, ENOUGH, SEED = 60, 2, 1
"""Draws per frame at most, and tasks after which they end; the shortest question is shown."""

HEAD = """\
# Frames

Made from `builder/recipe/frames/about.py`, `builder/prompts/frames.toml` and the exemplars by `make docs`; do not edit.

A frame is a form of question. Every task has one: that of its last round. Frames *by rule* are built over whatever
tools the pool holds, wherever specs declare the words and types they need; each has a share of a hundred draws of
frames.
The rounds of an exemplar say under `frame` which form they stand for, one by rule or one that only exemplars take.

A name that is not on this page is an error when the specs are loaded, with the file and the key; so are a form without
its placeholders, fewer than six forms, and shares that do not add up to 100.
"""


def frames_page(root: Path, cache: TableCache) -> str:
    """The page, for the specs under `root`. Raises BuilderError when no example question comes of a frame."""
    files = SpecFiles(root)
    only = frozenset(tool for tool, spec in files.tools.items() if spec.provider in PROVIDERS)
    pool = ToolPool(root, cache, only=only)
    lines = [
        HEAD,
        "## By rule",
        "",
        *_table(BY_RULE),
        "",
        "## In exemplars only",
        "",
        *_table(DECLARED),
    ]
    lines += ["", "## Example questions", ""]
    executor, atlas = Executor(pool), Atlas(pool)
    lines += [f"- **{name}**: {_example(executor, atlas, name)}" for name in BY_RULE]
    lines += [f"- **{name}**: {_worded(pool.scenarios.values(), name)}" for name in DECLARED]
    return "\n".join(lines) + "\n"


def _table(names: Mapping[str, About]) -> Iterator[str]:
    by_rule = names is BY_RULE
    head = ["frame", "applies when there is", "derivation", "answer", *(["wordings", "share"] if by_rule else [])]
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join(["---"] * 4 + ["---:"] * (len(head) - 4)) + " |"
    for name, about in names.items():
        cells = [f"`{name}`", about.applies, about.derivation, about.answer]
        if by_rule:
            cells += [str(sum(len(forms(form)) for form in about.forms)), str(share(name))]
        yield "| " + " | ".join(cells) + " |"


def _example(executor: Executor, atlas: Atlas, name: str) -> str:
    """The shortest question of a frame over a few draws."""
    pool, found = executor.pool, []
    for draw in aimed_draws(pool, atlas, f"frame.{name}", TRIES, SEED):
        task = drive(synthesize(draw, pool, atlas, SEED, 3, executor.key), executor).task
        if task is not None and task.frame == name:
            found.append(task.question)
        if len(found) == ENOUGH:
            break
    if not found:
        raise BuilderError(f"no question of the frame {name} over {', '.join(PROVIDERS)}: name more providers")
    return min(found, key=lambda text: (len(text), text))


def _worded(scenarios: Iterable[Scenario], name: str) -> str:
    """A wording of the first exemplar that has the frame, with its slots."""
    for scenario in scenarios:
        for part in scenario.rounds:
            if part.frame == name:
                return f"{next(iter(part.ask.values()))[0]} (`{scenario.id}`)"
    raise BuilderError(f"no exemplar has the frame {name}: take it out of recipe/frames/about.py, or write one")
