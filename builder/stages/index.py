"""Which tasks of a release are worded nearly as a task of earlier ones, by an index of their questions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from builder.hub.manifest import read_manifest
from builder.hub.reading import task_bodies
from builder.recipe.patterns import normal_text
from builder.store.index import add_texts, open_index


@dataclass(frozen=True, slots=True)
class NearEarlier:
    """What the index knows of a release."""

    pairs: tuple[tuple[str, str, float], ...]
    """Task of the release, task of the index, and their similarity."""
    tasks: int
    """Tasks of the release."""
    known: int
    """Different texts in the index, as they are compared with."""
    added: int


def near_earlier(release: Path, folder: Path, add: bool = False) -> NearEarlier:
    """Look the questions of a release up in the index in `folder`; with `add` they are in it afterwards.

    A task that is in the index itself is no pair. Raises ReleaseError for what is no release, and StoreError for what
    is no index.
    """
    read_manifest(release)
    tasks = {body["id"]: normal_text(body["question"]) for body in task_bodies(release)}
    index, ids, texts = open_index(folder), list(tasks), list(tasks.values())
    known = sum(len(part) for part in index.parts)
    found = index.find(texts)
    pairs = tuple((ids[n], name, score) for n, name, score in found.earlier if ids[n] != name)
    return NearEarlier(pairs, len(tasks), known, add_texts(folder, index, ids, texts) if add else 0)
