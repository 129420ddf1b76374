"""Select over a small finished store: sizes, splits that keep apart, notes, and the same when run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builder.recipe.diversity import METRICS
from builder.recipe.passing import wilson
from builder.recipe.splits import Unseen
from builder.stages.dedup import dedup
from builder.stages.definition import load_definition
from builder.stages.select import Plan, attempt_rows, closed_tools, select
from builder.stages.workbench import open_pool
from builder.testing.small_store import DIVIDE, PROFILE
from tests.stages.comparing import Small, small

SIZES = {"sft": 6, "sft_validation": 1, "rl": 2, "rl_test": 1}


@pytest.fixture
def made(tmp_path: Path) -> Small:
    found = small(tmp_path, **SIZES)
    dedup(found.store, found.settings)
    return found


def test_splits_have_their_sizes_and_their_order(made: Small) -> None:
    select(made.store, made.settings)
    assert made.rows("SELECT config, split, count(*), max(position) FROM choices GROUP BY ALL ORDER BY ALL") == [
        ("rl", "test", 1, 0),
        ("rl", "train", 2, 1),
        ("sft", "train", 6, 5),
        ("sft", "validation", 1, 0),
    ]
    assert made.rows("FROM outcomes WHERE stage = 'select'") == []
    assert made.rows("SELECT DISTINCT config, attempt IS NULL FROM choices ORDER BY config") == [
        ("rl", True),
        ("sft", False),
    ]


def test_no_task_or_seed_stands_on_both_sides(made: Small) -> None:
    select(made.store, made.settings)
    assert made.rows("SELECT task FROM choices GROUP BY task HAVING count(*) > 1") == []
    held = "SELECT seed FROM choices JOIN tasks ON id = task WHERE config || split IN ('rltest', 'sftvalidation')"
    train = "SELECT seed FROM choices JOIN tasks ON id = task WHERE split = 'train'"
    assert made.rows(held) and made.rows(f"({held}) INTERSECT ({train})") == []


def test_attempts_that_were_refused_are_not_chosen(made: Small) -> None:
    with made.store.transaction() as connection:
        connection.execute(
            "UPDATE verdicts SET correct = false WHERE attempt IN (SELECT id FROM attempts WHERE stratum = 'direct')"
        )
    select(made.store, made.settings)
    assert made.rows("SELECT DISTINCT config, stratum FROM choices JOIN attempts ON attempts.id = attempt") == [
        ("sft", "recovery")
    ]
    assert made.rows("SELECT count(*) FROM choices WHERE config = 'rl'") == [(0,)]


def test_tasks_to_explore_are_those_that_a_model_solves_at_times(made: Small) -> None:
    """The same choice as without a model, but for the tasks that it always or never solves."""
    select(made.store, made.settings)
    chosen = {task for (task,) in made.rows("SELECT task FROM choices WHERE config = 'rl'")}
    imitated = made.rows("SELECT count(*) FROM choices WHERE config = 'sft'")
    always, never, at_times = sorted(chosen)
    others = {task for (task,) in made.rows("SELECT id FROM tasks")} - chosen
    shares = {always: 1.0, never: 0.0, at_times: 0.5, **dict.fromkeys(others, 0.5)}
    with made.store.transaction() as connection:
        connection.executemany(
            "INSERT INTO pass_rates VALUES (?, 'm', 8, ?, ?, ?, ?)",
            [(task, int(8 * share), share, *wilson(int(8 * share), 8)) for task, share in shares.items()],
        )
    select(made.store, made.settings)
    again = {task for (task,) in made.rows("SELECT task FROM choices WHERE config = 'rl'")}
    assert len(again) == 3 and again.isdisjoint({always, never})
    assert made.rows("SELECT count(*) FROM choices WHERE config = 'sft'") == imitated


def test_a_pool_too_small_says_so_and_still_fills_every_split(tmp_path: Path) -> None:
    made = small(tmp_path, sft=100, sft_validation=10, rl=10, rl_test=10)
    dedup(made.store, made.settings)
    select(made.store, made.settings)
    assert len(made.rows("SELECT DISTINCT config, split FROM choices")) == 4
    notes = dict(made.rows("SELECT record, detail FROM outcomes WHERE stage = 'select' AND reason = 'short'"))
    assert notes.keys() == {"sft/train", "sft/validation", "rl/train", "rl/test"}
    assert notes["sft/train"].startswith("100 rows were asked for")


def test_run_again_it_chooses_the_same_and_scores_it(made: Small) -> None:
    select(made.store, made.settings)
    before = made.rows("FROM choices ORDER BY ALL"), made.rows("FROM scores ORDER BY ALL")
    select(made.store, made.settings)
    assert (made.rows("FROM choices ORDER BY ALL"), made.rows("FROM scores ORDER BY ALL")) == before
    assert {row[:2] for row in before[1] if row[1] != "pool"} == {
        (metric, scope) for metric in METRICS for scope in ("sft", "rl")
    }


def test_values_that_are_equal_keep_their_types(made: Small) -> None:
    """Each value is kept once, but one call, a pass rate of one and a yes are three values."""
    with made.store.transaction() as connection:
        connection.execute("INSERT INTO pass_rates SELECT id, 'm', 8, 8, 1.0, 0.7, 1.0 FROM tasks")
        connection.execute("UPDATE tasks SET depth = 1, width = 1")
    types = {"pass_rate": float, "depth": int, "width": int, "joined": bool}
    rows = candidates(made)
    assert any(row["joined"] for row in rows)
    assert [{name: type(row[name]) for name in types} for row in rows] == [types] * len(rows)


def test_a_plan_does_not_depend_on_the_order_of_rows(made: Small) -> None:
    rows = candidates(made)
    sizes, nothing = made.settings.select, Unseen(frozenset(), (), None, frozenset())
    definition = load_definition()
    turned = Plan.of(rows[::-1], sizes, nothing, definition)
    assert list(turned.choices()) == list(Plan.of(rows, sizes, nothing, definition).choices())


def candidates(made: Small) -> list[dict[str, Any]]:
    return attempt_rows(made.store, closed=[])


def test_what_is_held_out_is_in_its_test_and_in_no_training_row(made: Small) -> None:
    """Tasks of two islands call or offer a new tool; one of them shares its seed with tasks that do not."""
    rows = candidates(made)
    for row in rows:
        if row["seed"] == "Bali":
            row["tools"] = [*row["tools"], "general.atlas.new"]
        if row["seed"] in ("Bali", "Corsica"):
            row["offered"] = [*row["offered"], "general.atlas.new"]
    sizes = made.settings.select.model_copy(update={"sft": 20, "rl_test_unseen_tool": 1})
    held = Unseen(frozenset({"general.atlas.new"}), (), None, frozenset())
    chosen = list(Plan.of(rows, sizes, held, load_definition()).choices())
    seeds = {row["task"]: row["seed"] for row in rows}
    places: dict[tuple[str, str], set[str]] = {(choice["config"], choice["split"]): set() for choice in chosen}
    for choice in chosen:
        places[choice["config"], choice["split"]].add(seeds[choice["task"]])
    assert places.pop(("rl", "test_unseen_tool")) == {"Bali"}
    assert places and set().union(*places.values()).isdisjoint({"Bali", "Corsica"})


def test_a_new_set_of_called_tools_is_in_no_training_row(made: Small) -> None:
    rows = candidates(made)
    for row in rows:
        if row["seed"] in ("Gozo", "Jamaica", "Sicily"):
            row["tools"] = ["general.atlas.new"]
    sizes = made.settings.select.model_copy(update={"sft": 20, "rl_test_unseen_toolset": 2})
    nothing = Unseen(frozenset(), (), None, frozenset())
    chosen = list(Plan.of(rows, sizes, nothing, load_definition()).choices())
    called = {row["task"]: tuple(row["tools"]) for row in rows}
    held = {called[choice["task"]] for choice in chosen if choice["split"] == "test_unseen_toolset"}
    train = {called[choice["task"]] for choice in chosen if not choice["split"].startswith("test")}
    assert held and train and held.isdisjoint(train)


def test_a_domain_is_held_out_whole(made: Small) -> None:
    rows = candidates(made)
    for row in rows:
        if row["seed"] in ("Gozo", "Jamaica"):
            row["domain"] = "medical"
    sizes = made.settings.select.model_copy(update={"sft": 20, "rl_test_unseen_domain": 1})
    held = Unseen(frozenset(), (), "medical", frozenset({PROFILE}))
    for row in rows:
        if row["domain"] != "medical":
            row["offered"] = row["tools"] = [DIVIDE]
    chosen = list(Plan.of(rows, sizes, held, load_definition()).choices())
    domains = {row["task"]: row["domain"] for row in rows}
    by_split = {choice["split"]: domains[choice["task"]] for choice in chosen}
    assert by_split.pop("test_unseen_domain") == "medical"
    assert by_split and set(by_split.values()) == {"general"}


def test_attempts_over_the_token_limit_make_room_for_others(made: Small) -> None:
    # A result of forty thousand words in every attempt of one task: whatever was chosen of it must go.
    select(made.store, made.settings)
    [(task,)] = made.rows("SELECT min(task) FROM choices WHERE config = 'sft' AND split = 'train'")
    with made.store.transaction() as connection:
        connection.execute(
            "UPDATE attempts SET body = replace(body, 'Turns left', repeat('long ', 40000) || 'Turns left') "
            "WHERE task = ?",
            [task],
        )
    select(made.store, made.settings)
    assert made.rows(f"FROM choices WHERE config = 'sft' AND task = '{task}'") == []


def test_tools_over_closed_data_are_known(made: Small) -> None:
    pool = open_pool(made.settings)
    assert closed_tools(pool) == []
    provider = pool.providers["general.atlas"].model_copy(update={"redistributable": False})
    pool.providers = {"general.atlas": provider}
    assert closed_tools(pool) == sorted([DIVIDE, PROFILE])
