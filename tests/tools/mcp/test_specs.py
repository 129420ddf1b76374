"""What is wrong with the spec of an `mcp` tool is told by file, key and reason, before any server is started."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from builder.testing.small_recipe import tiny_pool
from builder.tools.mcp.pins import pin_path, pin_text
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache

FILE = "general/atlas/island_profile.toml"
SOURCE = "general/atlas/provider.toml"
PIN = "general/atlas/recorded/_server.json"

SERVER = """
say_source = true

[server]
command = ["atlas-server", "--quiet"]
[server.package]
registry = "pypi"
name = "atlas-server"
version = "1.0"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
licence = "MIT"

"""

SPEC = """
description = "Look up an island: population and area."
kind = "mcp"
role = "retrieval"

[mcp]
tool = "islandProfile"
safe = true
arguments = { islandName = "{island}", options = { unit = "km2" } }
refusals = { "no such island" = "not_found" }

[parameters.island]
type = "island"
description = "English name of the island"

[returns.people]
type = "inhabitants"
description = "Inhabitants"
select = "people"

[returns.km2]
type = "area_km2"
description = "Area"
select = "area.km2"

[[examples]]
arguments = { island = "Crete" }
[[examples]]
arguments = { island = "Rockall" }
"""

LISTED = {
    "islandProfile": {
        "inputSchema": {
            "type": "object",
            "properties": {"islandName": {"type": "string"}, "options": {"type": "object"}},
            "required": ["islandName"],
        },
        "outputSchema": {"type": "object"},
    },
    "as_text": {
        "inputSchema": {
            "type": "object",
            "properties": {"islandName": {}, "options": {}, "more": {}},
            "required": ["more"],
        }
    },
}


def specs_of(folder: Path) -> Path:
    specs = Path(shutil.copytree(tiny_pool(), folder / "specs"))
    text = (specs / SOURCE).read_text(encoding="utf-8").replace('data_date = "2024"\n', "")
    head, mark, tables = text.partition("[tables.")
    (specs / SOURCE).write_text(head + SERVER + mark + tables, encoding="utf-8")
    (specs / FILE).write_text(SPEC, encoding="utf-8")
    path = pin_path(specs, "general.atlas")
    path.parent.mkdir(exist_ok=True)
    path.write_text(pin_text("pypi:atlas-server==1.0", LISTED), encoding="utf-8")
    return specs


def problems_of(specs: Path) -> list[str]:
    return [str(problem) for problem in sound_pool(specs, TableCache(specs.parent / "cache")).problems]


def test_a_sound_tool_has_no_problem(tmp_path: Path) -> None:
    assert problems_of(specs_of(tmp_path)) == []


ARGUMENTS = 'arguments = { islandName = "{island}", options = { unit = "km2" } }'


def told(options: str) -> str:
    """Arguments whose `options` are those."""
    return f'arguments = {{ islandName = "{{island}}", options = "{options}" }}'


TOOLS = {
    "no [mcp]": (SPEC[SPEC.index("[mcp]") : SPEC.index("[parameters")], "", "mcp", "an mcp tool has [mcp]"),
    "a request too": ('kind = "mcp"', 'kind = "mcp"\nsql = "SELECT 1"', "mcp", "an mcp tool has [mcp]"),
    "not safe": ("safe = true", "safe = false", "mcp.safe", "may change something is not called"),
    "no such tool": ('"islandProfile"', '"island_profile"', "mcp.tool", "the server lists no tool island_profile"),
    "no such argument": (ARGUMENTS, 'arguments = { isle = "{island}" }', "mcp.arguments", "takes no isle"),
    "a required one": (ARGUMENTS, 'arguments = { options = "{island}" }', "mcp.arguments", "requires islandName"),
    "names of our own": (ARGUMENTS, "", "mcp.arguments", "takes no island"),
    "not placed": (ARGUMENTS, 'arguments = { islandName = "Crete" }', "parameters.island", "placed 0 times"),
    "placed twice": (ARGUMENTS, told("{island}"), "parameters.island", "2 times"),
    "unknown parameter": (ARGUMENTS, told("{x}"), "mcp.arguments", "{x} is no"),
    "another template": (ARGUMENTS, told("${HOME}"), "mcp.arguments", "braces"),
    "no promise": ('"islandProfile"', '"as_text"', "mcp.answer", "promises no structured content"),
    "no selection": ('select = "people"\n', "", "returns.people.select", "say where the value is"),
    "broken selection": ('select = "people"', 'select = "people["', "returns.people.select", "selects nothing"),
    "broken condition": ("safe = true", 'safe = true\nfound = "a["', "mcp.found", "selects nothing"),
    "another refusal": ('"not_found" }', '"gone" }', "mcp.refusals.no such island", "not_found"),
    "unknown key": ("safe = true", "safe = true\nshell = true", "mcp.shell", "Extra inputs"),
    "another answer": ("safe = true", 'safe = true\nanswer = "html"', "mcp.answer", "structured"),
}  # fmt: skip


@pytest.mark.parametrize("case", TOOLS)
def test_a_broken_tool_is_told(case: str, tmp_path: Path) -> None:
    old, new, key, words = TOOLS[case]
    told_of(tmp_path, FILE, old, new, key, words)


URL = 'url = "https://atlas.test/mcp"'
WHOLE = SERVER[SERVER.index("command") : SERVER.index("licence")] + 'licence = "MIT"\n'
HOSTS = '\n[[hosts]]\nname = "atlas.test"\n'

PROVIDERS = {
    "no server": (SERVER[SERVER.index("[server]") :], "", "", ""),
    "a shell": ('["atlas-server", "--quiet"]', '"atlas-server --quiet"', "server.command", ""),
    "a path": ('"atlas-server", "--quiet"', '"/bin/sh", "-c"', "server.command", "is no name of a program"),
    "nothing to run": ('["atlas-server", "--quiet"]', "[]", "server", "a command or a url"),
    "two ways": ('command = ["atlas-server", "--quiet"]', f'command = ["a"]\n{URL}', "server", "one of the two"),
    "no pin": (SERVER[SERVER.index("[server.package]") :], "", "server", "say which, pinned"),
    "any version": ('version = "1.0"', 'version = ">=1"', "server.package.version", ""),
    "no digest": ("sha256 = \"0", "sha256 = \"x", "server.package.sha256", ""),
    "no licence": ('licence = "MIT"', "", "server.package.licence", "Field required"),
    "another registry": ('"pypi"', '"git"', "server.package.registry", ""),
    "the network": ("[server]\n", '[[hosts]]\nname = "a.test"\n[server]\n', "hosts", "has no network"),
    "another host": (WHOLE, URL + '\n[[hosts]]\nname = "b.test"\n', "server.url", "none of the hosts"),
    "a user": (WHOLE, 'url = "https://a:b@atlas.test/mcp"' + HOSTS, "server.url", "a user name"),
    "no terms": (WHOLE, URL + HOSTS, "terms", "on what terms"),
    "source unsaid": ("say_source = true", "say_source = false", "say_source", "set it to true"),
    "dated": ("say_source = true", 'say_source = true\ndata_date = "2026"', "data_date", "expected none"),
}  # fmt: skip


@pytest.mark.parametrize("case", PROVIDERS)
def test_a_broken_provider_is_told(case: str, tmp_path: Path) -> None:
    old, new, key, words = PROVIDERS[case]
    if case == "no server":
        told_of(tmp_path, SOURCE, old, new, "mcp", "declares no [server]", FILE)
    else:
        told_of(tmp_path, SOURCE, old, new, key, words)


def told_of(folder: Path, file: str, old: str, new: str, key: str, words: str, where: str | None = None) -> None:
    specs = specs_of(folder)
    text = (specs / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, text
    (specs / file).write_text(text.replace(old, new), encoding="utf-8")
    problems = problems_of(specs)
    assert any(p.startswith(f"{where or file}: {key}") and words in p for p in problems), problems
    assert all("\n" not in p for p in problems)


def test_a_program_that_computes_says_nothing_of_the_day(tmp_path: Path) -> None:
    specs = specs_of(tmp_path)
    text = (specs / SOURCE).read_text(encoding="utf-8").replace("say_source = true", "say_source = false")
    (specs / SOURCE).write_text(text.replace("CC0-1.0", "none (computation only)"), encoding="utf-8")
    assert [problem for problem in problems_of(specs) if "say_source" in problem] == []


def test_a_list_that_is_absent_altered_or_another_s_is_told(tmp_path: Path) -> None:
    specs = specs_of(tmp_path)
    path = specs / PIN
    text = path.read_text(encoding="utf-8")
    body = json.loads(text)
    for changed, words in (
        (None, f"{PIN}: -: the list of tools of the server was never reviewed (run: dive-builder tools import-mcp)"),
        ("{", f"{PIN}: -: cannot be read"),
        (text.replace("islandProfile", "islandprofile"), f"{PIN}: digest: the list was altered"),
        (
            json.dumps(body | {"server": "pypi:atlas-server==0.9"}),
            f"{PIN}: server: expected the list of pypi:atlas-server==1.0",
        ),
    ):
        path.unlink()
        if changed is not None:
            path.write_text(changed, encoding="utf-8")
        assert [problem for problem in problems_of(specs) if problem.startswith(words)], problems_of(specs)
        path.write_text(text, encoding="utf-8")


def test_keys_of_mcp_tools_are_refused_elsewhere(tmp_path: Path) -> None:
    specs = specs_of(tmp_path)
    file = "general/atlas/divide.toml"
    with (specs / file).open("a", encoding="utf-8") as stream:
        stream.write('\n[mcp]\ntool = "x"\n')
    assert f"{file}: mcp: a function tool asks no server (drop it, or make the kind mcp)" in problems_of(specs)
