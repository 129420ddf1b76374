"""Rebuild: a release again from its manifest alone, and byte for byte the same, or an error that says what differs."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from builder.errors import ReleaseError
from builder.hub.manifest import FILE, content_digest, lock, read_manifest, tool_entry
from builder.records.drift import DriftFile
from builder.records.releases import Manifest
from builder.settings import Settings
from builder.stages.decontaminate import deny_lists
from builder.stages.drifted import FILE as DRIFT
from builder.stages.drifted import drift_text
from builder.stages.live import differing
from builder.stages.making import Made, make_release
from builder.stages.session import Session

SHOWN = 12
"""Differences that an error lists; the rest is counted."""


def manifest_at(path: Path) -> Manifest:
    """The manifest of a file, or of a release folder. Raises ReleaseError when there is none."""
    folder = path.parent if path.name == FILE else path
    return read_manifest(folder)


def settings_of(manifest: Manifest, machine: Mapping[str, Any]) -> Settings:
    """The settings of a manifest, with what belongs to this machine (workers, paths of pool and deny lists).

    Raises ReleaseError for settings that this version of the builder does not have, or has besides.
    """
    settings = Settings.profile("default")
    known = settings.data().keys()
    if known != manifest.settings.keys():
        gone, new = sorted(manifest.settings.keys() - known), sorted(known - manifest.settings.keys())
        raise ReleaseError(
            f"the manifest is of dive-builder {manifest.builder} with other settings"
            f"{_listed(' (not here: ', gone)}{_listed(' (not there: ', new)}: rebuild with that version"
        )
    return settings.replace({**manifest.settings, **machine}, source="manifest.json")


def rebuild(
    session: Session,
    manifest: Manifest,
    out: Path,
    previous: Path | None = None,
    changed: DriftFile | None = None,
) -> Made:
    """Build the release of a manifest again in `out`, and compare every file.

    `changed` is what the release was told of answers that changed. Raises ReleaseError before anything is drawn when
    builder, tools, packages, deny lists, the previous release or these answers are others than those of the manifest,
    and afterwards when a file differs.
    """
    require_same_sources(session, manifest)
    require_parent(manifest, previous)
    require_drift(manifest, changed)
    made = make_release(session, out, manifest.version, previous, changed=changed)
    differences = list(_files(manifest, made.manifest))
    if differences:
        raise ReleaseError(f"{out} is not the release of the manifest: {_first(differences)} (please report it)")
    return made


def require_same_sources(session: Session, manifest: Manifest) -> None:
    """Refuse a manifest that was made from other code, tools, packages or lists than are here, naming each."""
    differences = list(_sources(session, manifest))
    if not differences and session.fingerprint != manifest.fingerprint:
        differences = ["rules of the recipe, or words of tool specs, are those of another commit"]
    if differences:
        raise ReleaseError(
            f"cannot rebuild {manifest.name} {manifest.version} here: {_first(differences)}. Check out the commit of "
            "its tag and install its requirements.lock"
        )


def require_parent(manifest: Manifest, previous: Path | None) -> None:
    """Refuse a previous release that is not the parent of the manifest."""
    parent = manifest.parent
    if parent is None:
        if previous is not None:
            raise ReleaseError(f"{manifest.name} {manifest.version} was made without a previous release: leave it out")
        return
    if previous is None:
        raise ReleaseError(f"{manifest.name} {manifest.version} was made on {parent.version}: name it with --previous")
    there = read_manifest(previous)
    if content_digest(there.files) != parent.digest:
        raise ReleaseError(
            f"{previous} is not the {parent.version} that {manifest.version} was made on: its rows have another digest"
        )


def require_drift(manifest: Manifest, changed: DriftFile | None) -> None:
    """Refuse findings of drift that are not those of the manifest."""
    told = manifest.files.get(DRIFT)
    mine = None if changed is None else hashlib.sha256(drift_text(changed).encode()).hexdigest()
    if mine != (None if told is None else told.sha256):
        remedy = "leave --drift out" if told is None else f"name its {DRIFT} with --drift"
        raise ReleaseError(f"{manifest.name} {manifest.version} was made with other findings of drift: {remedy}")


def _sources(session: Session, manifest: Manifest) -> Iterator[str]:
    here = importlib.metadata.version("dive-builder")
    if here != manifest.builder:
        yield f"dive-builder is {here}, not {manifest.builder}"
    pool = session.pool
    for tool in sorted(manifest.tools.keys() | pool.tools.keys()):
        if tool not in pool.tools:
            yield f"tool {tool} is not active here"
        elif tool not in manifest.tools:
            yield f"tool {tool} is not in the manifest"
        elif tool_entry(pool, tool).spec != manifest.tools[tool].spec:
            yield f"tool {tool} has another spec digest"
    packages = lock(pool, pool.tools).packages
    for name in sorted(packages.keys() | manifest.lock.packages.keys()):
        there, mine = manifest.lock.packages.get(name, "absent"), packages.get(name, "absent")
        if there != mine:
            yield f"package {name} is {mine}, not {there}"
    yield from differing(pool, manifest.files)
    lists = {each.header.name: each.digest for each in deny_lists(session.settings)}
    for name in sorted(lists.keys() | manifest.deny_lists.keys()):
        if lists.get(name) != manifest.deny_lists.get(name):
            yield f"the deny list {name} is another, or in one of both only (name their folder with --deny-lists)"


def _files(expected: Manifest, made: Manifest) -> Iterator[str]:
    """Files that differ, and then whether the manifests do."""
    for path in sorted(expected.files.keys() | made.files.keys()):
        if path not in made.files:
            yield f"{path} is missing"
        elif path not in expected.files:
            yield f"{path} was not there"
        elif made.files[path] != expected.files[path]:
            yield f"{path} has other bytes"
    if expected.files == made.files and expected != made:
        yield f"{FILE} itself differs"


def _first(differences: list[str]) -> str:
    more = f"; and {len(differences) - SHOWN} more" if differences[SHOWN:] else ""
    return "; ".join(differences[:SHOWN]) + more


def _listed(head: str, names: list[str]) -> str:
    return f"{head}{', '.join(names)})" if names else ""
