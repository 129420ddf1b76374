"""From a service to a release and back: verified, recorded, released, and rebuilt with sockets forbidden.

Slow: each run starts worker processes.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from builder.cli import main
from builder.errors import Refused, ReleaseError
from builder.hub.manifest import read_manifest
from builder.recipe import sense
from builder.recipe.wording import source_sentence
from builder.serve.offer import Offer
from builder.settings import Settings
from builder.stages.live import with_carried
from builder.stages.making import make_release
from builder.stages.rebuild import manifest_at, rebuild
from builder.stages.run import run_session
from builder.stages.session import Session
from builder.stages.workbench import open_pool
from builder.testing.small_recipe import small_recipe
from builder.tools.http.checking import check_live
from builder.tools.http.options import LiveOptions
from builder.tools.recordings import RecordedFile, responses_path
from builder.tools.tables import TableCache
from tests.stages.small_run import settings as small_settings
from tests.tools.http.islands import PROVIDER, TOOL, Islands, live_specs

pytestmark = pytest.mark.slow

SIZES = {"select.sft": 8, "select.rl": 4, "select.rl_test_unseen_toolset": 0, "select.rl_test_unseen_tool": 0}
CONTACT = "mailto:someone@example.org"

FORBID = """
import sys

def forbid(event, args):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.bind", "socket.gethostname"):
        address = args[1] if len(args) > 1 else args[0]
        # Workers talk to each other over paths; everything with a host is the network.
        if isinstance(address, tuple) or event == "socket.getaddrinfo":
            raise RuntimeError(f"the network is forbidden: {event} {args[1:]}")

sys.addaudithook(forbid)
"""

REBUILD = """
import sys
from pathlib import Path
from builder.stages.rebuild import manifest_at, rebuild, settings_of
from builder.stages.live import with_carried
from builder.stages.session import Session
from builder.testing.small_recipe import small_recipe

if __name__ == "__main__":
    release, specs, folder = map(Path, sys.argv[1:])
    manifest = manifest_at(release)
    here = {"pool.specs": str(specs), "pool.cache": str(folder / "cache"), "engine.workers": 1}
    settings = with_carried(settings_of(manifest, here), release)
    with Session(settings, folder / "again.duckdb", recipe=small_recipe()) as session:
        rebuild(session, manifest, folder / "again")
"""


def run_settings(folder: Path, specs: Path, **live: object) -> Settings:
    changes = {"pool.specs": str(specs), "live.recordings": str(folder / "recordings"), **SIZES}
    return small_settings(folder / "cache", 1).replace({**changes, **{f"live.{k}": v for k, v in live.items()}})


def same(one: Path, other: Path) -> None:
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    assert [name for name in names if (one / name).read_bytes() != (other / name).read_bytes()] == []


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with specs, recordings of a run and the release of a replay of them."""
    folder = tmp_path_factory.mktemp("live")
    with Islands.open() as service:
        specs = live_specs(folder / "specs", service.port)
        options = LiveOptions(contact=CONTACT, loopback=True)
        checked = check_live(specs, TableCache(folder / "cache"), options)
        assert checked.working == (TOOL,) and checked.problems == ()
        recording = run_settings(folder, specs, mode="record", contact=CONTACT, loopback=True)
        with Session(recording, folder / "record.duckdb", recipe=small_recipe()) as session:
            run_session(session)
        asked = len(service.asked)
        with Session(run_settings(folder, specs), folder / "replay.duckdb", recipe=small_recipe()) as session:
            make_release(session, folder / "release")
        assert len(service.asked) == asked
    return folder


def test_a_release_carries_what_it_replays(made: Path) -> None:
    path = made / "release" / "recordings" / f"{PROVIDER}.jsonl"
    carried = RecordedFile(path)
    assert set(RecordedFile(made / "recordings" / f"{PROVIDER}.jsonl").known()) <= set(carried.known())
    manifest = read_manifest(made / "release")
    assert manifest.files[f"recordings/{PROVIDER}.jsonl"].bytes == path.stat().st_size
    assert manifest.settings["live.mode"] == "replay"
    assert manifest.tools[TOOL].data_date == carried.newest
    assert manifest.tools[TOOL].source.startswith("the small atlas data of ")


def test_it_is_rebuilt_with_sockets_forbidden_byte_for_byte(made: Path, tmp_path: Path) -> None:
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(FORBID, encoding="utf-8")
    (tmp_path / "rebuild.py").write_text(REBUILD, encoding="utf-8")
    paths = [str(tmp_path / "hook"), *filter(None, [os.environ.get("PYTHONPATH")])]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    probe = "import socket; socket.create_connection(('127.0.0.1', 9))"
    refused = subprocess.run([sys.executable, "-c", probe], env=environ, capture_output=True, text=True)
    assert "the network is forbidden" in refused.stderr
    command = [sys.executable, str(tmp_path / "rebuild.py"), str(made / "release"), str(made / "specs"), str(tmp_path)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    same(made / "release", tmp_path / "again")


def test_other_recordings_are_refused_before_anything_is_drawn(made: Path, tmp_path: Path) -> None:
    release = Path(shutil.copytree(made / "release", tmp_path / "release"))
    manifest = manifest_at(release)
    path = release / "recordings" / f"{PROVIDER}.jsonl"
    # What the examples were answered lies beside the specs too, and would not be missed.
    beside = RecordedFile(responses_path(made / "specs", PROVIDER))
    lost = next(key for key in RecordedFile(path).known() if key not in beside)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if lost not in line), encoding="utf-8")
    options = with_carried(run_settings(tmp_path, made / "specs"), release)
    with Session(options, tmp_path / "b.duckdb", recipe=small_recipe()) as session:
        words = rf"recordings/{PROVIDER}\.jsonl is not what is recorded here"
        with pytest.raises(ReleaseError, match=words):
            rebuild(session, manifest, tmp_path / "again")
        assert session.store.query("queue/drawn") == []


def test_a_run_that_records_gives_no_release(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made / "recordings", tmp_path / "recordings")
    options = run_settings(tmp_path, made / "specs", mode="record", contact=CONTACT)
    with (
        Session(options, tmp_path / "a.duckdb", recipe=small_recipe()) as session,
        pytest.raises(ReleaseError, match=r"replays its live tools \(general.atlas\), and live.mode is record"),
    ):
        make_release(session, tmp_path / "release")


def test_serve_replays_what_the_release_carries(made: Path) -> None:
    options = with_carried(Settings.profile("smoke").replace({"pool.specs": str(made / "specs")}), made / "release")
    offer = Offer.of(made / "release", open_pool(options))
    assert offer.obstacles == {}
    assert offer.call("island_profile", {"island": "Crete"})[1]
    body, worked = offer.call("island_profile", {"island": "Nowhere at all"})
    assert not worked and body["error"]["kind"] == "not_recorded" and len(body["error"]["details"]["key"]) == 64


def test_a_question_names_source_and_day(made: Path) -> None:
    options = with_carried(Settings.profile("smoke").replace({"pool.specs": str(made / "specs")}), made / "release")
    pool = open_pool(options)
    with pytest.raises(Refused, match="does not name the small atlas data of"):
        sense.time(pool, [TOOL], "How many people live on Crete?")
    sentence = source_sentence(pool, [TOOL], "How many people live on Crete?", random.Random(1))
    day = pool.providers[PROVIDER].data_date
    assert day is not None and f"the small atlas data of {int(day[-2:])} " in sentence
    sense.time(pool, [TOOL], f"How many people live on Crete? {sentence}")


def test_drift_tells_which_answers_changed(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On specs of its own, whose service gets another census."""
    with Islands.open() as service:
        specs = live_specs(tmp_path / "specs", service.port)
        text = Settings.profile("smoke").model_dump(mode="json")
        text["live"] |= {"contact": CONTACT, "loopback": True}
        file = tmp_path / "live.toml"
        file.write_text(_toml(text), encoding="utf-8")
        command = ("--specs", str(specs), "--settings", str(file))
        assert main(["tools", "list", "--specs", str(specs)]) == 0
        assert f"unverified: {PROVIDER}: never called: run: dive-builder tools check --live" in capsys.readouterr().out
        assert main(["tools", "check", str(specs), "--live", *command[2:]]) == 0
        out = capsys.readouterr().out
        assert "recorded/_responses.jsonl" in out and out.endswith("1 live tools work\n")
        assert main(["tools", "record", str(specs)]) == 0
        assert main(["tools", "check", str(specs)]) == 0, capsys.readouterr().out
        assert main(["tools", "drift", *command]) == 0
        assert capsys.readouterr().out.endswith("3 calls: 0 changed, 0 not asked\n")
        service.known["Crete"]["people"] += 1
        assert main(["tools", "drift", *command]) == 1
        out = capsys.readouterr().out
        assert f"changed: {TOOL} {{'island': 'Crete'}}" in out and "people: recorded on" in out
        assert main(["tools", "try", TOOL, "--arg", "island=Crete", "--live", *command]) == 0
        assert json.loads(capsys.readouterr().out)["people"] == service.known["Crete"]["people"]
    assert main(["tools", "drift", *command]) == 3
    assert "3 calls: 0 changed, 3 not asked" in capsys.readouterr().out


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
