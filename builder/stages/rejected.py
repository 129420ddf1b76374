"""One real rejected candidate for each law and gate, for a page that shows what the builder refuses and why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from builder.errors import BuilderError, DerivationError, Refused
from builder.identity import random_stream
from builder.recipe.aiming import aim
from builder.recipe.atlas import Atlas
from builder.recipe.wording import DATE_STYLES, choose_wording, fill, slot_texts
from builder.records.tasks import Draw
from builder.settings import Settings
from builder.stages.workbench import dive_recipe, fingerprint_of, open_pool
from builder.store import Store
from builder.tools.driver import drive
from builder.tools.executor import Executor

KINDS = {
    "law": "Laws of sense",
    "gate": "Gates",
    "walk": "Walks that lead nowhere",
    "call": "Calls that fail",
}
"""What a reason's first part stands for."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """One candidate. `question` is its wording; empty where the draw ended before there was one."""

    reason: str
    times: int
    """Candidates of the store that were refused for this reason."""
    draw: str
    exemplar: str
    round: int
    question: str
    detail: str


def rejected(store: Store, settings: Settings) -> list[Rejected]:
    """The first candidate, in the order of drawing, of each reason; one with a question where there is one.

    The draw is aimed again by its own random stream, so the question is the one that was refused. Raises
    BuilderError when the store holds no refusal, and when other settings or tools than these made it.
    """
    times: Counter[str] = Counter()
    first: dict[str, tuple[str, int, str]] = {}
    for record, detail in store.query("show/refused"):
        for reason, number, why in _listed(detail):
            times[reason] += 1
            if reason not in first or (first[reason][1] == 0 and number > 0):
                first[reason] = (record, number, why)
    if not first:
        raise BuilderError(f"{store.path} holds no refused candidate (run `dive-builder run` first)")
    pool = open_pool(settings)
    if store.fingerprint != fingerprint_of(settings, pool, dive_recipe()):
        raise BuilderError(
            f"{store.path} was made with other settings, tools or sources than these, and its candidates cannot be "
            "worded again: name its settings with --settings, and use the version and the data packages that made it"
        )
    words = _Words(Executor(pool), Atlas(pool), settings.run_seed)
    found = []
    for reason, (record, number, detail) in sorted(first.items()):
        draw = Draw.model_validate_json(store.bodies("draws", [record])[0][1])
        question = words.question(draw, number) if number else ""
        found.append(Rejected(reason, times[reason], record, draw.exemplar, number, question, detail))
    return found


def _listed(detail: str) -> list[tuple[str, int, str]]:
    """Reason, round and detail of each refusal; none where the detail is plain text."""
    try:
        found = json.loads(detail)
    except ValueError:
        return []
    return [(item["reason"], item["round"], item["detail"]) for item in found if isinstance(item, dict)]


@dataclass(frozen=True, slots=True)
class _Words:
    """Words the candidates of draws."""

    executor: Executor
    atlas: Atlas
    run_seed: int

    def question(self, draw: Draw, number: int) -> str:
        rng = random_stream(self.run_seed, draw.id, "synthesis")
        try:
            plan = drive(aim(draw, self.executor.pool, self.atlas, rng), self.executor)
        except (Refused, DerivationError):
            return ""
        style = rng.choice(DATE_STYLES)
        # Rounds are worded in turn. A move beyond the plan's own rounds describes an entity of the last one.
        for planned in plan.rounds[:number]:
            _, text = choose_wording(planned, rng)
        return fill(text, slot_texts(self.executor.pool, plan, style, None))


def page(found: Iterable[Rejected]) -> Iterator[str]:
    """The candidates as Markdown, by kind of reason."""
    by_kind: dict[str, list[Rejected]] = {}
    for one in found:
        by_kind.setdefault(one.reason.partition(":")[0], []).append(one)
    for kind in [*KINDS, *sorted(by_kind.keys() - KINDS.keys())]:
        if kind not in by_kind:
            continue
        yield f"## {KINDS.get(kind, kind)}"
        yield ""
        for one in by_kind[kind]:
            yield f"### `{one.reason}` ({one.times:,} times)"
            yield ""
            where = f"round {one.round}" if one.round else "before the first round"
            yield f"`{one.exemplar}`, {where}, `{one.draw}`"
            yield ""
            if one.question:
                yield f"> {one.question}"
                yield ""
            yield f"Refused: {one.detail}."
            yield ""
