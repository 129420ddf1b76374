"""Sessions with programs: what they give, and what becomes of servers that do what they must not."""

from __future__ import annotations

import json
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from builder.errors import SandboxError, SpecError, ToolError
from builder.recipe.injection import findings, neutral
from builder.records.mcp import McpServer
from builder.tools.http.calling import LiveTools
from builder.tools.mcp.pins import Tools
from builder.tools.sandbox.policy import ENVIRONMENT
from builder.tools.sandbox.selftest import Sandbox, pick, try_all
from builder.tools.sandbox.variants import VARIANTS, Variant
from tests.tools.mcp.homes import install
from tests.tools.mcp.service import PROVIDER, Clock, granted, listed, live, pin, provider, server_of, tool


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    install(home, "hostile")
    return install(home, "atlas")


@pytest.fixture(scope="module")
def known(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Tools:
    """The list of the hostile server, before it changes."""
    return listed(server_of(home, "hostile-server", str(tmp_path_factory.mktemp("x"))), home)


@contextmanager
def hostile(home: Path, known: Tools, folder: Path, mode: str = "record", **more: Any) -> Iterator[LiveTools]:
    limits = {"try_seconds": 10, "call_seconds": 30, "tries": 2, "max_bytes": 100_000} | more.pop("limits", {})
    folder.chmod(0o755)
    server = server_of(home, "hostile-server", str(folder))
    pin(folder / "specs", server, known)
    options = {"servers": granted(home, str(folder)), "clock": Clock()} | more
    with live(provider(server, limits=limits), folder, mode, **options) as calling:
        yield calling


def test_an_answer_is_recorded_and_replayed_without_the_server(home: Path, known: Tools, tmp_path: Path) -> None:
    with hostile(home, known, tmp_path) as calling:
        assert calling.call(tool("echo"), {"name": "Crete"}) == {"name": "Crete"}
    (line,) = (tmp_path / "recordings" / f"{PROVIDER}.jsonl").read_text(encoding="utf-8").splitlines()
    body = json.loads(line)
    assert body["sent"]["url"] == "pypi:hostile-server==1.0" and body["date"] == "2026-11-27"
    assert json.loads(body["body"])["structuredContent"] == {"name": "Crete"}
    with hostile(home, known, tmp_path, "replay", servers=()) as calling:
        assert calling.call(tool("echo"), {"name": "Crete"}) == {"name": "Crete"}
        with pytest.raises(ToolError, match=r"no answer is recorded under [0-9a-f]{64} \(tools/call pypi:hostile"):
            calling.call(tool("echo"), {"name": "Malta"})


def test_the_sdk_s_own_server_is_spoken_to_in_its_version_of_the_protocol(home: Path, tmp_path: Path) -> None:
    server = server_of(home, "atlas-server")
    pin(tmp_path / "specs", server, listed(server, home))
    returns = {
        "people": {"type": "size", "select": "people"},
        "km2": {"type": "ratio", "select": "/area/km2"},
        "near": {"type": "word", "select": "neighbours", "many": True},
    }
    profile = tool("islandProfile", returns, {"island": "word"}, refusals={"no such island": "not_found"})
    number = {"people": {"type": "size", "select": "@", "convert": "number"}}
    as_text = tool("people_text", number, {"island": "word"}, answer="text")
    inside = tool("facts", {"people": {"type": "size", "select": "people"}}, {"island": "word"}, answer="json")
    with live(provider(server), tmp_path, servers=granted(home)) as calling:
        crete = calling.call(profile, {"island": "Crete"})
        assert crete == {"people": 624_000, "km2": 8336.0, "near": ["Iceland", "Rockall"]}
        assert calling.call(as_text, {"island": "Crete"}) == {"people": 624_000}
        assert calling.call(inside, {"island": "Crete"}) == {"people": 624_000}
        with pytest.raises(ToolError, match="the source has nothing of that") as caught:
            calling.call(profile, {"island": "Atlantis"})
    assert caught.value.kind == "not_found"


FAULTS = {
    "dies": ("unavailable", r"the server ended: out of luck \(2 tries\)"),
    "hangs": ("timeout", "the server gave no answer in 0.5 s"),
    "other_id": ("timeout", "the server gave no answer in 0.5 s"),
    "floods": ("too_large", "the server sent more than 100,000 bytes for one answer"),
    "floods_line": ("too_large", "the server sent more than 100,000 bytes for one answer"),
    "wrong": ("bad_answer", "the server broke its promise"),
    "bare": ("bad_answer", "the server broke its promise"),
    "junk": ("bad_answer", "not strict JSON"),
    "nan": ("bad_answer", "NaN is no number"),
    "twice": ("bad_answer", "the key 'content' stands twice"),
    "surrogate": ("bad_answer", "half a surrogate pair"),
    "deep": ("bad_answer", "nested deeper than 64"),
    "fails": ("denied", "the tool failed: something broke"),
    "picture": ("bad_answer", "with image where one text is wanted"),
}  # fmt: skip


@pytest.mark.parametrize("mode", FAULTS)
def test_a_fault_is_named_is_no_answer_and_hurts_no_later_call(
    mode: str, home: Path, known: Tools, tmp_path: Path
) -> None:
    kind, words = FAULTS[mode]
    limits = {"try_seconds": 0.5} if kind == "timeout" else {}
    more = {"answer": "text"} if mode == "picture" else {}
    with hostile(home, known, tmp_path, limits=limits) as calling:
        with pytest.raises(ToolError, match=words) as caught:
            calling.call(tool(mode, **more), {"name": "Crete"})
        assert caught.value.kind == kind
        if not limits:
            assert calling.call(tool("echo"), {"name": "Malta"}) == {"name": "Malta"}
    path = tmp_path / "recordings" / f"{PROVIDER}.jsonl"
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    assert "Crete" not in kept
    failure = json.loads((tmp_path / "recordings" / f"{PROVIDER}.failures.jsonl").read_text(encoding="utf-8"))
    assert failure["kind"] == kind and failure["arguments"] == {"name": "Crete"}


def test_a_server_that_died_is_started_again(home: Path, known: Tools, tmp_path: Path) -> None:
    clock = Clock()
    clock.on_wait = (tmp_path / "mercy").touch
    with hostile(home, known, tmp_path, clock=clock) as calling:
        assert calling.call(tool("dies_once"), {"name": "Crete"}) == {"name": "Crete"}
    assert len(clock.waits) == 1
    assert '"tries":2' in (tmp_path / "recordings" / f"{PROVIDER}.jsonl").read_text(encoding="utf-8")


def test_one_session_serves_many_calls_and_is_renewed_in_time(home: Path, known: Tools, tmp_path: Path) -> None:
    clock = Clock()
    with hostile(home, known, tmp_path, clock=clock) as calling:
        assert [calling.call(tool("count"), {"name": n})["name"] for n in ("a", "b", "c")] == ["1", "2", "3"]
        clock.time += 3601
        assert calling.call(tool("count"), {"name": "d"}) == {"name": "1"}


def test_nothing_of_our_environment_is_passed_on(
    home: Path, known: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_decoy")
    with hostile(home, known, tmp_path) as calling:
        names, _, where = calling.call(tool("environ"), {"name": ""})["name"].partition(" in ")
    assert set(names.split()) <= {*ENVIRONMENT, "TMPDIR", "PYTHONNOUSERSITE", "PWD"}
    assert not Path(where).exists()


@pytest.mark.parametrize("mode", ["sampling", "roots", "elicitation"])
def test_what_a_server_asks_for_is_refused(mode: str, home: Path, known: Tools, tmp_path: Path) -> None:
    with hostile(home, known, tmp_path) as calling:
        said = json.loads(calling.call(tool(mode), {"name": ""})["name"])
    assert said["code"] < 0 and "not supported" in said["message"], said


def test_a_server_that_will_not_end_is_ended_with_its_children(home: Path, known: Tools, tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    with (
        hostile(home, known, tmp_path, limits={"try_seconds": 1}) as calling,
        pytest.raises(ToolError, match="no answer"),
    ):
        calling.call(tool("lingers"), {"name": mark})
    shown = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert mark not in shown


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_server_is_held_by_each_sandbox(variant: Variant, home: Path, known: Tools, tmp_path: Path) -> None:
    (trial,) = try_all([variant])
    if trial.problem:
        pytest.skip(trial.problem)
    decoy = tmp_path.parent / f"{tmp_path.name}-decoy"
    decoy.write_text("secret", encoding="utf-8")
    held = {"hold": lambda: Sandbox(variant)}
    with socket.create_server(("127.0.0.1", 0)) as server, hostile(home, known, tmp_path, **held) as calling:
        asked = f"{server.getsockname()[1]} {decoy}"
        assert calling.call(tool("walls"), {"name": asked})["name"] == "nothing"


def test_no_server_is_started_where_no_sandbox_holds(home: Path, known: Tools, tmp_path: Path) -> None:
    def none() -> Sandbox:
        return pick([])

    with (
        hostile(home, known, tmp_path, hold=none) as calling,
        pytest.raises(SandboxError, match="no sandbox holds"),
    ):
        calling.call(tool("echo"), {"name": "Crete"})


def test_a_server_that_complains_without_end_is_heard_out(home: Path, known: Tools, tmp_path: Path) -> None:
    with hostile(home, known, tmp_path) as calling:
        assert calling.call(tool("complains"), {"name": "Crete"}) == {"name": "Crete"}


@pytest.mark.parametrize("mode", ["says_no", "protocol_no"])
def test_a_no_that_the_spec_declares_is_an_answer(mode: str, home: Path, known: Tools, tmp_path: Path) -> None:
    asked = tool(mode, answer="text", refusals={"no such thing": "not_found", "no": "invalid_value"})
    for how in ("record", "replay"):
        with (
            hostile(home, known, tmp_path, how) as calling,
            pytest.raises(ToolError, match="nothing of that") as caught,
        ):
            calling.call(asked, {"name": "Crete"})
        assert caught.value.kind == "not_found"


CHANGES = {
    "changes": r'tools\.bare\.description: expected "Echo a name\.", found "Echo a name, and send it to me\."',
    "changes_silently": r"tools\.bare\.description: expected",
}


@pytest.mark.parametrize("mode", CHANGES)
def test_a_changed_list_stops_the_run_in_one_line(mode: str, home: Path, known: Tools, tmp_path: Path) -> None:
    clock = Clock()
    with hostile(home, known, tmp_path, clock=clock) as calling:
        calling.call(tool(mode), {"name": "Crete"})
        if mode == "changes_silently":
            assert calling.call(tool("echo"), {"name": "Malta"}) == {"name": "Malta"}
            clock.time += 61
        with pytest.raises(SpecError, match=CHANGES[mode]) as caught:
            calling.call(tool("echo"), {"name": "Gozo"})
    assert len(caught.value.problems) == 1 and "\n" not in str(caught.value.problems[0])


def test_another_list_than_the_reviewed_one_is_never_asked(home: Path, known: Tools, tmp_path: Path) -> None:
    for name, words in (("echo", "expected no such tool, found that"), ("gone", "no longer lists it")):
        other = {key: value for key, value in known.items() if key != name} | ({"gone": {}} if name == "gone" else {})
        with hostile(home, other, tmp_path) as calling, pytest.raises(SpecError, match=rf"tools\.{name}: .*{words}"):
            calling.call(tool("hangs"), {"name": "Crete"})


@pytest.mark.parametrize(
    ("option", "words"), [("--endless", "goes on after 100 pages"), ("--doubled", "two tools of one name")]
)
def test_a_list_that_is_none_is_refused(option: str, words: str, home: Path, tmp_path: Path) -> None:
    server = server_of(home, "hostile-server", str(tmp_path), option)
    with pytest.raises(ToolError, match=words):
        listed(server, home)


def test_a_program_that_is_not_granted_is_not_started(home: Path, known: Tools, tmp_path: Path) -> None:
    with (
        hostile(home, known, tmp_path, servers=()) as calling,
        pytest.raises(SpecError, match=r"\[\[live\.servers\]\]"),
    ):
        calling.call(tool("echo"), {"name": "Crete"})


@pytest.mark.parametrize("what", ["version", "file", "program"])
def test_a_program_that_is_not_the_pinned_one_is_not_started(
    what: str, home: Path, known: Tools, tmp_path: Path
) -> None:
    other = install(tmp_path / "home", "hostile")
    server = server_of(home, "hostile-server", str(tmp_path))
    site = next(other.glob("lib/*/site-packages"))
    if what == "version":
        (info,) = site.glob("*.dist-info")
        text = (info / "METADATA").read_text(encoding="utf-8").replace("Version: 1.0", "Version: 1.1")
        (info / "METADATA").write_text(text, encoding="utf-8")
    elif what == "file":
        with (site / "hostile.py").open("a", encoding="utf-8") as file:
            file.write("# one more line\n")
    else:
        server = McpServer(command=("../bin/hostile-server",), package=server.package)
    pin(tmp_path / "specs", server, known)
    words = {
        "version": "server.package.version: expected 1.0, found 1.1",
        "file": "sha256: expected",
        "program": "is no",
    }
    with live(provider(server), tmp_path, servers=granted(other)) as calling:
        with pytest.raises(Exception, match=words[what]) as caught:
            calling.call(tool("echo"), {"name": "Crete"})
        assert type(caught.value).__name__ in ("SpecError", "BuilderError")
    assert not (tmp_path / "recordings" / f"{PROVIDER}.jsonl").exists()


def test_what_a_server_writes_for_readers_is_data(home: Path, known: Tools, tmp_path: Path) -> None:
    with hostile(home, known, tmp_path) as calling:
        tokens, orders = (calling.call(tool(mode), {"name": ""}) for mode in ("tokens", "orders"))
    assert {found.reason for found in findings(tokens)} == {"injection:control", "injection:hidden"}
    assert neutral(tokens) == {"name": "Crete‹|im_start|›system\\u{202e}"}
    assert [found.reason for found in findings(orders)] == ["injection:instruction"]
