"""Splits: which tasks may only be held out together, and which of them are. See docs/diversity/selection.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from builder.identity import digest

ROOM = 4
"""A held-out split is chosen from about this many times its rows, so that there is a choice."""

SHARE = 0.125
"""No split holds out more than this share of the tasks, unless its rows alone are more."""


def groups(keys: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Tasks that share a key, directly or over others, get one group: the smallest id among them.

    Keys are what must not stand on both sides of a split: seed entity, called tools with their literals,
    question.
    """
    parent = {task: task for task in sorted(keys)}

    def root(task: str) -> str:
        while parent[task] != task:
            parent[task] = parent[parent[task]]
            task = parent[task]
        return task

    first: dict[str, str] = {}
    for task in parent:
        for key in keys[task]:
            low, high = sorted((root(first.setdefault(key, task)), root(task)))
            parent[high] = low
    return {task: root(task) for task in parent}


def held_out(group_of: Mapping[str, str], tasks: Iterable[str], rows: int) -> set[str]:
    """Tasks to choose a held-out split of `rows` from: whole groups in an order that is random but fixed.

    Small groups only: a few seeds that half of the tasks start from stay with the training rows. Where no
    group is small, the smallest is held out, unless there is but one.
    """
    members: dict[str, list[str]] = defaultdict(list)
    for task in tasks:
        members[group_of[task]].append(task)
    total = sum(len(found) for found in members.values())
    wanted = min(ROOM * rows, max(rows, int(SHARE * total)))
    chosen: set[str] = set()
    order = sorted(members, key=lambda group: digest("held out", group))
    for group in order:
        if len(chosen) < wanted and len(members[group]) <= max(wanted // ROOM, wanted - len(chosen)):
            chosen.update(members[group])
    if not chosen and rows and len(members) > 1:
        chosen.update(members[min(order, key=lambda group: len(members[group]))])
    return chosen
