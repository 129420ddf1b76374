"""Workflows: no rights by default, actions pinned by commit, and secrets only where a person has approved."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).parents[1] / ".github" / "workflows"
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def load(name: str) -> dict[Any, Any]:
    return dict(yaml.safe_load((FOLDER / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.yml")))
def test_nothing_is_granted_by_default_and_actions_are_pinned(name: str) -> None:
    workflow = load(name)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] and "write-all" not in str(job["permissions"])
        for step in job["steps"]:
            assert "uses" not in step or PINNED.fullmatch(step["uses"]), step
            assert "actions/checkout" not in step.get("uses", "") or step["with"]["persist-credentials"] is False
            # What an event says is data for a command and never a part of it.
            assert "${{" not in step.get("run", ""), step


def test_only_the_approved_job_may_publish() -> None:
    jobs = load("release.yml")["jobs"]
    assert {name: job.get("environment") for name, job in jobs.items()} == {"rebuild": None, "publish": "hub"}
    assert jobs["publish"]["needs"] == "rebuild"
    assert jobs["rebuild"]["permissions"] == {"contents": "read"}
    assert jobs["publish"]["permissions"] == {"contents": "read", "id-token": "write"}
    steps = [step for job in jobs.values() for step in job["steps"] if "secrets.HF_TOKEN" in str(step)]
    assert [step["name"] for step in steps] == ["publish"]
