"""The comparing code on small real parts: euro rates of our table against the ECB's last fixings, of the base pool."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from builder.resources import tool_specs_dir
from builder.tools.loading import SpecFiles
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache, default_cache_folder
from tests.second_sources.__main__ import COMPARISONS
from tests.second_sources.comparing import Comparison, UnsoundComparison, Value, compare, judge, plain
from tests.second_sources.page import page
from tests.second_sources.reading import called, column, folder_of, second

EURO = next(c for c in COMPARISONS if c.table == "financial.euro.legacy" and c.field == "fixed_rate")


@pytest.fixture(scope="module")
def pool() -> ToolPool:
    cache = TableCache(default_cache_folder(dict(os.environ)))
    return ToolPool.of(SpecFiles(tool_specs_dir(), cache.folder), cache)


def made(theirs: Mapping[str, Value], **changes: object) -> Comparison:
    """Our euro rates against given values."""
    fields = {"followed": {}, "within": 0.0, "reason": "", "theirs": second(lambda: theirs), **changes}
    return EURO.model_copy(update=fields)


def rates(pool: ToolPool) -> dict[str, Value]:
    return dict(EURO.ours(pool))


def test_our_euro_rates_are_the_last_fixings(pool: ToolPool) -> None:
    outcome = compare(EURO, pool, seed=1)
    assert outcome.shared >= 9
    assert outcome.count("same") >= 6
    assert outcome.count("different") == 0


def test_a_wrong_rate_is_found_and_open(pool: ToolPool) -> None:
    theirs = {**rates(pool), "French franc": 6.55975}
    outcome = compare(made(theirs), pool, seed=1, draws=0)
    assert [pair.key for pair in outcome.open] == ["French franc"]
    assert outcome.count("same") == len(theirs) - 1
    assert outcome.worst == pytest.approx(1.8e-4 / 6.55975)


def test_what_was_followed_up_is_not_open(pool: ToolPool) -> None:
    theirs = {**rates(pool), "French franc": 6.55975}
    outcome = compare(made(theirs, followed={"French franc": "ours: the regulation"}), pool, seed=1, draws=0)
    assert outcome.open == ()
    assert outcome.count("different") == 1


def test_a_follow_up_of_no_difference_is_refused(pool: ToolPool) -> None:
    with pytest.raises(UnsoundComparison, match="French franc"):
        compare(made(rates(pool), followed={"French franc": "ours"}), pool, seed=1)


def test_a_mended_value_must_not_come_back(pool: ToolPool) -> None:
    mended = {"French franc": "was upside down", "Ruritanian crown": "left out"}
    assert compare(made(rates(pool), mended=mended), pool, seed=1, draws=0).open == ()
    with pytest.raises(UnsoundComparison, match="wrong again"):
        compare(made({**rates(pool), "French franc": 0.1524}, mended=mended), pool, seed=1)


def test_sources_without_a_common_key_are_refused(pool: ToolPool) -> None:
    with pytest.raises(UnsoundComparison, match="no key in common"):
        compare(made({"FRF": 6.55957}), pool, seed=1)


def test_draws_depend_on_the_seed_alone(pool: ToolPool) -> None:
    def drawn(seed: int) -> list[str]:
        return [pair.key for pair in compare(made(rates(pool)), pool, seed, draws=5).pairs]

    assert drawn(1) == drawn(1)
    assert len({tuple(drawn(seed)) for seed in range(6)}) > 1
    assert all(len(set(drawn(seed))) == 5 for seed in range(6))


@pytest.mark.parametrize(
    ("decimals", "within", "apart", "ours", "theirs", "verdict"),
    [
        (2, 0.0, 0.0, 1.0, 1.005, "same"),
        (2, 0.0, 0.0, 1.0, 1.006, "different"),
        (2, 0.01, 0.0, 1.0, 1.01, "close"),
        (2, 0.01, 0.0, 1.0, 1.02, "different"),
        (2, 0.0, 0.5, 100.0, 100.5, "close"),
        (None, 0.0, 0.0, 0.1 + 0.2, 0.3, "same"),
        (None, 0.0, 0.0, 3, 4, "different"),
        (None, 0.0, 0.0, -1.0, 1.0, "different"),
        (None, 0.01, 0.0, 0.0, 1e-9, "different"),
    ],
)
def test_numbers(decimals: int | None, within: float, apart: float, ours: float, theirs: float, verdict: str) -> None:
    comparison = made({}, decimals=decimals, within=within, apart=apart)
    assert judge(comparison, ours, theirs) == verdict


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        ("Malabo", "Malabo", "same"),
        ("São Tomé", "Sao Tome", "close"),
        ("Trinidad and Tobago", "Trinidad & Tobago", "close"),
        ("Astana", "Nur-Sultan", "different"),
        (frozenset({"a", "b"}), frozenset({"b", "a"}), "same"),
        (frozenset({"a", "b"}), frozenset({"a"}), "different"),
        (True, True, "same"),
        (True, 1.0, "different"),
        ("1", 1.0, "different"),
    ],
)
def test_texts_sets_and_flags(ours: Value, theirs: Value, verdict: str) -> None:
    assert judge(made({}, within=1.0), ours, theirs) == verdict


def test_spelling_leaves_letters_and_digits() -> None:
    assert plain("Saint-Barthélemy (97133)") == "saintbarthelemy97133"


def test_a_tolerance_needs_a_reason() -> None:
    with pytest.raises(ValidationError, match="a tolerance and its reason go together"):
        Comparison(**{**dict(EURO), "reason": ""})


def test_tables_and_tools_are_read(pool: ToolPool) -> None:
    adopted = column("financial.euro.legacy", "country", "adoption_year", "country LIKE 'S%'")(pool)
    assert adopted == {"Slovakia": 2009, "Slovenia": 2007, "Spain": 1999}
    calls = {"right": {"country": "France"}, "refused": {"country": "Sweden"}}
    assert called("financial.euro.euro_adoption", "fixed_rate", calls)(pool) == {"right": 6.55957}


def test_a_package_that_is_absent_says_what_to_do() -> None:
    with pytest.raises(ModuleNotFoundError, match="make second-sources"):
        folder_of("no_such_second_source")


def test_the_page_tells_counts_and_open_differences(pool: ToolPool) -> None:
    theirs = {**rates(pool), "French franc": 6.55975}
    outcomes = [compare(EURO, pool, seed=1), compare(made(theirs), pool, seed=1, draws=0)]
    text = page(outcomes, seed=1)
    assert "drawn with seed 1, against 1 second" in text
    assert "| `financial.euro.legacy` fixed_rate | French franc | 6.55957 | 6.55975 | **open** |" in text
    assert text == page(outcomes, seed=1)
    assert f"| all |  |  | {sum(len(o.pairs) for o in outcomes)} |" in text


def test_of_sets_the_page_shows_what_the_other_lacks(pool: ToolPool) -> None:
    ours = {"BG": frozenset({"2026-01-01", "2026-01-02"}), "SK": frozenset({"2026-01-01"})}
    theirs: dict[str, Value] = {"BG": frozenset({"2026-01-01"}), "SK": frozenset({"2026-01-01", "2026-01-06"})}
    text = page([compare(made(theirs, ours=second(lambda: ours)), pool, seed=1)], seed=1)
    assert "| BG | also 2026-01-02 | no more | **open** |" in text
    assert "| SK | no more | also 2026-01-06 | **open** |" in text


def test_comparisons_span_the_domains() -> None:
    """At least 50 values of 12 tables over all domains are drawn, no comparison twice."""
    names = [comparison.name for comparison in COMPARISONS]
    assert len(set(names)) == len(names)
    tables = {comparison.table for comparison in COMPARISONS}
    assert len(tables) >= 12
    assert {table.partition(".")[0] for table in tables} == {
        "academic",
        "biological",
        "financial",
        "general",
        "medical",
    }
    assert sum(comparison.draws for comparison in COMPARISONS) >= 50
