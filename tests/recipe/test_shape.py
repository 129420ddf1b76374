"""Levels, depth, width and provenance of a derivation's calls."""

from __future__ import annotations

import pytest

from builder.recipe.derivation import evaluate
from builder.recipe.shape import depth_and_width, evidence_calls, levels, only, rename, used_fields
from builder.records.derivations import Derivation
from builder.testing.tasks import NEIGHBOURS, PROFILE, general_executor, make_task
from builder.tools.driver import drive

EXECUTOR = general_executor()


def derivation(shape: str) -> Derivation:
    return make_task(shape, EXECUTOR).derivation


@pytest.mark.parametrize(
    ("shape", "depth", "width"),
    [("most_populous", 2, 9), ("mean", 3, 9), ("bigger", 1, 2), ("ranking", 1, 3), ("density", 2, 1)],
)
def test_depth_counts_dependent_calls_and_width_calls_of_one_level(shape: str, depth: int, width: int) -> None:
    made = derivation(shape)
    _, evidence = drive(evaluate(made), EXECUTOR)
    assert depth_and_width(made, evidence) == (depth, width)


def test_operators_add_no_level() -> None:
    made = derivation("count")
    assert list(levels(made.steps).values()) == [1, 2, 2, 2]


def test_used_fields_are_those_that_something_refers_to() -> None:
    used = used_fields(derivation("mean"))
    assert sorted(map(sorted, used.values())) == [["mean"], ["neighbours"], ["population"]]


def test_each_argument_says_where_it_comes_from() -> None:
    made = derivation("mean")
    _, evidence = drive(evaluate(made), EXECUTOR)
    calls = evidence_calls(EXECUTOR.pool, made, evidence, {n: f"k{n}" for n in range(len(evidence.made))})
    assert calls[0].tool == NEIGHBOURS and calls[0].sources == {"country": {"literal": True}}
    assert calls[2].tool == PROFILE and calls[2].sources == {"country": {"call": "c1", "path": "/neighbours/1"}}
    assert calls[-1].sources["values"][0] == {"call": "c2", "path": "/population"}
    assert [call.key for call in calls] == [f"k{n}" for n in range(len(calls))]


def test_an_operators_choice_says_so() -> None:
    made = make_task("currency", EXECUTOR)
    assert all({"op": "x"}.keys() != call.sources.keys() for call in made.calls)


def test_only_keeps_what_a_derivation_needs_in_its_order() -> None:
    made = derivation("most_populous")
    _, evidence = drive(evaluate(made), EXECUTOR)
    first = made.model_copy(update={"steps": made.steps[:1]})
    kept = only(evidence, first)
    assert [m.call.tool for m in kept.made] == [NEIGHBOURS] and set(kept.values) == {made.steps[0].id}


def test_renaming_keeps_calls_and_values() -> None:
    made = derivation("most_populous")
    _, evidence = drive(evaluate(made), EXECUTOR)
    names = {step.id: f"x{step.id}" for step in made.steps}
    renamed = rename(evidence, names)
    assert [m.step for m in renamed.made] == [names[m.step] for m in evidence.made]
    assert [m.result for m in renamed.made] == [m.result for m in evidence.made]
