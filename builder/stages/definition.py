"""Read the release definition, `dataset_card/release.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from builder.errors import ReleaseError
from builder.records.releases import ReleaseDefinition
from builder.resources import dataset_card_dir


def load_definition(path: Path | None = None) -> ReleaseDefinition:
    """The release definition of a TOML file; the shipped one by default."""
    path = path or dataset_card_dir() / "release.toml"
    try:
        return ReleaseDefinition.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReleaseError(f"{path}: cannot be read: {error} (mend the file, or take the shipped one)") from error
    except ValidationError as error:
        lines = [f"{path}: {'.'.join(map(str, e['loc'])) or '-'}: {e['msg']}" for e in error.errors()]
        raise ReleaseError("\n".join(lines) + " (correct the keys named)") from None
