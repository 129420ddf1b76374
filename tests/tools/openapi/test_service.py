"""From the description of a service to its tools: proposed, confirmed by a person, called, recorded and replayed."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.records.http import Grant
from builder.records.tools import Call
from builder.testing.small_recipe import tiny_pool
from builder.tools.executor import Executor
from builder.tools.http.checking import check_live
from builder.tools.http.options import LiveOptions
from builder.tools.http.verified import unverified
from builder.tools.pool import ToolPool
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache
from tests.tools.openapi.archipelago import KEY, Archipelago

PROVIDER = "general.archipelago"


@pytest.fixture(scope="module")
def service() -> Iterator[Archipelago]:
    with Archipelago() as service:
        yield service


@pytest.fixture(scope="module")
def proposed(service: Archipelago, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny pool beside what is proposed of the service, by the description at its address."""
    folder = tmp_path_factory.mktemp("proposed")
    specs = Path(shutil.copytree(tiny_pool(), folder / "specs"))
    assert imported(specs, service, folder, "--post") == 0
    return specs


@pytest.fixture
def specs(proposed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(proposed, tmp_path / "specs"))


def imported(specs: Path, service: Archipelago, folder: Path, *more: str, loopback: bool = True) -> int:
    profile = resources.files("builder").joinpath("profiles", "smoke.toml").read_text(encoding="utf-8")
    settings = folder / "live.toml"
    live = f'[live]\nloopback = {str(loopback).lower()}\ncontact = "mailto:a@b.test"\n'
    settings.write_text(f"{profile}\n{live}", encoding="utf-8")
    url = f"http://127.0.0.1:{service.port}/openapi.json"
    into = str(specs / "general" / "archipelago")
    return main(["tools", "import-openapi", url, "--into", into, "--settings", str(settings), *more])


def tool(specs: Path, name: str) -> dict[str, Any]:
    path = specs / "general" / "archipelago" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def change(path: Path, *pairs: tuple[str, str]) -> None:
    """What a person does in a file: corrects some words, and takes `review` out."""
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, (old, text)
        text = text.replace(old, new)
    path.write_text("".join(x for x in text.splitlines(True) if not x.startswith("review = ")), encoding="utf-8")


def without(text: str, *tables: str) -> str:
    """A spec without some of its tables."""
    kept, skipping = [], False
    for line in text.splitlines(keepends=True):
        if line.startswith("["):
            skipping = line.strip() in tables
        if not skipping:
            kept.append(line)
    return "".join(kept)


FIELDS = (('[returns.population]\ntype = ""', '[returns.population]\ntype = "inhabitants"'),)


def confirm(specs: Path) -> None:
    """Keep the name, the people and the area of islands; add what only people know."""
    folder = specs / "general" / "archipelago"
    change(
        folder / "provider.toml",
        ('source = ""', 'source = "the archipelago"'),
        ('data_licence = ""', 'data_licence = "CC0-1.0"'),
        ('attribution = ""', 'attribution = "Some islands."'),
        ("share_responses = false", "share_responses = true"),
        ("rate = 1 ", "rate = 1000 "),
    )
    (folder / "add_island.toml").unlink()
    for name in ("get_island", "list_islands", "search_islands"):
        path = folder / f"{name}.toml"
        text = path.read_text(encoding="utf-8").partition("[[examples]]")[0]
        path.write_text(without(text, *UNWANTED) + EXAMPLES[name], encoding="utf-8")
    change(folder / "get_island.toml", *FIELDS)
    change(
        folder / "list_islands.toml",
        *FIELDS,
        ('[parameters.min_people]\ntype = ""', '[parameters.min_people]\ntype = "inhabitants"'),
        (
            '[parameters.names]\ntype = ""\ndescription = ""',
            '[parameters.names]\ntype = "island"\ndescription = "Some"',
        ),
    )
    change(
        folder / "search_islands.toml",
        ('[returns.items_population]\ntype = ""', '[returns.population]\ntype = "inhabitants"'),
        ("[returns.items_name]", "[returns.name]"),
        ("[returns.items_area_km2]", "[returns.area_km2]"),
        ("safe = false", "safe = true"),
        ('[parameters.text]\ntype = ""\ndescription = ""', '[parameters.text]\ntype = "island"\ndescription = "Name"'),
        (
            '[parameters.limits_most]\ntype = ""\ndescription = ""',
            '[parameters.limits_most]\ntype = "inhabitants"\ndescription = "At most so many"',
        ),
    )


UNWANTED = [f"[returns.{name}]" for name in ("motto", "surveyed_at", "items_motto", "items_surveyed_at", "total")]

EXAMPLES = {
    "get_island": """
[[examples]]
arguments = { island_name = "Crete" }
[[examples]]
arguments = { island_name = "Rockall" }
[[examples]]
arguments = { island_name = "Atlantis" }
error = "not_found"
""",
    "list_islands": """
[[examples]]
arguments = { min_people = 300000 }
[[examples]]
arguments = { names = ["Crete", "Gozo"] }
""",
    "search_islands": """
[[examples]]
arguments = { text = "Cor" }
[[examples]]
arguments = { text = "or", limits_most = 1 }
""",
}


def test_what_is_proposed_is_what_the_service_describes(proposed: Path, service: Archipelago) -> None:
    source = tomllib.loads((proposed / "general" / "archipelago" / "provider.toml").read_text(encoding="utf-8"))
    assert source["title"] == "Archipelago" and source["terms"] == "https://example.org/terms"
    assert source["hosts"] == [{"name": "127.0.0.1", "scheme": "http", "port": service.port, "rate": 1}]
    assert source["auth"] == {
        "variable": "ARCHIPELAGO_API_KEY", "host": "127.0.0.1", "place": "header", "name": "X-Sea-Key",
    }  # fmt: skip
    base = f"http://127.0.0.1:{service.port}/v1"
    one = tool(proposed, "get_island")
    assert one["request"] == {"url": base + "/islands/{island_name}", "statuses": {"404": "not_found"}}
    assert one["parameters"] == {"island_name": {"type": "island", "description": "Its name"}}
    assert {name: (each["type"], each["select"], each["description"]) for name, each in one["returns"].items()} == {
        "name": ("island", "name", "English name"),
        "population": ("", "population", "People who live there"),
        "area_km2": ("area_km2", "areaKm2", "Area"),
        "motto": ("", "motto", "What is said of it"),
        "surveyed_at": ("", "surveyedAt", ""),
    }
    assert one["returns"]["motto"]["nullable"] and "nullable" not in one["returns"]["population"]
    assert one["examples"][0] == {"arguments": {"island_name": "Crete"}}
    many = tool(proposed, "list_islands")
    assert many["request"] == {
        "url": base + "/islands",
        "lists": ",",
        "query": {"minPeople": "{min_people}", "names": "{names}"},
        "paging": {
            "by": "page", "parameter": "page", "items": "items", "size": 5, "size_parameter": "pageSize",
        },
    }  # fmt: skip
    assert many["parameters"]["min_people"] == {
        "type": "", "description": "Fewest people", "required": False, "minimum": 0,
    }  # fmt: skip
    assert many["returns"]["population"]["select"] == "[].population" and "total" not in many["returns"]
    search = tool(proposed, "search_islands")
    assert search["request"] == {
        "method": "POST", "url": base + "/search", "safe": False,
        "body": {"text": "{text}", "limits": {"most": "{limits_most}"}},
    }  # fmt: skip
    assert search["parameters"]["limits_most"]["maximum"] == 50
    assert {"description", "role", "request.paging", "parameters.min_people.type", "returns.name.phrases"} <= set(
        many["review"]
    )
    assert "request.safe" in search["review"]


def test_what_is_proposed_fails_the_check(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools", "check", str(specs)]) == 1
    out = " ".join(capsys.readouterr().out.split())
    for words in (
        "archipelago/get_island.toml: returns.population.type",
        "archipelago/search_islands.toml: parameters.text.type",
        "archipelago/provider.toml: source",
    ):
        assert words in out


def test_a_post_is_called_only_when_a_person_says_that_it_only_asks(specs: Path, tmp_path: Path) -> None:
    confirm(specs)
    assert not sound_pool(specs, TableCache(tmp_path / "cache")).problems
    path = specs / "general" / "archipelago" / "search_islands.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("safe = true", "safe = false"), encoding="utf-8")
    (problem,) = sound_pool(specs, TableCache(tmp_path / "cache")).problems
    assert problem.key == "request.safe"


def test_confirmed_tools_are_called_recorded_and_replayed(specs: Path, service: Archipelago, tmp_path: Path) -> None:
    confirm(specs)
    tools = [f"{PROVIDER}.{name}" for name in ("get_island", "list_islands", "search_islands")]
    assert [unverified(specs, each) for each in tools] == ["never called: run: dive-builder tools check --live"] * 3
    options = LiveOptions(
        contact="mailto:a@b.test",
        loopback=True,
        grants=(Grant(provider=PROVIDER, host="127.0.0.1", variable="ARCHIPELAGO_API_KEY"),),
        environ={"ARCHIPELAGO_API_KEY": KEY},
    )
    cache = TableCache(tmp_path / "cache")
    service.asked.clear()
    found = check_live(specs, cache, options)
    assert found.problems == () and sorted(found.working) == tools
    assert service.asked == [
        "GET /v1/islands/Crete", "GET /v1/islands/Rockall", "GET /v1/islands/Atlantis",
        "GET /v1/islands?minPeople=300000&pageSize=5&page=1", "GET /v1/islands?minPeople=300000&pageSize=5&page=2",
        "GET /v1/islands?names=Crete%2CGozo&pageSize=5&page=1",
        "POST /v1/search", "POST /v1/search",
    ]  # fmt: skip
    service.asked.clear()
    pool = ToolPool(specs, cache)
    execute = Executor(pool).execute
    assert execute(Call(tools[0], {"island_name": "Crete"})).value == {
        "name": "Crete", "population": 624000, "area_km2": 8336.0,
    }  # fmt: skip
    listed = execute(Call(tools[1], {"min_people": 300000})).value
    assert listed is not None and listed["name"] == [
        "Bali", "Corsica", "Crete", "Cyprus", "Hainan", "Jamaica", "Sicily", "Tasmania",
    ]  # fmt: skip
    searched = execute(Call(tools[2], {"text": "or", "limits_most": 1})).value
    assert searched == {"name": ["Bornholm"], "population": [39600], "area_km2": [588.4]}
    assert service.asked == []
    assert KEY not in "".join(path.read_text(encoding="utf-8") for path in specs.rglob("*.json*"))


def test_a_description_is_fetched_as_live_tools_ask(
    service: Archipelago, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    specs = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    service.asked.clear()
    assert imported(specs, service, tmp_path, loopback=False) == 1
    assert "127.0.0.1 is no address of the public internet: nothing was sent" in capsys.readouterr().err
    assert service.asked == []
    assert not (specs / "general" / "archipelago").exists()
