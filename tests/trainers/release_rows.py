"""Rows of the release under test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def rows(release: Path, config: str, split: str = "train") -> list[dict[str, Any]]:
    """Rows of a config, Json columns parsed."""
    from builder.hub.reading import bodies

    return list(bodies(release / config / f"{split}-00000-of-00001.parquet"))


def shortest(release: Path, config: str, count: int) -> list[str]:
    """Ids of the rows with the smallest toolsets: steps take seconds then, not minutes."""
    found = rows(release, config)
    return [row["id"] for row in sorted(found, key=lambda row: len(json.dumps(row["tools"])))[:count]]
