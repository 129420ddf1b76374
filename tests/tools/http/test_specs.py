"""What is wrong with the spec of a live tool is told by file, key and reason, before anything is sent."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from builder.tools.catalogue import catalogue
from builder.tools.http.verified import mark, unverified
from builder.tools.pool import ToolPool
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache
from tests.tools.http.islands import TOOL, live_specs

FILE = "general/atlas/island_profile.toml"
SOURCE = "general/atlas/provider.toml"
URL = 'url = "http://127.0.0.1:8080/islands/{island}"'


def told(folder: Path, file: str, old: str, new: str) -> list[str]:
    """Problems of the specs once a text in one file is another."""
    specs = live_specs(folder / "specs", 8080)
    text = (specs / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, text
    (specs / file).write_text(text.replace(old, new), encoding="utf-8")
    return [str(problem) for problem in sound_pool(specs, TableCache(folder / "cache")).problems]


def url(text: str) -> str:
    return f'url = "{text}"'


CASES = {
    "templated host": (URL, url("http://{island}.test/a"), "request.url", "scheme and host must be literal"),
    "templated scheme": (URL, url("{island}://127.0.0.1:8080/a"), "request.url", "scheme and host must be literal"),
    "no scheme": (URL, url("127.0.0.1:8080/{island}"), "request.url", "scheme and host must be literal"),
    "another scheme": (URL, url("file:///etc/{island}"), "request.url", "scheme and host must be literal"),
    "another host": (URL, url("http://evil.test/{island}"), "request.url", "none of the hosts that provider.toml"),
    "another port": (URL, url("http://127.0.0.1:81/{island}"), "request.url", "none of the hosts"),
    "encoded host": (URL, url("http://2130706433:8080/{island}"), "request.url", "none of the hosts"),
    "user in the host": (URL, url("http://a:b@127.0.0.1:8080/{island}"), "request.url", "a user name or a fragment"),
    "traversal": (URL, url("http://127.0.0.1:8080/a/../{island}"), "request.url", "climbing segment"),
    "encoded traversal": (URL, url("http://127.0.0.1:8080/%2e%2e/{island}"), "request.url", "climbing segment"),
    "backslash": (URL, "url = 'http://127.0.0.1:8080\\evil/{island}'", "request.url", ""),
    "query in the path": (URL, url("http://127.0.0.1:8080/a?b={island}"), "request.url", "holds a query"),
    "a template in a template": (URL, url("http://127.0.0.1:8080/{{island}}"), "request.url", "no {parameter}"),
    "attributes": (URL, url("http://127.0.0.1:8080/{island.__class__}"), "request.url", "braces that are no"),
    "conversion": (URL, url("http://127.0.0.1:8080/{island!r}"), "request.url", "braces that are no"),
    "a shell's template": (URL, URL + "\nquery = { x = '${HOME}' }", "request.query.x", "braces that are no"),
    "unknown parameter": (URL, url("http://127.0.0.1:8080/{isle}"), "request.url", "{isle} is no parameter"),
    "not placed": (URL, url("http://127.0.0.1:8080/a"), "parameters.island", "placed 0 times"),
    "placed twice": (URL, URL + '\nquery = { x = "{island}" }', "parameters.island", "placed 2 times"),
    "header injection": (URL, URL + '\nheaders = { X = "a\\r\\nY: b" }', "request.headers.'X'", "cannot stand in a"),
    "header name": (URL, URL + '\nheaders = { "X: a\\r\\nY" = "b" }', "request.headers", "no name of a header"),
    "host header": (URL, URL + '\nheaders = { Host = "evil.test" }', "request.headers.'Host'", "not a spec's to set"),
    "key in the spec": (URL, URL + '\nheaders = { Authorization = "x" }', "request.headers", "keys go into [auth]"),
    "query name": (URL, URL + '\nquery = { "a&b" = "x" }', "request.query.'a&b'", "no name or value"),
    "unsafe post": (URL, URL + '\nmethod = "POST"', "request.safe", "may change something"),
    "body of a get": (URL, URL + "\nbody = { a = 1 }", "request.body", "a GET has no body"),
    "another method": (URL, URL + '\nmethod = "DELETE"', "request.method", "'GET' or 'POST'"),
    "a status that passes": ('404 = "not_found"', '429 = "not_found"', "request.statuses.429", "from 400 to 499"),
    "a status that is none": ('404 = "not_found"', 'ok = "not_found"', "request.statuses.ok", "from 400 to 499"),
    "a status of answers": ('404 = "not_found"', '200 = "not_found"', "request.statuses.200", "expected 204, empty"),
    "no selection": ('select = "people"\n', "", "returns.people.select", "say where the value is"),
    "broken selection": ('select = "people"', 'select = "people["', "returns.people.select", "selects nothing"),
    "broken pointer": ('select = "people"', 'select = "/a~3"', "returns.people.select", "~0"),
    "unknown key": (URL, URL + '\nurls = "x"', "request.urls", "Extra inputs"),
    "no request": ("[request]", "[requests]", "requests", "Extra inputs"),
    "paging": (URL, URL + '\npaging = { by = "page", items = "a" }', "request.paging", "name it"),
    "paging twice": (
        URL,
        URL + '\nquery = { p = 1 }\npaging = { by = "page", items = "a", parameter = "p", size = 5 }',
        "request.paging.parameter",
        "in [request.query] too",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_broken_tool_is_told(case: str, tmp_path: Path) -> None:
    old, new, key, words = CASES[case]
    problems = told(tmp_path, FILE, old, new)
    assert any(p.startswith(f"{FILE}: {key}") and words in p for p in problems), problems
    assert all("\n" not in p for p in problems)


def auth(**parts: str) -> str:
    """A table [auth] before that of the limits."""
    body = {"variable": "A_KEY", "host": "127.0.0.1", "place": "header", "name": "X", **parts}
    return "[auth]\n" + "".join(f'{key} = "{value}"\n' for key, value in body.items()) + "[limits]"


PROVIDERS = {
    "host with a scheme": ('name = "127.0.0.1"', 'name = "http://127.0.0.1"', "hosts.0.name"),
    "number in disguise": ('name = "127.0.0.1"', 'name = "127.0.0x1"', "hosts.0.name"),
    "short number": ('name = "127.0.0.1"', 'name = "127.1"', "hosts.0.name"),
    "all hosts": ('name = "127.0.0.1"', 'name = "*.test"', "hosts.0.name"),
    "source unsaid": ("say_source = true", "say_source = false", "say_source"),
    "dated": ("say_source = true", 'say_source = true\ndata_date = "2026"', "data_date"),
    "no terms": ('terms = "https://local.test/terms"', "", "terms"),
    "terms of nowhere": ('terms = "https://local.test/terms"', 'terms = "see the web"', "terms"),
    "no pace": ("rate = 2000", "rate = 0", "hosts.0.rate"),
    "too patient": ("call_seconds = 10", "call_seconds = 99999", "limits.call_seconds"),
    "too many tries": ("tries = 2", "tries = 40", "limits.tries"),
    "variable": ("[limits]", auth(variable="lower"), "auth.variable"),
    "key to another host": ("[limits]", auth(host="b.test"), "auth.host"),
    "key in Host": ("[limits]", auth(name="Host"), "auth.name"),
}  # fmt: skip


@pytest.mark.parametrize("case", PROVIDERS)
def test_a_broken_provider_is_told(case: str, tmp_path: Path) -> None:
    old, new, key = PROVIDERS[case]
    problems = told(tmp_path, SOURCE, old, new)
    assert any(problem.startswith(f"{SOURCE}: {key}: ") for problem in problems), problems


BOMBS = {
    "too large": b"x = 1\n" * 50_000,
    "deep lists": b"x = " + b"[" * 100_000,
    "deep lists, closed": b"x = " + b"[" * 50_000 + b"]" * 50_000,
    "deep tables": b"x = " + b"{a=" * 50_000,
    "a long dotted key": b"a" + b".a" * 60_000 + b" = 1",
    "many tables": b"".join(b"[t%d]\n" % number for number in range(20_000)),
    "a huge number": b"x = " + b"9" * 200_000,
    "no UTF-8": b'description = "\xff\xfe"',
    "UTF-16": 'description = "a"'.encode("utf-16"),
    "nulls": b"\x00" * 100,
    "nothing": b"",
    "a list at the top": b"[[a]]\n[[a]]",
    "binary": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("file", [FILE, SOURCE])
def test_a_bomb_is_told_in_one_line(file: str, bomb: str, tmp_path: Path) -> None:
    specs = live_specs(tmp_path / "specs", 8080)
    (specs / file).write_bytes(BOMBS[bomb])
    began = time.process_time()
    problems = [str(problem) for problem in sound_pool(specs, TableCache(tmp_path / "cache")).problems]
    assert time.process_time() - began < 2
    assert any(problem.startswith(f"{file}: ") for problem in problems), problems
    # A file of 20,000 unknown keys has as many problems; each is a line that can be read.
    assert all("\n" not in problem and len(problem) < 2000 for problem in problems)
    assert catalogue(specs)


def test_keys_of_live_tools_are_refused_elsewhere(tmp_path: Path) -> None:
    file = "general/atlas/divide.toml"
    problems = told(tmp_path, file, 'description = "The quotient"', 'description = "The quotient"\nselect = "a"')
    assert any(problem.startswith(f"{file}: returns.quotient: select and convert are keys") for problem in problems)


def test_a_tool_that_was_never_seen_to_work_takes_part_in_nothing(tmp_path: Path) -> None:
    specs, cache = live_specs(tmp_path / "specs", 8080), TableCache(tmp_path / "cache")
    pool = ToolPool(specs, cache)
    assert TOOL not in pool.tools and "island_profile" not in pool.by_name and pool.live_providers == ()
    assert pool.why_not(TOOL) == "never called: run: dive-builder tools check --live"
    assert TOOL in sound_pool(specs, cache, waiting=True).pool.tools
    assert {tool.id: tool.state for tool in catalogue(specs)}[TOOL] == "unverified"
    mark(specs, {TOOL: "2026-11-27"})
    assert TOOL in ToolPool(specs, cache).tools
    assert {tool.id: tool.state for tool in catalogue(specs)}[TOOL] == "active"


@pytest.mark.parametrize(
    ("old", "new", "still"),
    [
        ('description = "Inhabitants"', 'description = "People"', True),
        ('phrases = ["the area of {island}"', 'phrases = ["the extent of {island}"', True),
        ('select = "people"', 'select = "persons"', False),
        (URL, URL.replace("islands", "isles"), False),
        ('type = "inhabitants"', 'type = "quotient"', False),
    ],
)
def test_a_tool_whose_request_or_fields_change_is_unverified_again(
    old: str, new: str, still: bool, tmp_path: Path
) -> None:
    specs = live_specs(tmp_path / "specs", 8080)
    mark(specs, {TOOL: "2026-11-27"})
    text = (specs / FILE).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (specs / FILE).write_text(text.replace(old, new), encoding="utf-8")
    why = unverified(specs, TOOL)
    assert (why is None) == still
    assert still or why == "request or fields changed since 2026-11-27: run: dive-builder tools check --live"
