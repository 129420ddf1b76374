"""Selection: within its guarantee of the best, quotas kept, and the same whatever the order of the input.

Few rows are chosen exactly, more nearly so: `sure=0` makes any choice one of many.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.errors import SettingsError
from builder.recipe.coverage import UNIT
from builder.recipe.quotas import EXEMPLAR_ROOM, Quotas
from builder.recipe.selection import LOOSE, WEIGHTS, Candidate, choose, features, value
from builder.settings import Settings
from tests.benchmarks import made

STRATA = {"recovery": 0.2, "detour": 0.1, "unanswerable": 0.05}


def candidate(row: str, *tools: str, **said: str) -> Candidate:
    """A row of its own task, domain quota and answer apart from what is said."""
    known = {"task": row, "domain": "d", "exemplar": f"e{row}", "stratum": "direct", "answer": row} | said
    return Candidate(row=row, features=features({"tool": tools}), **known)


def pool(count: int, seed: int = 0) -> list[Candidate]:
    rng = random.Random(seed)
    found = []
    for number in range(count):
        tools = rng.sample("abcdefghijkl", rng.randint(1, 4))
        found.append(
            candidate(
                f"r{number:04d}",
                *tools,
                task=f"t{number // 2:04d}",
                domain=rng.choice(["x", "x", "x", "y", "z"]),
                exemplar=f"e{rng.randint(0, 30)}",
                stratum=rng.choice(["direct", "direct", "recovery", "unanswerable"]),
                answer=rng.choice(["yes", "yes", "no", str(number)]),
            )
        )
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.sampled_from("abcdef"), min_size=1, max_size=3), min_size=2, max_size=8), st.integers(1, 4))
def test_greedy_is_within_its_guarantee_and_never_below_a_plain_greedy(tools: list[set[str]], size: int) -> None:
    rows = [candidate(f"r{number}", *sorted(names)) for number, names in enumerate(tools)]
    size = min(size, len(rows))
    chosen = [item.candidate for item in choose(rows, size, STRATA).rows]
    best = max(value(subset) for subset in combinations(rows, size))
    assert len(chosen) == size
    assert value(chosen) >= (1 - 1 / math.e) * best - 1e-6
    plain: list[Candidate] = []
    for _ in range(size):
        plain.append(
            max((r for r in rows if r not in plain), key=lambda r: (round(value([*plain, r]), 6), -rows.index(r)))
        )
    assert value(chosen) == pytest.approx(value(plain), abs=1e-3)


def fair(rows: list[Candidate], size: int, slack: float) -> Quotas:
    tasks = {row.task: row for row in rows}.values()
    domains, exemplars = Counter(row.domain for row in tasks), Counter(row.exemplar for row in tasks)
    return Quotas.fair(domains, exemplars.values(), size, slack, STRATA)


class Plainly:
    """A choice with all gains counted anew for each row, quotas of the first slack only; answers are not looked at."""

    def __init__(self, rows: list[Candidate], size: int) -> None:
        self.rows, self.quotas, self.size = rows, fair(rows, size, 1.0), size
        self.taken: list[Candidate] = []

    def free(self, row: Candidate) -> bool:
        taken, quotas = self.taken, self.quotas
        return (
            row.task not in {other.task for other in taken}
            and sum(other.domain == row.domain for other in taken) < quotas.domains[row.domain]
            and sum(other.stratum == row.stratum for other in taken) < quotas.strata.get(row.stratum, self.size)
            and sum(other.exemplar == row.exemplar for other in taken) < quotas.exemplar
        )

    def gains(self) -> dict[str, int]:
        """What each row that may be taken would add."""
        counts = Counter(feature for row in self.taken for feature in row.features)
        free = filter(self.free, self.rows)
        return {row.row: sum(_step(counts[f], WEIGHTS[f[0]]) for f in row.features) for row in free}


def plainly(rows: list[Candidate], size: int) -> list[str]:
    """The exact choice."""
    plain, by_id = Plainly(rows, size), {row.row: row for row in rows}
    while len(plain.taken) < size and (gains := plain.gains()):
        # Ties by id: `max` takes the first of equal ones.
        plain.taken.append(by_id[max(gains, key=gains.__getitem__)])
    return [row.row for row in plain.taken]


def _step(count: int, weight: float) -> int:
    return round(weight * 1024) * round((math.sqrt(count + 1) - math.sqrt(count)) * (UNIT >> 10))


@pytest.mark.parametrize("seed", range(4))
def test_quotas_leave_what_counting_all_rows_anew_takes(seed: int) -> None:
    # Answers of their own: none is given back for being too common.
    rows = [replace(row, answer=row.row) for row in pool(120, seed)]
    plain = plainly(rows, 24)
    chosen = choose(rows, 24, STRATA)
    # What stretched quotas add comes after.
    assert len(plain) > 20
    assert [item.candidate.row for item in chosen.rows][: len(plain)] == plain


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(20, 150), st.integers(1, 40))
def test_each_row_of_many_adds_nearly_as_much_as_any_that_may_be_taken_at_its_turn(
    seed: int, count: int, size: int
) -> None:
    rows = [replace(row, answer=row.row, domain="xyz"[int(row.task[1:]) % 3]) for row in pool(count, seed)]
    plain = Plainly(rows, size)
    for item in choose(rows, size, STRATA, sure=0).rows:
        if not (gains := plain.gains()):
            # What stretched quotas add comes after.
            break
        assert gains[item.candidate.row] >= (1 - 1 / LOOSE) * max(gains.values())
        assert item.gain == gains[item.candidate.row] / UNIT
        plain.taken.append(item.candidate)


@pytest.mark.parametrize(("count", "size"), [(3000, 1300), (3000, 260), (6700, 600)])
def test_many_rows_are_worth_what_exactly_chosen_ones_are(count: int, size: int) -> None:
    rows = [
        Candidate(f"r{n:04d}", f"t{n}", "d", f"e{n}", "direct", f"{n}", tuple(sorted(found)))
        for n, found in enumerate(made.rows(count))
    ]
    exact, many = (value(item.candidate for item in choose(rows, size, sure=sure).rows) for sure in (size, 0))
    assert many >= 0.999 * exact


@pytest.mark.parametrize("sure", [0, 1000])
def test_names_of_features_change_nothing(sure: int) -> None:
    rows = pool(300)
    renamed = [replace(row, features=tuple((kind, f"as {name}") for kind, name in row.features)) for row in rows]
    plain, other = (choose(found, 60, STRATA, sure=sure) for found in (rows, renamed))
    assert [(t.candidate.row, t.gain) for t in plain.rows] == [(t.candidate.row, t.gain) for t in other.rows]


def test_gains_are_those_of_the_order_and_sum_to_the_value() -> None:
    rows = [candidate(f"r{number}", *names) for number, names in enumerate(["a", "ab", "abc", "d", "a"])]
    chosen = choose(rows, 5, STRATA)
    gains = [item.gain for item in chosen.rows]
    assert gains == sorted(gains, reverse=True)
    assert sum(gains) == pytest.approx(value(rows), abs=1e-3)
    assert chosen.rows[0].candidate.row == "r2"


@pytest.mark.parametrize("sure", [0, 1000])
def test_order_of_the_input_changes_nothing(sure: int) -> None:
    rows = pool(300)
    mixed = rows.copy()
    random.Random(1).shuffle(mixed)
    assert choose(mixed, 60, STRATA, sure=sure) == choose(rows, 60, STRATA, sure=sure)


@pytest.mark.parametrize("sure", [0, 1000])
def test_quotas_hold_and_no_task_is_taken_twice(sure: int) -> None:
    rows, size = pool(2000), 300
    chosen = choose(rows, size, STRATA, sure=sure)
    quotas = fair(rows, size, chosen.slack)
    taken = [item.candidate for item in chosen.rows]
    assert len(taken) == len({c.task for c in taken}) == size
    assert chosen.slack == 1.0
    assert max(Counter(c.domain for c in taken).values()) <= max(quotas.domains.values()) == size / 3
    assert max(Counter(c.exemplar for c in taken).values()) <= quotas.exemplar == math.ceil(10 * EXEMPLAR_ROOM)
    strata = Counter(c.stratum for c in taken)
    assert all(strata[stratum] <= math.ceil(size * share) for stratum, share in STRATA.items())


@pytest.mark.parametrize("sure", [0, 1000])
@pytest.mark.parametrize("size", [7, 40, 150, 1000])
def test_no_constant_answer_is_right_for_more_than_half_of_an_exemplar(size: int, sure: int) -> None:
    taken = [item.candidate for item in choose(pool(900), size, sure=sure).rows]
    rows = Counter(c.exemplar for c in taken)
    answers = Counter((c.exemplar, c.answer) for c in taken)
    assert rows and all(2 * count <= rows[exemplar] for (exemplar, _), count in answers.items() if rows[exemplar] > 1)


def test_a_pool_too_small_gives_all_its_tasks_with_stretched_quotas() -> None:
    rows = [candidate(f"r{number}", "a", stratum="recovery") for number in range(5)]
    chosen = choose(rows, 5, STRATA)
    assert len(chosen.rows) == 5 and chosen.slack > 1
    assert len(choose(rows, 9, STRATA).rows) == 5
    assert choose(rows, 0, STRATA).rows == () and choose([], 3, STRATA).rows == ()


def test_features_hold_each_pair_of_tools_once() -> None:
    assert features({"tool": ["b", "a", "b"], "seed": ["s"]}) == (
        ("pair", "a b"),
        ("seed", "s"),
        ("tool", "a"),
        ("tool", "b"),
    )


@pytest.mark.parametrize(
    ("size", "strata", "weights", "message"),
    [
        (-1, {}, {"tool": 1.0}, "-1 rows cannot be chosen"),
        (1, {"detour": 1.5}, {"tool": 1.0}, "strata.detour: a share of 1.5 is not between 0 and 1"),
        (1, {}, {"tool": -1.0}, "weights.tool: -1 is not 0 or more"),
        (1, {}, {"tool": math.nan}, "weights.tool: nan is not 0 or more"),
    ],
)
def test_quotas_and_weights_that_cannot_hold(
    size: int, strata: dict[str, float], weights: dict[str, float], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        choose([candidate("r", "a")], size, strata, weights)


def test_a_budget_of_nothing_chooses_nothing() -> None:
    assert choose(pool(20), 0, STRATA).rows == ()
    with pytest.raises(SettingsError, match=r"select: .*both 0, and a release needs rows"):
        Settings.profile("smoke").replace({"select.sft": 0, "select.sft_validation": 0})
