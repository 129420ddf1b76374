"""Where the folders of data lie: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

from builder.errors import BuilderError

_PACKAGE = Path(__file__).resolve().parent


def tool_specs_dir() -> Path:
    """The folder of tool specs, `types.toml` at its top."""
    return _data_dir("tool_specs", _PACKAGE)


def dataset_card_dir() -> Path:
    """The folder of the dataset card's template and texts."""
    return _data_dir("dataset_card", _PACKAGE)


def _data_dir(name: str, package: Path) -> Path:
    """The checkout's folder first: an edited spec must win over one that was installed earlier."""
    checkout = package.parent
    # Beside an installed package lies site-packages, where a folder of this name would be someone else's.
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    packaged = package / "_data" / name
    if packaged.is_dir():
        return packaged
    raise BuilderError(
        f"no {name}/ folder beside {package} (checkout) or at {packaged} (wheel): install dive-builder again"
    )
