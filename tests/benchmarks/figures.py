"""What every benchmark says of its machine, and where its figures go."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Interpreter, processor, and how busy the machine is: the load average over the last minute."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load_average": load(),
    }


def load() -> float:
    return round(os.getloadavg()[0], 1)


def keep(path: Path, found: Mapping[str, Any]) -> None:
    """Write the figures as JSON, over those of an earlier run."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
