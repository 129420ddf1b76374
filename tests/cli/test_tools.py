"""`tools ...` on a copy of the tiny pool: what is said, what is written, and the exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from builder.cli import main
from builder.testing.small_recipe import tiny_pool


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tiny pool; the cache of tables is the test's own."""
    monkeypatch.setenv("DIVE_BUILDER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(tiny_pool(), tmp_path / "tool_specs"))


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(words) == code
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_list_says_what_is_active(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "tools", "list", "--specs", "tool_specs")
    assert text.splitlines()[0].split()[:2] == ["general.atlas.divide", "P"]
    assert text.endswith("2 active: 2 general\n")
    rows = json.loads(said(capsys, "tools", "list", "--specs", "tool_specs", "--role", "retrieval", "--json"))
    assert [(row["id"], row["state"]) for row in rows] == [("general.atlas.island_profile", "active")]
    assert said(capsys, "tools", "list", "--specs", "tool_specs", "--domain", "medical").strip() == "0 active"


@pytest.mark.parametrize(
    ("more", "state", "words"),
    [
        (
            '[[packages]]\nname = "no-such-package"\nversion = "1.0"\nlicence = "MIT"\n',
            "missing",
            "pip install no-such",
        ),
        (
            '[[packages]]\nname = "pydantic"\nversion = "0.1"\nlicence = "MIT"\n',
            "missing",
            "needs pydantic==0.1, found",
        ),
        ('[[packages]]\nname = ""\nversion = "1.0"\nlicence = "MIT"\n', "broken", "tools check"),
        ("\nthis is = not TOML", "broken", "tools check"),
    ],
)
def test_list_says_what_is_missing_and_how_to_get_it(
    specs: Path, more: str, state: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    provider = specs / "general" / "atlas" / "provider.toml"
    provider.write_text(provider.read_text(encoding="utf-8") + more, encoding="utf-8")
    text = said(capsys, "tools", "list", "--specs", "tool_specs")
    assert text.count(state) >= 2
    assert words in text
    assert "0 active" in text


def test_list_names_tools_that_stay_out_of_releases(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (specs / "licences.toml").write_text('["CC0-1.0"]\nrelease = false\nwhy = "a test"\n', encoding="utf-8")
    assert "restricted: general.atlas: CC0-1.0" in said(capsys, "tools", "list", "--specs", "tool_specs")


def test_show_has_parameters_returns_and_ties(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "tools", "show", "island_profile", "--specs", "tool_specs")
    assert text.startswith("general.atlas.island_profile  [query, retrieval, cheap]")
    assert "km2: area_km2, km²" in text
    assert "nothing feeds it" in text
    body = json.loads(said(capsys, "tools", "show", "general.atlas.divide", "--specs", "tool_specs", "--json"))
    assert body["schema"]["function"]["name"] == "divide"
    assert main(["tools", "show", "divde", "--specs", "tool_specs"]) == 1
    assert "did you mean divide?" in capsys.readouterr().err


def test_try_calls_the_tool(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ("tools", "try", "divide", "--specs", "tool_specs", "--arg", "dividend=9")
    assert json.loads(said(capsys, *call, "--arg", "divisor=2")) == {"quotient": 4.5}
    failed = json.loads(said(capsys, *call, "--arg", "divisor=0", code=1))
    assert failed["error"]["kind"] == "invalid_value"
    wrong = json.loads(said(capsys, *call, "--arg", "divisor=two", code=1))
    assert wrong["error"]["kind"] == "invalid_arguments"
    # An island is text, whatever it looks like.
    island = ("tools", "try", "island_profile", "--specs", "tool_specs", "--arg", "island=12")
    assert json.loads(said(capsys, *island, code=1))["error"]["kind"] == "not_found"


@pytest.mark.parametrize(
    ("word", "says"), [("dividend", "write name=value"), ("divident=1", "takes dividend, divisor")]
)
def test_try_explains_a_wrong_argument(specs: Path, word: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools", "try", "divide", "--specs", "tool_specs", "--arg", word]) == 2
    assert says in capsys.readouterr().err


def test_record_then_check(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "not recorded yet" in said(capsys, "tools", "check", "tool_specs", code=1)
    assert "2 tools recorded, 3 files changed" in said(capsys, "tools", "record", "tool_specs")
    assert said(capsys, "tools", "check", "tool_specs") == "2 tools, 6 examples: all is well\n"
    assert "0 files changed" in said(capsys, "tools", "record", "tool_specs")


def test_record_deletes_results_of_tools_that_are_gone(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "tools", "record", "tool_specs")
    (specs / "general" / "atlas" / "divide.toml").unlink()
    assert "deleted" in said(capsys, "tools", "record", "tool_specs")
    assert not (specs / "general" / "atlas" / "recorded" / "divide.json").exists()
    assert said(capsys, "tools", "check", "tool_specs") == "1 tools, 3 examples: all is well\n"


def test_check_prints_file_key_finding_and_remedy(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "tools", "record", "tool_specs")
    spec = specs / "general" / "atlas" / "divide.toml"
    head, _, rest = spec.read_text(encoding="utf-8").partition("[parameters.divisor]")
    spec.write_text(f"{head}[parameters.divisor]{rest.replace('number', 'numbr', 1)}", encoding="utf-8")
    lines = said(capsys, "tools", "check", "tool_specs/general/atlas", code=1).splitlines()
    assert lines[:3] == [
        "general/atlas/divide.toml: parameters.divisor.type",
        "    unknown type numbr, expected one of types.toml or types/*.toml, such as number",
        "    -> declare it in types.toml or correct it",
    ]
    body = json.loads(said(capsys, "tools", "check", "tool_specs", "--json", code=1))
    assert body["problems"][0]["file"] == "general/atlas/divide.toml"


def test_ties_counts_pairs_and_names_what_stands_apart(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "tools", "ties", "--specs", "tool_specs")
    assert text.splitlines()[0] == "0 pairs of producer and consumer between 2 tools, 0 across domains"
    assert "2 tools (100.0%) stand apart" in text
    found = json.loads(said(capsys, "tools", "ties", "--specs", "tool_specs", "--json"))
    assert found["apart"] == ["general.atlas.divide", "general.atlas.island_profile"]


def test_packages_and_values_count_what_the_pool_stands_on(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "tools", "packages", "--specs", "tool_specs").strip() == "0 packages, 0 MB"
    text = said(capsys, "tools", "values", "--specs", "tool_specs")
    assert text.splitlines()[-1].split()[:2] == ["general", "*"]
    assert json.loads(said(capsys, "tools", "values", "--specs", "tool_specs", "--json"))[0]["type"] == "island"


def test_schema_writes_what_editors_read(specs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "tools", "schema", "--out", "schemas")
    tool = json.loads(Path("schemas/tool.schema.json").read_text(encoding="utf-8"))
    assert "id" not in tool["properties"]
    assert tool["additionalProperties"] is False
    assert {"description", "kind", "role"} <= set(tool["required"])
