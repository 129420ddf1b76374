"""Every shipped live tool against a server that answers in the documented shape of its service.

`shapes/<tool>.json` lists calls: arguments, the pages that the service is asked for with what it answers, and the
fields, or the kind of error, that must come out. Values are made up; shapes are those of the public documentation.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from builder.records.http import Host
from builder.records.tools import Call, ToolSpec
from builder.resources import tool_specs_dir
from builder.tools.executor import Executor
from builder.tools.http.options import LiveOptions
from builder.tools.loading import SpecFiles
from builder.tools.pool import ToolPool
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache, default_cache_folder
from tests.tools.http.hostile import Asked, HostileServer, Route, in_turn, reply

SHAPES = Path(__file__).parent / "shapes"
LIVE = sorted(tool for tool, spec in SpecFiles(tool_specs_dir()).tools.items() if spec.kind == "http")


def cases() -> list[Any]:
    found = []
    for tool in LIVE:
        path = SHAPES / f"{tool.rpartition('.')[2]}.json"
        for number, case in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            found.append(pytest.param(tool, case, id=f"{tool}-{number}"))
    return found


@pytest.fixture(scope="module")
def pool() -> ToolPool:
    return sound_pool(tool_specs_dir(), TableCache(default_cache_folder(dict(os.environ))), waiting=True).pool


def routes(case: dict[str, Any]) -> dict[str, Route]:
    """The pages of a case by path, each path's in turn."""
    found: dict[str, list[Route]] = {}
    for page in case["pages"]:
        body = page["body"] if isinstance(page["body"], str) else json.dumps(page["body"])
        route = reply(body, f"{page.get('status', 200)} X", page.get("media", "application/json"))
        found.setdefault(page["target"].partition("?")[0], []).append(route)
    return {path: in_turn(*each) for path, each in found.items()}


def redirected(pool: ToolPool, spec: ToolSpec, port: int, options: LiveOptions) -> ToolPool:
    """The pool, in which the tool's service is on this machine."""
    assert spec.request is not None
    source = pool.providers[spec.provider]
    here = Host(name="127.0.0.1", scheme="http", port=port, rate=1000, burst=100)
    url = str(URL(spec.request.url.replace("{", "\0").replace("}", "\1"), encoded=True).path_qs)
    url = f"http://127.0.0.1:{port}{url}".replace("\0", "{").replace("\1", "}")
    request = spec.request.model_copy(update={"url": url})
    other = pool.with_live(options)
    other.tools = {**pool.tools, spec.id: spec.model_copy(update={"request": request})}
    other.providers = {**pool.providers, source.id: source.model_copy(update={"hosts": (here,)})}
    return other


@pytest.mark.parametrize(("tool", "case"), cases())
def test_a_documented_answer_is_asked_for_and_read(
    pool: ToolPool, tool: str, case: dict[str, Any], tmp_path: Path
) -> None:
    options = LiveOptions(mode="record", folder=tmp_path, contact="mailto:someone@example.org", loopback=True)
    with HostileServer(routes(case)) as server:
        there = redirected(pool, pool.tools[tool], server.port, options)
        result = Executor(there).execute(Call(tool, case["arguments"]))
        there.live.close()
    assert [asked.target for asked in server.asked] == [page["target"] for page in case["pages"]]
    assert all(isinstance(asked, Asked) and "api_key" not in asked.target for asked in server.asked)
    if "gives" in case:
        assert result.value == case["gives"], result.error
    else:
        assert result.error is not None and result.error["kind"] == case["error"], result
    replaying = there.with_live(LiveOptions(folder=tmp_path))
    assert Executor(replaying).execute(Call(tool, case["arguments"])) == result


def test_a_live_tool_that_was_never_seen_to_work_enters_no_draw(pool: ToolPool) -> None:
    drawn = ToolPool(tool_specs_dir(), TableCache(default_cache_folder(dict(os.environ))), restricted=True)
    waiting = {tool for tool in pool.waiting if pool.declared[tool].kind == "http"}
    assert set(LIVE) - drawn.tools.keys() == waiting
