"""The three signatures of reward functions, on gold answers and on everything a policy may try instead."""

from __future__ import annotations

import functools
import inspect
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builder import rewards
from builder.errors import ReleaseError
from builder.recipe.verdicts import render_answer
from builder.records.derivations import Answer, AnswerSpec
from tests.recipe.test_verdicts import answers

GOLD = [
    Answer(spec=AnswerSpec(kind="entity", type="airport"), value="LHR", names={"LHR": ("Heathrow Airport",)}),
    Answer(spec=AnswerSpec(kind="number", decimals=2, unit="EUR"), value=1234.5),
    Answer(spec=AnswerSpec(kind="boolean"), value=True),
    Answer(spec=AnswerSpec(kind="set"), value=["Peru", "Chile"]),
    Answer(spec=AnswerSpec(kind="date"), value="2026-09-08"),
    Answer(spec=AnswerSpec(kind="unanswerable"), value="the VAT rate of Sweden"),
]
MONEY = GOLD[1].model_dump_json()


def said(text: str) -> str:
    return f"I looked it up.\n\n<answer>{text}</answer>"


def messages(reply: str) -> list[dict[str, Any]]:
    call = {"id": "call00001", "type": "function", "function": {"name": "f", "arguments": {}}}
    return [
        {"role": "assistant", "content": "<answer>Peru</answer>", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call00001", "name": "f", "content": "<answer>Chile</answer>"},
        {"role": "assistant", "content": reply, "reasoning_content": "Maybe <answer>Peru</answer>."},
    ]


def decoded(reply: str) -> str:
    """A whole decoded response in Qwen's form, as verl hands it over."""
    return (
        "\n<answer>Peru</answer></think>\n<tool_call>\n{}\n</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\n"
        "<answer>Chile</answer>\n</tool_response><|im_end|>\n<|im_start|>assistant\n<think>\n<answer>Peru</answer>\n"
        f"</think>\n\n{reply}<|im_end|>\n"
    )


async def all_scores(reply: str, answer: str) -> set[float]:
    """The reward of one reply through every wrapper; they must agree."""
    return {
        rewards.score(reply, answer),
        *rewards.trl_reward(["q", "q"], [messages(reply), reply], [answer, answer], info=["{}", "{}"]),
        rewards.compute_score("dive", decoded(reply), answer, {"index": 1}, reward_router_address=None),
        rewards.compute_score("dive", decoded(reply).replace("<|im_end|>", ""), answer, None),
        await rewards.verifiers_reward(messages(reply), answer, info="{}", state={}),
    }


@pytest.mark.parametrize("gold", GOLD, ids=lambda gold: gold.spec.kind)
async def test_gold_scores_one_everywhere(gold: Answer) -> None:
    assert await all_scores(said(render_answer(gold)), gold.model_dump_json()) == {1.0}


BAD = [
    "", "1234.50", "It is 1234.50.", "<answer></answer>", said("1234.51"), said("1,234.50 or 1,300.00"),
    said("not 1234.50"), said("1234.50; 1300.00"), said("5"), said("Berlin"), said("unanswerable"),
    "1234.50 " + said("1300.00"), said("1300.00") + said("1234.50"), said("1234.50") + " Or not.",
]  # fmt: skip


@pytest.mark.parametrize("reply", BAD)
async def test_anything_else_scores_zero(reply: str) -> None:
    assert await all_scores(reply, MONEY) == {0.0}


def attacks(gold: str, other: str) -> dict[str, str]:
    """What a policy may write to score without deciding: the right answer is in each, and none says it alone."""
    return {
        "outside the tag": f"{gold} <answer>{other}</answer>",
        "outside, and the tag empty": f"The answer is {gold}. <answer></answer>",
        "before the tag in tags of its own": f"<answer>{gold}</answer> Or rather: <answer>{other}</answer>",
        "after a wrong one": f"<answer>{other}</answer><answer>{gold}</answer>",
        "the same twice": f"<answer>{gold}</answer><answer>{gold}</answer>",
        "tags within tags": f"<answer>{other}<answer>{gold}</answer></answer>",
        "never closed": f"<answer>{gold}",
        "closed twice": f"<answer>{gold}</answer></answer>",
        "talking on": f"<answer>{gold}</answer> But I may be wrong.",
        "in its thoughts alone": f"<think><answer>{gold}</answer></think> I cannot say.",
        "thinking without an end": f"<think>So it is <answer>{gold}</answer>",
        "all options": said(f"{gold} or {other}"),
        "all options in a list": said(f"1. {gold}\n2. {other}"),
        "one of them": said(f"one of: {other}, {gold}"),
        "both": said(f"both {gold} and {other}"),
        "a hedge": said(f"probably {gold}, perhaps {other}"),
        "denied": said(f"not {gold}"),
        "denied in a sentence": said(f"The answer is not {gold}"),
        "anything but it": said(f"anything but {gold}"),
        "a superset": said(f"{gold}; {other}; zzz"),
        "a question": said(f"is it {gold} or {other}?"),
        "as a template": said(f"{{answer: {gold}, alternative: {other}}}"),
        "the words alone": gold,
        "in other tags": f"<result>{gold}</result>",
        "in capitals": f"<ANSWER>{gold}</ANSWER>",
    }


# Of each kind a value of the same form that is wrong.
OTHERS = ["CDG", "99.25", "no", "Cuba; Spain", "1999-01-31", "42"]


@pytest.mark.parametrize("place", range(len(GOLD)), ids=lambda place: GOLD[place].spec.kind)
async def test_attacks_score_zero_in_every_wrapper(place: int) -> None:
    gold = GOLD[place]
    for name, reply in attacks(render_answer(gold), OTHERS[place]).items():
        # Saying that there is no answer, and then why at any length, is the right answer where there is none.
        if gold.spec.kind == "unanswerable" and reply.startswith("I looked"):
            continue
        assert await all_scores(reply, gold.model_dump_json()) == {0.0}, name


@given(answers(), answers(), st.data())
def test_no_attack_on_any_answer_scores(gold: Answer, other: Answer, data: st.DataObject) -> None:
    said_gold, said_other = render_answer(gold), render_answer(other)
    assume(rewards.score(said(said_other), gold.model_dump_json()) == 0.0)
    name = data.draw(st.sampled_from(sorted(attacks("", ""))))
    reply = attacks(said_gold, said_other)[name]
    assert rewards.score(said(said_gold), gold.model_dump_json()) == 1.0
    assert rewards.score(reply, gold.model_dump_json()) == 0.0, (name, reply)
    assert rewards.compute_score("dive", decoded(reply), gold.model_dump_json()) == 0.0, (name, reply)


def test_format_earns_alpha_and_nothing_without_it() -> None:
    assert rewards.score(said("1234.50"), MONEY, 0.1) == pytest.approx(1.1)
    assert rewards.score(said("5"), MONEY, 0.1) == pytest.approx(0.1)
    assert rewards.score(said("Berlin"), MONEY, 0.1) == 0.0
    assert rewards.score("1234.50", MONEY, 0.1) == 0.0
    shaped = functools.partial(rewards.trl_reward, alpha=0.5)
    assert shaped(["q"], [said("5")], answer=[MONEY]) == [0.5]
    assert rewards.compute_score("dive", said("5"), MONEY, {}, alpha=0.5) == 0.5


@pytest.mark.parametrize(
    "completion",
    [
        [],
        messages("x")[:1],
        messages("x")[:2],
        [{"role": "assistant", "content": None}],
        [{"role": "user", "content": said("1234.50")}],
        "<|im_start|>assistant\nWait.<|im_end|>\n<|im_start|>user\n" + said("1234.50"),
        "<think>" + said("1234.50"),
    ],
)
def test_a_rollout_that_does_not_end_in_an_answer_scores_zero(completion: Any) -> None:
    assert rewards.trl_reward(["q"], [completion], [MONEY]) == [0.0]


def test_content_in_parts_is_read() -> None:
    parts = [{"type": "text", "text": "Here: "}, {"type": "text", "text": "<answer>1234.5</answer>"}]
    assert rewards.trl_reward(["q"], [[{"role": "assistant", "content": parts}]], [MONEY]) == [1.0]


def test_an_answer_that_is_no_typed_answer_is_the_users_mistake() -> None:
    with pytest.raises(ReleaseError, match="column `answer` unchanged"):
        rewards.score(said("5"), "5")


def test_signatures_are_those_that_trainers_call() -> None:
    assert list(inspect.signature(rewards.trl_reward).parameters)[:3] == ["prompts", "completions", "answer"]
    expected = ["data_source", "solution_str", "ground_truth", "extra_info"]
    assert list(inspect.signature(rewards.compute_score).parameters)[:4] == expected
    assert inspect.iscoroutinefunction(rewards.verifiers_reward)


def test_no_trainer_is_imported() -> None:
    trainers = {"trl", "verl", "verifiers", "torch", "duckdb"}
    code = f"import builder.rewards, sys; print(sorted({trainers} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
