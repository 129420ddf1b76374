"""A process that publishes: one JSON order a line on stdin, one JSON answer a line on stdout.

`huggingface_hub` reads its environment once, when it is imported, so it never runs in the process of the tests.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from builder.errors import BuilderError
from builder.hub.manifest import read_manifest
from builder.hub.publish import Local, preview, publish
from builder.hub.remote import Remote


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Do as told; an error is an answer too."""
    folder = Path(order["folder"])
    waits: list[float] = []
    how = {"public": order.get("public", False), "pull_request": order.get("pull_request", False)}
    steps: list[str] = []
    try:
        local = Local.of(folder, read_manifest(folder))
        token = order.get("token", "hf_secret")
        remote = Remote.open(order["repo"], token, os.environ["HF_ENDPOINT"], order.get("timeout", 20.0), waits.append)
        if order.get("dry_run"):
            done = asdict(preview(local, remote, **how))
        else:
            done = asdict(publish(local, remote, **how, on_step=steps.append))
    except BuilderError as error:
        done = {"error": str(error), "status": getattr(error, "status", 0)}
    return {**done, "steps": steps, "waits": waits}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
