"""Reading sheets: written, filled, added up; marks that cannot be read are named by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import BuilderError
from builder.stages.sheets import MARKS, agreement, cohens_kappa, read_marks, sheet
from builder.testing.tasks import make_task


def written() -> str:
    tasks = [make_task("bigger"), make_task("density"), make_task("report")]
    return sheet("Sheet", tasks, lambda task: [f"Answer: {task.answer.value}", "```", *(c.tool for c in task.calls)])


def filled(text: str, marks: str) -> str:
    """The sheet with its boxes filled in order; `-` leaves one empty."""
    parts = text.split("- [ ] ")
    assert len(parts) == len(marks) + 1
    return parts[0] + "".join(
        f"- [{'' if mark == '-' else mark}] {part}" for mark, part in zip(marks, parts[1:], strict=True)
    )


def test_a_sheet_holds_question_answer_and_calls_of_each_task() -> None:
    text = written()
    assert text.count("## ") == 3 and text.count("- [ ] ") == 9
    assert "> Does Kenya have more inhabitants than Tanzania?" in text
    assert "````" in text, "a fence longer than any inside"


def test_marks_add_up_and_an_unmarked_task_is_unread() -> None:
    reading = read_marks(filled(written(), "yyn" + "---" + "Yn y".replace(" ", "")), "a.md")
    assert (reading.tasks, len(reading.marks)) == (3, 2)
    assert [reading.share(mark) for mark in MARKS] == [(2, 2), (1, 2), (1, 2)]


def test_two_readers_agree_on_what_both_read() -> None:
    text = written()
    found = agreement(
        read_marks(filled(text, "yyn" + "yyy" + "nyy"), "a.md"), read_marks(filled(text, "yyy" + "---" + "nyn"), "b.md")
    )
    assert found.tasks == 2
    assert (found.both["sensible"], found.same["sensible"], found.kappa["sensible"]) == (1, 2, 1.0)
    assert (found.both["natural"], found.same["natural"]) == (0, 0)
    assert found.kappa["unambiguous"] is None, "both say yes to everything"


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ("yyx------", "[x] is no mark (write y or n)"),
        ("yy-------", "has no mark for natural"),
    ],
)
def test_marks_that_cannot_be_read_are_named_by_line(marks: str, said: str) -> None:
    with pytest.raises(BuilderError) as caught:
        read_marks(filled(written(), marks), "a.md")
    assert str(caught.value).startswith("a.md: line ") and said in str(caught.value)


def test_a_file_that_is_no_sheet_says_so() -> None:
    with pytest.raises(BuilderError, match="no task was found"):
        read_marks("# Notes\n", "notes.md")


def test_sheets_of_other_tasks_are_not_compared() -> None:
    one = read_marks(filled(written(), "yyyyyyyyy"), "a.md")
    other = read_marks(filled(sheet("S", [make_task("count")], lambda task: []), "yyy"), "b.md")
    with pytest.raises(BuilderError, match="share no task"):
        agreement(one, other)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=50))
def test_kappa_is_symmetric_and_at_most_one(pairs: list[tuple[bool, bool]]) -> None:
    kappa = cohens_kappa(pairs)
    assert kappa == cohens_kappa([(b, a) for a, b in pairs])
    assert kappa is None or -1 <= kappa <= 1
    if kappa is not None and all(a == b for a, b in pairs):
        assert kappa == 1
