"""The tiny pool with code tools: a fixed program, one of the caller's, and queries, each as small as it can be."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from builder.testing.small_recipe import tiny_pool
from builder.tools.code.calling import CodeTools
from builder.tools.pool import ToolPool
from builder.tools.sandbox.selftest import Sandbox

PROVIDER = "general.programs"
ROOTS, RUN, QUERY, TOTALS = (f"{PROVIDER}.{name}" for name in ("square_roots", "run_it", "query_it", "group_totals"))

_TYPES = """
[note]
kind = "text"
description = "Free text"
noun = "note"
plural = "notes"
schema = { type = "string", maxLength = 30000 }
joins = false
generic = true
"""

_PROVIDER = f"""
title = "Programs"
source = "a program"
data_licence = "none (computation only)"
attribution = "Computation."

[[packages]]
name = "duckdb"
version = "{version("duckdb")}"
licence = "MIT"

[[packages]]
name = "numpy"
version = "{version("numpy")}"
licence = "BSD-3-Clause"
"""

SQUARE_ROOTS = """
description = "Square roots of numbers, largest first."
kind = "code"
role = "processing"

[code]
language = "python"
program = '''
import json
import math
import sys

given = json.load(sys.stdin)
if min(given["values"]) < 0:
    raise ValueError("a negative number has no real root")
if 13 in given["values"]:
    raise LookupError("nobody knows the root of 13")
if 17 in given["values"]:
    while True:
        pass
if 19 in given["values"]:
    print("no JSON")
    sys.exit()
if 23 in given["values"]:
    json.dump({"count": 1}, sys.stdout)
    sys.exit()
if 29 in given["values"]:
    import socket
    socket.socket()
roots = sorted((math.sqrt(value) for value in given["values"]), reverse=True)
json.dump({"roots": roots, "about": {"count": len(roots)}}, sys.stdout)
'''

[parameters.values]
type = "number"
many = true
description = "The numbers"
min_items = 1

[returns.roots]
type = "number"
many = true
description = "Their square roots"
phrases = ["the square roots"]

[returns.count]
type = "inhabitants"
select = "about.count"
description = "How many"
phrases = ["the number of square roots"]

[[examples]]
arguments = { values = [4, 9] }
[[examples]]
arguments = { values = [2] }
[[examples]]
arguments = { values = [-1] }
error = "invalid_value"
"""

RUN_IT = """
description = "Run a Python program."
kind = "code"
role = "processing"

[code]
language = "python"
program_from = "program"

[parameters.program]
type = "note"
description = "The program"

[returns.output]
type = "note"
description = "What it prints"
phrases = ["the output"]

[[examples]]
arguments = { program = "print(1)" }
[[examples]]
arguments = { program = "print(2)" }
"""

QUERY_IT = """
description = "Query rows."
kind = "code"
role = "processing"

[code]
language = "sql"
program_from = "query"

[code.tables.data]
rows = "csv"

[parameters.csv]
type = "note"
description = "Rows as CSV text"

[parameters.query]
type = "note"
description = "One SELECT"

[returns.rows]
type = "note"
many = true
select = "rows[*].to_string(@)"
description = "Rows of the result"
phrases = ["the rows"]

[[examples]]
arguments = { csv = "a\\n1\\n2", query = "SELECT sum(a) FROM data" }
[[examples]]
arguments = { csv = "a\\n1\\n2", query = "SELECT max(a) FROM data" }
"""

GROUP_TOTALS = """
description = "Total of each group that is at least a limit."
kind = "code"
role = "processing"

[code]
language = "sql"
program = "SELECT label, sum(value) AS total FROM data GROUP BY label HAVING sum(value) >= $limit ORDER BY label"

[code.tables.data.columns]
label = "labels"
value = "values"

[parameters.labels]
type = "note"
many = true
description = "Group of each value"

[parameters.values]
type = "number"
many = true
description = "The values"

[parameters.limit]
type = "number"
description = "Least total"

[returns.labels]
type = "note"
many = true
select = "rows[*][0]"
description = "Groups"
phrases = ["the groups"]

[returns.totals]
type = "number"
many = true
select = "rows[*][1]"
description = "Their totals"
phrases = ["the totals"]

[[examples]]
arguments = { labels = ["a", "b", "a"], values = [1, 2, 3.5], limit = 3 }
[[examples]]
arguments = { labels = ["a"], values = [1], limit = 0 }
"""


def in_sandbox(pool: ToolPool, sandbox: Callable[[], Sandbox]) -> ToolPool:
    """The same pool, whose programs run in another sandbox."""
    other = copy.copy(pool)
    other.code = CodeTools(pool.providers, pool.types, sandbox)  # type: ignore[misc]
    return other


def code_specs(folder: Path) -> Path:
    """Specs of the tiny pool and of these tools in a new folder."""
    root = Path(shutil.copytree(tiny_pool(), folder))
    types = root / "types.toml"
    types.write_text(types.read_text(encoding="utf-8") + _TYPES, encoding="utf-8")
    place = root / "general" / "programs"
    place.mkdir()
    files = {
        "provider": _PROVIDER,
        "square_roots": SQUARE_ROOTS,
        "run_it": RUN_IT,
        "query_it": QUERY_IT,
        "group_totals": GROUP_TOTALS,
    }
    for name, text in files.items():
        (place / f"{name}.toml").write_text(text, encoding="utf-8")
    return root
