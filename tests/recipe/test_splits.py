"""Held-out tasks leave in whole groups; held-out tools are decided before any draw, and training never shows them."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import SettingsError
from builder.recipe.sampling import plan_wave
from builder.recipe.scenarios import tools_of
from builder.recipe.splits import BREADTH, CLUSTER, ROOM, SHARE, Unseen, groups, held_out, unseen
from builder.records.tasks import Draw
from builder.settings import HeldOutSettings
from builder.testing.tasks import general_executor

POOL = general_executor().pool
TOOLS = HeldOutSettings(tools=0.05, providers=1, draws=0.3)

KEYS = st.dictionaries(
    st.sampled_from([f"t{number:02d}" for number in range(30)]),
    st.lists(st.sampled_from("abcdefghijklmnopqrst"), min_size=1, max_size=3),
    min_size=1,
)


def test_groups_are_joined_over_other_tasks() -> None:
    keys = {"t3": ["x"], "t2": ["x", "y"], "t1": ["y"], "t4": ["z"]}
    assert groups(keys) == {"t1": "t1", "t2": "t1", "t3": "t1", "t4": "t4"}


@given(KEYS, st.integers(0, 8))
def test_no_key_stands_on_both_sides(keys: dict[str, list[str]], rows: int) -> None:
    group_of = groups(keys)
    side = held_out(group_of, keys, rows)
    inside = {key for task in side for key in keys[task]}
    outside = {key for task in keys.keys() - side for key in keys[task]}
    assert not inside & outside
    assert held_out(groups(dict(reversed(keys.items()))), reversed(list(keys)), rows) == side


def test_room_to_choose_from_and_not_more() -> None:
    alone = {f"t{number:03d}": f"t{number:03d}" for number in range(400)}
    assert len(held_out(alone, alone, 5)) == ROOM * 5
    assert len(held_out(alone, alone, 40)) == 400 * SHARE
    assert len(held_out(alone, alone, 100)) == 100
    assert held_out(alone, alone, 0) == set()


def test_large_groups_stay_with_the_training_rows() -> None:
    group_of = {f"t{number:03d}": "big" if number < 300 else f"g{number}" for number in range(400)}
    assert "big" not in {group_of[task] for task in held_out(group_of, group_of, 10)}


def test_the_smallest_group_is_held_out_where_none_is_small() -> None:
    group_of = {f"t{number}": "a" if number < 4 else "b" for number in range(10)}
    assert held_out(group_of, group_of, 1) == {"t0", "t1", "t2", "t3"}
    assert held_out(dict.fromkeys(group_of, "a"), group_of, 1) == set()


def test_groups_that_take_nothing_from_training_are_held_out_first() -> None:
    group_of = {f"t{number:02d}": f"g{number:02d}" for number in range(40)} | {f"u{n}": f"g{n:02d}" for n in range(36)}
    alone = [f"t{number:02d}" for number in range(40)]
    side = held_out(group_of, alone, 1, [f"u{n}" for n in range(36)])
    assert side == {"t36", "t37", "t38", "t39"}


@cache
def held() -> Unseen:
    return unseen(POOL, TOOLS, 1)


@cache
def draws() -> tuple[Draw, ...]:
    return tuple(plan_wave(POOL, {}, 1, 0, 150, 0, TOOLS))


def test_what_is_held_out_is_narrow_and_has_a_whole_provider() -> None:
    assert held().tools and held().barred == held().tools
    [provider] = held().providers
    inside = {tool for tool in POOL.tools if tool.rpartition(".")[0] == provider}
    assert len(inside) >= CLUSTER and inside <= held().tools
    broken = [s for s in POOL.scenarios.values() if not held().tools.isdisjoint(tools_of(s))]
    assert 0 < len(broken) < (len(held().tools) - len(inside) + 1) * BREADTH * len(POOL.scenarios)


def test_it_depends_on_seed_and_settings_and_on_nothing_else() -> None:
    assert unseen(POOL, TOOLS, 1) == held() != unseen(POOL, TOOLS, 2)
    more = unseen(POOL, TOOLS.model_copy(update={"tools": 0.1}), 1)
    assert held().tools < more.tools
    assert unseen(POOL, HeldOutSettings(), 1).barred == frozenset()


def test_names_hold_out_tools_and_providers_besides() -> None:
    options = HeldOutSettings(names=("general.airports", "general.countries.city_profile"), draws=0.1)
    found = unseen(POOL, options, 1)
    assert found.providers == ("general.airports",)
    assert "general.countries.city_profile" in found.tools and "general.countries.country_profile" not in found.tools
    with pytest.raises(SettingsError, match=r"held_out.names: no tool or provider general.airport .*general.airports"):
        unseen(POOL, HeldOutSettings(names=("general.airport",)), 1)


def test_draws_show_what_is_held_out_only_where_they_aim_at_it() -> None:
    showing = [draw for draw in draws() if not held().tools.isdisjoint(draw.toolset)]
    assert 0.15 * len(draws()) < len(showing) < 0.45 * len(draws())
    for draw in showing:
        if draw.exemplar in POOL.scenarios:
            assert not held().tools.isdisjoint(tools_of(POOL.scenarios[draw.exemplar]))


def test_a_draw_is_the_same_alone_as_among_others() -> None:
    assert plan_wave(POOL, {}, 1, 0, 3, 40, TOOLS) == list(draws()[40:43])


def test_without_held_out_tools_draws_are_as_before() -> None:
    assert plan_wave(POOL, {}, 1, 0, 5, 0) == plan_wave(POOL, {}, 1, 0, 5, 0, HeldOutSettings(draws=0.9))


def test_a_domain_is_held_out_but_for_the_processing_that_others_call() -> None:
    found = unseen(POOL, HeldOutSettings(domain="general", draws=0.1), 1)
    assert found.tools == frozenset() and "general.mathematics.calculate" not in found.domain_tools
    assert {tool for tool, spec in POOL.tools.items() if tool.startswith("general.") and spec.role == "retrieval"} <= (
        found.domain_tools
    )
