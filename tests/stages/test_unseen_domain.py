"""The profile that leaves a domain out, over the shipped tools: its test is filled, training knows nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.hub.reading import bodies
from builder.recipe.splits import unseen
from builder.records.base import DOMAINS
from builder.settings import Settings
from builder.stages.making import make_release, verify_release
from builder.stages.session import Session
from builder.stages.workbench import open_pool
from builder.tools.pool import ToolPool

PROFILE = Settings.profile("unseen_domain")

SMALL = {
    "engine.workers": 1, "synthesize.waves": 1, "synthesize.draws_per_wave": 48, "held_out.draws": 0.3,
    "select.sft": 10, "select.sft_validation": 2, "select.rl": 4, "select.rl_test": 2,
    "select.rl_test_unseen_toolset": 1, "select.rl_test_unseen_domain": 3,
}  # fmt: skip
"""The profile at a size that a test can draw."""


@pytest.fixture(scope="module")
def pool() -> ToolPool:
    return open_pool(PROFILE)


@pytest.mark.parametrize("domain", DOMAINS)
def test_any_domain_can_be_left_out(pool: ToolPool, domain: str) -> None:
    held = unseen(pool, PROFILE.replace({"held_out.domain": domain}).held_out, PROFILE.run_seed)
    own = {tool for tool in pool.tools if tool.startswith(f"{domain}.")}
    assert held.domain == domain and held.domain_tools and held.domain_tools <= own
    # What stays is processing that other domains call, never what a question would be about.
    assert {pool.tools[tool].role for tool in own - held.domain_tools} <= {"processing"}
    assert not held.tools and not held.providers


@pytest.mark.slow
def test_the_domain_is_in_its_test_alone(tmp_path: Path) -> None:
    settings = PROFILE.replace(SMALL)
    with Session(settings, tmp_path / "s.duckdb") as session:
        made = make_release(session, tmp_path / "release")
        held = unseen(session.pool, settings.held_out, settings.run_seed)
    assert made.rows["rl"]["test_unseen_domain"] == 3
    tasks = {row["id"]: row for row in bodies(tmp_path / "release" / "tasks" / "train-00000-of-00001.parquet")}
    splits = {split for row in tasks.values() for split in row["splits"]}
    places = {split: [row for row in tasks.values() if split in row["splits"]] for split in splits}
    test = places.pop("rl/test_unseen_domain")
    assert {row["domain"] for row in test} == {held.domain}
    assert all(not held.domain_tools.isdisjoint(row["tools_used"]) for row in test)
    for rows in places.values():
        assert rows and held.domain not in {row["domain"] for row in rows}
        assert all(held.domain_tools.isdisjoint(row["toolset"]) for row in rows)
    report = verify_release(tmp_path / "release", settings)
    assert report.problems == () and report.replayed == len(tasks)
