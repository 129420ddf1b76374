"""Load what was published as anybody would, in a process with a cache of its own, and compare it with the manifest.

    python -m builder.hub.loading REPO REVISION CONFIG...     prints rows and ids' digest by config and split

A cache that holds another version gives that one when the Hub cannot be reached, and only warns. So a load proves
nothing unless it starts from an empty cache.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from builder.errors import HubError
from builder.hub.manifest import split_of
from builder.identity import digest
from builder.records.releases import Manifest

Seen = dict[str, dict[str, list[Any]]]
"""By config and split: rows, and the digest of their ids in order."""

SECONDS = 3600.0


def check_loading(
    folder: Path, manifest: Manifest, repo: str, revision: str, environment: Mapping[str, str]
) -> dict[str, int]:
    """Rows by config as loaded from the Hub. Raises HubError when they are not those of the folder."""
    expected = expected_rows(folder, manifest)
    with tempfile.TemporaryDirectory(prefix="dive-builder-") as cache:
        kept = {
            name: value
            for name, value in environment.items()
            if not name.startswith(("HF_", "HUGGINGFACE_")) or name in ("HF_TOKEN", "HF_ENDPOINT")
        }
        # Xet downloads need no other service than uploads did; the switch is the user's in both.
        kept |= {"HF_HOME": cache, "HF_HUB_DISABLE_TELEMETRY": "1"}
        if "HF_HUB_DISABLE_XET" in environment:
            kept["HF_HUB_DISABLE_XET"] = environment["HF_HUB_DISABLE_XET"]
        done = subprocess.run(
            [sys.executable, "-m", "builder.hub.loading", repo, revision, *expected],
            env=kept, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    if done.returncode:
        lines = done.stderr.strip().splitlines()[-1:] or ["no message"]
        told = lines[0].replace(environment.get("HF_TOKEN") or "\0", "***")
        raise HubError(f"{repo} at {revision} was published, but does not load: {told[:300]} (run the command again)")
    seen: Seen = json.loads(done.stdout.splitlines()[-1])
    for config, splits in expected.items():
        for split, wanted in splits.items():
            found = seen.get(config, {}).get(split)
            if found != wanted:
                raise HubError(
                    f"{repo} at {revision}: {config}/{split} loads {found[0] if found else 'no'} rows, and not the "
                    f"{wanted[0]} of the release (run the command again, or look at the repository)"
                )
    return {config: sum(rows for rows, _ in splits.values()) for config, splits in seen.items()}


def expected_rows(folder: Path, manifest: Manifest) -> Seen:
    """The same from the release's own files."""
    ids: dict[str, dict[str, list[str]]] = {}
    for path in sorted(manifest.files):
        place = split_of(path)
        if place is not None:
            column = _id_column(pq.read_schema(folder / path).names)
            found = pq.read_table(folder / path, columns=[column])[column].to_pylist()
            ids.setdefault(place[0], {}).setdefault(place[1], []).extend(found)
    return {c: {s: [len(rows), digest(rows)] for s, rows in splits.items()} for c, splits in ids.items()}


def load(repo: str, revision: str, configs: list[str]) -> Seen:
    """Rows and digests as `datasets` loads them."""
    from datasets import load_dataset

    seen: Seen = {}
    for config in configs:
        loaded = load_dataset(repo, config, revision=revision)
        for split, rows in loaded.items():
            ids = rows[_id_column(rows.column_names)]
            seen.setdefault(config, {})[str(split)] = [len(rows), digest(list(ids))]
            # Every column of a row is decoded once: a type that the reader does not know shows here.
            _ = rows[0] if len(rows) else None
    return seen


def _id_column(names: list[str]) -> str:
    return "id" if "id" in names else "tool_id"


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    print(json.dumps(load(sys.argv[1], sys.argv[2], sys.argv[3:])))
