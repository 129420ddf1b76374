"""Recordings: found by request, first come first kept, never an error, noticed when altered."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

from builder.errors import BuilderError, SettingsError, SpecError, ToolError
from builder.records.http import Grant, Received, Sent
from builder.records.tools import ToolSpec
from builder.tools.http.calling import LiveTools
from builder.tools.http.secrets import Secrets
from builder.tools.recordings import RecordedFile, Recording, Recordings, read_line
from tests.tools.http.hostile import HostileServer, Route, in_turn, raw, reply
from tests.tools.http.service import NAME, at, live, provider, tool

PROVIDER = "general.service"


def recording(name: str = "a", body: bytes = b'{"name": "a"}') -> Recording:
    sent = Sent("GET", f"https://local.test/{name}", (("Accept", "application/json"),))
    received = Received(200, "application/json", "utf-8", body, waits=(0.5,))
    return Recording(sent, received, "general.service.look_up", {"name": name}, "2026-11-27")


@pytest.mark.parametrize("body", [b'{"name": "a"}', b"\xff\x00\n\r", "ä\u2028".encode(), b""])
def test_a_line_gives_back_what_went_in(body: bytes) -> None:
    one = recording(body=body)
    assert read_line(one.line(), "here") == one
    assert "\n" not in one.line()


def test_an_altered_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    file = RecordedFile(path)
    file.append([recording("a"), recording("b")])
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ('\\"name\\": \\"a\\"', '\\"name\\": \\"b\\"'),
        ('"status":200', '"status":404'),
        ("2026-11", "2025-11"),
    ):
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(BuilderError, match=r"a\.jsonl: line 1: the recorded answer [0-9a-f]{64} was altered"):
            RecordedFile(path)
    path.write_text("{}\n" + text, encoding="utf-8")
    with pytest.raises(BuilderError, match=r"a\.jsonl: line 1: no recorded answer"):
        RecordedFile(path)


def test_a_line_that_was_never_finished_does_not_count_and_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    RecordedFile(path).append([recording("a")])
    whole = path.read_bytes()
    path.write_bytes(whole + recording("b").line().encode()[:100])
    file = RecordedFile(path)
    assert file.known() == [recording("a").key]
    file.append([recording("c")])
    assert path.read_bytes() == whole + recording("c").line().encode() + b"\n"


def test_the_first_of_two_answers_to_a_request_is_that_of_both(tmp_path: Path) -> None:
    one, other = RecordedFile(tmp_path / "a.jsonl"), RecordedFile(tmp_path / "a.jsonl")
    first, second = recording(body=b'{"name": "first"}'), recording(body=b'{"name": "second"}')
    assert one.append([first, second]) == [first, first]
    assert other.append([second]) == [first]
    assert len((tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def _append(path: Path, worker: int) -> None:
    file = RecordedFile(path)
    for number in range(20):
        file.append([recording(f"{number}", json.dumps({"name": f"{worker}"}).encode())])


def test_processes_that_record_side_by_side_lose_and_double_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_append, args=(path, number)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(RecordedFile(path).known()) == len(path.read_text(encoding="utf-8").splitlines()) == 20


WRITE = """
import sys
from pathlib import Path
from builder.tools.recordings import RecordedFile
from tests.tools.http.test_replay import recording

file = RecordedFile(Path(sys.argv[1]))
for number in range(100000):
    file.append([recording(f"{number}-{k}") for k in range(3)])
    print(number, flush=True)
"""


def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    path, told = tmp_path / "a.jsonl", 0
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITE, str(path)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
        )
        assert writer.stdout is not None
        for line in writer.stdout:
            told = max(told, int(line))
            if int(line) >= 25:
                writer.kill()
                break
        told = max([told, *map(int, writer.stdout.read().split())])
        writer.wait()
        known = set(RecordedFile(path).known())
        assert {recording(f"{n}-{k}").key for n in range(told + 1) for k in range(3)} <= known
    file = RecordedFile(path)
    file.append([recording("after")])
    assert len(path.read_text(encoding="utf-8").splitlines()) == len(file.known())


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        RecordedFile(tmp_path / "a.jsonl").append([recording()])
    assert not (tmp_path / "elsewhere").exists()


def test_a_release_carries_answers_by_key_whatever_their_order(tmp_path: Path) -> None:
    texts = []
    for number, names in enumerate((("a", "b", "c"), ("c", "a", "b"))):
        folder = tmp_path / str(number)
        for name in names:
            RecordedFile(folder / f"{PROVIDER}.jsonl").append([recording(name)])
        texts.append(Recordings(tmp_path / "specs", folder).text_of(PROVIDER))
    assert texts[0] == texts[1] and texts[0].count("\n") == 3


def test_a_miss_names_the_key_and_sends_nothing(tmp_path: Path) -> None:
    with HostileServer({"/look": reply('{"name": "a"}')}) as server:
        calling = live(provider(server.port), tmp_path, "replay")
        with pytest.raises(
            ToolError, match=r"no answer is recorded under [0-9a-f]{64} \(GET http://local.test"
        ) as caught:
            calling.call(tool({"url": at(server.port, "/look")}), {})
    assert caught.value.kind == "not_recorded" and server.connections == 0


def test_what_is_recorded_is_not_asked_again_and_errors_are(tmp_path: Path) -> None:
    routes = {"/good": reply('{"name": "a"}'), "/bad": in_turn(reply("[", "200 OK"), reply('{"name": "b"}'))}
    with HostileServer(routes) as server:
        calling = live(provider(server.port), tmp_path)
        good, bad = (tool({"url": at(server.port, path)}) for path in ("/good", "/bad"))
        assert calling.call(good, {}) == calling.call(good, {}) == {"name": "a"}
        with pytest.raises(ToolError, match="not strict JSON"):
            calling.call(bad, {})
        assert calling.call(bad, {}) == {"name": "b"}
        calling.close()
    assert [asked.path for asked in server.asked] == ["/good", "/bad", "/bad"]


def has_nothing(spec: ToolSpec, *modes: LiveTools) -> None:
    """Each mode gives the declared answer, replay that which was recorded."""
    for calls in modes:
        calls.recordings.files(PROVIDER)[0].refresh()
        with pytest.raises(ToolError, match="the source has nothing of that") as caught:
            calls.call(spec, {})
        assert caught.value.kind == "not_found"


def test_a_no_that_the_spec_declares_is_an_answer(tmp_path: Path) -> None:
    with HostileServer({}) as server:
        spec = tool({"url": at(server.port, "/look"), "statuses": {"404": "not_found"}})
        calling = live(provider(server.port), tmp_path)
        has_nothing(spec, calling, live(provider(server.port), tmp_path, "replay"))
        calling.close()
    (line,) = (tmp_path / "recordings" / f"{PROVIDER}.jsonl").read_text(encoding="utf-8").splitlines()
    assert '"status":404' in line and "gone" not in line


@pytest.mark.parametrize(
    ("route", "statuses"),
    [
        (raw(b"HTTP/1.1 204 No Content\r\n\r\n"), {"204": "not_found"}),
        (raw(b"HTTP/1.1 204 No Content\r\n\r\n"), {"empty": "not_found"}),
        (reply(""), {"empty": "not_found"}),
        (reply(" \n", media="text/html"), {"empty": "not_found", "404": "invalid_value"}),
    ],
)
def test_nothing_is_an_answer_where_the_spec_says_so(route: Route, statuses: dict[str, str], tmp_path: Path) -> None:
    with HostileServer({"/look": route}) as server:
        asked = {"url": at(server.port, "/look")}
        spec, silent = tool({**asked, "statuses": statuses}), tool(asked)
        calling = live(provider(server.port), tmp_path)
        with pytest.raises(ToolError) as caught:
            calling.call(silent, {})
        assert caught.value.kind == "bad_answer" and list(calling.recordings.all_of(PROVIDER)) == []
        has_nothing(spec, calling, live(provider(server.port), tmp_path, "replay"))
        calling.close()
    assert len(server.asked) == 2


def test_calls_side_by_side_are_all_durable_when_they_return(tmp_path: Path) -> None:
    async def ask(port: int) -> list[object]:
        calling = live(provider(port, limits={"try_seconds": 20}), tmp_path)
        spec = tool({"url": at(port, "/look"), "query": {"n": "{n}"}}, n="size")
        found = await asyncio.gather(*(calling.answer(spec, {"n": number}) for number in range(60)))
        lines = (tmp_path / "recordings" / f"{PROVIDER}.jsonl").read_text(encoding="utf-8").count("\n")
        assert lines == 60
        await calling.aclose()
        return list(found)

    with HostileServer({"/look": reply('{"name": "a"}')}) as server:
        assert asyncio.run(ask(server.port)) == [{"name": "a"}] * 60


def test_the_day_of_the_latest_answer_is_that_of_the_source(tmp_path: Path) -> None:
    source = provider(1)
    calling = live(source, tmp_path, "replay")
    assert calling.as_of(source) == source
    RecordedFile(tmp_path / "recordings" / f"{PROVIDER}.jsonl").append([recording()])
    dated = live(source, tmp_path, "replay").as_of(source)
    assert dated.source == "the service data of 27 November 2026" and dated.data_date == "2026-11-27"


SECRET = "k3y/with+odd=chars&42"
GRANT = Grant(provider=PROVIDER, host=NAME, variable="SOME_KEY")


def auth(**parts: object) -> dict[str, object]:
    return {"variable": "SOME_KEY", "host": NAME, "place": "header", "name": "X-Key", **parts}


@pytest.mark.parametrize("place", ["header", "query"])
def test_a_key_is_sent_and_left_nowhere(place: str, tmp_path: Path) -> None:
    import base64
    from urllib.parse import quote

    escaped = json.dumps(SECRET)[1:-1].replace("/", "\\/")
    echo = {
        "name": "a", "raw": SECRET, "url": quote(SECRET, safe=""), "lower": "k3y%2fwith%2bodd%3dchars%2642",
        "b64": base64.b64encode(SECRET.encode()).decode(), "basic": base64.b64encode(f"u:{SECRET}".encode()).decode(),
        "basic2": base64.b64encode(f"us:{SECRET}:x".encode()).decode(),
    }  # fmt: skip
    body = json.dumps(echo)[:-1] + f', "escaped": "{escaped}"}}'
    link = ("Link", f'<http://{NAME}:1/look?page=2&key={quote(SECRET, safe="")}>; rel="next"')
    with HostileServer({"/look": reply(body, "200 OK", "application/json", link)}) as server:
        source = provider(server.port, auth=auth(place=place, name="key", prefix=""))
        calling = live(source, tmp_path, grants=(GRANT,), environ={"SOME_KEY": SECRET})
        assert calling.call(tool({"url": at(server.port, "/look")}), {}) == {"name": "a"}
        calling.close()
    (asked,) = server.asked
    assert SECRET in asked.headers.values() if place == "header" else quote(SECRET, safe="") in asked.target
    kept = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "recordings").glob("*.jsonl"))
    assert kept.count("[SOME_KEY]") >= 7
    for form in (*echo.values(), escaped):
        assert form == "a" or form not in kept
    for shift in range(3):
        inner = base64.b64encode(b"\0" * shift + SECRET.encode()).decode()[4:-4]
        assert inner not in kept
    assert SECRET not in repr(calling.options) + repr(calling._secrets)


def test_a_key_in_an_error_is_left_nowhere(tmp_path: Path) -> None:
    with HostileServer({"/look": reply(f"bad key {SECRET}", "403 Forbidden", "text/plain")}) as server:
        source = provider(server.port, auth=auth())
        calling = live(source, tmp_path, grants=(GRANT,), environ={"SOME_KEY": SECRET})
        with pytest.raises(ToolError, match=r"bad key \[SOME_KEY\]"):
            calling.call(tool({"url": at(server.port, "/look")}), {})
        calling.close()
    assert SECRET not in (tmp_path / "recordings" / f"{PROVIDER}.failures.jsonl").read_text(encoding="utf-8")


def test_a_key_that_is_not_granted_is_not_looked_up(tmp_path: Path) -> None:
    source, spec = provider(9, auth=auth()), tool({"url": at(9, "/look")})
    wrong = Grant(provider="general.other", host=NAME, variable="SOME_KEY")
    cases = [
        (
            (),
            {"SOME_KEY": SECRET},
            r"general/service/provider\.toml: auth\.variable: SOME_KEY is not granted to general",
        ),
        ((wrong,), {"SOME_KEY": SECRET}, "is not granted to general.service at local.test"),
        ((GRANT,), {}, r"SOME_KEY is granted but not set \(set it in the environment\)"),
    ]
    for grants, environ, words in cases:
        calling = live(source, tmp_path, grants=grants, environ=environ)
        with pytest.raises(SpecError, match=words):
            calling.call(spec, {})
        calling.close()


def test_a_key_that_is_only_wanted_may_be_left_out(tmp_path: Path) -> None:
    with HostileServer({"/look": reply('{"name": "a"}')}) as server:
        calling = live(provider(server.port, auth=auth(required=False)), tmp_path)
        assert calling.call(tool({"url": at(server.port, "/look")}), {}) == {"name": "a"}
        calling.close()
    assert "x-key" not in server.asked[0].headers


@pytest.mark.parametrize("value", ["short", "has a space in it", "line\nbreak-in-it", "nön-ascii-key"])
def test_a_value_that_is_no_key_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match=r"live\.grants: the value of SOME_KEY is no key"):
        Secrets.of([GRANT], {"SOME_KEY": value})


def test_nobody_calls_without_a_contact(tmp_path: Path) -> None:
    for contact in ("", " ", "a\r\nX-Evil: 1"):
        calling = live(provider(9), tmp_path, contact=contact)
        with pytest.raises(SettingsError, match=r"live\.contact: services must be able to reach"):
            calling.call(tool({"url": at(9, "/look")}), {})
        calling.close()


def test_the_user_agent_says_who_calls(tmp_path: Path) -> None:
    with HostileServer({"/look": reply('{"name": "a"}')}) as server:
        calling = live(provider(server.port), tmp_path)
        calling.call(tool({"url": at(server.port, "/look")}), {})
        calling.close()
    assert server.asked[0].headers["user-agent"].startswith("dive-builder/")
    assert server.asked[0].headers["user-agent"].endswith("(+mailto:someone@example.org)")
    assert server.asked[0].headers["host"] == f"{NAME}:{server.port}"
