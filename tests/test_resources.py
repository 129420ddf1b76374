"""The data folders are found in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder import resources
from builder.errors import BuilderError


def test_the_checkout_is_found() -> None:
    root = Path(__file__).parent.parent
    assert resources.tool_specs_dir() == root / "tool_specs"
    assert resources.dataset_card_dir() == root / "dataset_card"


def test_a_wheel_uses_its_own_copy(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "builder"
    packaged = package / "_data" / "tool_specs"
    packaged.mkdir(parents=True)
    # Another project's folder of the same name is not ours.
    (tmp_path / "site-packages" / "tool_specs").mkdir()
    assert resources._data_dir("tool_specs", package) == packaged


def test_a_checkout_wins_over_a_copy(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "tool_specs").mkdir()
    (tmp_path / "builder" / "_data" / "tool_specs").mkdir(parents=True)
    assert resources._data_dir("tool_specs", tmp_path / "builder") == tmp_path / "tool_specs"


def test_no_folder_is_an_error_that_says_where(tmp_path: Path) -> None:
    with pytest.raises(BuilderError, match="install dive-builder again"):
        resources._data_dir("tool_specs", tmp_path / "builder")
