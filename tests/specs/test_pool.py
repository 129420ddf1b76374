"""The shipped pool as a whole: how it is tied, what it stands on, and that names agree.

The figures are those of the pool with all data packages; without them its tests are skipped.
"""

from __future__ import annotations

import os

import pytest

from builder.countries import country_names
from builder.records.base import DOMAINS
from builder.resources import tool_specs_dir
from builder.tools.packages import package_uses
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache, default_cache_folder
from builder.tools.ties import fabric, ties
from builder.tools.values import by_domain, value_counts

ROOT = tool_specs_dir()


@pytest.fixture(scope="module")
def pool() -> ToolPool:
    return ToolPool(ROOT, TableCache(default_cache_folder(dict(os.environ))), restricted=True)


@pytest.fixture(scope="module")
def full(pool: ToolPool) -> ToolPool:
    if pool.inactive:
        pytest.skip(f"{len(pool.inactive)} providers lack their packages: make test-all-tools installs them")
    return pool


def test_tools_feed_each_other_within_and_across_domains(full: ToolPool) -> None:
    found = fabric(full)
    assert found.pairs >= 1500
    assert found.crossing >= 400


def test_few_tools_stand_apart(full: ToolPool) -> None:
    found = fabric(full)
    assert len(found.apart) < 0.05 * found.tools, found.apart
    # Calculators, statistics and calendars take anything; what not even generic types tie is a lone tool.
    assert len(set(found.apart) - set(found.generic_only)) <= 2


def test_every_domain_feeds_another_and_is_fed_by_another(full: ToolPool) -> None:
    crossing = {(tie.producer.split(".")[0], tie.consumer.split(".")[0]) for tie in ties(full) if tie.crosses}
    assert {giver for giver, _ in crossing} == {taker for _, taker in crossing} == set(DOMAINS)


def test_no_package_serves_more_than_a_tenth_of_the_tools(pool: ToolPool) -> None:
    assert [(use.name, round(use.share, 3)) for use in package_uses(pool) if use.share > 0.1] == []


def test_the_base_pool_has_enough_tools_in_each_domain(pool: ToolPool) -> None:
    count = {domain: sum(spec.domain == domain for spec in pool.tools.values()) for domain in DOMAINS}
    assert sum(count.values()) >= 220
    assert min(count.values()) >= 30, count


def test_country_names_are_those_of_geonames(pool: ToolPool) -> None:
    rows = pool.runtime("general.countries").connection.execute("SELECT iso2, name FROM countries").fetchall()
    assert dict(rows) == dict(country_names())


def test_every_domain_lists_thousands_of_values(full: ToolPool) -> None:
    listed = {count.domain: count.listed for count in by_domain(value_counts(full))}
    assert listed.keys() == set(DOMAINS)
    assert min(listed.values()) >= 6000, listed
