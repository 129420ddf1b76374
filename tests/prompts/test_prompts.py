"""Words as data: every template's placeholders have values, filling is one pass, mistakes are errors."""

from __future__ import annotations

import string

import pytest

from builder import prompts
from builder.errors import BuilderError
from builder.records.derivations import AnswerKind

SLOTS = {
    "begin": "goal tool", "begin_only": "goal tool", "begin_many": "goal", "together": "", "onward": "goal tool",
    "beside": "goal tool", "again": "member", "rest": "goal", "look": "goal", "work": "goal", "each": "",
    "several": "", "is": "phrase value tool", "colon": "phrase value tool", "pairs": "head pairs",
    "member": "member value tool", "rounding": "raw answer", "close": "answer", "final": "answer",
    "close_flag": "answer", "final_flag": "answer", "final_list": "answer", "retry": "",
    "op.argmax": "head item key", "op.argmin": "head item key", "op.best": "item predicate key",
    "op.filter": "head relation threshold items", "op.count": "value", "op.only": "value",
    "op.contains_yes": "item", "op.contains_no": "item", "op.compare_yes": "left relation right",
    "op.compare_no": "left relation right", "op.all_of_yes": "", "op.all_of_no": "", "op.any_of_yes": "",
    "op.any_of_no": "", "op.choose_yes": "value", "op.choose_no": "value", "op.rank": "order head pairs",
    "op.value_for": "item head value", "op.common": "items", "op.without": "items",
    "detour.try": "goal tool", "detour.then": "tool", "detour.aside": "", "detour.useless": "tool given goal",
    "lack.think": "goal", "lack.depends": "", "lack.final": "goal", "lack.answer": "goal",
    **dict.fromkeys(
        ("slip.spelling", "slip.name", "slip.form", "slip.option", "slip.range", "slip.missing"),
        "message tool parameter right wrong",
    ),
}  # fmt: skip
"""The values that the solver has in each situation."""


def test_each_situation_is_known_and_its_placeholders_have_values() -> None:
    found = prompts.phrases("solver")
    assert {name for name in found if not name.startswith("noun.")} == set(SLOTS)
    for name, allowed in SLOTS.items():
        for template in found[name]:
            assert prompts.placeholders(template) <= set(allowed.split()), template
            assert template.count("{") == len([f for _, f, _, _ in string.Formatter().parse(template) if f])


def test_sentences_end_and_there_are_several_of_each() -> None:
    for name, templates in prompts.phrases("solver").items():
        assert len(set(templates)) == len(templates)
        if name.startswith("noun.") or name == "lack.answer":
            continue
        assert len(templates) >= 2, name
        assert all(template.endswith(".") for template in templates), name


def test_every_answer_kind_has_a_form() -> None:
    found = prompts.phrases("system")
    kinds = [*AnswerKind.__args__, "time"]  # type: ignore[attr-defined]
    assert {f"form.{kind}" for kind in kinds} | {"system", "protocol"} == set(found)
    for template in found["protocol"]:
        assert prompts.placeholders(template) == {"form"} and "unanswerable" in template
        assert "<answer>" in template and "</answer>" in template


def test_a_models_prompts_have_the_values_that_its_roles_give() -> None:
    found = {name: prompts.placeholders(text) for name, (text,) in prompts.phrases("roles").items()}
    assert found == {
        "word.system": set(),
        "word.user": {"register", "keep", "question"},
        "word.again": {"reason"},
        "read.system": set(),
        "read.user": {"question", "slots"},
        "collect.system": set(),
        "collect.user": {"seed"},
        "collect.further": {"seed", "evidence", "question"},
        "derive.system": set(),
        "derive.user": {"evidence", "seed", "forms", "register", "task"},
        "derive.first": set(),
        "derive.further": {"question", "derivation"},
        "derive.again": {"reason"},
        "derive.plain": set(),
        "derive.formal": set(),
        "derive.reason": set(),
        "judge.system": set(),
        "judge.user": {"question", "reference", "answer"},
    }


def test_filling_is_one_pass() -> None:
    assert prompts.fill("{a} and {b}", {"a": "{b}", "b": "x{y}"}) == "{b} and x{y}"


@pytest.mark.parametrize(("template", "values"), [("{a}", {}), ("a", {"a": "x"}), ("{a}", {"a": "x", "b": "y"})])
def test_missing_and_unused_values_are_errors(template: str, values: dict[str, str]) -> None:
    with pytest.raises(BuilderError, match="no value for"):
        prompts.fill(template, values)


def test_unknown_files_are_named() -> None:
    with pytest.raises(BuilderError, match="roles, solver, system"):
        prompts.phrases("nothing")


def test_the_digest_stands_for_all_files() -> None:
    assert {"frames", "solver", "system"} <= set(prompts.files())
    assert prompts.prompts_digest() == prompts.prompts_digest() and len(prompts.prompts_digest()) == 64
