"""How hard a task is, without asking a model: a vector over its derivation, toolset and answer.

Every part is a fact of the task and the pool, so it is the same on every machine. What a model makes of the
task is another matter, and is measured (`pass_rate`), never guessed from this. See docs/difficulty.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from builder.recipe.derivation import inputs_of, refs
from builder.recipe.view import PoolView
from builder.records.base import Json, Record
from builder.records.derivations import AnswerSpec, Derivation, Literal, OpStep, Ref
from builder.records.tasks import Task
from builder.records.tools import ToolSpec

DATE_DAYS = 3652
"""A date is guessed among the days of ten years."""

TEXT_BITS = 40.0
"""A text that no list holds counts as this much: nobody guesses it."""

_WORDS = re.compile(r"[a-z]{3,}")


class Difficulty(Record):
    """The vector of one task. Larger is harder in each part."""

    task: str
    depth: int
    """Calls on the longest chain of dependent calls."""
    width: int
    """Largest number of calls that can run at once."""
    calls: int
    operators: int
    """Steps that no tool takes: superlatives, filters, comparisons, records."""
    tools: int
    """Different tools called."""
    domains: int
    """Domains of the called tools."""
    distractor_similarity: float
    """How like a called tool its nearest distractor is, averaged over the called tools: Jaccard index of the words
    of name, description and parameters, 0 to 1."""
    hidden_values: int
    """Results that another step takes, and that the question does not state."""
    answer_bits: float
    """Bits that a guess of the answer must get right; see `answer_bits`."""

    @property
    def bands(self) -> tuple[str, ...]:
        """The vector in steps coarse enough to be met again: what selection spreads rows over."""
        return (
            f"depth {min(self.depth, 6)}",
            f"width {_band(self.width, (1, 2, 4, 8))}",
            f"calls {_band(self.calls, (2, 4, 6, 9, 13))}",
            f"operators {min(self.operators, 4)}",
            f"tools {min(self.tools, 7)}",
            f"domains {self.domains}",
            f"similarity {_band(self.distractor_similarity, (0.1, 0.15, 0.2, 0.25, 0.3))}",
            f"hidden {_band(self.hidden_values, (0, 2, 4, 6, 9))}",
            f"answer {_band(self.answer_bits, (1, 3, 8, 14, 20))}",
        )


def difficulty(view: PoolView, task: Task) -> Difficulty:
    """The difficulty vector of one task."""
    return Difficulty(
        task=task.id,
        depth=task.depth,
        width=task.width,
        calls=len(task.calls),
        operators=sum(isinstance(step, OpStep) for step in task.derivation.steps),
        tools=len(task.tools_used),
        domains=len(task.domains),
        distractor_similarity=distractor_similarity(view, task.tools_used, task.toolset),
        hidden_values=hidden_values(task.derivation),
        answer_bits=round(answer_bits(view, task.derivation, task.answer.value), 2),
    )


def distractor_similarity(view: PoolView, called: Collection[str], offered: Iterable[str]) -> float:
    """Mean over called tools of the Jaccard index with the most similar offered tool that is not called."""
    distractors = [words_of(view.declared[tool]) for tool in offered if tool not in called]
    if not distractors or not called:
        return 0.0
    nearest = []
    for tool in sorted(called):
        words = words_of(view.declared[tool])
        nearest.append(max(len(words & other) / len(words | other) for other in distractors))
    return round(math.fsum(nearest) / len(nearest), 4)


@lru_cache(maxsize=4096)
def _words_of(name: str, description: str, parameters: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_WORDS.findall(" ".join([name.replace("_", " "), description.lower(), *parameters])))


def words_of(spec: ToolSpec) -> frozenset[str]:
    """Words that a tool is chosen by: of its name, description and parameters."""
    return _words_of(spec.name, spec.description, tuple(name.replace("_", " ") for name in spec.parameters))


def hidden_values(derivation: Derivation) -> int:
    """Results (a field of a call, or an operator's value) that a later step takes. The list of a fan-out is one."""
    taken = {
        (ref.step, ref.field)
        for step in derivation.steps
        for source in inputs_of(step).values()
        for ref in refs(source)
    }
    return len(taken)


def answer_bits(view: PoolView, derivation: Derivation, value: Json) -> float:
    """Bits of a blind guess, by the type of the answer and what the question lets one choose from.

    One of n named options has log2 n, an order of n named options log2 n!, an entity log2 of the listed values of its
    type, a boolean 1, a number log2 10 for each of its digits, a date log2 of the days of ten years; a record the
    sum over its fields.
    """
    options = _named_options(derivation)
    if options > 1:
        return math.log2(math.factorial(options)) if derivation.spec.kind == "list" else math.log2(options)
    return _bits(view, derivation.spec, value)


def _bits(view: PoolView, spec: AnswerSpec, value: Json) -> float:
    if spec.kind == "record" and isinstance(value, Mapping):
        return math.fsum(_bits(view, field, value[name]) for name, field in spec.fields.items())
    if spec.kind == "boolean":
        return 1.0
    if isinstance(value, (list, tuple)):
        each = _bits(view, spec.model_copy(update={"kind": "entity"}), value[0]) if value else 0.0
        return len(value) * each
    if spec.kind == "number" and isinstance(value, (int, float)):
        digits = re.sub(r"\D", "", f"{value:.{spec.decimals}f}" if spec.decimals is not None else repr(value))
        return max(1, len(digits.lstrip("0"))) * math.log2(10)
    if spec.kind == "date":
        return math.log2(DATE_DAYS)
    listed = len(view.entities(spec.type)) if view.listing_type(spec.type) is not None else 0
    return math.log2(listed) if listed > 1 else TEXT_BITS


def _named_options(derivation: Derivation) -> int:
    """How many options the question names for the answer; 0 when it names none."""
    steps = {step.id: step for step in derivation.steps}
    answer = derivation.answer
    step = steps.get(answer.step) if isinstance(answer, Ref) else None
    if not isinstance(step, OpStep):
        return 0
    if step.op == "choose":
        branches = [step.inputs["then"], step.inputs["otherwise"]]
        return len(branches) if all(isinstance(branch, Literal) for branch in branches) else 0
    items = step.inputs.get("items")
    named = isinstance(items, tuple) and all(isinstance(item, Literal) for item in items)
    return len(items) if named and isinstance(items, tuple) and step.op in ("argmax", "argmin", "rank", "only") else 0


def _band(value: float, bounds: tuple[float, ...]) -> str:
    """The first bound that the value does not exceed, as `<=4`, or `>13` above the last."""
    for bound in bounds:
        if value <= bound:
            return f"<={bound:g}"
    return f">{bounds[-1]:g}"
