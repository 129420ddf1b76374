"""A scenario that calls a program: derived, replayed from scratch, solved and judged; the run names its sandbox."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from builder.identity import random_stream
from builder.recipe.atlas import Atlas
from builder.records.tools import Call
from builder.settings import Settings
from builder.stages.session import Session
from builder.stages.workbench import dive_recipe
from builder.store.connection import events_path
from builder.testing.draws import aimed_draws
from builder.tools.driver import drive
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache
from tests.tools.code.programs import PROVIDER, code_specs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

SIDE, SCENARIO = f"{PROVIDER}.side_of_square", "general.square_island"

TOOL = """
description = "Side of the square that has an area."
kind = "code"
role = "processing"
subject = "area"

[code]
language = "python"
program = "import json, math, sys; print(json.dumps({'side': math.sqrt(json.load(sys.stdin)['area'])}))"

[parameters.area]
type = "area_km2"
description = "Area in square kilometres"

[returns.side]
type = "quotient"
description = "Side in kilometres"
asked = false
phrases = ["the side of the square"]

[[examples]]
arguments = { area = 4 }
[[examples]]
arguments = { area = 9 }
"""

QUESTIONS = f"""
title = "An island as a square"

[slots.island]
type = "island"
seed = true

[[rounds]]
frame = "quantity"
move = "start"
answer = {{ value = "$square.side", unit = "km" }}
[[rounds.steps]]
id = "isle"
tool = "general.atlas.island_profile"
arguments = {{ island = "$island" }}
[[rounds.steps]]
id = "square"
tool = "{SIDE}"
arguments = {{ area = "$isle.km2" }}
[rounds.ask]
plain = ["Were {{island}} a square of the same area, how long would its sides be in kilometres?"]
formal = ["State the side, in kilometres, of the square that has the area of {{island}}."]
reason = ["I draw islands as squares of the same area. How many kilometres are the sides for {{island}}?"]
"""


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    root = code_specs(tmp_path / "specs")
    (root / "general" / "programs" / "side_of_square.toml").write_text(TOOL, encoding="utf-8")
    place = root / "exemplars" / "general" / "square_island.toml"
    place.parent.mkdir(parents=True)
    place.write_text(QUESTIONS, encoding="utf-8")
    return root


def test_a_task_over_a_program_is_derived_replayed_and_solved(specs: Path, tmp_path: Path) -> None:
    pool = ToolPool(specs, TableCache(tmp_path / "cache"))
    assert SIDE in pool.tools and f"{PROVIDER}.run_it" not in pool.tools
    atlas, executor, recipe = Atlas(pool), Executor(pool, cache=100), dive_recipe()
    made = [
        drive(recipe.synthesize(draw, pool, atlas, 1, 1, executor.key), executor)
        for draw in aimed_draws(pool, atlas, SCENARIO, 4, 1)
    ]
    tasks = [found.task for found in made if found.task is not None]
    assert tasks, [found.refusals for found in made]
    for task in tasks:
        assert SIDE in {call.tool for call in task.calls}
        # Fresh calls, in a sandbox of their own each.
        assert drive(recipe.replay(task), Executor(pool)) is None
        attempt = drive(recipe.act(task, pool, "direct", random_stream(1, task.id)), executor)
        assert recipe.judge(task, attempt).correct
    # A program that gives something else now does not reproduce the task.
    file = specs / "general" / "programs" / "side_of_square.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("math.sqrt(", "2 * math.sqrt("), encoding="utf-8")
    changed = Executor(ToolPool(specs, TableCache(tmp_path / "cache")))
    assert drive(recipe.replay(tasks[0]), changed) is not None
    assert changed.execute(Call(SIDE, {"area": 4})).value == {"side": 4.0}


def test_the_events_of_a_run_name_the_sandbox(specs: Path, tmp_path: Path) -> None:
    settings = Settings.profile("smoke").replace({"pool.specs": str(specs), "pool.cache": str(tmp_path / "cache")})
    store = tmp_path / "s.duckdb"
    with Session(settings, store):
        pass
    (begun,) = [
        event
        for line in events_path(store).read_text(encoding="utf-8").splitlines()
        if (event := json.loads(line))["event"] == "run"
    ]
    assert set(begun["sandbox"]) == {"variant", "version", "policy"}
