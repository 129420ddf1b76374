"""From a service to a release and back: verified, recorded, released, and rebuilt with sockets forbidden.

Slow: each run starts worker processes.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from builder.errors import Refused, ReleaseError
from builder.hub.manifest import read_manifest
from builder.recipe import sense
from builder.recipe.wording import source_sentence
from builder.serve.offer import Offer
from builder.settings import Settings
from builder.stages.live import with_carried
from builder.stages.making import make_release
from builder.stages.rebuild import manifest_at, rebuild
from builder.stages.session import Session
from builder.stages.workbench import open_pool
from builder.testing.small_recipe import small_recipe
from builder.tools.recordings import RecordedFile, responses_path
from tests.tools.http.islands import CONTACT, PROVIDER, TOOL, Islands, recorded, run_settings, same

pytestmark = pytest.mark.slow

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


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with specs, recordings of a run and the release of a replay of them."""
    folder = tmp_path_factory.mktemp("live")
    with Islands.open() as service:
        specs = recorded(folder, service, small_recipe())
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
