"""Every shipped spec: its examples give what is recorded, here and in another process; every scenario holds.

Tools whose packages are not installed (those of the extras) are skipped, and say what is missing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from builder.recipe.scenario_checks import check_scenario
from builder.resources import tool_specs_dir
from builder.tools.audit import wording_problems
from builder.tools.catalogue import catalogue
from builder.tools.checks import cross_check, placeholders
from builder.tools.executor import Executor
from builder.tools.http.verified import unverified
from builder.tools.licences import licence_problems
from builder.tools.listings import Ground, coverage_problems, listing_problems
from builder.tools.loading import SpecFiles
from builder.tools.pool import ToolPool
from builder.tools.recording import compare_tables, orphans, recorded_path, run_recorded
from builder.tools.tables import TableCache, default_cache_folder
from tests.specs.again import drawn

ROOT = tool_specs_dir()
FILES = SpecFiles(ROOT)
CACHE = default_cache_folder(dict(os.environ))

EXAMPLES = [
    pytest.param(tool, number, id=f"{tool}-{number}")
    for tool, spec in FILES.tools.items()
    for number in range(len(spec.examples))
]

PHRASES = 3
"""Phrases of a returned field, on average over the pool."""

KINDS = frozenset({"bad_program", "invalid_arguments", "invalid_value", "not_found", "not_supported", "out_of_range"})
"""What a tool may answer to a wrong input."""

ELSEWHERE = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C"}
"""Another hash seed, a time zone a day ahead, a locale without anything."""


@pytest.fixture(scope="session")
def pool() -> ToolPool:
    return ToolPool(ROOT, TableCache(CACHE), restricted=True)


@pytest.fixture(scope="session")
def results(pool: ToolPool) -> dict[str, list[dict[str, Any]]]:
    """What the examples give here, by tool; through JSON, as the recorded files went."""
    executor = Executor(pool)
    return {tool: json.loads(json.dumps(run_recorded(executor, spec))) for tool, spec in pool.tools.items()}


@pytest.fixture(scope="session")
def drawn_results(pool: ToolPool) -> dict[str, list[dict[str, Any]]]:
    """What a few drawn calls give here, by tool; through JSON, as those of the other process go."""
    return dict(json.loads(json.dumps(drawn(Executor(pool)))))


@pytest.fixture(scope="session")
def elsewhere() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The same in a process that differs in everything that must not show: examples, and drawn calls."""
    command = [sys.executable, "-m", "tests.specs.again", str(CACHE)]
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        command, cwd=root, env=os.environ | ELSEWHERE, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return dict(json.loads(done.stdout))


def require(pool: ToolPool, tool: str) -> None:
    if tool not in pool.tools:
        pytest.skip(pool.why_not(tool))


def test_all_specs_fit_together() -> None:
    files = SpecFiles(ROOT)
    cross_check(files)
    assert [str(problem) for problem in files.problems] == []


@pytest.mark.parametrize(("tool", "number"), EXAMPLES)
def test_an_example_gives_what_is_recorded(
    pool: ToolPool, results: dict[str, list[dict[str, Any]]], tool: str, number: int
) -> None:
    require(pool, tool)
    path = recorded_path(ROOT, tool)
    assert path.is_file(), f"not recorded: dive-builder tools record tool_specs/{tool.replace('.', '/')}.toml"
    kept = json.loads(path.read_text(encoding="utf-8"))["examples"]
    assert len(kept) == len(pool.tools[tool].examples)
    assert kept[number] == results[tool][number]
    declared = pool.tools[tool].examples[number].error
    assert results[tool][number].get("error", {}).get("kind") == declared


@pytest.mark.parametrize("tool", sorted(FILES.tools))
def test_another_process_gives_the_same(
    pool: ToolPool,
    results: dict[str, list[dict[str, Any]]],
    drawn_results: dict[str, list[dict[str, Any]]],
    elsewhere: dict[str, dict[str, list[dict[str, Any]]]],
    tool: str,
) -> None:
    require(pool, tool)
    assert elsewhere["examples"][tool] == results[tool]
    assert elsewhere["drawn"][tool] == drawn_results[tool]


@pytest.mark.parametrize("tool", sorted(FILES.tools))
def test_a_tool_shows_two_working_calls_and_a_wrong_one(tool: str) -> None:
    examples = FILES.tools[tool].examples
    assert len([example for example in examples if example.error is None]) >= 2
    if FILES.tools[tool].kind == "http" and (why := unverified(ROOT, tool)) is not None:
        pytest.skip(why)
    kept = json.loads(recorded_path(ROOT, tool).read_text(encoding="utf-8"))["examples"]
    errors = [entry["error"] for entry in kept if "error" in entry]
    assert errors, "add an example of a wrong input that people really give, with its `error`"
    for error in errors:
        assert error["kind"] in KINDS
        assert len(error["message"].split()) >= 3, "say what is wrong in words that a model can act on"
        # Which limit or option was broken is data, not only words.
        assert error["kind"] != "invalid_arguments" or error["details"]


@pytest.mark.parametrize("tool", sorted(FILES.tools))
def test_words_are_plain_and_coverage_names_values_of_the_type(pool: ToolPool, tool: str) -> None:
    require(pool, tool)
    spec = pool.tools[tool]
    found = [*wording_problems(spec), *coverage_problems(Ground(pool), spec)]
    assert [str(problem) for problem in found] == []


def test_every_field_can_be_spoken_in_several_ways() -> None:
    fields = [(spec, name, field) for spec in FILES.tools.values() for name, field in spec.returns.items()]
    dumb = []
    for spec, name, field in fields:
        required = {key for key, parameter in spec.parameters.items() if parameter.required}
        if not any(set(placeholders(text)) <= required for text in field.phrases):
            dumb.append(f"{spec.id}#{name}: no phrase of required parameters only")
    assert dumb == []
    assert sum(len(field.phrases) for _, _, field in fields) / len(fields) >= PHRASES


@pytest.mark.parametrize("provider", sorted(FILES.providers))
def test_a_provider_has_the_tables_and_licences_that_it_declares(pool: ToolPool, provider: str) -> None:
    if provider in pool.inactive:
        pytest.skip(pool.inactive[provider])
    found = [*compare_tables(pool, provider), *licence_problems(pool.providers[provider])]
    assert [str(problem) for problem in found] == []


@pytest.mark.parametrize("name", sorted(name for name, kind in FILES.types.items() if kind.listing))
def test_an_entity_type_lists_seeds_with_plain_labels(pool: ToolPool, name: str) -> None:
    assert [str(problem) for problem in listing_problems(Ground(pool), pool.types[name])] == []


@pytest.mark.parametrize("scenario", sorted(FILES.scenarios))
def test_a_scenario_holds(pool: ToolPool, scenario: str) -> None:
    assert [str(problem) for problem in check_scenario(pool, pool.scenarios[scenario])] == []


def test_no_recorded_file_is_left_over() -> None:
    assert [str(problem) for problem in orphans(ROOT)] == []


def test_the_quick_list_agrees_with_the_pool(pool: ToolPool) -> None:
    listed = {tool.id: tool for tool in catalogue(ROOT)}
    assert listed.keys() == pool.declared.keys()
    assert {tool for tool in listed if listed[tool].state in ("active", "restricted")} == pool.tools.keys()
    released = ToolPool(ROOT, TableCache(CACHE))
    assert {tool for tool in listed if listed[tool].state == "active"} == released.tools.keys()
