"""Draws: equal for equal coverage, inside coverage and declared windows, steered by what was used before."""

from __future__ import annotations

import datetime
import random
from collections import Counter
from functools import cache
from typing import Any

import pytest

from builder.errors import Refused
from builder.recipe.atlas import Atlas
from builder.recipe.frames import FRAMES
from builder.recipe.sampling import (
    FULL_WAYS,
    SCENARIO_SHARE,
    TOOLSET_MAX,
    TOOLSET_MIN,
    Sampler,
    alike,
    draw_value,
    plan_wave,
)
from builder.recipe.scenarios import tools_of
from builder.recipe.variation import tools_for
from builder.records.base import DOMAINS
from builder.records.exemplars import Slot
from builder.records.tasks import Draw
from builder.testing.draws import aimed_draws
from builder.testing.tasks import general_executor

POOL = general_executor().pool


@cache
def atlas() -> Atlas:
    return Atlas(POOL)


@cache
def wave() -> tuple[Draw, ...]:
    return tuple(plan_wave(POOL, {}, 5, 0, 200, 0))


def test_equal_coverage_gives_equal_draws() -> None:
    assert plan_wave(POOL, {}, 5, 0, 40, 0) == list(wave()[:40])


def test_a_draw_does_not_depend_on_its_wave_fellows() -> None:
    assert plan_wave(POOL, {}, 5, 0, 5, 30) == list(wave()[30:35])


def test_ids_are_unique_and_follow_seed_and_index() -> None:
    assert len({draw.id for draw in wave()}) == 200
    assert [draw.index for draw in wave()] == list(range(200))
    assert plan_wave(POOL, {}, 6, 0, 1, 0)[0].id != wave()[0].id


def test_toolsets_hold_the_exemplars_tools_and_fifteen_to_fifty_in_all() -> None:
    for draw in wave():
        assert TOOLSET_MIN <= len(draw.toolset) <= TOOLSET_MAX
        assert list(draw.toolset) == sorted(set(draw.toolset)) and set(draw.toolset) <= set(POOL.tools)
        if draw.exemplar in POOL.scenarios:
            scenario, asked = POOL.scenarios[draw.exemplar], draw.slots.get("~vary")
            called = tools_for(scenario, asked) if asked else tools_of(scenario, draw.slots["~route"])
            assert set(called) <= set(draw.toolset)
    assert len({len(draw.toolset) for draw in wave()}) > 15


def test_half_of_a_toolset_is_connected_to_what_is_called() -> None:
    sampler = Sampler(POOL, atlas(), {})
    called = ["general.countries.country_profile"]
    near = set(atlas().neighbours[called[0]])
    shares = []
    for seed in range(20):
        toolset = sampler.toolset(random.Random(seed), called)
        shares.append(len(near & set(toolset)) / len(toolset))
    assert 0.35 < sum(shares) / len(shares) < 0.8


def test_scenarios_and_frames_by_their_shares_and_domains_evenly() -> None:
    scenarios = [draw for draw in wave() if draw.exemplar in POOL.scenarios]
    assert abs(len(scenarios) / len(wave()) - SCENARIO_SHARE) < 0.12
    counts = Counter(draw.domain for draw in scenarios)
    assert set(counts) == set(DOMAINS) and min(counts.values()) > 0.08 * len(scenarios)


def test_a_domain_with_few_ways_to_apply_a_frame_does_not_wear_them_out() -> None:
    ways = Counter(candidate.domain for candidate in FRAMES["in_both"].candidates(atlas()))
    few = min(ways, key=ways.__getitem__)
    assert ways[few] < FULL_WAYS <= max(ways.values())
    drawn = Counter(draw.domain for draw in aimed_draws(POOL, atlas(), "frame.in_both", 300, 4))
    expected = ways[few] / sum(min(count, FULL_WAYS) for count in ways.values())
    assert expected < 1 / len(ways) and abs(drawn[few] / 300 - expected) < 0.08


def test_what_earlier_waves_used_is_drawn_less() -> None:
    common, _ = Counter(draw.exemplar for draw in wave() if draw.exemplar in POOL.scenarios).most_common(1)[0]
    steered = plan_wave(POOL, {"exemplar": {common: 1000}}, 5, 0, 200, 0)
    assert sum(draw.exemplar == common for draw in steered) == 0


def test_slots_lie_in_their_declared_ranges() -> None:
    for draw in wave():
        scenario = POOL.scenarios.get(draw.exemplar)
        for name, slot in (scenario.slots if scenario else {}).items():
            value = draw.slots[name]
            if slot.choices is not None:
                assert value in slot.choices
            elif slot.low is not None and slot.high is not None:
                assert slot.low <= value <= slot.high
            elif slot.first is not None and slot.last is not None:
                assert slot.first <= value <= slot.last
                assert not slot.weekdays or datetime.date.fromisoformat(value).weekday() < 5
            for other in slot.differs_from:
                assert draw.slots[other] != value


def test_entity_slots_are_covered_by_what_they_feed() -> None:
    for draw in wave():
        scenario = POOL.scenarios.get(draw.exemplar)
        for part in scenario.rounds if scenario else ():
            for step in part.steps:
                for parameter, value in step.arguments.items():
                    name = value[1:] if isinstance(value, str) and value.startswith("$") else ""
                    slot = scenario.slots.get(name) if scenario else None
                    coverage = POOL.declared[step.tool].parameters[parameter].coverage if step.tool else None
                    if slot and slot.covered and coverage and POOL.types[slot.type].kind == "entity":
                        assert draw.slots[name] in POOL.values(coverage.table, coverage.column, coverage.where)


def slot(**body: Any) -> Slot:
    return Slot.model_validate({"type": "number", **body})


def test_quantities_lie_on_their_grid() -> None:
    rng = random.Random(1)
    values = {draw_value("quantity", slot(low=0.1, high=0.5, step=0.1), rng) for _ in range(200)}
    assert values == {0.1, 0.2, 0.3, 0.4, 0.5}
    assert {type(draw_value("quantity", slot(low=1, high=4, step=1), rng)) for _ in range(9)} == {int}


def test_texts_are_over_their_alphabet() -> None:
    rng = random.Random(1)
    for _ in range(50):
        text = draw_value("text", slot(alphabet="ACGT", length=[18, 24]), rng)
        assert 18 <= len(text) <= 24 and set(text) <= set("ACGT")


def test_a_slot_that_says_nothing_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        draw_value("quantity", slot(), random.Random(1))
    assert refused.value.reason == "walk:slots"


@pytest.mark.parametrize(
    ("one", "other", "confusable"),
    [
        ("a.b.country_profile", "a.b.anything", True),
        ("a.b.next_public_holiday", "c.d.public_holiday_list", True),
        ("a.b.country_profile", "c.d.city_profile", False),
    ],
)
def test_confusable_tools_share_a_provider_or_two_words(one: str, other: str, confusable: bool) -> None:
    assert alike(one, other) is confusable
