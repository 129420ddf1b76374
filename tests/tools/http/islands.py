"""The tiny pool, whose islands are looked up at a service on loopback; and that service."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from builder.settings import Settings
from builder.stages.run import run_session
from builder.stages.session import Session
from builder.stages.workbench import Recipe
from builder.testing.small_recipe import tiny_pool
from builder.tools.http.checking import check_live
from builder.tools.http.options import LiveOptions
from builder.tools.tables import TableCache
from tests.stages.small_run import settings as small_settings
from tests.tools.http.hostile import Asked, HostileServer, Route, reply

CONTACT = "mailto:someone@example.org"
SIZES = {"select.sft": 8, "select.rl": 4, "select.rl_test_unseen_toolset": 0, "select.rl_test_unseen_tool": 0}

PROVIDER = "general.atlas"
TOOL = "general.atlas.island_profile"

HOSTS = """
share_responses = {share}
say_source = true
terms = "https://local.test/terms"

[[hosts]]
name = "127.0.0.1"
scheme = "http"
port = {port}
rate = 2000
burst = 100
in_flight = 8

[limits]
try_seconds = 2
call_seconds = 10
tries = 2
"""

SPEC = """
description = "Look up an island: population and area."
kind = "http"
role = "retrieval"

[request]
url = "http://127.0.0.1:{port}/islands/{{island}}"
statuses = {{ 404 = "not_found" }}

[errors]
not_found = "no such island; use its English name"

[parameters.island]
type = "island"
description = "English name of the island"

[returns.people]
type = "inhabitants"
description = "Inhabitants"
select = "people"
phrases = ["the population of {{island}}", "the number of people on {{island}}"]

[returns.km2]
type = "area_km2"
description = "Area in square kilometres"
select = "area.km2"
phrases = ["the area of {{island}}", "the size of {{island}}"]

[[examples]]
arguments = {{ island = "Crete" }}
[[examples]]
arguments = {{ island = "Rockall" }}
[[examples]]
arguments = {{ island = "Atlantis" }}
error = "not_found"
"""


def live_specs(folder: Path, port: int, *, share: bool = True) -> Path:
    """A copy of the tiny pool under `folder` whose `island_profile` is asked at the port."""
    specs = Path(shutil.copytree(tiny_pool(), folder))
    atlas = specs / "general" / "atlas"
    provider = (atlas / "provider.toml").read_text(encoding="utf-8")
    head, mark, tables = provider.replace('data_date = "2024"\n', "").partition("[tables.")
    hosts = HOSTS.format(port=port, share=str(share).lower())
    (atlas / "provider.toml").write_text(head + hosts + "\n" + mark + tables, encoding="utf-8")
    (atlas / "island_profile.toml").write_text(SPEC.format(port=port), encoding="utf-8")
    return specs


def islands() -> dict[str, dict[str, Any]]:
    """What the service knows: the rows of the tiny pool's table."""
    names: dict[str, Any] = {}
    exec((tiny_pool() / "general" / "atlas" / "functions.py").read_text(encoding="utf-8"), names)
    return {row["name"]: row for row in names["islands_table"]()}


class Islands(HostileServer):
    """`with Islands.open() as service: ... service.known["Crete"]["people"] = 1`."""

    known: dict[str, dict[str, Any]]

    @classmethod
    def open(cls) -> Islands:
        service = cls({})
        service.known = islands()
        service.routes = service._Routes(service.known)
        return service

    class _Routes(dict[str, Route]):
        def __init__(self, known: dict[str, dict[str, Any]]) -> None:
            self._known = known

        def get(self, path: str, default: Any = None) -> Any:
            return self._answer

        async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
            row = self._known.get(unquote(asked.path.rpartition("/")[2]))
            if row is None:
                await reply('{"error": "no such island"}', "404 Not Found")(asked, writer)
                return
            body = {"people": row["people"], "area": {"km2": row["km2"]}, "served": len(asked.headers)}
            await reply(json.dumps(body))(asked, writer)


def run_settings(folder: Path, specs: Path, **live: object) -> Settings:
    changes = {"pool.specs": str(specs), "live.recordings": str(folder / "recordings"), **SIZES}
    return small_settings(folder / "cache", 1).replace({**changes, **{f"live.{k}": v for k, v in live.items()}})


def recorded(folder: Path, service: Islands, recipe: Recipe) -> Path:
    """Specs of the service, seen to work, with the answers of a whole run recorded beside them."""
    specs = live_specs(folder / "specs", service.port)
    checked = check_live(specs, TableCache(folder / "cache"), LiveOptions(contact=CONTACT, loopback=True))
    assert checked.working == (TOOL,) and checked.problems == ()
    recording = run_settings(folder, specs, mode="record", contact=CONTACT, loopback=True)
    with Session(recording, folder / "record.duckdb", recipe=recipe) as session:
        run_session(session)
    return specs


def same(one: Path, other: Path) -> None:
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    assert [name for name in names if (one / name).read_bytes() != (other / name).read_bytes()] == []


def settings_file(path: Path, **live: object) -> Path:
    """Settings for commands that ask the service."""
    text = Settings.profile("smoke").model_dump(mode="json")
    text["live"] |= {"contact": CONTACT, "loopback": True, **live}
    path.write_text(_toml(text), encoding="utf-8")
    return path


def _toml(body: dict[str, object]) -> str:
    """Settings as TOML: tables of plain values, nulls left out."""
    lines: list[str] = []
    tables = {k: v for k, v in body.items() if isinstance(v, dict)}
    lines += [f"{k} = {json.dumps(v)}" for k, v in body.items() if not isinstance(v, dict) and v is not None]

    def table(name: str, inner: dict[str, object]) -> None:
        lines.append(f"[{name}]")
        lines.extend(f"{k} = {json.dumps(v)}" for k, v in inner.items() if not isinstance(v, dict) and v is not None)
        for k, v in inner.items():
            if isinstance(v, dict):
                table(f"{name}.{k}", v)

    for name, inner in tables.items():
        table(name, inner)
    return "\n".join(lines) + "\n"
