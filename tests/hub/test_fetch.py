"""The version before from a Hub on loopback: sound and of the right version, or one clear error."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builder.hub.manifest import content_digest, read_manifest
from tests.hub.loopback import Blob, Fault, Hub, Repo
from tests.hub.test_publish import ROOT, TOKEN, contents, environment

REPO = "org/before"


def stored(hub: Hub, name: str, body: bytes) -> Blob:
    """A file as the Hub keeps it: a large one among the objects."""
    blob = Blob(body, name.endswith("parquet"))
    if blob.large:
        hub.objects[blob.sha256] = body
    return blob


@pytest.fixture
def hub(release: Path) -> Iterator[Hub]:
    """A Hub that holds the release under the tag v1.0.0, and another state on main."""
    with Hub() as hub:
        hub.user(TOKEN)
        there = hub.repos[REPO] = Repo(private=True)
        files = {name: stored(hub, name, body) for name, body in contents(release).items()}
        there.commit({".gitattributes": Blob(b"", large=False), **files}, "release")
        there.tags["v1.0.0"] = there.head
        there.commit({"notes.txt": Blob(b"later", large=False)}, "later")
        yield hub


def ask(hub: Hub, home: Path, ref: str, version: str = "1.1.0", token: str | None = TOKEN) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.hub.fetcher", ref, version],
        capture_output=True, text=True, cwd=ROOT, env=environment(hub, home, token), timeout=120, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_the_version_comes_by_its_tag_and_leaves_no_copy(hub: Hub, release: Path, tmp_path: Path) -> None:
    found = ask(hub, tmp_path, f"{REPO}@v1.0.0")
    manifest = read_manifest(release)
    assert found["parent"] == {"version": "1.0.0", "digest": content_digest(manifest.files)}
    assert found["names"] == sorted(path for path in manifest.files if path.endswith(".parquet"))
    assert found["gone"]
    assert hub.writes() == []


def test_a_version_that_is_not_lower_is_refused(hub: Hub, tmp_path: Path) -> None:
    assert "version 1.0.0 exists" in ask(hub, tmp_path, f"{REPO}@v1.0.0", "1.0.0")["error"]


def test_an_altered_shard_is_found_before_use(hub: Hub, tmp_path: Path) -> None:
    there = hub.repos[REPO]
    path = "rl/train-00000-of-00001.parquet"
    body = bytearray(there.files("v1.0.0")[path])
    body[100] ^= 1
    there.tags["v1.0.0"] = there.commit({path: stored(hub, path, bytes(body))}, "altered")
    error = ask(hub, tmp_path, f"{REPO}@v1.0.0")["error"]
    assert "is not as it was published" in error and path in error


def test_a_tag_that_was_moved_to_another_version_is_refused(hub: Hub, tmp_path: Path) -> None:
    there = hub.repos[REPO]
    there.tags["v0.9.0"] = there.tags["v1.0.0"]
    assert "v0.9.0 holds version 1.0.0: the tag was moved" in ask(hub, tmp_path, f"{REPO}@v0.9.0")["error"]


def test_what_is_not_there_or_not_to_be_seen_is_one_clear_error(hub: Hub, tmp_path: Path) -> None:
    for ref, token in ((f"{REPO}@v3.0.0", TOKEN), ("org/none@v1.0.0", TOKEN), (f"{REPO}@v1.0.0", None)):
        error = ask(hub, tmp_path, ref, token=token)["error"]
        assert error.startswith(f"{ref} could not be downloaded") and TOKEN not in error
    error = ask(hub, tmp_path, "neither/folder/nor-ref")["error"]
    assert "is neither a folder nor a version on the Hub (write ORG/NAME@v1.0.0)" in error


def test_a_hub_that_fails_gives_no_stale_copy(hub: Hub, tmp_path: Path) -> None:
    assert ask(hub, tmp_path, f"{REPO}@v1.0.0").get("error") is None
    hub.faults.append(Fault("GET", "/revision/", status=403, times=99))
    assert "could not be downloaded" in ask(hub, tmp_path, f"{REPO}@v1.0.0")["error"]
