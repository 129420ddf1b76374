"""Select over a small finished store: sizes, splits that keep apart, notes, and the same when run again."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.recipe.diversity import METRICS
from builder.stages.dedup import dedup
from builder.stages.select import COLUMNS, Plan, closed_tools, select
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


def test_a_plan_does_not_depend_on_the_order_of_rows(made: Small) -> None:
    columns = made.store.query("select/attempts", closed=[])
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in columns]
    sizes = made.settings.select
    assert list(Plan.of(rows[::-1], sizes).choices()) == list(Plan.of(rows, sizes).choices())


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
