"""Baseline solvers over real tools: what each can reach, what it cannot, and that none sees the derivation."""

from __future__ import annotations

import pytest

from builder.recipe.baselines import (
    SOLVERS,
    Solving,
    greedy,
    one_hop,
    oracle,
    problem_of,
    same_answer,
    type_search,
    without,
)
from builder.recipe.notebook import MAX_CALLS, Problem
from builder.records.base import Json
from builder.records.derivations import AnswerSpec, CallStep, Derivation, Literal, Ref
from builder.records.tools import Call, Result
from builder.testing.tasks import NEIGHBOURS, PROFILE, QUESTIONS, SHAPES, general_executor, make_task
from builder.tools.driver import drive

POOL = general_executor().pool


class Counting:
    def __init__(self) -> None:
        self.made: list[Call] = []

    def execute(self, call: Call) -> Result:
        self.made.append(call)
        return general_executor().execute(call)


def solve(solving: Solving) -> tuple[Json, list[Call]]:
    counting = Counting()
    return drive(solving, counting), counting.made


def problem(shape: str) -> Problem:
    task = make_task(shape)
    return problem_of(QUESTIONS[shape], task.derivation, task.toolset)


def plain(question: str, field: str, kind: str) -> tuple[Problem, Json]:
    """A question that one call answers."""
    step = CallStep(id="s1", tool=PROFILE, arguments={"country": Literal(literal="Peru", type="country")})
    proof = Derivation(steps=(step,), answer=Ref(step="s1", field=field), spec=AnswerSpec(kind="entity", type=kind))
    value, _ = solve(oracle(proof))
    return problem_of(question, proof, make_task("report").toolset), value


@pytest.mark.parametrize("shape", SHAPES)
def test_the_oracle_solves_every_task(shape: str) -> None:
    task = make_task(shape)
    found, calls = solve(oracle(task.derivation))
    assert same_answer(found, task.answer.value, task.answer.spec)
    assert len(calls) == len(task.calls)


@pytest.mark.parametrize("name", SOLVERS)
def test_what_one_call_answers_every_solver_finds(name: str) -> None:
    asked, gold = plain("What is the capital of Peru?", "capital", "capital_city")
    found, _ = solve(SOLVERS[name](POOL, asked))
    assert same_answer(found, gold, asked.spec)


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_solvers_keep_to_their_calls_and_repeat_none(name: str, shape: str) -> None:
    _, calls = solve(SOLVERS[name](POOL, problem(shape)))
    assert 0 < len(calls) <= MAX_CALLS
    keys = [(call.tool, str(sorted(call.arguments.items(), key=str))) for call in calls]
    assert len(set(keys)) == len(keys)


def test_one_hop_makes_no_call_with_a_result() -> None:
    asked = problem("most_populous")
    stated = {str(literal.literal) for literal in asked.literals}
    _, calls = solve(one_hop(POOL, asked))
    assert all(str(value) in stated for call in calls for value in call.arguments.values())


def test_a_superlative_over_a_list_takes_the_search() -> None:
    task, asked = make_task("most_populous"), problem("most_populous")
    found, _ = solve(type_search(POOL, asked))
    assert same_answer(found, task.answer.value, asked.spec)
    for solver in (one_hop, greedy):
        found, _ = solve(solver(POOL, asked))
        assert not same_answer(found, task.answer.value, asked.spec)


def test_without_the_list_the_search_does_not_find_its_members() -> None:
    task, asked = make_task("most_populous"), problem("most_populous")
    found, calls = solve(type_search(POOL, without(asked, NEIGHBOURS)))
    assert not same_answer(found, task.answer.value, asked.spec)
    assert NEIGHBOURS not in {call.tool for call in calls}


def test_solvers_are_told_the_question_and_not_the_way() -> None:
    asked = problem("branch")
    assert {literal.literal for literal in asked.literals} >= {"Kenya", "Tanzania"}
    assert len(asked.literals) == len(set(map(repr, asked.literals))), "each once"
    assert asked.spec.kind == "entity"


@pytest.mark.parametrize(
    ("found", "gold", "kind", "same"),
    [
        (["b", "a"], ["a", "b"], "set", True),
        (["b", "a"], ["a", "b"], "list", False),
        (1, True, "boolean", False),
        (None, None, "number", False),
        (2.5, 2.5, "number", True),
        (2.51, 2.5, "number", False),
        ({"x": 1}, {"x": 1}, "record", True),
    ],
)
def test_answers_are_the_same_only_when_they_are(found: Json, gold: Json, kind: str, same: bool) -> None:
    assert same_answer(found, gold, AnswerSpec(kind=kind)) is same  # type: ignore[arg-type]
