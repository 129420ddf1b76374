"""Descriptions of public services, as their own packages ship them. `make test-openapi` fetches them, locked.

GitHub (13 MB, 3.0), Blockfrost (0.5 MB of YAML, 3.0), Directus (3.0, no server),
Scalar Galaxy (3.1, JSON and YAML).
"""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from builder.testing.small_recipe import tiny_pool
from builder.tools.http.options import LiveOptions
from builder.tools.openapi import importing
from builder.tools.openapi.describing import Description
from builder.tools.openapi.documents import read
from builder.tools.openapi.importing import Asked, import_openapi
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache
from tests.tools.openapi.descriptions import Got

VARIABLE = "DIVE_BUILDER_OPENAPI"

pytestmark = pytest.mark.skipif(
    VARIABLE not in os.environ, reason=f"{VARIABLE} names no folder: run `make test-openapi`"
)

FILES = {
    "github": "@octokit/openapi/generated/api.github.com.json",
    "blockfrost": "@blockfrost/openapi/openapi.yaml",
    "directus": "@directus/specs/dist/openapi.json",
    "galaxy": "@scalar/galaxy/dist/3.1.yaml",
    "galaxy_json": "@scalar/galaxy/dist/3.1.json",
}


def source(name: str) -> Path:
    return Path(os.environ[VARIABLE], "node_modules", FILES[name])


def imported(folder: Path, name: str, **asked: Any) -> Got:
    specs = folder / "specs"
    if not specs.exists():
        shutil.copytree(tiny_pool(), specs)
    into = specs / "general" / name
    found = import_openapi(into, Asked(str(source(name)), **asked), TableCache(folder / "cache"), LiveOptions())
    files = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in into.glob("*.toml")}
    return Got(files, found.gaps, into)


COUNTS = {"github": (639, 28), "blockfrost": (123, 3), "directus": (46, 3), "galaxy": (3, 0)}
"""Operations that only ask, and how many of them become no tool."""


@pytest.mark.parametrize("name", ["blockfrost", "directus", "galaxy", "github"])
def test_each_operation_becomes_a_tool_or_is_told(name: str, tmp_path: Path) -> None:
    description = Description.of(read(source(name).read_bytes(), name), name)
    asking = [each.key for each in description.operations if each.method == "get"]
    server = "https://api.example.org" if name == "directus" else None
    told: list[str] = []
    # As many at a time as one import may take.
    for start in range(0, len(asking), importing.MAX_TOOLS):
        some = asking[start : start + importing.MAX_TOOLS]
        got = imported(tmp_path / str(start), name, operations=some, server=server)
        missed = [key for key in some if any(gap.startswith("not written: ") for gap in got.gaps.get(key, ()))]
        assert len(got.files) - bool(got.files) + len(missed) == len(some)
        assert not [gap for gaps in got.gaps.values() for gap in gaps if "\n" in gap]
        told += missed
        # What a person has to confirm or fill in is all that the check finds.
        root = tmp_path / str(start) / "specs"
        problems = sound_pool(root, TableCache(tmp_path / "cache"), waiting=True).problems
        odd = [p for p in problems if not p.key.endswith((".type", ".description", "review", "description", "returns"))]
        assert {p.key for p in odd} <= {"source", "data_licence", "attribution", "terms", "id"}, odd[:5]
    assert (len(asking), len(told)) == COUNTS[name], told


def test_lists_of_github_are_read_by_links(tmp_path: Path) -> None:
    got = imported(tmp_path, "github", operations=["issues/list-for-repo", "repos/get"])
    issues = got.files["issues_list_for_repo"]
    assert issues["request"]["url"] == "https://api.github.com/repos/{owner}/{repo}/issues"
    assert issues["request"]["paging"] == {"by": "link", "items": "@", "size": 30, "size_parameter": "per_page"}
    assert issues["request"]["statuses"] == {"404": "not_found", "422": "invalid_value"}
    assert issues["parameters"]["state"]["enum"] == ["open", "closed", "all"]
    assert issues["returns"]["title"]["select"] == "[].title"
    assert "page" not in issues["parameters"]
    repository = got.files["repos_get"]
    assert repository["returns"]["full_name"]["select"] == "full_name" and len(repository["returns"]) == 25


def test_pools_of_blockfrost_come_in_pages_for_a_key(tmp_path: Path) -> None:
    got = imported(tmp_path, "blockfrost", paths=["/pools*"])
    assert got.provider["auth"] == {
        "variable": "BLOCKFROST_API_KEY", "host": "cardano-mainnet.blockfrost.io", "place": "header",
        "name": "project_id",
    }  # fmt: skip
    assert got.provider["terms"] == "https://blockfrost.io/terms"
    pools = got.files["get_pools_extended"]
    assert pools["request"]["paging"] == {
        "by": "page", "parameter": "page", "items": "@", "size": 100, "size_parameter": "count",
    }  # fmt: skip
    assert pools["returns"]["metadata_ticker"]["select"] == "[].metadata.ticker"


def test_a_galaxy_is_the_same_in_json_and_yaml(tmp_path: Path) -> None:
    first, second = imported(tmp_path, "galaxy"), imported(tmp_path / "json", "galaxy_json")
    assert first.files.keys() == second.files.keys() and len(first.files) == 4
    assert all(first.files[name] == second.files[name] for name in first.files if name != "provider")
    assert first.files["get_all_data"]["request"]["paging"]["by"] == "offset"
    assert first.provider["auth"]["prefix"] == "Bearer "


def test_a_description_without_a_server_wants_one(tmp_path: Path) -> None:
    got = imported(tmp_path, "directus", tags=["Server"])
    assert got.files == {} and all("give --server" in gaps[0] for gaps in got.gaps.values())
