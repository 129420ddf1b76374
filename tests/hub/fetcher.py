"""A process that opens a previous version on the Hub: `python -m tests.hub.fetcher REF VERSION` prints JSON.

`huggingface_hub` reads its environment once, when it is imported, so it never runs in the process of the tests.
"""

from __future__ import annotations

import json
import os
import sys

from builder.errors import BuilderError
from builder.stages.previous import open_previous, previous_folder


def answer(ref: str, version: str) -> dict[str, object]:
    """What the version before holds, and whether its folder is gone afterwards; or the error."""
    try:
        with previous_folder(ref, os.environ) as folder:
            assert folder is not None
            layout = open_previous(folder, version)
            names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.parquet"))
    except BuilderError as error:
        return {"error": str(error)}
    return {"parent": layout.parent.model_dump(), "names": names, "gone": not folder.exists()}


if __name__ == "__main__":
    print(json.dumps(answer(sys.argv[1], sys.argv[2])))
