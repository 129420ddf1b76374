"""From the reference server `mcp-server-time` to a release and back: imported, confirmed, recorded, drawn, verified,
released, served again, and rebuilt where sockets are forbidden and no server may be started.

Slow: each run starts worker processes.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from builder.cli import main
from builder.hub.manifest import read_manifest
from builder.settings import Settings
from builder.stages.live import with_carried
from builder.stages.making import make_release
from builder.stages.run import run_session
from builder.stages.session import Session
from builder.stages.workbench import open_pool
from builder.testing.small_recipe import tiny_pool
from builder.tools.recordings import RecordedFile
from tests.stages.small_run import settings as small_settings
from tests.tools.http.islands import SIZES, same
from tests.tools.http.test_release import FORBID
from tests.tools.mcp.clock_recipe import PROVIDER, TOOL, clock_recipe
from tests.tools.mcp.test_importing import without_review

pytestmark = pytest.mark.slow

TYPES = """
[clock_zone]
kind = "entity"
description = "IANA time zone"
noun = "time zone"
plural = "time zones"
schema = { type = "string" }
[clock_zone.listing]
table = "general.zones.zones"
value = "name"

[clock_time]
kind = "time"
description = "Time of day"
noun = "time"
plural = "times"
schema = { type = "string", pattern = "^[0-9]{2}:[0-9]{2}$" }

[zoned_time]
kind = "time"
description = "Date and time with the distance from UTC"
noun = "date and time"
plural = "dates and times"
schema = { type = "string", pattern = "^[0-9-]{10}T[0-9:]{8}[+-][0-9:]{5}$" }
"""

ZONES = '''"""Zones."""

from __future__ import annotations

_ZONES = "America/New_York Asia/Kathmandu Asia/Tokyo Europe/London Europe/Paris Pacific/Honolulu".split()


def zones_table() -> list[dict[str, object]]:
    return [{"name": name} for name in _ZONES]
'''

ZONES_PROVIDER = """
title = "Zones"
source = "the zones"
data_licence = "CC0-1.0"
attribution = "Six zones."

[tables.zones]
function = "zones_table"
description = "One row per zone"
"""

EXAMPLES = """
[[examples]]
arguments = { source_timezone = "Europe/Paris", time = "14:30", target_timezone = "Asia/Tokyo" }
[[examples]]
arguments = { source_timezone = "Asia/Kathmandu", time = "23:05", target_timezone = "Pacific/Honolulu" }
[[examples]]
arguments = { source_timezone = "Europe/Paris", time = "14:30", target_timezone = "Mars/Olympus" }
error = "not_found"
"""

REBUILD = """
import subprocess
import sys
from importlib import resources
from pathlib import Path

from builder.stages.live import with_carried
from builder.stages.rebuild import manifest_at, rebuild, settings_of
from builder.stages.session import Session
from tests.tools.mcp.clock_recipe import clock_recipe

if __name__ == "__main__":
    release, specs, folder = map(Path, sys.argv[1:])
    here = {"pool.specs": str(specs), "pool.cache": str(folder / "cache"), "engine.workers": 1}
    manifest = manifest_at(release)
    settings = with_carried(settings_of(manifest, here), release)
    with Session(settings, folder / "again.duckdb", recipe=clock_recipe()) as session:
        rebuild(session, manifest, folder / "again")
"""

NO_SERVER = """
def no_server(event, args):
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn") and "mcp-server" in str(args):
        raise RuntimeError(f"no server may be started: {args}")

sys.addaudithook(no_server)
"""


def confirm(specs: Path) -> None:
    """What a person does with the proposals: keep one tool, say what its values are, name its no."""
    folder = specs / "general" / "clock"
    (folder / "get_current_time.toml").unlink()
    source = (folder / "provider.toml").read_text(encoding="utf-8")
    for old, new in (
        ('source = ""', 'source = "the clock server"'),
        ('data_licence = ""', 'data_licence = "CC0-1.0"'),
        ('attribution = ""', 'attribution = "Times by mcp-server-time (MIT)."'),
        ("share_responses = false", "share_responses = true"),
    ):
        assert old in source
        source = source.replace(old, new)
    (folder / "provider.toml").write_text(without_review(source), encoding="utf-8")
    path = folder / "convert_time.toml"
    text = without_review(path.read_text(encoding="utf-8"))
    head, *parts = text.partition("[[examples]]")[0].split("\n[returns.")
    wanted = {"target_datetime": "zoned_time", "source_datetime": "zoned_time"}
    kept = ["\n[returns." + part for part in parts if part.partition("]")[0] in wanted]
    kept = [part.replace('type = ""', 'type = "zoned_time"') for part in kept]
    kept = [part.replace('description = ""', 'description = "Date and time there"') for part in kept]
    phrases = 'phrases = ["the date and time in {target_timezone}"]'
    kept = [part.replace("phrases = []", phrases if "target" in part else "phrases = []") for part in kept]
    head = head.replace('type = ""', 'type = "clock_time"')
    head = head.replace('# refusals = { "words of its error" =', 'refusals = { "Invalid timezone" =')
    path.write_text(head + "".join(kept) + EXAMPLES, encoding="utf-8")


def settings_file(folder: Path, more: str) -> str:
    """A file of settings with these tables beside those of the smallest profile."""
    profile = resources.files("builder").joinpath("profiles", "smoke.toml").read_text(encoding="utf-8")
    (folder / "settings.toml").write_text(f"{profile}\n{more}", encoding="utf-8")
    return str(folder / "settings.toml")


def run_settings(folder: Path, specs: Path, **live: object) -> Settings:
    changes: dict[str, object] = {"pool.specs": str(specs), "live.recordings": str(folder / "recordings"), **SIZES}
    changes["synthesize.draws_per_wave"] = 24
    return small_settings(folder / "cache", 1).replace({**changes, **{f"live.{k}": v for k, v in live.items()}})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with specs, recordings of a run and the release of a replay of them."""
    folder = tmp_path_factory.mktemp("clock")
    specs = Path(shutil.copytree(tiny_pool(), folder / "specs"))
    with (specs / "types.toml").open("a", encoding="utf-8") as file:
        file.write(TYPES)
    zones = specs / "general" / "zones"
    zones.mkdir()
    (zones / "provider.toml").write_text(ZONES_PROVIDER, encoding="utf-8")
    (zones / "functions.py").write_text(ZONES, encoding="utf-8")
    # Imported, confirmed, and seen to work.
    words = ("source_timezone=Europe/Paris", "time=14:30", "target_timezone=Asia/Tokyo")
    call = ["--call", "convert_time", *(part for word in words for part in ("--arg", word))]
    command = ["--command", "mcp-server-time --local-timezone UTC", "--into", str(specs / "general" / "clock")]
    assert main(["tools", "import-mcp", *command, *call]) == 0
    proposed = (specs / "general" / "clock" / "convert_time.toml").read_text(encoding="utf-8")
    assert '[parameters.source_timezone]\ntype = "clock_zone"' in proposed
    assert main(["tools", "check", str(specs / "general" / "clock")]) == 1
    confirm(specs)
    allowing = settings_file(folder, f'[[live.servers]]\nprovider = "{PROVIDER}"\n')
    assert main(["tools", "check", str(specs), "--live", "--settings", allowing]) == 0
    assert main(["tools", "record", str(specs)]) == 0
    assert main(["tools", "check", str(specs)]) == 0
    assert main(["tools", "drift", str(specs), "--settings", allowing]) == 0
    # Drawn while it records; released in replay, where nothing may be started.
    recording = run_settings(folder, specs, mode="record", servers=[{"provider": PROVIDER}])
    with Session(recording, folder / "record.duckdb", recipe=clock_recipe()) as session:
        run_session(session)
    with Session(run_settings(folder, specs), folder / "replay.duckdb", recipe=clock_recipe()) as session:
        make_release(session, folder / "release")
    return folder


def test_a_release_carries_what_the_server_answered(made: Path) -> None:
    manifest = read_manifest(made / "release")
    carried = RecordedFile(made / "release" / "recordings" / f"{PROVIDER}.jsonl")
    assert len(carried.known()) > 20 and manifest.settings["live.mode"] == "replay"
    assert manifest.tools[TOOL].data_date == carried.newest
    assert manifest.tools[TOOL].source.startswith("the clock server data of ")
    version = importlib.metadata.version("mcp-server-time")
    for key in carried.known():
        found = carried.find(key)
        assert found is not None and found.sent.url == f"pypi:mcp-server-time=={version}"


def test_it_verifies(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = settings_file(made, f'[pool]\nspecs = "{made / "specs"}"\n')
    assert main(["verify", str(made / "release"), "--settings", settings]) == 0, capsys.readouterr().out


def test_it_is_rebuilt_offline_and_without_a_server_byte_for_byte(made: Path, tmp_path: Path) -> None:
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(FORBID + NO_SERVER, encoding="utf-8")
    (tmp_path / "rebuild.py").write_text(REBUILD, encoding="utf-8")
    paths = [str(tmp_path / "hook"), str(Path(__file__).parents[3]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    probe = "import subprocess; subprocess.run(['mcp-server-time'])"
    refused = subprocess.run([sys.executable, "-c", probe], env=environ, capture_output=True, text=True)
    assert "no server may be started" in refused.stderr
    command = [sys.executable, str(tmp_path / "rebuild.py"), str(made / "release"), str(made / "specs"), str(tmp_path)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    same(made / "release", tmp_path / "again")


def test_it_is_served_again(made: Path) -> None:
    """By `dive-builder serve`, to a client of the SDK, from the recordings alone."""
    settings = settings_file(made, f'[pool]\nspecs = "{made / "specs"}"\n')
    carried = RecordedFile(made / "release" / "recordings" / f"{PROVIDER}.jsonl")
    recorded = carried.find(carried.known()[0])
    assert recorded is not None
    command = ["-m", "builder.cli", "serve", str(made / "release"), "--settings", settings]
    server = StdioServerParameters(command=sys.executable, args=command, cwd=Path(__file__).parents[3])

    async def ask() -> tuple[dict[str, object], dict[str, object]]:
        async with Client(server) as client:
            known = await client.call_tool("convert_time", dict(recorded.arguments))
            other = await client.call_tool("convert_time", {**recorded.arguments, "time": "04:44"})
            return known.structured_content, other.structured_content

    known, other = asyncio.run(ask())
    assert known["target_datetime"] == json.loads(recorded.received.body)["structuredContent"]["target"]["datetime"]
    assert other["error"]["kind"] == "not_recorded"


def test_a_question_names_source_and_day(made: Path) -> None:
    here = Settings.profile("smoke").replace({"pool.specs": str(made / "specs")})
    pool = open_pool(with_carried(here, made / "release"))
    assert pool.providers[PROVIDER].source.startswith("the clock server data of ")
