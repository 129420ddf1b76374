"""Draws: seed, toolset and exemplar of each task, from a random stream of its own.

Coverage weights are per wave: those of wave n are a pure function of the committed waves before it, so
worker count and order of completion change nothing (design page, "Rules collector").
"""

from __future__ import annotations

import contextlib
import datetime
import random
from collections.abc import Mapping, Sequence
from typing import Any

from builder.errors import BuilderError, Refused
from builder.identity import canonical_json, content_id, random_stream
from builder.recipe.atlas import Atlas
from builder.recipe.frames import FRAMES
from builder.recipe.frames.base import reason_for
from builder.recipe.scenarios import tools_of
from builder.recipe.view import PoolView
from builder.records.base import DOMAINS, Json
from builder.records.exemplars import Scenario, Slot
from builder.records.tasks import Draw, Seed

SCENARIO_SHARE = 0.65
"""At least half of the tasks come from purposeful scenarios; frames together stay under 40% (wording lessons)."""

TOOLSET_MIN, TOOLSET_MODE, TOOLSET_MAX = 15, 19, 50
"""The paper offers 15 to 50 tools; the mode keeps most rows inside 8,000 tokens."""

DESCRIBE_SHARE = 0.5
"""Share of draws with a describable slot that aim for a description."""

SLOT_TRIES = 40

DRAW_TRIES = 20
"""Exemplars tried before a draw without values is taken for a fault of the pool."""

Coverage = Mapping[str, Mapping[str, int]]
"""Counts of committed tasks of earlier waves under `exemplar`, `tool` and `seed`."""


def plan_wave(view: PoolView, coverage: Coverage, run_seed: int, wave: int, count: int, first_index: int) -> list[Draw]:
    """The draws of one wave, `first_index` onwards. Deterministic in its arguments."""
    sampler = Sampler(view, Atlas(view), coverage)
    return [sampler.draw(run_seed, wave, first_index + number) for number in range(count)]


class Sampler:
    """Draws one configuration after another under fixed coverage weights."""

    def __init__(self, view: PoolView, atlas: Atlas, coverage: Coverage) -> None:
        self.view = view
        self.atlas = atlas
        self._exemplars = coverage.get("exemplar", {})
        self._tools = coverage.get("tool", {})
        self._scenarios: dict[str, list[Scenario]] = {domain: [] for domain in DOMAINS}
        for scenario in view.scenarios.values():
            if all(tool in view.tools for tool in tools_of(scenario)):
                self._scenarios[scenario.domain].append(scenario)
        self._slot_options: dict[tuple[str, str], list[Any]] = {}
        self._confusable: dict[str, frozenset[str]] = {}
        self._ids = sorted(view.tools)
        self._says = atlas.says
        self._candidates = {name: frame.candidates(atlas) for name, frame in FRAMES.items()}

    def draw(self, run_seed: int, wave: int, index: int) -> Draw:
        """Seed, exemplar, slots and toolset of draw `index`."""
        rng = random_stream(run_seed, "draw", wave, index)
        identity = content_id("draw", run_seed, wave, index)
        domains = [domain for domain in DOMAINS if self._scenarios[domain]]
        for _ in range(DRAW_TRIES):
            with contextlib.suppress(Refused):
                if domains and rng.random() < SCENARIO_SHARE:
                    return self._scenario(rng, identity, wave, index, rng.choice(domains))
                return self._frame(rng, identity, wave, index)
        raise BuilderError(
            f"{DRAW_TRIES} exemplars in a row found no values for their slots: try one with "
            "`dive-builder exemplars try`, and widen its slots."
        )

    def _scenario(self, rng: random.Random, identity: str, wave: int, index: int, domain: str) -> Draw:
        options = self._scenarios[domain]
        weights = [1 / (1 + self._exemplars.get(scenario.id, 0)) for scenario in options]
        scenario = rng.choices(options, weights)[0]
        slots = self.slots(rng, scenario)
        called = list(tools_of(scenario))
        name = next((n for n, s in scenario.slots.items() if s.describable), None)
        if name is not None and len(scenario.rounds) < 3 and rng.random() < DESCRIBE_SHARE:
            kind, topics = scenario.slots[name].type, _topics(self.view, scenario, name)
            describers = [
                edge
                for edge in self.atlas.describers.get(kind, [])
                if edge.tool not in called and any(reason_for(self.atlas, edge, kind, {topic}) for topic in topics)
            ]
            if describers:
                edge = rng.choice(describers)
                slots["~describe"] = {"slot": name, "edge": edge.id}
                called.append(edge.tool)
        seed_slot = _seed_slot(self.view, scenario)
        kind = scenario.slots[seed_slot].type
        seed = Seed(type=kind, value=slots[seed_slot], label=_label(self.view, kind, slots[seed_slot]))
        toolset = self.toolset(rng, called)
        return Draw(
            id=identity, wave=wave, index=index, exemplar=scenario.id, domain=domain, seed=seed,
            toolset=toolset, slots=slots,
        )  # fmt: skip

    def _frame(self, rng: random.Random, identity: str, wave: int, index: int) -> Draw:
        names = [name for name, candidates in self._candidates.items() if candidates]
        name = rng.choices(names, [FRAMES[n].weight for n in names])[0]
        candidates = self._candidates[name]
        domains = sorted({candidate.domain for candidate in candidates})
        domain = rng.choice(domains)
        options = [candidate for candidate in candidates if candidate.domain == domain]
        weights = [1 / (1 + max(self._tools.get(t, 0) for t in option.tools)) for option in options]
        chosen = rng.choices(options, weights)[0]
        slots = chosen.slots(self.atlas, rng)
        kind = slots["~seed_type"]
        seed = Seed(type=kind, value=slots["~seed"], label=_label(self.view, kind, slots["~seed"]))
        toolset = self.toolset(rng, [*chosen.tools, *FRAMES[name].helpers])
        return Draw(
            id=identity, wave=wave, index=index, exemplar=f"frame.{name}", domain=domain, seed=seed,
            toolset=toolset, slots=slots,
        )  # fmt: skip

    def toolset(self, rng: random.Random, called: Sequence[str]) -> tuple[str, ...]:
        """Called tools, tools connected to them, and distractors; no rival of a called tool (law 9)."""
        size = round(rng.triangular(TOOLSET_MIN, TOOLSET_MAX, TOOLSET_MODE))
        size = min(max(size, len(set(called)) + 4), TOOLSET_MAX)
        chosen = list(dict.fromkeys(called))
        taken = set().union(*(self._says[tool] for tool in chosen))

        def fits(tool: str) -> bool:
            return tool not in chosen and not (self._says[tool] & taken)

        near = sorted({other for tool in chosen for other in self.atlas.neighbours[tool] if fits(other)})
        rng.shuffle(near)
        chosen += near[: max(0, size // 2 - len(chosen))]
        confusable = sorted(t for t in set().union(*(self._alike(tool) for tool in called)) if fits(t))
        rng.shuffle(confusable)
        chosen += confusable[: max(0, (size - len(chosen)) // 3)]
        rest = [tool for tool in self._ids if fits(tool)]
        rng.shuffle(rest)
        chosen += rest[: max(0, size - len(chosen))]
        return tuple(sorted(chosen))

    def _alike(self, tool: str) -> frozenset[str]:
        if tool not in self._confusable:
            self._confusable[tool] = frozenset(other for other in self._ids if alike(tool, other))
        return self._confusable[tool]

    def slots(self, rng: random.Random, scenario: Scenario) -> dict[str, Json]:
        """Values of all slots of a scenario."""
        values: dict[str, Json] = {}
        for name, slot in scenario.slots.items():
            key = (scenario.id, name)
            if key not in self._slot_options:
                self._slot_options[key] = self._options(scenario, name, slot)
            options = self._slot_options[key]
            for _ in range(SLOT_TRIES):
                value = rng.choice(options) if options else draw_value(self.view.types[slot.type].kind, slot, rng)
                if all(values.get(other) != value for other in slot.differs_from):
                    break
            else:
                raise Refused("walk:slots", f"{scenario.id}.{name} finds no value different from the others")
            values[name] = value
        return values

    def _options(self, scenario: Scenario, name: str, slot: Slot) -> list[Any]:
        """Listed values inside the coverage of every parameter that the slot feeds; empty when it is drawn."""
        if slot.choices is None and self.view.types[slot.type].kind not in ("entity", "text", "option"):
            return []
        if slot.choices is None and slot.alphabet is not None:
            return []
        options = list(slot.choices) if slot.choices is not None else self.atlas.seeds(slot.type, slot.where)
        if not slot.covered:
            return options
        for part in scenario.rounds:
            for step in part.steps:
                if step.tool is None:
                    continue
                bound = {k for k, v in step.arguments.items() if v == f"${name}"}
                if step.parameter and isinstance(step.over, list) and f"${name}" in step.over:
                    bound.add(step.parameter)
                for parameter in bound:
                    coverage = self.view.declared[step.tool].parameters[parameter].coverage
                    if coverage is not None:
                        known = set(self.view.values(coverage.table, coverage.column, coverage.where))
                        options = [value for value in options if value in known]
        if not options:
            raise Refused("walk:slots", f"{scenario.id}.{name} has no covered value")
        return options


def draw_value(kind: str, slot: Slot, rng: random.Random) -> Json:
    """A quantity on its grid, a date in its window, or a text over its alphabet."""
    if slot.low is not None and slot.high is not None and slot.step is not None:
        steps = round((slot.high - slot.low) / slot.step)
        value = slot.low + slot.step * rng.randint(0, steps)
        whole = all(float(v).is_integer() for v in (slot.low, slot.step))
        return int(value) if whole else round(value, 6)
    if slot.first is not None and slot.last is not None:
        first, last = (datetime.date.fromisoformat(day) for day in (slot.first, slot.last))
        days = [first + datetime.timedelta(days=n) for n in range((last - first).days + 1)]
        return rng.choice([d for d in days if d.weekday() < 5 or not slot.weekdays]).isoformat()
    if slot.alphabet is not None and slot.length is not None:
        return "".join(rng.choice(slot.alphabet) for _ in range(rng.randint(*slot.length)))
    if kind == "boolean":
        return rng.random() < 0.5
    raise Refused("walk:slots", f"a slot of type {slot.type} says neither choices nor how to draw")


def _seed_slot(view: PoolView, scenario: Scenario) -> str:
    marked = [name for name, slot in scenario.slots.items() if slot.seed]
    entities = [name for name, slot in scenario.slots.items() if view.types[slot.type].kind == "entity"]
    return (marked or entities or list(scenario.slots))[0]


def _topics(view: PoolView, scenario: Scenario, slot: str) -> set[str]:
    """Topics of what a scenario looks up about a slot."""
    found = set()
    for part in scenario.rounds:
        for step in part.steps:
            if step.tool is not None and f"${slot}" in step.arguments.values():
                returns = view.declared[step.tool].returns
                texts = canonical_json([each.model_dump(mode="json") for each in scenario.rounds])
                found |= {returns[name].topic for name in returns if f'"${step.id}.{name}"' in texts}
    return found


def _label(view: PoolView, kind: str, value: Json) -> str:
    entity = view.entities(kind).get(value) if view.types[kind].kind == "entity" else None
    return entity.label if entity is not None else str(value)


def alike(tool: str, other: str) -> bool:
    """Confusable: the same provider, or two words of the name in common."""
    if tool.rsplit(".", 1)[0] == other.rsplit(".", 1)[0]:
        return True
    words, others = (set(t.rsplit(".", 1)[1].split("_")) for t in (tool, other))
    return len(words & others) >= 2
