"""Every way in which a server can misbehave ends as a typed error, written down, within the deadline plus a second."""

from __future__ import annotations

import gzip
import json
import resource
import time
import zlib
from pathlib import Path

import pytest

from builder.errors import ToolError
from tests.tools.http import hostile
from tests.tools.http.hostile import HostileServer, Route, in_turn, raw, reply
from tests.tools.http.service import at, live, provider, tool

DEADLINE = 0.8 * 2 + 1.0 + 1.0
"""Two tries, the longest wait between them, and the second that is allowed."""

PACKED = ("Content-Encoding", "gzip")


def chunked(text: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + text


def deep(count: int) -> str:
    return '{"name": ' + "[" * count + "]" * count + "}"


WAYS: dict[str, tuple[Route, str, str]] = {
    "slow drip": (hostile.slow_drip, "timeout", "no whole answer"),
    "slow headers": (hostile.slow_headers, "timeout", "no whole answer"),
    "silence": (hostile.silent, "timeout", "no whole answer"),
    "hints without end": (hostile.informational, "timeout", "no whole answer"),
    "a body without end": (hostile.endless, "too_large", "more than 100,000 bytes"),
    "a body announced too large": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{"),
        "too_large",
        "more than 100,000 bytes",
    ),
    "gzip bomb": (
        reply(gzip.compress(b" " * 50_000_000), "200 OK", "application/json", PACKED),
        "too_large",
        "more than 100,000 bytes",
    ),
    "deflate bomb": (
        reply(zlib.compress(b" " * 50_000_000), "200 OK", "application/json", ("Content-Encoding", "deflate")),
        "too_large",
        "more than 100,000 bytes",
    ),
    "packed twice": (
        reply(b"x", "200 OK", "application/json", ("Content-Encoding", "gzip, gzip")),
        "bad_answer",
        "packed as gzip, gzip",
    ),
    "packed twice in two headers": (
        reply(b"x", "200 OK", "application/json", PACKED, PACKED),
        "bad_answer",
        "packed as gzip, gzip",
    ),
    "packed in another way": (
        reply(b"x", "200 OK", "application/json", ("Content-Encoding", "br")),
        "bad_answer",
        "packed as br",
    ),
    "a cut gzip": (
        reply(gzip.compress(b'{"name": "a"}')[:-6], "200 OK", "application/json", PACKED),
        "bad_answer",
        "ends too early or too late",
    ),
    "gzip with a tail": (
        reply(gzip.compress(b'{"name": "a"}') + b"more", "200 OK", "application/json", PACKED),
        "bad_answer",
        "ends too early or too late",
    ),
    "no gzip at all": (reply(b"plain", "200 OK", "application/json", PACKED), "bad_answer", "packing is broken"),
    "a body shorter than it says": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{}", close=True),
        "unavailable",
        "broke off",
    ),
    "a chunk of no length": (raw(chunked(b"zz\r\n{}\r\n0\r\n\r\n")), "unavailable|bad_answer", ""),
    "a length that is none": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n{}"),
        "bad_answer",
        "no HTTP",
    ),
    "two lengths": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}"),
        "bad_answer",
        "no HTTP",
    ),
    "another type": (reply("<html>", "200 OK", "text/html"), "bad_answer", "content type is text/html"),
    "no type": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), "bad_answer", "content type is not given"),
    "another charset": (
        reply("{}", "200 OK", "application/json; charset=utf-7"),
        "bad_answer",
        "charset 'utf-7' is none of",
    ),
    "no UTF-8": (reply(b'{"name": "\xff\xfe"}'), "bad_answer", "not utf-8"),
    "deep JSON": (reply(deep(40_000)), "bad_answer", "nested deeper"),
    "JSON a little too deep": (reply(deep(70)), "bad_answer", "nested deeper than 64"),
    "a key twice": (reply('{"name": "a", "name": "b"}'), "bad_answer", "'name' stands twice"),
    "NaN": (reply('{"name": NaN}'), "bad_answer", "NaN is no number"),
    "infinity": (reply('{"name": -Infinity}'), "bad_answer", "is no number"),
    "a huge number": (reply('{"name": ' + "9" * 5000 + "}"), "bad_answer", "5000 digits"),
    "a number beyond floats": (reply('{"name": 1e999}'), "bad_answer", "too large"),
    "half a surrogate": (reply('{"name": "\\ud800"}'), "bad_answer", "surrogate"),
    "JSON cut off": (reply('{"name": "a"'), "bad_answer", "not strict JSON"),
    "two documents": (reply('{"name": "a"} {"name": "b"}'), "bad_answer", "not strict JSON"),
    "nothing": (reply(""), "bad_answer", "not strict JSON"),
    "reset": (hostile.reset, "unavailable", "2 tries"),
    "closed at once": (raw(b"", close=True), "unavailable", "2 tries"),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n", close=True), "bad_answer", "no HTTP"),
    "header flood": (hostile.header_flood, "bad_answer", "no HTTP"),
    "a header line too long": (
        raw(b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 20_000 + b"\r\n\r\n"),
        "bad_answer",
        "no HTTP",
    ),
    "a redirect to nowhere": (reply("", "302 Found", "text/plain"), "refused", "leads to no address"),
    "a redirect to itself": (
        reply("", "302 Found", "text/plain", ("Location", "/look")),
        "refused",
        "more than 3 redirects",
    ),
    "server errors": (reply("no", "500 Oops", "text/plain"), "unavailable", "HTTP 500 (2 tries)"),
    "not allowed": (reply("go away", "403 Forbidden", "text/plain"), "denied", "HTTP 403: go away"),
    "no content": (raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "bad_answer", "content type is not given"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_hostile_answer_is_a_typed_error_in_time(way: str, tmp_path: Path) -> None:
    route, kinds, words = WAYS[way]
    with HostileServer({"/look": route}) as server:
        calling = live(provider(server.port), tmp_path)
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(ToolError) as caught:
            calling.call(tool({"url": at(server.port, "/look")}), {})
        took, grown = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        calling.close()
    assert caught.value.kind in kinds.split("|") and words in caught.value.message, caught.value.message
    assert took < DEADLINE and grown < 256 * 1024
    assert list(calling.recordings.all_of("general.service")) == []
    (line,) = (tmp_path / "recordings" / "general.service.failures.jsonl").read_text(encoding="utf-8").splitlines()
    entry = json.loads(line)
    assert entry["kind"] == caught.value.kind and entry["message"] == caught.value.message


GOOD: dict[str, Route] = {
    "plain": reply('{"name": "a"}'),
    "a suffix": reply('{"name": "a"}', "200 OK", "application/vnd.api+json; charset=UTF-8"),
    "gzip": reply(gzip.compress(b'{"name": "a"}'), "200 OK", "application/json", PACKED),
    "zlib": reply(zlib.compress(b'{"name": "a"}'), "200 OK", "application/json", ("Content-Encoding", "deflate")),
    "bare deflate": reply(
        zlib.compress(b'{"name": "a"}', wbits=-15), "200 OK", "application/json", ("Content-Encoding", "deflate")
    ),
    "HTTP/1.0": raw(b'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{"name": "a"}', close=True),
    "chunks": raw(chunked(b'8\r\n{"name":\r\n5\r\n "a"}\r\n0\r\n\r\n')),
    "a byte order mark": reply(b'\xef\xbb\xbf{"name": "a"}'),
    "latin letters": reply(b'{"name": "a", "x": "\xe9"}', "200 OK", "application/json; charset=iso-8859-1"),
    "after an error": in_turn(reply("", "503 Busy", "text/plain"), reply('{"name": "a"}')),
    "after a reset": in_turn(hostile.reset, reply('{"name": "a"}')),
    "after a redirect": in_turn(
        reply("", "302 Found", "text/plain", ("Location", "/look?again=1")), reply('{"name": "a"}')
    ),
}


@pytest.mark.parametrize("way", GOOD)
def test_an_honest_answer_is_read_and_recorded(way: str, tmp_path: Path) -> None:
    with HostileServer({"/look": GOOD[way]}) as server:
        source, spec = provider(server.port), tool({"url": at(server.port, "/look")})
        calling = live(source, tmp_path)
        assert calling.call(spec, {}) == {"name": "a"}
        calling.close()
    (recording,) = calling.recordings.all_of("general.service")
    assert recording.date == "2026-11-27" and recording.tool == spec.id
    assert live(source, tmp_path, "replay").call(spec, {}) == {"name": "a"}
    assert not (tmp_path / "recordings" / "general.service.failures.jsonl").exists()


def test_cookies_are_neither_kept_nor_sent(tmp_path: Path) -> None:
    tricks = [("Set-Cookie", "id=1; Path=/"), ("Set-Cookie", "x=" + "y" * 5000), ("Set-Cookie", "\tbad\x01=\x02")]
    with HostileServer({"/look": reply('{"name": "a"}', "200 OK", "application/json", *tricks[:2])}) as server:
        calling = live(provider(server.port), tmp_path, "live")
        spec = tool({"url": at(server.port, "/look")})
        assert calling.call(spec, {}) == calling.call(spec, {}) == {"name": "a"}
        calling.close()
    assert [asked.headers.get("cookie") for asked in server.asked] == [None, None]


def test_a_second_answer_in_the_same_breath_is_not_taken_for_the_next_one(tmp_path: Path) -> None:
    smuggled = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"name": "a"}'
    with HostileServer(
        {"/look": raw(smuggled + smuggled.replace(b'"a"', b'"b"')), "/next": reply('{"name": "c"}')}
    ) as server:
        calling = live(provider(server.port), tmp_path)
        assert calling.call(tool({"url": at(server.port, "/look")}), {}) == {"name": "a"}
        assert calling.call(tool({"url": at(server.port, "/next")}), {}) == {"name": "c"}
        calling.close()
