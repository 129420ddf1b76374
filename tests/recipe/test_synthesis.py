"""Synthesis over a seeded sample of the real pool: deterministic, replayable, and as the issue asks."""

from __future__ import annotations

import datetime
from functools import cache

import pytest

from builder.recipe.atlas import Atlas
from builder.recipe.derivation import canonical, evaluate, literals_of, replay, task_id
from builder.recipe.frames import FRAMES
from builder.recipe.sampling import plan_wave
from builder.recipe.sense import rivals
from builder.recipe.shape import used_fields
from builder.recipe.synthesis import MIN_CALLS, Synthesis, synthesize
from builder.recipe.wording import DATE_STYLES, literal_text
from builder.records.derivations import Literal, OpStep
from builder.records.tasks import Draw, Task
from builder.records.tools import Call
from builder.testing.tasks import general_executor
from builder.tools.driver import drive
from builder.tools.executor import Executor

POOL = general_executor().pool
FRESH = Executor(POOL)
SAMPLE, SEED = 150, 11


@cache
def atlas() -> Atlas:
    return Atlas(POOL)


def made(draw: Draw, executor: Executor, run_seed: int = SEED, rounds: int = 3) -> Synthesis:
    return drive(synthesize(draw, POOL, atlas(), run_seed, rounds, executor.key), executor)


@cache
def draws() -> tuple[Draw, ...]:
    return tuple(plan_wave(POOL, {}, SEED, 0, SAMPLE, 0))


@cache
def tasks() -> tuple[tuple[Draw, Task], ...]:
    found = []
    for draw in draws():
        task = made(draw, general_executor()).task
        if task is not None:
            found.append((draw, task))
    return tuple(found)


def test_most_draws_give_a_task() -> None:
    assert len(tasks()) > 0.6 * SAMPLE
    assert {draw.domain for draw, _ in tasks()} == {"general", "academic", "financial", "medical", "biological"}


def test_a_refused_draw_says_why() -> None:
    reasons = [made(draw, general_executor()).refusals for draw in draws()[:40]]
    for refusals in reasons:
        for number, reason, text in refusals:
            assert number >= 0 and reason.partition(":")[0] in ("law", "gate", "walk", "call", "derivation") and text


@pytest.mark.parametrize("warm", [True, False], ids=["warm cache", "no cache"])
def test_a_draw_gives_the_same_bytes_whatever_ran_before(warm: bool) -> None:
    """In reverse order, over another executor: neither order nor remembered results may show."""
    executor = general_executor() if warm else FRESH
    for draw, task in reversed(tasks()[:30]):
        again = made(draw, executor).task
        assert again is not None and again.model_dump_json(by_alias=True) == task.model_dump_json(by_alias=True)


def test_another_run_seed_words_or_binds_anew() -> None:
    other = [made(draw, general_executor(), run_seed=SEED + 1).task for draw, _ in tasks()[:12]]
    assert [t.question for t in other if t] != [task.question for _, task in tasks()[:12]]


def test_fewer_rounds_are_the_first_rounds() -> None:
    for draw, task in tasks()[:25]:
        short = made(draw, general_executor(), rounds=1).task
        if short is not None:
            assert len(short.rounds) == 1
            assert short.rounds[0].derivation == task.rounds[0].derivation


def test_every_task_replays_by_fresh_calls() -> None:
    assert [found for _, task in tasks() if (found := drive(replay(task), FRESH)) is not None] == []


def test_questions_have_eight_to_ninety_words() -> None:
    assert [task.question for _, task in tasks() if not 8 <= len(task.question.split()) <= 90] == []


def test_rounds_are_linked() -> None:
    for _, task in tasks():
        assert [kept.number for kept in task.rounds] == list(range(1, len(task.rounds) + 1))
        assert task.rounds[0].move == "start" and all(kept.move != "start" for kept in task.rounds[1:])
        last = task.rounds[-1]
        assert (last.question, last.answer, last.derivation) == (task.question, task.answer, task.derivation)
        assert len({task_id(kept.derivation) for kept in task.rounds}) == len(task.rounds)


def test_every_round_of_a_task_holds() -> None:
    for _, task in tasks()[:60]:
        for kept in task.rounds:
            value, _ = drive(evaluate(kept.derivation), general_executor())
            assert value == kept.answer.value


def test_ids_and_evidence_follow_from_the_derivation() -> None:
    for _, task in tasks():
        assert task.id == task_id(task.derivation) and task.derivation == canonical(task.derivation)
        assert len(task.calls) >= MIN_CALLS
        assert [call.id for call in task.calls] == [f"c{n}" for n in range(1, len(task.calls) + 1)]
        assert all(call.key == FRESH.key(Call(call.tool, call.arguments)) for call in task.calls)
        assert set(task.domains) == {call.tool.split(".", 1)[0] for call in task.calls}


def test_toolsets_offer_what_is_called_and_no_rival_of_it() -> None:
    for draw, task in tasks():
        assert 15 <= len(task.toolset) <= 50 and list(task.toolset) == sorted(set(task.toolset))
        assert set(task.tools_used) <= set(task.toolset) == set(draw.toolset)
        used = used_fields(task.derivation)
        steps = [step for step in task.derivation.steps if not isinstance(step, OpStep)]
        said = {pair for step in steps for pair in rivals(POOL, step.tool, used[step.id])}
        scenario = POOL.scenarios.get(task.exemplar)
        declared = {step.tool for part in scenario.rounds for step in part.steps} if scenario else set()
        for tool in set(task.toolset) - set(task.tools_used) - declared:
            assert not atlas().says[tool] & said, (task.question, tool)


def spoken(literal: Literal, question: str) -> bool:
    texts = {literal_text(POOL, literal, style) for style in DATE_STYLES}
    # The first letter of a question is a capital, whatever it begins with.
    return any(text in question or text[:1].upper() + text[1:] in question for text in texts)


def test_every_literal_stands_in_its_question() -> None:
    for draw, task in tasks():
        scenario = POOL.scenarios.get(draw.exemplar)
        worded = [draw.slots[name] for name, slot in scenario.slots.items() if slot.words] if scenario else []
        for literal in literals_of(task.derivation):
            kind = POOL.types[literal.type].kind
            drawn = literal.literal in draw.slots.values() and literal.literal not in worded
            if drawn and kind in ("entity", "date", "quantity"):
                assert spoken(literal, task.question), (task.question, literal)
            if scenario is None and kind == "entity":
                assert spoken(literal, task.question), (task.question, literal)


def test_the_seed_stands_in_the_derivation() -> None:
    for _, task in tasks():
        values = [literal.literal for literal in literals_of(task.derivation)]
        flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
        if task.exemplar.startswith("frame."):
            assert task.seed.value in flat, task.question


def test_frames_and_scenarios_both_appear() -> None:
    exemplars = {task.exemplar for _, task in tasks()}
    assert len([name for name in exemplars if name.startswith("frame.")]) >= len(FRAMES) // 2
    assert len([name for name in exemplars if not name.startswith("frame.")]) > 30


def test_dates_of_questions_exist() -> None:
    for _, task in tasks():
        for literal in literals_of(task.derivation):
            if POOL.types[literal.type].kind == "date" and isinstance(literal.literal, str):
                assert datetime.date.fromisoformat(literal.literal)
