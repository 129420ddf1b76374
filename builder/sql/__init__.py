"""Set queries: static `.sql` files with bound `$names`, one statement's result each."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def load(name: str) -> str:
    """Text of a query by its path without suffix: `load("report/funnel")`."""
    return resources.files("builder.sql").joinpath(*f"{name}.sql".split("/")).read_text(encoding="utf-8")


@cache
def names(folder: str) -> tuple[str, ...]:
    """Names of the queries of a folder, sorted: `schema/0001_initial` comes before `schema/0002_...`."""
    found = resources.files("builder.sql").joinpath(folder).iterdir()
    return tuple(sorted(f"{folder}/{path.name[:-4]}" for path in found if path.name.endswith(".sql")))
