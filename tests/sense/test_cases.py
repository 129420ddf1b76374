"""Every bad candidate of the table is refused by the law or gate that it breaks, and its neighbour passes."""

from __future__ import annotations

import pytest

from tests.sense.bench import outcome, static
from tests.sense.cases import DRAWN, LAWS, STATIC, Case
from tests.sense.further import DRAWN_MORE, STATIC_MORE

ALL_STATIC, ALL_DRAWN = (*STATIC, *STATIC_MORE), (*DRAWN, *DRAWN_MORE)

LEAST = 3
"""Bad candidates of each law."""


def _ids(cases: tuple[Case, ...]) -> list[str]:
    return [case.name for case in cases]


@pytest.mark.parametrize("case", ALL_STATIC, ids=_ids(ALL_STATIC))
def test_what_declarations_refuse(case: Case) -> None:
    assert static(case.bad) == case.reason
    if case.good is not None:
        assert static(case.good) == "sound"


@pytest.mark.parametrize("case", ALL_DRAWN, ids=_ids(ALL_DRAWN))
def test_what_evidence_refuses(case: Case) -> None:
    assert outcome(case.bad) == case.reason
    if case.good is not None:
        assert outcome(case.good) == "kept"


@pytest.mark.parametrize("law", range(1, 13))
def test_every_law_has_several_bad_candidates(law: int) -> None:
    found = [case.name for case in (*ALL_STATIC, *ALL_DRAWN) if (case.law or LAWS.get(case.reason)) == law]
    assert len(found) >= LEAST


def test_no_candidate_stands_twice() -> None:
    names = _ids((*ALL_STATIC, *ALL_DRAWN))
    assert len(set(names)) == len(names)
