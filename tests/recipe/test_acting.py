"""The rules solver on real tasks: message rules, real results, true words, strata, chat templates."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import fastjsonschema
import jinja2
import pytest

from builder.errors import DerivationError
from builder.recipe.acting import act, display, opening, strata
from builder.recipe.acting.missing import blocked_steps, removable
from builder.recipe.acting.pace import MAX_CALLS_AT_ONCE, Pace, at_once, batches, drawn
from builder.recipe.acting.reading import Reader
from builder.recipe.acting.slips import variants
from builder.recipe.acting.speech import Voice, cap, listed
from builder.recipe.derivation import inputs_of, refs
from builder.recipe.verdicts import judge, parse_answer
from builder.records.attempts import Attempt
from builder.records.derivations import CallStep, Literal, MapStep, OpStep, Ref, Step
from builder.records.tasks import Task
from builder.records.tools import Call, Result, ToolSpec
from builder.testing.tasks import NEIGHBOURS, PROFILE, SHAPES, general_executor, make_task
from builder.tools.driver import drive
from builder.tools.executor import Executor

TEMPLATES = Path(__file__).parent.parent / "templates"
SEEDS = range(4)


@pytest.fixture(scope="module")
def executor() -> Executor:
    return general_executor()


@pytest.fixture(scope="module")
def tasks(executor: Executor) -> dict[str, Task]:
    return {shape: make_task(shape, executor) for shape in SHAPES}


def play(task: Task, executor: Any, stratum: Any, seed: int) -> Attempt | None:
    return drive(act(task, executor.pool, stratum, random.Random(seed)), executor)


@pytest.fixture(scope="module")
def attempts(executor: Executor, tasks: dict[str, Task]) -> list[tuple[Task, Attempt]]:
    """Attempts of every shape and stratum under several streams."""
    found = []
    for task in tasks.values():
        for stratum in ("direct", "recovery", "detour", "unanswerable"):
            for seed in SEEDS:
                attempt = play(task, executor, stratum, seed)
                if attempt is not None:
                    found.append((task, attempt))
    return found


def calls_of(attempt: Attempt) -> list[dict[str, Any]]:
    return [call for message in attempt.messages for call in message.get("tool_calls", ())]


def nulls(value: Any) -> bool:
    if isinstance(value, dict):
        return any(nulls(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(nulls(item) for item in value)
    return value is None


def test_every_shape_is_solved_directly(executor: Executor, tasks: dict[str, Task]) -> None:
    for shape, task in tasks.items():
        for seed in SEEDS:
            attempt = play(task, executor, "direct", seed)
            assert attempt is not None and attempt.stratum == "direct" and attempt.toolset == task.toolset
            verdict = judge(task, attempt)
            assert (verdict.correct, verdict.reason) == (True, "match"), shape
            assert len(calls_of(attempt)) == len(task.calls) == attempt.num_calls


def test_message_rules(attempts: list[tuple[Task, Attempt]]) -> None:
    for task, attempt in attempts:
        messages = attempt.messages
        assert [m["role"] for m in messages[:2]] == ["system", "user"]
        assert messages[1]["content"].startswith(task.question)
        assert messages[-1]["role"] == "assistant" and "tool_calls" not in messages[-1]
        assert not nulls(messages)
        keys = {
            "system": {"role", "content"},
            "user": {"role", "content"},
            "tool": {"role", "tool_call_id", "name", "content"},
            "assistant": {"role", "content", "reasoning_content"},
        }
        for message in messages:
            assert isinstance(message["content"], str)
            assert set(message) - {"tool_calls"} == keys[message["role"]]
            if message["role"] == "assistant":
                assert message["reasoning_content"].strip() and "<answer>" not in message["reasoning_content"]
            if message is not messages[-1] and message["role"] == "assistant":
                assert message["tool_calls"] and "<answer>" not in message["content"]
        parse_answer(messages[-1]["content"])
        assert attempt.parallel == any(len(m.get("tool_calls", ())) > 1 for m in messages)
        assert attempt.num_calls == len(calls_of(attempt)) > 0


def test_calls_are_well_formed_and_answered_in_order(attempts: list[tuple[Task, Attempt]], executor: Executor) -> None:
    for _, attempt in attempts:
        offered = {executor.pool.declared[tool].name for tool in attempt.toolset}
        waiting: list[dict[str, Any]] = []
        seen = set()
        for message in attempt.messages:
            if message["role"] == "tool":
                call = waiting.pop(0)
                assert (message["tool_call_id"], message["name"]) == (call["id"], call["function"]["name"])
                json.loads(message["content"])
                continue
            assert not waiting, "a message before all results of the last one"
            waiting = list(message.get("tool_calls", ()))
            assert len(waiting) <= MAX_CALLS_AT_ONCE
            for call in waiting:
                assert set(call) == {"id", "type", "function"} and call["type"] == "function"
                assert set(call["function"]) == {"name", "arguments"}
                assert isinstance(call["function"]["arguments"], dict)
                assert call["function"]["name"] in offered
                assert re.fullmatch(r"[A-Za-z0-9]{9}", call["id"]) and call["id"] not in seen
                seen.add(call["id"])
        assert not waiting


def test_arguments_keep_their_schema_and_results_are_real(
    attempts: list[tuple[Task, Attempt]], executor: Executor
) -> None:
    fresh = Executor(executor.pool)
    for _, attempt in attempts:
        results = [m for m in attempt.messages if m["role"] == "tool"]
        for call, message in zip(calls_of(attempt), results, strict=True):
            tool = executor.pool.by_name[call["function"]["name"]]
            real = fresh.execute(Call(tool, call["function"]["arguments"]))
            shown = json.loads(message["content"])
            shown.pop(display.NOTE, None)
            if real.ok:
                schema = executor.pool.schema(tool)["function"]["parameters"]
                fastjsonschema.compile({**schema, "additionalProperties": False})(call["function"]["arguments"])
                assert shown == real.value
            else:
                assert attempt.stratum == "recovery" and shown == real.payload()


def test_numbers_that_are_said_were_seen(attempts: list[tuple[Task, Attempt]]) -> None:
    for _, attempt in attempts:
        seen = ""
        for message in attempt.messages:
            if message["role"] == "assistant":
                own = json.dumps(message.get("tool_calls", [])) + message["content"]
                for number in re.findall(r"\d[\d,]*\.?\d*", message["reasoning_content"]):
                    digits = number.replace(",", "").rstrip(".")
                    assert len(digits) < 4 or digits in (seen + own).replace(",", ""), number
            seen += json.dumps(message, ensure_ascii=False)


def test_nothing_is_said_that_only_the_builder_knows(attempts: list[tuple[Task, Attempt]]) -> None:
    banned = re.compile(r"[Dd]erivation|\bgold\b|ground truth|\bs\d\b|[Ee]vidence|\bNone\b(?! of)|\{|\}|  ")
    for _, attempt in attempts:
        for message in attempt.messages[2:]:
            if message["role"] == "assistant":
                assert not banned.search(message["reasoning_content"]), message["reasoning_content"]
                assert not banned.search(message["content"])


def test_words_vary(executor: Executor, tasks: dict[str, Task]) -> None:
    found = [play(tasks["most_populous"], executor, "direct", seed) for seed in range(40)]
    spoken = [attempt.messages for attempt in found if attempt is not None]
    assert len({messages[2]["reasoning_content"] for messages in spoken}) >= 8
    assert len({messages[-1]["reasoning_content"] for messages in spoken}) >= 15
    assert any(message["content"] == "" for messages in spoken for message in messages)


def test_same_stream_same_attempt(executor: Executor, tasks: dict[str, Task]) -> None:
    for stratum in ("direct", "recovery", "detour", "unanswerable"):
        one, two = (play(tasks["most_populous"], executor, stratum, 5) for _ in range(2))
        assert one is not None and two is not None
        assert one.model_dump_json() == two.model_dump_json()
        assert one.id != tasks["most_populous"].id


def test_paces_and_chunks(executor: Executor, tasks: dict[str, Task]) -> None:
    found = [play(tasks["most_populous"], executor, "direct", seed) for seed in range(40)]
    sizes = [[len(m.get("tool_calls", ())) for m in a.messages if "tool_calls" in m] for a in found if a]
    assert [1, 8, 1] in sizes and [1, 1, 8] in sizes and [1] * 10 in sizes
    assert 0.1 < sum(a.parallel is False for a in found if a) / len(sizes) < 0.5
    chain = play(tasks["density"], executor, "direct", 0)
    assert chain is not None and not chain.parallel


def test_every_order_is_one_that_the_data_allow(tasks: dict[str, Task]) -> None:
    orders: dict[str, set[tuple[str, ...]]] = {shape: set() for shape in tasks}
    for shape, task in tasks.items():
        calls = [step for step in task.derivation.steps if not isinstance(step, OpStep)]
        for seed in range(60):
            pace = drawn(random.Random(seed))
            found = batches(task.derivation, calls, pace, random.Random(seed))
            order = [step.id for batch in found for step in batch]
            assert sorted(order) == sorted(step.id for step in calls)
            orders[shape].add(tuple(order))
            # A call rests on the values of earlier batches alone.
            known = set[str]()
            for batch in found:
                known |= readable(task.derivation.steps, known)
                for step in batch:
                    assert {ref.step for source in inputs_of(step).values() for ref in refs(source)} <= known
                known |= {step.id for step in batch}
    assert max(map(len, orders.values())) > 1


def readable(steps: Sequence[Step], known: set[str]) -> set[str]:
    """Operators whose inputs are known, or come of such."""
    found = set(known)
    for step in steps:
        if isinstance(step, OpStep) and {r.step for s in inputs_of(step).values() for r in refs(s)} <= found:
            found.add(step.id)
    return found


@pytest.mark.parametrize("calls", [1, 2, 3, 8, 9, 17])
@pytest.mark.parametrize("pace", list(Pace))
def test_messages_hold_every_call_once(pace: Pace, calls: int, tasks: dict[str, Task]) -> None:
    fan = next(s for task in tasks.values() for s in task.derivation.steps if isinstance(s, MapStep))
    sizes = at_once(pace, [fan], calls)
    assert sum(sizes) == calls and all(0 < size <= MAX_CALLS_AT_ONCE for size in sizes)
    assert (sizes[0] == 1) >= (pace is Pace.TRIAL and calls > 2) and (pace is not Pace.SINGLY or set(sizes) == {1})


def test_recovery_shows_one_real_error_and_its_correction(
    attempts: list[tuple[Task, Attempt]], executor: Executor
) -> None:
    found = [attempt for _, attempt in attempts if attempt.stratum == "recovery"]
    assert len(found) > 10
    for task, attempt in attempts:
        results = [json.loads(m["content"]) for m in attempt.messages if m["role"] == "tool"]
        errors = [result["error"] for result in results if "error" in result]
        assert len(errors) == (attempt.stratum == "recovery")
        if not errors:
            continue
        assert judge(task, attempt).correct and attempt.num_calls == len(task.calls) + 1
        index = next(i for i, m in enumerate(attempt.messages) if m["role"] == "tool" and '"error"' in m["content"])
        retry = next(m for m in attempt.messages[index:] if m["role"] == "assistant")
        assert errors[0]["message"].rstrip(".") in retry["reasoning_content"]
        (call,) = retry["tool_calls"]
        assert call["function"]["name"] == attempt.messages[index]["name"]
        assert call["function"]["arguments"] in [recorded.arguments for recorded in task.calls]


class Forgiving:
    """Runs every call of a task as recorded, and answers any other call as if it worked."""

    def __init__(self, task: Task, executor: Executor, broken: bool = False) -> None:
        self.pool = executor.pool
        self.known = {json.dumps([c.tool, c.arguments], sort_keys=True): c.result for c in task.calls}
        self.broken = broken

    def execute(self, call: Call) -> Result:
        if self.broken:
            return Result(error={"kind": "exception", "message": "it broke"})
        return Result(value=self.known.get(json.dumps([call.tool, call.arguments], sort_keys=True), {"x": 1}))


def test_a_slip_that_does_not_fail_is_no_recovery(executor: Executor, tasks: dict[str, Task]) -> None:
    assert play(tasks["density"], Forgiving(tasks["density"], executor), "recovery", 1) is None
    assert play(tasks["density"], Forgiving(tasks["density"], executor), "direct", 1) is not None


def test_what_does_not_come_out_is_an_error(executor: Executor, tasks: dict[str, Task]) -> None:
    task = tasks["most_populous"]
    with pytest.raises(DerivationError, match="it broke"):
        play(task, Forgiving(task, executor, broken=True), "direct", 1)
    altered = task.model_copy(update={"answer": task.answer.model_copy(update={"value": "Denmark"})})
    with pytest.raises(DerivationError, match="not 'Denmark'"):
        play(altered, executor, "direct", 1)


def test_unanswerable_says_what_is_missing(attempts: list[tuple[Task, Attempt]], executor: Executor) -> None:
    found = [(task, attempt) for task, attempt in attempts if attempt.stratum == "unanswerable"]
    assert found
    for task, attempt in found:
        (tool,) = set(task.toolset) - set(attempt.toolset)
        assert tool in task.tools_used and executor.pool.declared[tool].role == "retrieval"
        assert executor.pool.declared[tool].name not in {c["function"]["name"] for c in calls_of(attempt)}
        text = parse_answer(attempt.messages[-1]["content"])
        assert re.match(r"unanswerable: .*\b(?:population|neighbours|countries|currency|capital|area)", text)
        assert judge(task, attempt).correct
        # Of the task itself, the same words are no answer.
        assert not judge(task, attempt.model_copy(update={"stratum": "direct"})).correct


class Extended:
    """A pool with one more declared tool."""

    def __init__(self, pool: Any, spec: ToolSpec) -> None:
        self._pool = pool
        self.declared: Mapping[str, ToolSpec] = {**pool.declared, spec.id: spec}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


def test_a_tool_is_needed_only_while_nothing_replaces_it(executor: Executor, tasks: dict[str, Task]) -> None:
    pool, task = executor.pool, tasks["most_populous"]
    assert removable(pool, task, random.Random(1)) == PROFILE
    profile = pool.declared[PROFILE]
    people = {"population": profile.returns["population"]}
    reverse = {
        "parameters": {"people": profile.parameters["country"].model_copy(update={"type": "population"})},
        "returns": {"country": profile.returns["country"]},
    }
    for update, replaces in [
        ({"returns": people}, True),
        ({"returns": {"area": profile.returns["area_km2"]}}, False),
        ({"returns": people, "role": "processing"}, True),
        (reverse, False),
    ]:
        rival = profile.model_copy(update={"id": "general.other.rival", **update})
        widened = task.model_copy(update={"toolset": (*task.toolset, rival.id)})
        found = removable(Extended(pool, rival), widened, random.Random(1))  # type: ignore[arg-type]
        assert (found is None) == replaces, update
    assert blocked_steps(task.derivation, PROFILE) == {"s2", "s3"}
    assert blocked_steps(task.derivation, NEIGHBOURS) == {"s1", "s2", "s3"}
    # A task whose every call needs the missing tool shows no work at all.
    assert removable(pool, tasks["density"], random.Random(1)) is None


def test_opening_is_one_for_all(attempts: list[tuple[Task, Attempt]], tasks: dict[str, Task]) -> None:
    for task, attempt in attempts:
        assert tuple(attempt.messages[:2]) == opening(task)
    assert "`capital: ...; area km2: ...; neighbours: ...`" in opening(tasks["report"])[1]["content"]
    assert len({opening(task)[0]["content"] for task in tasks.values()}) > 1
    moment = tasks["count"].answer.model_copy(update={"value": "2024-04-07T15:45"})
    assert "HH:MM" in opening(tasks["count"].model_copy(update={"answer": moment}))[1]["content"]


def test_strata_come_in_their_shares(tasks: dict[str, Task]) -> None:
    found = [strata(tasks["count"], random.Random(seed)) for seed in range(2000)]
    assert all(wanted[0] == "direct" and len(set(wanted)) == len(wanted) for wanted in found)
    assert 0.17 < sum("recovery" in wanted for wanted in found) / 2000 < 0.23
    assert 0.17 < sum("unanswerable" in wanted for wanted in found) / 2000 < 0.23


def test_slips_are_of_many_kinds(executor: Executor) -> None:
    pool = executor.pool
    calculate = pool.declared["general.mathematics.calculate"]
    kinds = {
        k for k, _, _ in variants(pool, calculate, {"operation": "divide", "a": 126529100, "b": 2}, random.Random(1))
    }
    assert kinds == {"missing", "option", "form"}
    country = dict(
        (k, w) for k, _, w in variants(pool, pool.declared[PROFILE], {"country": "Germany"}, random.Random(1))
    )
    assert set(country) == {"spelling"} and sorted(country["spelling"]) == sorted("Germany")
    short = list(variants(pool, pool.declared[PROFILE], {"country": "Peru"}, random.Random(1)))
    assert short == []


def test_long_results_are_cut_with_a_note() -> None:
    value = {"towns": list(range(300)), "text": "x" * 5000, "few": [1, 2], "none": None}
    shown = display.cut(value, set())
    assert shown["towns"] == list(range(display.MAX_ITEMS)) and len(shown["text"]) == display.MAX_CHARACTERS
    assert shown["few"] == [1, 2] and shown["none"] is None
    assert "first 12 of 300" in shown[display.NOTE] and "of 5000 characters" in shown[display.NOTE]
    assert display.cut(value, {"towns", "text"}) == value
    assert len(value["towns"]) == 300


def test_values_are_spoken_as_people_write_them(executor: Executor) -> None:
    voice = Voice(executor.pool, random.Random(1))
    assert voice.value("Netherlands", "country") == "the Netherlands"
    assert voice.value(83240525, "population") == "83,240,525" and voice.value(1999, "year") == "1999"
    assert voice.measured(3.5, "percentage") == "3.5%"
    assert voice.measured(12.5, "area") == "12.5 km²"
    assert voice.measured(12.5, "area", phrase="the area in square kilometres") == "12.5"
    assert voice.measured(7, "day_count", phrase="the number of days") == "7"
    assert voice.measured(1, "day_count", phrase="the wait") == "1 day"
    assert voice.measured(9.5, "distance_km", phrase="the rest after 20 km") == "9.5 km"
    assert voice.measured(9.5, "distance_km", phrase="the way at a speed of 20 km/h") == "9.5 km"
    assert voice.value(32632, "epsg_code") == "32632"
    assert listed(["Lyon, France", "Bern, Switzerland"]) == "Lyon, France and Bern, Switzerland"
    assert listed(["Lyon, France", "Bern", "Rome"]) == "Lyon, France; Bern; and Rome"
    assert voice.value(["Peru"] * 15, "country").endswith("and 3 more")
    assert voice.value("ACGT" * 50, "plain_text").endswith("(200 characters)")
    assert cap("the end") == "The end" and cap("pH is 7") == "pH is 7" and cap("`f` gives") == "`f` gives"


LOAN = {
    "id": "financial.loans.level_payment",
    "kind": "function",
    "role": "processing",
    "function": "level_payment",
    "description": "Level payment of a loan.",
    "parameters": {
        "principal": {"type": "money_amount", "description": "Sum"},
        "weeks": {"type": "count", "description": "Weeks"},
    },
    "returns": {
        "payment": {
            "type": "money_amount",
            "description": "Payment",
            "phrases": [
                "the level payment",
                "the payment on {principal}",
                "the rate over {weeks} weeks",
                "the instalment",
            ],
        },
        "interest": {
            "type": "money_amount",
            "description": "Interest",
            "phrases": ["the interest", "the interest on {principal}", "the cost of {weeks} weeks", "the charge"],
        },
    },
    "examples": [],
}
PAYMENT = Call("financial.loans.level_payment", {"principal": 1200, "weeks": 1})


LOAN_PLACES = {
    **{"the level payment": 0, "the payment on 1200": 1, "the rate over 1 week": 2, "the instalment": 3},
    **{"the interest": 0, "the interest on 1200": 1, "the cost of 1 week": 2, "the charge": 3},
}


def lender(executor: Executor, seed: int, apart: Mapping[str, set[str]] | None = None) -> Voice:
    pool: Any = Extended(executor.pool, ToolSpec.model_validate(LOAN))
    return Voice(pool, random.Random(seed), apart)


def test_a_speaker_keeps_one_phrase_for_a_field(executor: Executor) -> None:
    said = set()
    for seed in range(40):
        voice = lender(executor, seed)
        phrases = [voice.phrase(PAYMENT, "payment") for _ in range(5)]
        assert len(set(phrases)) == 1 and phrases[0] == lender(executor, seed).phrase(PAYMENT, "payment")
        place = LOAN_PLACES[phrases[0]]
        assert LOAN_PLACES[voice.phrase(PAYMENT, "interest")] == place, "sibling fields speak alike"
        said.add(phrases[0])
    assert said == {"the level payment", "the payment on 1200", "the rate over 1 week", "the instalment"}


def test_calls_of_one_tool_are_told_apart(executor: Executor) -> None:
    tool = PAYMENT.tool
    for seed in range(20):
        assert lender(executor, seed, {tool: {"principal"}}).phrase(PAYMENT, "payment") == "the payment on 1200"
        both = lender(executor, seed, {tool: {"principal", "weeks"}})
        assert both.phrase(PAYMENT, "payment") in (
            "the payment on 1200 (weeks 1)",
            "the rate over 1 week (principal 1200)",
        )
        assert "(" not in both.phrase(PAYMENT, "payment", brief=True)
        members = both.phrase(PAYMENT, "payment", each={"principal": "each of these 3 amounts"})
        assert "each of these 3 amounts" in members


def test_an_afterthought_takes_a_colon(executor: Executor) -> None:
    payment = {"type": "money_amount", "description": "Payment", "phrases": ["the payment, interest included"]}
    pool: Any = Extended(executor.pool, ToolSpec.model_validate({**LOAN, "returns": {"payment": payment}}))
    said = [Voice(pool, random.Random(seed)).found(PAYMENT, "payment", 110).lower() for seed in range(20)]
    assert all(text.endswith("the payment, interest included: 110.") for text in said)


def test_a_structural_literal_decides_what_a_result_is(executor: Executor) -> None:
    sums = Call("general.mathematics.calculate", {"operation": "add", "a": 2, "b": 3})
    apart = {sums.tool: {"operation", "a", "b"}}
    assert {Voice(executor.pool, random.Random(seed), apart).phrase(sums, "result") for seed in range(30)} == {
        "the sum of 2 and 3",
        "the total of 2 and 3",
        "the result of adding 3 to 2",
    }


def test_fields_without_wording_get_sensible_names(executor: Executor) -> None:
    nouns = Voice(executor.pool, random.Random(1)).nouns
    assert nouns.words("height_m") == "height" and nouns.words("volume_per_kg") == "volume per kg"
    assert nouns.words("homozygotes_b") == "homozygotes b" and nouns.words("rate") == "rate"
    profile = executor.pool.declared[PROFILE]
    assert nouns.of(profile, "population") == "the population"
    bare = {"type": "number", "description": "Pump rate in mL/h; never negative"}
    flag = {"type": "flag", "description": "Whether it is open"}
    spec = ToolSpec.model_validate(
        {
            **profile.model_dump(),
            "id": "general.x.y",
            "returns": {"rate": bare, "result": {**bare, "description": "Its"}, "o": flag},
        }
    )
    assert [nouns.of(spec, name) for name in spec.returns] == [
        "the pump rate in mL/h",
        "the number",
        "whether it is open",
    ]


def render(name: str, attempt: Attempt, executor: Executor) -> str:
    """The attempt through a chat template, as trainers do."""

    def refuse(message: str) -> None:
        raise jinja2.TemplateError(message)

    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = lambda value, indent=None: json.dumps(value, ensure_ascii=False, indent=indent)
    environment.globals["raise_exception"] = refuse
    template = environment.from_string((TEMPLATES / f"{name}.jinja").read_text(encoding="utf-8"))
    tools = [executor.pool.schema(tool) for tool in attempt.toolset]
    return template.render(messages=list(attempt.messages), tools=tools, add_generation_prompt=False)


def test_chat_templates(attempts: list[tuple[Task, Attempt]], executor: Executor) -> None:
    refused = 0
    for _, attempt in attempts:
        text = render("qwen3_style", attempt, executor)
        for message in attempt.messages:
            assert message["content"] in text
            assert message.get("reasoning_content", "") in text
        assert text.count("<tool_call>\n{") == attempt.num_calls == text.count("<tool_response>\n{")
        if attempt.parallel:
            refused += 1
            with pytest.raises(jinja2.TemplateError, match="single tool-calls"):
                render("llama31_style", attempt, executor)
        else:
            text = render("llama31_style", attempt, executor)
            assert text.count('"parameters": {') >= attempt.num_calls
    assert 0 < refused < len(attempts)


def test_a_detour_is_one_real_call_that_does_not_help(executor: Executor, tasks: dict[str, Task]) -> None:
    made = {shape: play(task, executor, "detour", 1) for shape, task in tasks.items()}
    found = {shape: attempt for shape, attempt in made.items() if attempt is not None}
    assert found, "some task of the set has a tool that sounds right and is not"
    for shape, attempt in found.items():
        task = tasks[shape]
        direct = play(task, executor, "direct", 1)
        assert direct is not None and attempt.num_calls == direct.num_calls + 1
        names = {executor.pool.declared[tool].name for tool in task.tools_used}
        extra = [call for call in calls_of(attempt) if call["function"]["name"] not in names]
        assert len(extra) == 1
        [result] = [m for m in attempt.messages if m.get("tool_call_id") == extra[0]["id"]]
        tool = next(t for t in task.toolset if t.endswith(f".{extra[0]['function']['name']}"))
        real = executor.execute(Call(tool, extra[0]["function"]["arguments"]))
        assert real.ok and "error" not in json.loads(result["content"])
        assert judge(task, attempt).correct


def test_operators_speak_of_options_by_the_field_that_they_share() -> None:
    """Two calls of one tool have its field's name; a calculator's results have none; dates are later, not greater."""
    names = ("Peru", "Chile")
    items = tuple(Literal(literal=name, type="country") for name in names)
    profiles = [CallStep(id=n, tool=PROFILE, arguments={"country": i}) for n, i in zip(names, items, strict=True)]
    people = tuple(Ref(step=name, field="population") for name in names)
    best = OpStep(id="best", op="argmax", inputs={"items": items, "keys": people})
    days = [Literal(literal=day, type="date") for day in ("2026-08-26", "2026-09-09")]
    later = OpStep(
        id="later", op="compare",
        inputs={"left": days[0], "relation": Literal(literal=">", type="number"), "right": days[1]},
    )  # fmt: skip
    known = {step.id: step for step in (*profiles, best, later)}
    values = {"Peru": {"population": 34_000_000}, "Chile": {"population": 19_000_000}, "best": "Peru", "later": False}
    reader = Reader(Voice(general_executor().pool, random.Random(2)), known, values)
    assert "population" in reader.sentence(best) and "Peru" in reader.sentence(best)
    assert "later than" in reader.sentence(later)
