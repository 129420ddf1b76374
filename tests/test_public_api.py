"""The public names: these and no others, each found, none loaded before it is used."""

from __future__ import annotations

import subprocess
import sys

import builder

NAMES = (
    # records and what they stand on
    "Attempt", "BuilderError", "CheckReport", "Manifest", "Report", "Session", "Settings", "Store", "Task",
    "ToolPool", "ToolSpec", "Verdict",
    # stages and what goes over them
    "check_release", "dedup", "draw", "make_release", "release", "report", "run", "score", "select", "solve",
    "status", "synthesize", "verify",
)  # fmt: skip

CPU_SECONDS = 0.2
"""Processor time, which other work on the machine does not change much."""


def test_the_names_are_these() -> None:
    assert tuple(builder.__all__) == NAMES


def test_each_name_is_found_and_is_what_it_says() -> None:
    for name in NAMES:
        found = getattr(builder, name)
        assert found.__name__ == name
        assert found.__doc__, f"{name} has no docstring"
        assert name in dir(builder)


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(builder, "publish_everything")


def test_importing_costs_nothing() -> None:
    code = "import time; import builder; print(time.process_time())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds = float(done.stdout.split()[0])
    assert seconds < CPU_SECONDS
    loaded = (
        "import sys, builder; print([m for m in ('pydantic', 'duckdb', 'pyarrow', 'argparse') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
