"""A release of the small store, one for each module: some tests alter theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.tools.executor import Executor
from tests.releases import build, tiny_executor


@pytest.fixture(scope="module")
def executor(tmp_path_factory: pytest.TempPathFactory) -> Executor:
    return tiny_executor(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Path:
    return build(tmp_path_factory.mktemp("made"), executor)
