"""Run jobs in a variant as another process, which may be another user's: documents in on standard input, outcomes out.

    python elsewhere.py < {"variant": "bwrap", "jobs": [{"text": ..., "input": ..., "limits": {...}}]}

Needs nothing but the standard library and the checkout on PYTHONPATH, as any interpreter of the machine may run it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from builder.errors import SandboxError
from builder.tools.sandbox.policy import Limits, python_job
from builder.tools.sandbox.running import run
from builder.tools.sandbox.selftest import try_variant
from builder.tools.sandbox.variants import VARIANTS, Variant

AT_ONCE = 3


def outcome(variant: Variant, job: dict[str, Any]) -> dict[str, Any]:
    try:
        given = job["input"].replace('"PID"', str(os.getpid()))
        found = run(variant, python_job(job["text"], given, Limits(**job["limits"])))
    except SandboxError as error:
        return {"kind": "SANDBOX", "message": str(error), "stdout": "", "stderr": "", "facts": {}}
    return {
        "kind": found.kind,
        "message": found.message,
        "stdout": found.stdout.decode("utf-8", "replace")[:200_000],
        "stderr": found.stderr.decode("utf-8", "replace")[-2000:],
        "facts": dict(found.facts),
    }


def main() -> None:
    asked = json.load(sys.stdin)
    variant = next(variant for variant in VARIANTS if variant.name == asked["variant"])
    trial = try_variant(variant)
    if trial.problem:
        json.dump({"problem": trial.problem}, sys.stdout)
        return
    one: Callable[[dict[str, Any]], dict[str, Any]] = partial(outcome, variant)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(one, asked["jobs"]))
    json.dump({"problem": "", "outcomes": outcomes}, sys.stdout)


if __name__ == "__main__":
    main()
