"""Draws: seed, toolset and exemplar of each task, from a random stream of its own.

Coverage weights are per wave: those of wave n are a pure function of the committed waves before it, so
worker count and order of completion change nothing (design page, "Rules collector"). What the tests hold out is
decided before any draw: most draws neither call nor offer it, and a stated share calls it (`recipe/splits.py`).
"""

from __future__ import annotations

import contextlib
import datetime
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from builder.errors import BuilderError, Refused
from builder.identity import canonical_json, content_id, random_stream
from builder.recipe.atlas import Atlas, Edge
from builder.recipe.frames import FRAMES
from builder.recipe.frames.base import reason_for
from builder.recipe.frames.forms import share
from builder.recipe.scenarios import routes, tools_of
from builder.recipe.splits import unseen
from builder.recipe.variation import tools_for, wish
from builder.recipe.view import PoolView
from builder.records.base import DOMAINS, Json
from builder.records.exemplars import Scenario, Slot
from builder.records.tasks import Draw, Seed
from builder.settings import HeldOutSettings

SCENARIO_SHARE = 0.65
"""At least half of the tasks come from purposeful scenarios; frames together stay under 40% (wording lessons)."""

TOOLSET_MIN, TOOLSET_MODE, TOOLSET_MAX = 15, 19, 50
"""The paper offers 15 to 50 tools; the mode keeps most rows inside 8,000 tokens."""

VARY_SHARE = 0.8
"""Share of draws of a scenario with variations that aim for one: a third or so of all scenario draws."""

DESCRIBE_SHARE = 0.5
"""Share of draws with a describable slot, and without a variation, that aim for a description."""

SLOT_TRIES = 40

FULL_WAYS = 5
"""Ways to apply a frame from which a domain gets its full part of the frame's draws."""

DRAW_TRIES = 20
"""Exemplars tried before a draw without values is taken for a fault of the pool."""

Coverage = Mapping[str, Mapping[str, int]]
"""Counts of committed tasks of earlier waves under `exemplar`, `tool` and `seed`."""

NOTHING = HeldOutSettings()
"""A run that holds out no tools."""


def plan_wave(
    view: PoolView,
    coverage: Coverage,
    run_seed: int,
    wave: int,
    count: int,
    first_index: int,
    options: HeldOutSettings = NOTHING,
) -> list[Draw]:
    """The draws of one wave, `first_index` onwards. Deterministic in its arguments.

    Parameters are over the ceiling because all that a wave depends on is stated by its caller.
    """
    atlas, held = Atlas(view), unseen(view, options, run_seed)
    common = Sampler(view, atlas, coverage, without=held.barred)
    aimed = [Sampler(view, atlas, coverage, calling=tools) for tools in (held.tools, held.domain_tools) if tools]
    aimed = [sampler for sampler in aimed if sampler.has_exemplars]
    draws = []
    for index in range(first_index, first_index + count):
        # A stream of its own: where nothing is held out, draws are those of a run that knows of no tests.
        rng = random_stream(run_seed, "held out", wave, index)
        sampler = rng.choice(aimed) if aimed and rng.random() < options.draws else common
        draws.append(sampler.draw(run_seed, wave, index))
    return draws


class Sampler:
    """Draws one configuration after another under fixed coverage weights.

    Draws neither call nor offer the tools `without`, and with `calling` each calls one of those.
    """

    def __init__(
        self,
        view: PoolView,
        atlas: Atlas,
        coverage: Coverage,
        without: frozenset[str] = frozenset(),
        calling: frozenset[str] = frozenset(),
    ) -> None:
        self.view = view
        self.atlas = atlas
        self._exemplars = coverage.get("exemplar", {})
        self._tools = coverage.get("tool", {})
        self._scenarios: dict[str, list[Scenario]] = {domain: [] for domain in DOMAINS}
        self._open = view.tools.keys() - without

        def suits(tools: Iterable[str]) -> bool:
            return self._open.issuperset(tools) and (not calling or not calling.isdisjoint(tools))

        self._suits = suits
        for scenario in view.scenarios.values():
            if suits(tools_of(scenario)):
                self._scenarios[scenario.domain].append(scenario)
        self._slot_options: dict[tuple[str, str], list[Any]] = {}
        self._confusable: dict[str, frozenset[str]] = {}
        self._ids = sorted(self._open)
        self._says = atlas.says
        self._candidates = {
            name: [candidate for candidate in frame.candidates(atlas) if suits([*candidate.tools, *frame.helpers])]
            for name, frame in FRAMES.items()
        }

    @property
    def has_exemplars(self) -> bool:
        """Whether there is anything to draw."""
        return any(self._scenarios.values()) or any(self._candidates.values())

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
        called = self._way(rng, scenario, slots)
        if "~vary" not in slots and rng.random() < DESCRIBE_SHARE:
            found = [pair for pair in self._descriptions(scenario) if pair[1].tool not in called]
            if found:
                name, edge = rng.choice(found)
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

    def _way(self, rng: random.Random, scenario: Scenario, slots: dict[str, Json]) -> list[str]:
        """The tools called. Says in the slots what comes of the scenario: a variation, or a way through its rounds."""
        if scenario.vary and rng.random() < VARY_SHARE:
            asked = wish(scenario, rng, self.slots)
            called = tools_for(scenario, asked)
            if self._suits(called):
                slots["~vary"] = asked
                return list(called)
        ways = [way for way in routes(scenario) if self._suits(tools_of(scenario, way))]
        if not ways:
            raise Refused("walk:slots", f"{scenario.id} has no way through its rounds with the tools of this draw")
        slots["~route"] = list(rng.choice(ways))
        return list(tools_of(scenario, slots["~route"]))

    def _descriptions(self, scenario: Scenario) -> list[tuple[str, Edge]]:
        """Slots with the edges by which a last round may describe them: those that the scenario names, or by topic."""
        found = []
        for name, slot in scenario.slots.items():
            topics = _topics(self.view, scenario, name) if slot.describable else set()
            for edge in self.atlas.describers.get(slot.type, []):
                fits = any(reason_for(self.atlas, edge, slot.type, {topic}) for topic in topics)
                if edge.tool in self._open and (fits or edge.id in slot.describe):
                    found.append((name, edge))
        return found

    def _frame(self, rng: random.Random, identity: str, wave: int, index: int) -> Draw:
        names = [name for name, candidates in self._candidates.items() if candidates]
        if not names:
            raise Refused("walk:slots", "no frame has a candidate")
        name = rng.choices(names, [share(n) for n in names])[0]
        candidates = self._candidates[name]
        domains = sorted({candidate.domain for candidate in candidates})
        ways = Counter(candidate.domain for candidate in candidates)
        # A domain with a way or two would ask the same of the same few over and over.
        domain = rng.choices(domains, [min(ways[each], FULL_WAYS) for each in domains])[0]
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
            return tool in self._open and tool not in chosen and taken.isdisjoint(self._says[tool])

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
        return rng.choice(_days(slot.first, slot.last, slot.weekdays))
    if slot.alphabet is not None and slot.length is not None:
        return "".join(rng.choice(slot.alphabet) for _ in range(rng.randint(*slot.length)))
    if kind == "boolean":
        return rng.random() < 0.5
    raise Refused("walk:slots", f"a slot of type {slot.type} says neither choices nor how to draw")


@lru_cache(maxsize=256)
def _days(first: str, last: str, weekdays: bool) -> tuple[str, ...]:
    """ISO dates of a window, both ends included."""
    start, end = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    days = (start + datetime.timedelta(days=n) for n in range((end - start).days + 1))
    return tuple(day.isoformat() for day in days if day.weekday() < 5 or not weekdays)


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
    (provider, words), (other_provider, others) = _provider_and_words(tool), _provider_and_words(other)
    return provider == other_provider or len(words & others) >= 2


@lru_cache(maxsize=4096)
def _provider_and_words(tool: str) -> tuple[str, frozenset[str]]:
    provider, name = tool.rsplit(".", 1)
    return provider, frozenset(name.split("_"))
