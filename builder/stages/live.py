"""Live tools in runs and releases: how the settings say they are answered, and what a release carries of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from builder.errors import ReleaseError
from builder.records.releases import FileEntry
from builder.settings import Settings
from builder.tools.http.options import LiveOptions
from builder.tools.pool import ToolPool

FOLDER = "recordings"
"""Of a release: one file per live provider, as `builder.tools.recordings` writes them."""


def live_options(settings: Settings, environ: Mapping[str, str]) -> LiveOptions:
    """What the settings say of live tools; keys are looked up in `environ` under the granted names alone."""
    live = settings.live
    return LiveOptions(
        mode=live.mode,
        folder=Path(live.recordings) if live.recordings else None,
        contact=live.contact,
        grants=live.grants,
        servers=live.servers,
        environ={grant.variable: environ[grant.variable] for grant in live.grants if grant.variable in environ},
        loopback=live.loopback,
        seed=settings.run_seed,
    )


def with_carried(settings: Settings, folder: Path) -> Settings:
    """The settings, which replay what the release in `folder` carries when it carries recordings."""
    if not (folder / FOLDER).is_dir():
        return settings
    return settings.replace({"live.mode": "replay", "live.recordings": str(folder / FOLDER)})


def recordings_digests(pool: ToolPool) -> dict[str, str]:
    """Digest of what is recorded of each active live provider."""
    return {provider: pool.live.recordings.digest_of(provider) for provider in pool.live_providers}


def carried_texts(pool: ToolPool) -> Iterator[tuple[str, bytes]]:
    """Path and content of the recordings that a release carries: those whose terms allow it."""
    for provider in pool.live_providers:
        if pool.providers[provider].share_responses:
            yield f"{FOLDER}/{provider}.jsonl", pool.live.recordings.text_of(provider).encode()


def write_carried(pool: ToolPool, folder: Path) -> dict[str, FileEntry]:
    """Write them; the new files by path.

    Raises ReleaseError for a pool that calls services by itself: its answers could not be had again.
    """
    if pool.live_providers and pool.live.options.mode != "replay":
        raise ReleaseError(
            f"a release replays its live tools ({', '.join(pool.live_providers)}), and live.mode is "
            f"{pool.live.options.mode}: run with record first, then release with replay (see docs/live_tools.md)"
        )
    files = {}
    for path, text in carried_texts(pool):
        file = folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text)
        files[path] = FileEntry(sha256=hashlib.sha256(text).hexdigest(), rows=None, bytes=len(text))
    return files


def differing(pool: ToolPool, files: Mapping[str, FileEntry]) -> Iterator[str]:
    """Recordings here that are not those of a manifest's `files`, each as a sentence."""
    here = {path: hashlib.sha256(text).hexdigest() for path, text in carried_texts(pool)}
    there = {path: entry.sha256 for path, entry in files.items() if path.startswith(f"{FOLDER}/")}
    for path in sorted(here.keys() | there.keys()):
        if here.get(path) != there.get(path):
            yield f"{path} is not what is recorded here (name the release's folder {FOLDER} in live.recordings)"
