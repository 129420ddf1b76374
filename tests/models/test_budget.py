"""Budget, memory and balance on their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from builder.errors import BudgetSpent, ModelError
from builder.models.balance import Balance, Endpoint
from builder.models.budget import MICRO, Budget, Budgets, Money, worst_case, worst_usage
from builder.models.memory import RememberingModel, Spent
from builder.records.chat import ChatChoice, ChatReply, ChatRequest, ReplySchema, Sampling, Usage
from tests.models.clock import QuickClock

ASK = ChatRequest(model="m", messages=({"role": "user", "content": "hello"},), sampling=Sampling(max_tokens=100))
WORST = worst_case(ASK)


def test_all_but_who_asks_decides_what_a_reply_is_remembered_by() -> None:
    changes: dict[str, object] = {
        "model": "n",
        "messages": ({"role": "user", "content": "hi"},),
        "tools": ({"type": "function"},),
        "tool_choice": "none",
        "sampling": Sampling(max_tokens=99),
        "reply_schema": ReplySchema(name="one", body={}),
    }
    assert changes.keys() | {"role"} == ChatRequest.model_fields.keys()
    assert ASK.model_copy(update={"role": "judge"}).id == ASK.id
    ids = {ASK.model_copy(update={name: value}).id for name, value in changes.items()}
    assert len(ids | {ASK.id}) == len(changes) + 1


class Kept:
    """Replies in a dictionary; `order` says what happened when."""

    def __init__(self) -> None:
        self.replies: dict[str, ChatReply] = {}
        self.spent: list[Spent] = []
        self.order: list[str] = []

    def find(self, key: str) -> ChatReply | None:
        return self.replies.get(key)

    async def keep(self, key: str, reply: ChatReply, spent: Spent) -> None:
        await asyncio.sleep(0)
        self.replies[key] = reply
        self.spent.append(spent)
        self.order.append("kept")

    async def lose(self, spent: Spent) -> None:
        self.spent.append(spent)


class Engine:
    """Says hello for 30 tokens, after `lost` tries without a reply."""

    def __init__(self, lost: int = 0, fails: bool = False) -> None:
        self.calls, self.lost, self.fails = 0, lost, fails

    async def chat(self, request: ChatRequest, on_lost: Callable[[], None] | None = None) -> ChatReply:
        self.calls += 1
        await asyncio.sleep(0)
        for _ in range(self.lost):
            assert on_lost is not None
            on_lost()
        if self.fails:
            raise ModelError("timeout", "too late")
        return ChatReply(
            choices=(ChatChoice(content="hello", finish="stop"),), usage=Usage(prompt_tokens=10, completion_tokens=20)
        )

    async def close(self) -> None: ...


def remembering(engine: Engine, kept: Kept, limit: int | None = None) -> RememberingModel:
    return RememberingModel(engine, kept, Budgets([Budget(limit)]), QuickClock())


async def test_a_reply_is_kept_before_it_is_used_and_never_asked_for_twice() -> None:
    engine, kept = Engine(), Kept()
    model = remembering(engine, kept)
    await model.chat(ASK, "solve", "task_1")
    kept.order.append("used")
    assert kept.order == ["kept", "used"] and kept.spent[0].usage.total == 30
    await model.chat(ASK, "solve", "task_1")
    other = ASK.model_copy(update={"sampling": Sampling(max_tokens=100, seed=2)})
    await model.chat(other, "solve", "task_1")
    assert engine.calls == 2


async def test_the_worst_case_is_an_upper_bound_of_what_a_byte_tokenizer_counts() -> None:
    long = ASK.model_copy(update={"messages": ({"role": "user", "content": "é" * 500},)})
    assert worst_case(long) >= 1000 + 100 and WORST >= 105
    assert worst_case(ASK.model_copy(update={"sampling": Sampling(max_tokens=100, n=3)})) == WORST + 200


async def test_requests_wait_for_room_and_stop_when_there_is_none() -> None:
    engine, kept = Engine(), Kept()
    # Room for one worst case at a time; each gives most of it back.
    model = remembering(engine, kept, WORST + 60)
    requests = [ASK.model_copy(update={"sampling": Sampling(max_tokens=100, seed=seed)}) for seed in range(6)]
    results = await asyncio.gather(*(model.chat(r, "s", "r") for r in requests), return_exceptions=True)
    good = [r for r in results if isinstance(r, ChatReply)]
    assert len(good) == 3 and all(isinstance(r, BudgetSpent) for r in results if r not in good)
    assert model.budgets.amounts[0].used == 90 <= WORST + 60


async def test_a_lost_try_counts_as_the_most_it_can_have_cost() -> None:
    kept = Kept()
    model = remembering(Engine(lost=1), kept, 3 * WORST)
    await model.chat(ASK, "s", "r")
    assert [s.counted for s in kept.spent] == [False, True]
    assert model.budgets.amounts[0].used == WORST + 30
    # The next lost try leaves no room for its repetition.
    with pytest.raises(BudgetSpent):
        await remembering(Engine(lost=3, fails=True), kept, 3 * WORST).chat(
            ASK.model_copy(update={"model": "other"}), "s", "r"
        )


PRICES = Money({"m": (2.0, 10.0)}, "EUR")


async def test_money_is_a_cap_of_its_own_by_the_price_of_each_kind_of_token() -> None:
    worst = PRICES.cost("m", worst_usage(ASK))
    assert worst == 2 * worst_usage(ASK).prompt_tokens + 10 * 100
    budgets = Budgets([Budget(None), Budget(worst + 219, 0, PRICES)])
    kept = Kept()
    model = RememberingModel(Engine(), kept, budgets, QuickClock())
    await model.chat(ASK, "s", "r")
    assert [budget.used for budget in budgets.amounts] == [30, 220]
    with pytest.raises(BudgetSpent, match=r"0\.0002 EUR are used"):
        await model.chat(ASK.model_copy(update={"sampling": Sampling(max_tokens=100, seed=3)}), "s", "r")
    assert len(kept.spent) == 1 and PRICES.told(3 * MICRO) == "3.0000 EUR"


async def test_a_budget_of_seconds_stops_before_the_next_request() -> None:
    clock, engine = QuickClock(), Engine()
    model = RememberingModel(engine, Kept(), Budgets(seconds=10.0), clock)
    await model.chat(ASK, "s", "r")
    await clock.sleep(10.0)
    await model.chat(ASK, "s", "r")  # remembered: costs no time
    with pytest.raises(BudgetSpent, match="budget of 10 s"):
        await model.chat(ASK.model_copy(update={"sampling": Sampling(max_tokens=100, seed=3)}), "s", "r")
    assert engine.calls == 1


async def test_a_failure_is_not_remembered() -> None:
    kept = Kept()
    with pytest.raises(ModelError):
        await remembering(Engine(fails=True), kept).chat(ASK, "s", "r")
    assert kept.replies == {} and kept.spent == []


async def test_waiters_all_get_their_turn_when_a_rest_ends() -> None:
    clock = QuickClock()
    endpoint = Endpoint("u", 2)
    balance = Balance([endpoint], clock, 1e9)
    for _ in range(5):
        endpoint.failed(clock.now(), "down")
    done = []

    async def use(number: int) -> None:
        async with balance.lease() as leased:
            assert leased.in_flight <= 2
            leased.succeeded()
            await asyncio.sleep(0)
            done.append(number)

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(use(number))
    assert sorted(done) == list(range(20)) and endpoint.in_flight == 0 and clock.time >= 10


async def test_a_cancelled_waiter_loses_nobody_a_turn() -> None:
    balance = Balance([Endpoint("u", 1)], QuickClock(), 1e9)
    lease = balance.lease()
    await lease.__aenter__()

    async def use() -> None:
        async with balance.lease():
            pass

    waiting = [asyncio.ensure_future(use()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await lease.__aexit__(None, None, None)
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting[1:])


async def test_whoever_asks_anew_stands_behind_those_who_wait() -> None:
    balance, order = Balance([Endpoint("u", 1)], QuickClock(), 1e9), []

    async def use(name: str) -> None:
        async with balance.lease():
            order.append(name)

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        async with balance.lease():
            for name in "ab":
                group.create_task(use(name))
            await asyncio.sleep(0)
        # In the same turn of the loop in which the place falls free.
        await use("c")
    assert order == ["a", "b", "c"]
