"""`make_task()`: a small real task over the `general` tools. Its evidence is executed when it is made.

    executor = general_executor()
    task = make_task("most_populous", executor)

Shapes cover every answer kind and every way in which calls depend on each other.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import lru_cache

from builder.recipe.derivation import canonical, evaluate, task_id
from builder.recipe.shape import depth_and_width, evidence_calls
from builder.recipe.verdicts import typed_answer
from builder.records.derivations import (
    AnswerSpec,
    CallStep,
    Derivation,
    Literal,
    MapStep,
    OpStep,
    Ref,
    Sources,
    Step,
)
from builder.records.tasks import Task
from builder.resources import tool_specs_dir
from builder.tools.driver import drive
from builder.tools.executor import Executor
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache, default_cache_folder

PROFILE = "general.countries.country_profile"
NEIGHBOURS = "general.countries.country_neighbours"
CALCULATE = "general.mathematics.calculate"
STATISTICS = "general.mathematics.describe_numbers"

TOOLSET_SIZE = 15


@lru_cache(maxsize=1)
def general_executor() -> Executor:
    """An executor over the pool's own specs; one per process, since loading them takes a moment."""
    return Executor(ToolPool(tool_specs_dir(), TableCache(default_cache_folder(dict(os.environ)))), cache=1024)


def _country(name: str) -> Literal:
    return Literal(literal=name, type="country")


def _profile(identity: str, country: Sources) -> CallStep:
    return CallStep(id=identity, tool=PROFILE, arguments={"country": country})


def _operator(identity: str, op: str, **inputs: Sources) -> OpStep:
    return OpStep(id=identity, op=op, inputs=inputs)


def _word(text: str) -> Literal:
    return Literal(literal=text, type="option")


def _around(country: str) -> tuple[CallStep, MapStep]:
    """The neighbours of a country, and the profile of each."""
    listing = CallStep(id="n", tool=NEIGHBOURS, arguments={"country": _country(country)})
    return listing, MapStep(id="p", tool=PROFILE, over=Ref(step="n", field="neighbours"), parameter="country")


_ITEMS, _PEOPLE, _AREAS = (
    Ref(step="n", field="neighbours"),
    Ref(step="p", field="population"),
    Ref(step="p", field="area_km2"),
)
_THREE = (_country("Peru"), _country("Chile"), _country("Ecuador"))
_COUNTRY = AnswerSpec(kind="entity", type="country")
_DECIMALS = AnswerSpec(kind="number", type="number", decimals=2)

QUESTIONS = {
    "most_populous": "Which of the countries bordering Germany has the most inhabitants?",
    "currency": "Of the countries bordering Germany, take the most populous. What is its currency?",
    "mean": "What is the mean population of the countries bordering Germany, to two decimals?",
    "large": "Which countries bordering Germany have more than 20,000,000 inhabitants?",
    "count": "How many of the countries bordering Germany have more than 20,000,000 inhabitants?",
    "density": "How many people live on a square kilometre of Japan on average, to two decimals?",
    "ranking": "Put Peru, Chile and Ecuador in order of area, largest first.",
    "bigger": "Does Kenya have more inhabitants than Tanzania?",
    "branch": "We open an office in Kenya if it has more inhabitants than Tanzania, else in Tanzania. Where?",
    "report": "Report the capital of Peru, its area in square kilometres and its neighbours.",
}


def _proof(steps: Iterable[Step], answer: str, spec: AnswerSpec) -> Derivation:
    """A derivation; `answer` is `step` or `step.field`."""
    step, _, field = answer.partition(".")
    return Derivation(steps=tuple(steps), answer=Ref(step=step, field=field), spec=spec)


def _fanouts() -> dict[str, Derivation]:
    around = _around("Germany")
    best = _operator("b", "argmax", items=_ITEMS, keys=_PEOPLE)
    money = _operator("c", "value_for", item=Ref(step="b"), items=_ITEMS, values=Ref(step="p", field="currency"))
    limit = Literal(literal=20_000_000, type="number")
    large = _operator("f", "filter", items=_ITEMS, keys=_PEOPLE, relation=_word(">"), threshold=limit)
    count = _operator("k", "count", items=Ref(step="f"))
    mean = CallStep(id="m", tool=STATISTICS, arguments={"values": _PEOPLE})
    trio = MapStep(id="p", tool=PROFILE, over=_THREE, parameter="country")
    ranked = _operator("r", "rank", items=_THREE, keys=_AREAS, order=_word("descending"))
    return {
        "most_populous": _proof([*around, best], "b", _COUNTRY),
        "currency": _proof([*around, best, money], "c", AnswerSpec(kind="entity", type="currency")),
        "mean": _proof([*around, mean], "m.mean", _DECIMALS),
        "large": _proof([*around, large], "f", AnswerSpec(kind="set", type="country")),
        "count": _proof([*around, large, count], "k", AnswerSpec(kind="number", type="count")),
        "ranking": _proof([trio, ranked], "r", AnswerSpec(kind="list", type="country")),
    }


def _others() -> dict[str, Derivation]:
    people = Ref(step="p", field="population")
    kenya, tanzania = _country("Kenya"), _country("Tanzania")
    both = [_profile("p", kenya), _profile("q", tanzania)]
    other = Ref(step="q", field="population")
    bigger = _operator("o", "compare", left=people, relation=_word(">"), right=other)
    chosen = _operator("c", "choose", condition=Ref(step="o"), then=kenya, otherwise=tanzania)
    divide: dict[str, Sources] = {"operation": _word("divide"), "a": people, "b": _AREAS}
    density = CallStep(id="d", tool=CALCULATE, arguments=divide)
    parts = {
        "capital": AnswerSpec(kind="entity", type="capital_city"),
        "area_km2": AnswerSpec(kind="number", type="area", decimals=1, unit="km²"),
        "neighbours": AnswerSpec(kind="set", type="country"),
    }
    neighbours = CallStep(id="n", tool=NEIGHBOURS, arguments={"country": _country("Peru")})
    capital = Ref(step="p", field="capital")
    report = _operator("r", "record", capital=capital, area_km2=_AREAS, neighbours=_ITEMS)
    return {
        "density": _proof([_profile("p", _country("Japan")), density], "d.result", _DECIMALS),
        "bigger": _proof([*both, bigger], "o", AnswerSpec(kind="boolean", type="flag")),
        "branch": _proof([*both, bigger, chosen], "c", _COUNTRY),
        "report": _proof(
            [_profile("p", _country("Peru")), neighbours, report],
            "r",
            AnswerSpec(kind="record", fields=parts),
        ),
    }


SHAPES = tuple(QUESTIONS)


def make_task(shape: str = "most_populous", executor: Executor | None = None) -> Task:
    """A task of one of SHAPES, with evidence from fresh calls of `executor` (the general one by default)."""
    executor = executor or general_executor()
    question = f"{QUESTIONS[shape]} Use GeoNames data."
    derivation = canonical({**_fanouts(), **_others()}[shape])
    value, evidence = drive(evaluate(derivation), executor)
    keys = {number: executor.key(made.call) for number, made in enumerate(evidence.made)}
    calls = evidence_calls(executor.pool, derivation, evidence, keys)
    depth, width = depth_and_width(derivation, evidence)
    answer = typed_answer(executor.pool, derivation.spec, value)
    seed = next(str(v) for v in calls[0].arguments.values())
    return Task.model_validate(
        {
            "id": task_id(derivation),
            "draw": f"draw_{shape}",
            "domain": "general",
            "exemplar": f"testing.{shape}",
            "frame": shape,
            "register": "plain",
            "seed": {"type": "country", "value": seed, "label": seed},
            "question": question,
            "answer": answer,
            "toolset": toolset(executor.pool, {call.tool for call in calls}),
            "calls": calls,
            "derivation": derivation,
            "rounds": [
                {
                    "number": 1,
                    "move": "start",
                    "question": question,
                    "answer": answer,
                    "derivation": derivation,
                }
            ],
            "depth": depth,
            "width": width,
            "domains": sorted({executor.pool.declared[call.tool].domain for call in calls}),
        }
    )


def toolset(pool: ToolPool, used: set[str]) -> list[str]:
    """The used tools, filled up to 15 with others of the domain that hold no facts about countries."""
    others = [
        identity
        for identity, spec in sorted(pool.tools.items())
        if identity not in used and spec.domain == "general" and spec.provider != "general.countries"
    ]
    return sorted([*used, *others[: TOOLSET_SIZE - len(used)]])
