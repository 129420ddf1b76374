"""Frames: their wordings are whole, and their walks choose what a reader would ask."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from builder.errors import SpecError
from builder.prompts import phrases
from builder.recipe.atlas import Atlas
from builder.recipe.frames import FRAMES, Candidate, base, limits
from builder.recipe.frames.forms import LEAST, PIECES, REGISTERS, check_forms, forms
from builder.recipe.synthesis import synthesize
from builder.recipe.wording import describable, slots_in
from builder.records.derivations import MapStep, OpStep
from builder.records.tasks import Task
from builder.testing.draws import aimed_draws
from builder.testing.tasks import general_executor
from builder.tools.driver import drive

EXECUTOR = general_executor()
POOL = EXECUTOR.pool


FAULT = re.compile(r"[{}]|\b(\w+) \1\b(?<!that that)|\bits number of its\b|\) \(in ")


@cache
def atlas() -> Atlas:
    return Atlas(POOL)


@cache
def candidates(name: str) -> tuple[Candidate, ...]:
    return tuple(FRAMES[name].candidates(atlas()))


@cache
def sample(name: str) -> tuple[Task, ...]:
    found = []
    for draw in aimed_draws(POOL, atlas(), f"frame.{name}", 25, 2):
        made = drive(synthesize(draw, POOL, atlas(), 2, 3, EXECUTOR.key), EXECUTOR)
        if made.task is not None:
            found.append(made.task)
    return tuple(found)


def edge_ids(candidate: Candidate) -> Iterator[str]:
    yield from candidate.edges.values()


def test_the_shipped_forms_are_whole() -> None:
    assert check_forms(phrases("frames")) == []


@pytest.mark.parametrize("name", sorted(PIECES))
def test_every_frame_has_six_forms_in_three_registers(name: str) -> None:
    assert len({text for _, text in forms(name)}) >= LEAST
    assert {register for register, _ in forms(name)} == set(REGISTERS)
    assert all(text.endswith((".", "?", "{ask}")) for _, text in forms(name))


@pytest.mark.parametrize("name", ["superlative", "superlative_then", "count", "average", "total", "share", "identify"])
def test_every_frame_over_a_list_has_a_place_for_a_description(name: str) -> None:
    clear = describable(forms(name), "members", strict=True)
    assert len({register for register, _ in clear}) >= 2


def test_faults_of_a_wording_file_are_reported_together() -> None:
    table = dict(phrases("frames"))
    table["rank.plain"] = ("Sort {all}.", "Sort {all} by {head} and {size}.")
    table["rank.formal"] = table["rank.reason"] = ()
    table["quiz.plain"] = ("What?",)
    del table["pair.reason"]
    text = "\n".join(str(problem) for problem in check_forms(table))
    for fault in (
        "lacks {head}",
        "places {size}",
        "rank: fewer than 6",
        "quiz.plain: no frame",
        "pair.reason: missing",
    ):
        assert fault in text
    assert "prompts/frames.toml" in str(SpecError(check_forms(table)))


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_every_frame_has_candidates_that_name_their_tools(name: str) -> None:
    assert candidates(name)
    for candidate in candidates(name):
        tools = {atlas().edges[identity].tool for identity in edge_ids(candidate) if identity}
        group = atlas().edges[candidate.edges["group"]].tool if "group" in candidate.edges else None
        assert tools - {group} <= set(candidate.tools)


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_every_frame_gives_tasks(name: str) -> None:
    assert len(sample(name)) >= (2 if name == "identify" else 6)


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_questions_read_as_sentences(name: str) -> None:
    for task in sample(name):
        assert not re.search(r"[{}]|\b(\w+) \1\b(?<!that that)|\bits number of its\b|\) \(in ", task.question), (
            task.question
        )
        assert task.question.count("?") <= 2


def test_a_hub_is_described_only_for_what_it_is_known_for() -> None:
    companies = [edge for edge in atlas().describers["country"] if edge.subject == "company"]
    assert companies and companies[0].returned.topic == "money"
    assert base.reason_for(atlas(), companies[0], "country", {"money"})
    assert not base.reason_for(atlas(), companies[0], "country", {"demography"})
    assert not base.reason_for(atlas(), companies[0], "country", {"money", "demography"})
    for name in ("superlative", "count", "aggregate"):
        for candidate in candidates(name):
            if "relation" in candidate.edges:
                relation, members = (atlas().edges[candidate.edges[role]] for role in ("relation", "list"))
                about_countries = members.subject == "country"
                assert not (about_countries and relation.subject == "company" and members.returned.topic != "money")


def test_nothing_is_averaged_that_nobody_decides_by() -> None:
    for candidate in candidates("aggregate"):
        field = atlas().edges[candidate.edges["attribute"]].returned
        kind = POOL.types[field.type]
        assert field.above and kind.scale == "ratio" and kind.name != "count"


def test_years_are_neither_ranked_nor_divided() -> None:
    years = [
        candidate for candidate in candidates("rank") if base.yearly(atlas().edges[candidate.edges["attribute"]], POOL)
    ]
    assert years == []
    for task in sample("compare"):
        attribute = re.search(r"year|founded|joined", task.question)
        assert attribute is None or len(task.rounds) == 1


def test_peers_are_different_and_of_one_group() -> None:
    for name in ("compare", "rank", "conditional"):
        least, most = FRAMES[name].peers
        for task in sample(name):
            fan = next(step for step in task.derivation.steps if isinstance(step, MapStep))
            assert isinstance(fan.over, tuple) and least <= len(fan.over) <= most
            assert len({str(item) for item in fan.over}) == len(fan.over)


def test_a_pick_is_followed_by_a_question_about_it() -> None:
    deeper = [task for task in sample("superlative") if len(task.rounds) > 1]
    assert deeper
    for task in deeper:
        assert re.search(r"\bthat [a-z]", task.question), task.question


def test_reports_hold_two_or_three_fields_and_never_their_starting_point() -> None:
    for task in sample("report"):
        if isinstance(task.answer.value, dict):
            assert 2 <= len(task.answer.value) <= 3
            assert all("(" not in name and " " not in name for name in task.answer.value)
            starts = [str(task.seed.value), task.seed.label]
            assert not [value for value in task.answer.value.values() if str(value) in starts]


def test_identification_needs_both_conditions() -> None:
    for task in sample("identify"):
        filters = [step for step in task.derivation.steps if isinstance(step, OpStep) and step.op == "filter"]
        assert len(filters) == 2


@pytest.mark.parametrize(
    ("values", "least"),
    [
        ([1, 2, 3, 40, 50], 1),
        ([120_000, 7_000_000, 46_000_000], 1),
        ([0.4, 0.9, 7.2, 11.5], 2),
    ],
)
def test_thresholds_are_round_and_split(values: list[Any], least: int) -> None:
    for seed in range(20):
        limit = limits.threshold(values, random.Random(seed), least)
        above = [value for value in values if value > limit]
        assert least <= len(above) < len(values)
        assert len(str(limit).replace(".", "").strip("0")) <= 2
        assert all(abs(value - limit) > 0.02 * limit for value in values)
        if all(isinstance(value, int) for value in values):
            assert isinstance(limit, int)


def test_values_without_a_gap_have_no_threshold() -> None:
    assert limits.thresholds([1000, 1001, 1002]) == []


def test_the_ends_of_a_field_are_called_by_its_own_words() -> None:
    edges = atlas().edges
    assert base.extremes(edges["general.countries.country_profile#area_km2"]) == ("largest", "smallest")
    assert base.extremes(edges["academic.elements.element_properties#melting_point"]) == ("highest", "lowest")
    assert base.extremes(edges["academic.nuclear.radionuclide_half_life#half_life"]) == ("longest", "shortest")


def test_a_unit_is_said_unless_the_head_says_it() -> None:
    edges = atlas().edges
    assert base.unit_of(POOL, edges["general.countries.country_profile#area_km2"]) == " (in km²)"
    assert base.unit_of(POOL, edges["general.countries.country_profile#population"]) == ""
    assert base.unit_of(POOL, edges["academic.networks.graph_profile#vertices"]) == ""


def test_what_is_asked_next_is_of_the_topic_or_of_the_same_entry() -> None:
    for candidate in candidates("conditional"):
        first, second = (atlas().edges[candidate.edges[role]] for role in ("attribute", "second"))
        assert first.returned.topic == second.returned.topic or first.tool == second.tool
        assert first.returned.type != second.returned.type


def test_two_brackets_become_one() -> None:
    assert base.tidy("residue volume (Perkins 1988) (in Å³)") == "residue volume (Perkins 1988, in Å³)"


def test_a_form_with_a_description_ends_before_a_mark() -> None:
    texts = (("plain", "How many {a} are there?"), ("plain", "Of the {a}, how many?"), ("formal", "{a} and {a}."))
    assert describable(texts, "a", strict=True) == (("plain", "Of the {a}, how many?"),)
    assert describable(texts[:1], "a", strict=False) == texts[:1]
    assert describable(texts[:1], "a", strict=True) == ()


def test_every_slot_of_a_plan_is_placed_by_its_wordings() -> None:
    for name in sorted(FRAMES):
        for task in sample(name)[:3]:
            assert slots_in(task.question) == set()
