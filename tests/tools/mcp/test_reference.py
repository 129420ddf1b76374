"""Servers that others wrote: the reference server for Node, and one of the community on an earlier SDK.

`make test-mcp` names the environment that they are installed in; without one they are left out.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.errors import ToolError
from builder.records.mcp import McpServer, ServerGrant
from builder.testing.small_recipe import tiny_pool
from builder.tools.http.calling import LiveTools
from builder.tools.mcp.packages import find, package_of
from tests.tools.mcp.service import PROVIDER, listed, live, pin, provider, tool

VARIABLE = "DIVE_BUILDER_MCP"

pytestmark = pytest.mark.skipif(
    VARIABLE not in os.environ, reason=f"{VARIABLE} names no environment: run `make test-mcp`"
)

WORDS = {"message": "word"}
TEXT = {"text": {"type": "word", "select": "@"}}


@pytest.fixture(scope="module")
def home() -> Path:
    return Path(os.environ[VARIABLE]).absolute()


@contextmanager
def asking(
    home: Path, folder: Path, command: tuple[str, ...], mode: str = "record", **more: Any
) -> Iterator[LiveTools]:
    server = McpServer(command=command, package=package_of(find(home, command[0])))
    if not (folder / "specs").exists():
        pin(folder / "specs", server, listed(server, home))
    grants = (ServerGrant(provider=PROVIDER, home=str(home)),) if mode == "record" else ()
    with live(provider(server, **more), folder, mode, servers=grants) as calling:
        yield calling


def test_the_reference_server_for_node(home: Path, tmp_path: Path) -> None:
    sums = tool("get-sum", TEXT, {"a": "ratio", "b": "ratio"}, answer="text")
    weather = {"warmth": {"type": "ratio", "select": "temperature"}, "sky": {"type": "word", "select": "conditions"}}
    cities = tool("get-structured-content", weather, {"location": "word"})
    for mode in ("record", "replay"):
        with asking(home, tmp_path, ("mcp-server-everything",), mode) as calling:
            assert calling.call(sums, {"a": 2, "b": 3}) == {"text": "The sum of 2 and 3 is 5."}
            found = calling.call(cities, {"location": "Chicago"})
            assert isinstance(found["warmth"], int | float) and found["sky"]


def test_its_other_tools_are_no_data(home: Path, tmp_path: Path) -> None:
    with asking(home, tmp_path, ("mcp-server-everything",)) as calling:
        with pytest.raises(ToolError, match="where one text is wanted"):
            calling.call(tool("get-tiny-image", TEXT, answer="text"), {})
        shown = json.loads(calling.call(tool("get-env", TEXT, answer="text"), {})["text"])
    assert (
        not {"USER", "HF_TOKEN", "DIVE_BUILDER_MCP", "LOGNAME"} & shown.keys() and shown["HOME"] != os.environ["HOME"]
    )


def test_a_server_of_the_community_on_an_earlier_sdk(home: Path, tmp_path: Path) -> None:
    number = {"value": {"type": "ratio", "select": "result", "convert": "number"}}
    sums = tool("calculate", number, {"expression": "word"}, refusals={"Unknown identifier": "invalid_value"})
    source = {"say_source": False, "data_licence": "none (computation only)"}
    for mode in ("record", "replay"):
        with asking(home, tmp_path, ("mcp-server-calculator",), mode, **source) as calling:
            assert calling.call(sums, {"expression": "sqrt(2) * 3"}) == {"value": 2**0.5 * 3}
            with pytest.raises(ToolError, match="does not take these values") as caught:
                calling.call(sums, {"expression": "twelve"})
            assert caught.value.kind == "invalid_value"
            # What only computes is as of no day.
            assert calling.as_of(calling._providers[PROVIDER]).data_date is None


def test_what_of_the_reference_server_cannot_be_mapped(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    specs = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    into = specs / "general" / "everything"
    command = ["--command", "mcp-server-everything", "--home", str(home), "--into", str(into)]
    assert main(["tools", "import-mcp", *command, "--call", "get-structured-content", "--arg", "location=Chicago"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "get-tiny-image: not mapped: returns: nothing is known of its answer" in out
    assert (into / "get_structured_content.toml").is_file() and (into / "get_sum.toml").is_file()
    assert main(["tools", "check", str(into)]) == 1
