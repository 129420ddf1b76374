"""Rejected candidates: one real example for each reason, with its question, as a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.errors import BuilderError
from builder.settings import Settings
from builder.stages.rejected import page, rejected
from builder.stages.run import run_session
from builder.stages.session import Session
from builder.store import Store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings]:
    folder = tmp_path_factory.mktemp("rejected")
    settings = Settings.profile("smoke").replace({"synthesize.draws_per_wave": 150, "synthesize.waves": 1})
    with Session(settings, folder / "s.duckdb") as session:
        run_session(session, "synthesize")
    return folder / "s.duckdb", settings


@pytest.mark.slow
def test_each_reason_has_one_candidate_with_its_question(made: tuple[Path, Settings]) -> None:
    with Store.read(made[0]) as store:
        found = rejected(store, made[1])
        again = rejected(store, made[1])
    assert found == again
    reasons = [one.reason for one in found]
    assert reasons == sorted(set(reasons)) and len(reasons) >= 5
    assert {one.reason.partition(":")[0] for one in found} >= {"law", "gate"}
    worded = [one for one in found if one.question]
    assert worded and all("{" not in one.question for one in worded)
    assert all(one.times >= 1 and one.detail for one in found)
    text = "\n".join(page(found))
    assert text.count("### ") == len(found) and "## Gates" in text


def test_a_store_without_refusals_says_so(tmp_path: Path) -> None:
    with (
        Store.open(tmp_path / "s.duckdb", "v1-x", fresh=True) as store,
        pytest.raises(BuilderError, match="no refused candidate"),
    ):
        rejected(store, Settings.profile("smoke"))


@pytest.mark.slow
def test_a_store_of_other_settings_is_not_worded_by_these(made: tuple[Path, Settings]) -> None:
    other = made[1].replace({"run_seed": made[1].run_seed + 1})
    with Store.read(made[0]) as store, pytest.raises(BuilderError, match="made with other settings, tools or sources"):
        rejected(store, other)
