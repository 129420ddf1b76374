"""What is imported of a description, under which names, and what is said of the rest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.errors import SettingsError
from builder.testing.small_recipe import tiny_pool
from tests.tools.openapi.descriptions import description, imported, operation, parameter

PATHS = {
    "/pets": {"get": operation(operationId="listPets", tags=["pets"])},
    "/pets/{id}": {"get": operation(parameter("id", "path"), operationId="getPet", tags=["pets", "one"])},
    "/stores": {"get": operation(tags=["stores"]), "post": operation(tags=["stores"])},
    "x-internal": {"get": 5},
}


def names(folder: Path, **asked: Any) -> list[str]:
    return sorted(imported(folder, description(PATHS), **asked).files.keys() - {"provider"})


CHOICES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all": ({}, ["get_pet", "get_stores", "list_pets"]),
    "a tag": ({"tags": ["pets"]}, ["get_pet", "list_pets"]),
    "tags": ({"tags": ["one", "stores"]}, ["get_pet", "get_stores"]),
    "an id": ({"operations": ["getPet"]}, ["get_pet"]),
    "a method and path": ({"operations": ["GET /stores"]}, ["get_stores"]),
    "a path": ({"paths": ["/pets"]}, ["list_pets"]),
    "paths": ({"paths": ["/pets*"]}, ["get_pet", "list_pets"]),
    "a tag and a path": ({"tags": ["pets"], "paths": ["/pets/*"]}, ["get_pet"]),
    "posts": ({"paths": ["/stores"], "post": True}, ["get_stores", "post_stores"]),
}


@pytest.mark.parametrize("case", CHOICES)
def test_operations_are_chosen(case: str, tmp_path: Path) -> None:
    asked, found = CHOICES[case]
    assert names(tmp_path, **asked) == found


UNKNOWN: dict[str, tuple[dict[str, Any], str]] = {
    "a tag": ({"tags": ["pet"]}, "--tag pet: the description has none such; it has pets"),
    "an id": (
        {"operations": ["getPets"]},
        "--operation getPets: the description has none such; it has getPet, listPets",
    ),
    "a path": ({"paths": ["/dogs*"]}, "--path /dogs*: no path of 4 is like it"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_choice_of_nothing_is_told(case: str, tmp_path: Path) -> None:
    asked, words = UNKNOWN[case]
    with pytest.raises(SettingsError) as error:
        names(tmp_path, **asked)
    assert str(error.value).startswith(words)


def test_too_many_operations_are_to_be_chosen_from(tmp_path: Path) -> None:
    paths = {f"/p{n}": {"get": operation(tags=[f"t{n % 20}"])} for n in range(101)}
    with pytest.raises(SettingsError) as error:
        imported(tmp_path, description(paths))
    assert str(error.value) == (
        "described.yaml: 101 operations, and 100 are the most at a time: choose by --operation, --path or --tag (t0, "
        "t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11 and 8 more)"
    )
    assert len(imported(tmp_path, description(paths), tags=["t1", "t2"]).files) == 11


def test_names_are_ours_and_unique(tmp_path: Path) -> None:
    ids = ("island-profile", "getIt", "get_it", "../../../etc/passwd", "a", "x" * 90, "Größe", "", "2nd", "…")
    paths = {f"/p{n}": {"get": operation(operationId=name)} for n, name in enumerate(ids)}
    got = imported(tmp_path, description(paths))
    assert sorted(got.files) == sorted(
        [
            "provider", "service_island_profile", "get_it", "service_get_it", "etc_passwd", "service_a",
            ("service_" + "x" * 90)[:64], "gr_e", "get_p7", "service_2nd", "service",
        ]
    )  # fmt: skip
    assert "its name is taken by general.atlas.island_profile: rename the file" in got.gap("GET /p0")
    assert {path.parent for path in (tmp_path / "specs").rglob("*passwd*")} == {got.folder}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    got = imported(tmp_path, description(PATHS))
    for path in got.folder.glob("*.toml"):
        path.write_text("mine = 1", encoding="utf-8")
    (got.folder / "get_pet.toml").unlink()
    again = imported(tmp_path, description(PATHS))
    assert again.files["get_pet"]["kind"] == "http"
    assert [each for name, each in again.files.items() if name != "get_pet"] == [{"mine": 1}] * 3


def test_nothing_is_written_of_what_cannot_be_asked(tmp_path: Path) -> None:
    got = imported(tmp_path, description({"/x": {"get": operation(parameter("a", "cookie", required=True))}}))
    assert got.files == {} and not got.folder.exists()


def test_both_versions_and_both_writings_give_the_same(tmp_path: Path) -> None:
    import yaml

    first = imported(tmp_path, description(PATHS)).files
    second = imported(tmp_path / "new", description(PATHS) | {"openapi": "3.1.1"}).files
    third = imported(tmp_path / "yaml", yaml.safe_dump(json.loads(json.dumps(description(PATHS))))).files
    assert first == second == third


def test_the_command_says_what_it_wrote_and_what_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    specs = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    file, into = tmp_path / "api.json", specs / "general" / "pets"
    file.write_text(json.dumps(description(PATHS)), encoding="utf-8")
    command = ["tools", "import-openapi", str(file), "--into", str(into), "--tag", "pets"]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"wrote {into / 'provider.toml'}\nwrote {into / 'list_pets.toml'}\n")
    assert "GET /pets: not mapped:\n    no semantic type fits name, unit, options or values of: name\n" in out
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["written"] == [] and len(told["kept"]) == 3 and "GET /pets/{id}" in told["gaps"]


@pytest.mark.parametrize(
    ("source", "into", "words"),
    [
        ("gone.json", "general/pets", "gone.json: no such file"),
        ("/dev/zero", "general/pets", "/dev/zero: no such file"),
        ("https://u:p@example.org/x", "general/pets", "no address of a description: a user name stands in it"),
        ("mailto://x", "general/pets", "no address of a description"),
        ("https://example.org/x", "general/pets", "live.contact"),
        ("gone.json", "nowhere/pets", "is no domain"),
        ("gone.json", "general/P", "is no name"),
    ],
)
def test_an_option_that_says_nothing_is_told(
    source: str, into: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    specs = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    assert main(["tools", "import-openapi", source, "--into", str(specs / into)]) == 2
    err = capsys.readouterr().err
    assert words in err and len(err.strip().splitlines()) == 1
