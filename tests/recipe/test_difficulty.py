"""The difficulty vector: each part by hand on small real tasks."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.recipe.difficulty import (
    Difficulty,
    answer_bits,
    difficulty,
    distractor_similarity,
    hidden_values,
    words_of,
)
from builder.testing.tasks import CALCULATE, NEIGHBOURS, PROFILE, SHAPES, general_executor, make_task

POOL = general_executor().pool


@pytest.mark.parametrize(
    ("shape", "operators", "hidden"),
    [
        ("most_populous", 1, 2),  # the list, the figures
        ("count", 2, 3),  # and what the filter leaves
        ("density", 0, 2),
        ("bigger", 1, 2),
        ("branch", 2, 3),  # and which branch
        ("ranking", 1, 1),
    ],
)
def test_operators_and_hidden_values_are_those_of_the_derivation(shape: str, operators: int, hidden: int) -> None:
    task = make_task(shape)
    found = difficulty(POOL, task)
    assert (found.operators, found.hidden_values) == (operators, hidden)
    assert (found.depth, found.width, found.calls) == (task.depth, task.width, len(task.calls))
    assert (found.tools, found.domains) == (len(task.tools_used), 1)


def test_a_guess_has_as_many_bits_as_there_are_choices() -> None:
    bits = {shape: difficulty(POOL, make_task(shape)).answer_bits for shape in SHAPES}
    assert bits["bigger"] == 1.0
    assert bits["branch"] == 1.0, "one of two named countries"
    assert bits["ranking"] == round(math.log2(6), 2), "one order of three named countries"
    assert bits["most_populous"] == round(math.log2(len(POOL.entities("country"))), 2)
    density = make_task("density")
    digits = len(f"{density.answer.value:.2f}".replace(".", ""))
    assert bits["density"] == round(digits * math.log2(10), 2)
    assert bits["report"] > bits["density"]


def test_leading_zeros_of_a_number_are_no_bits() -> None:
    task = make_task("density")
    small = answer_bits(POOL, task.derivation, 0.05)
    assert small == pytest.approx(math.log2(10))


def test_a_distractor_with_the_words_of_a_called_tool_is_the_most_similar() -> None:
    alone = distractor_similarity(POOL, [PROFILE], [PROFILE, CALCULATE])
    twins = distractor_similarity(POOL, [PROFILE], [PROFILE, CALCULATE, NEIGHBOURS])
    assert 0 <= alone < twins < 1
    assert distractor_similarity(POOL, [PROFILE], [PROFILE]) == 0.0
    assert words_of(POOL.declared[PROFILE]) >= {"country", "profile"}


def test_what_no_other_step_takes_is_not_hidden() -> None:
    report = make_task("report").derivation
    assert hidden_values(report) == 3, "three fields enter the record, and the record is the answer"


COUNTS = ("depth", "width", "calls", "operators", "tools", "domains", "hidden_values")
SHARES = ("distractor_similarity", "answer_bits")
VECTORS = st.fixed_dictionaries(
    dict.fromkeys(COUNTS, st.integers(0, 30)) | dict(zip(SHARES, (st.floats(0, 1), st.floats(0, 200)), strict=True))
)


def rank(band: str) -> tuple[float, bool]:
    """A band's place among those of its part: `>13` stands above `<=13`."""
    bound = band.split()[1]
    return float(bound.lstrip("<=>")), bound.startswith(">")


@given(VECTORS, VECTORS)
def test_bands_never_fall_when_a_part_grows(one: dict[str, float], other: dict[str, float]) -> None:
    low, high = (
        Difficulty.model_validate({"task": "t"} | {name: end(one[name], other[name]) for name in one}).bands
        for end in (min, max)
    )
    assert [band.split()[0] for band in low] == [band.split()[0] for band in high]
    assert len({band.split()[0] for band in low}) == len(one)
    assert all(rank(below) <= rank(above) for below, above in zip(low, high, strict=True))


def test_a_band_is_the_first_bound_that_is_not_exceeded() -> None:
    parts = {"tools": 3, "domains": 1, "distractor_similarity": 0.12, "hidden_values": 2, "answer_bits": 20.5}
    vector = {"task": "t", "depth": 7, "width": 2, "calls": 14, "operators": 1} | parts
    assert Difficulty.model_validate(vector).bands == (
        "depth 6",
        "width <=2",
        "calls >13",
        "operators 1",
        "tools 3",
        "domains 1",
        "similarity <=0.15",
        "hidden <=2",
        "answer >20",
    )
