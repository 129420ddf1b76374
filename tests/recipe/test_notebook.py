"""The notebook of a baseline solver: what it finds by type follows what is at hand, in the order of finding."""

from __future__ import annotations

from builder.recipe.notebook import Known, Notebook, Problem
from builder.records.derivations import AnswerSpec, Literal
from builder.testing.tasks import general_executor

POOL = general_executor().pool
CHILD = next(kind for kind in sorted(POOL.types) if len(POOL.ancestors(kind)) > 1)
KIND = POOL.ancestors(CHILD)[1]


def known(kind: str, value: object, depth: int = 0) -> Known:
    return Known(kind, kind, value, frozenset(), depth)


def notebook() -> Notebook:
    return Notebook.of(POOL, Problem("Which?", (), (), AnswerSpec(kind="text", type=KIND)))


def test_values_of_a_type_and_its_subtypes_stand_in_the_order_of_finding() -> None:
    book = notebook()
    book.note([known(CHILD, "a"), known(KIND, "b"), known(CHILD, "c", 1), known(CHILD, ["d"])])
    assert [each.value for each in book.fitting(KIND, many=False)] == ["a", "b", "c"]
    assert [each.value for each in book.latest(KIND, many=False)] == ["c", "a", "b"]
    assert [each.value for each in book.fitting(CHILD, many=False)] == ["a", "c"]
    assert [each.value for each in book.fitting(KIND, many=True)] == [["d"]]


def test_what_is_noted_later_is_found() -> None:
    book = notebook()
    assert book.latest(KIND, many=False) == []
    book.note([*book.values, known(KIND, "a")])
    assert [each.value for each in book.latest(KIND, many=False)] == ["a"]


def test_what_the_question_is_about_is_no_answer_but_one_of_several_may_be() -> None:
    peru, chad = (Literal(literal=name, type="country") for name in ("Peru", "Chad"))
    spec = AnswerSpec(kind="entity", type="country")
    found = [known("country", "Peru"), known("country", "Chad")]
    assert Notebook.of(POOL, Problem("Which borders Peru?", (peru,), (), spec)).answer(found) == "Chad"
    assert Notebook.of(POOL, Problem("Which of the two?", (peru, chad), (), spec)).answer(found) == "Peru"
