"""`estimate` and the amounts of `--budget` from the command line."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import Any

import pytest

from builder.cli import main
from builder.cli.parser import budget


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("2000000", {"model.budget": 2_000_000}),
        ("20USD", {"model.budget_money": 20.0, "model.currency": "USD"}),
        ("0.5EUR", {"model.budget_money": 0.5, "model.currency": "EUR"}),
        ("90m", {"model.budget_seconds": 5400.0}),
        ("1.5h", {"model.budget_seconds": 5400.0}),
        ("30s", {"model.budget_seconds": 30.0}),
    ],
)
def test_a_budget_is_tokens_money_or_time(text: str, changes: dict[str, Any]) -> None:
    assert budget(text) == changes


@pytest.mark.parametrize("text", ["", "0", "-5", "1.5", "20usd", "20 USD", "5d", "USD", "1e6", "0h"])
def test_other_amounts_are_refused_with_examples(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="20USD"):
        budget(text)


def test_rules_cost_nothing_and_are_not_estimated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", "--profile", "smoke"]) == 2
    assert "nothing to estimate" in capsys.readouterr().err


def test_a_pilot_of_none_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["estimate", "--draws", "0"])
    assert "whole number from 1" in capsys.readouterr().err
