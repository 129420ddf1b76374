"""Every bad candidate of the table is refused by the law or gate that it breaks, and its neighbour passes."""

from __future__ import annotations

import pytest

from tests.sense.bench import outcome, static
from tests.sense.cases import DRAWN, STATIC, Case


def _ids(cases: tuple[Case, ...]) -> list[str]:
    return [case.name for case in cases]


@pytest.mark.parametrize("case", STATIC, ids=_ids(STATIC))
def test_what_declarations_refuse(case: Case) -> None:
    assert static(case.bad) == case.reason
    if case.good is not None:
        assert static(case.good) == "sound"


@pytest.mark.parametrize("case", DRAWN, ids=_ids(DRAWN))
def test_what_evidence_refuses(case: Case) -> None:
    assert outcome(case.bad) == case.reason
    if case.good is not None:
        assert outcome(case.good) == "kept"
