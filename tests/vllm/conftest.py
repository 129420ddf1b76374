"""Tests of a real engine: `make test-vllm` names its environment; without one they are left out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vllm.serving import Server, environment

VARIABLE = "DIVE_BUILDER_VLLM"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if VARIABLE not in os.environ:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=f"{VARIABLE} names no environment: run `make test-vllm`"))


@pytest.fixture(scope="session")
def python() -> Path:
    """The engine's interpreter."""
    return Path(os.environ[VARIABLE]) / "bin" / "python"


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vllm")


@pytest.fixture(scope="session")
def folders(python: Path, cache: Path) -> Path:
    """The model folders, beside the environment: they depend on its packages alone."""
    out = Path(os.environ[VARIABLE]) / "models"
    subprocess.run([python, "-m", "tests.vllm.folders", str(out)], check=True, env=environment(cache))
    return out


@pytest.fixture(scope="session")
def tiny(python: Path, folders: Path, cache: Path) -> Iterator[Server]:
    """Random weights: for mechanics."""
    server = Server(python, folders / "tiny", cache, dummy=True).start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def smollm2(python: Path, folders: Path, cache: Path) -> Iterator[Server]:
    """A real model, small enough to be wrong most of the time."""
    server = Server(python, folders / "smollm2", cache, dummy=False).start()
    yield server
    server.kill()
