"""`exemplars ...`: scenarios and frames are listed, shown and tried."""

from __future__ import annotations

import json

import pytest

from builder.cli import main
from builder.recipe.frames import FRAMES

SCENARIO = "financial.company_quote_with_vat"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 0
    return capsys.readouterr().out


def test_list_has_scenarios_and_frames(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(said(capsys, "exemplars", "list", "--json"))
    ids = {row["id"] for row in rows}
    assert SCENARIO in ids
    assert {f"frame.{name}" for name in FRAMES} <= ids
    text = said(capsys, "exemplars", "list", "--domain", "financial")
    assert SCENARIO in text
    assert text.endswith("scenarios, 0 frames\n")


def test_show_has_slots_steps_and_wordings(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "exemplars", "show", SCENARIO)
    assert text.startswith(f"{SCENARIO}: ")
    assert "Round 1, start" in text
    assert "plain: " in text
    assert main(["exemplars", "show", "financial.company_quote"]) == 1
    assert f"did you mean {SCENARIO}?" in capsys.readouterr().err


def test_try_makes_tasks(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "exemplars", "try", SCENARIO, "-n", "3", "-v")
    assert "of 3 draws gave a task" in text
    assert f"[{SCENARIO}; " in text
    assert "c1 " in text
