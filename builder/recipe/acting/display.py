"""Results as a trajectory shows them: whole where something is read from them, else cut with a note."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

MAX_ITEMS = 12
"""Members shown of a list that nothing refers to: as many as a careful reader keeps in mind."""

MAX_CHARACTERS = 600
"""Characters shown of a text that nothing refers to: about 150 tokens."""

NOTE = "display_note"
"""Key of the note beside what was cut. No tool returns a field of this name."""


def cut(value: dict[str, Any], needed: Collection[str]) -> dict[str, Any]:
    """A copy of a result in which long fields outside `needed` are shortened, with a note that says so."""
    shown: dict[str, Any] = {}
    notes = []
    for name, item in value.items():
        if name in needed:
            shown[name] = item
        elif isinstance(item, list) and len(item) > MAX_ITEMS:
            shown[name] = item[:MAX_ITEMS]
            notes.append(f"{name}: the first {MAX_ITEMS} of {len(item)} are shown")
        elif isinstance(item, str) and len(item) > MAX_CHARACTERS:
            shown[name] = item[:MAX_CHARACTERS]
            notes.append(f"{name}: the first {MAX_CHARACTERS} of {len(item)} characters are shown")
        else:
            shown[name] = item
    if notes:
        shown[NOTE] = "cut for display; " + "; ".join(notes)
    return shown


def as_text(payload: dict[str, Any]) -> str:
    """JSON text of a result, in the order in which the tool declares its fields."""
    return json.dumps(payload, ensure_ascii=False, allow_nan=False)
