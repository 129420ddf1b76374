"""The audit of specs inside the sandbox: a stranger's functions.py is imported and run there, and nowhere else.

For a reviewer, who runs it on a contribution that nobody has read yet. What it reports is what the code inside lets it
report: the walls hold, the words are the contribution's. So they are taken as text, and read for their own good.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from builder.errors import SandboxError, SpecProblem
from builder.resources import tool_specs_dir
from builder.tools.audit import Audit
from builder.tools.sandbox.policy import MIB, Job, Limits
from builder.tools.sandbox.selftest import Sandbox
from builder.tools.sandbox.variants import ROOT, python

LIMITS = Limits(
    wall=420.0, cpu=360.0, memory=4096 * MIB, processes=96, file=512 * MIB, disk=1024 * MIB, output=16 * MIB
)
"""Of a whole provider: its tables are built and all of its examples run. Threads count as processes."""

_START = """
import json, os, sys
paths, root, inside = json.loads(sys.argv[1])
sys.path[:0] = paths
from dataclasses import asdict
from pathlib import Path
from builder.tools.audit import audit
from builder.tools.tables import TableCache
said = os.dup(1)
os.dup2(2, 1)
found = audit(Path(root), TableCache(Path(os.environ["TMPDIR"]) / "tables"), inside)
with open(said, "w") as file:
    json.dump(asdict(found), file)
"""


def audit_inside(sandbox: Sandbox, root: Path, inside: str) -> Audit:
    """What `audit` finds, told from inside the sandbox. Raises SandboxError when it comes to no end there."""
    paths = [str(path) for path in _libraries()]
    beside = [ROOT / "builder", ROOT / "pyproject.toml", tool_specs_dir(), root]
    found = sandbox.run(
        Job(
            command=(*python(), "-c", _START, json.dumps([[str(ROOT), *paths], str(root), inside])),
            readable=(*paths, *(str(path) for path in beside if path.exists())),
            listed=(str(ROOT),),
            cgroups=True,
            limits=LIMITS,
        )
    )
    if found.kind is not None:
        raise SandboxError(f"the check came to no end in the sandbox: {found.kind}: {_clean(found.message)}")
    try:
        return _read(json.loads(found.stdout))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SandboxError(f"the check in the sandbox answered what it cannot have found: {_clean(error)}") from None


def _libraries() -> list[Path]:
    """Folders of installed packages, in the order of imports: not the interpreter's own, which are there anyway."""
    found = [Path(entry).resolve() for entry in sys.path if entry]
    known = (Path(sys.base_prefix).resolve() / "lib", ROOT)
    return [
        p for p in dict.fromkeys(found) if p.is_dir() and p != ROOT and (_holds_packages(p) or p.parent not in known)
    ]


def _holds_packages(folder: Path) -> bool:
    return folder.name in ("site-packages", "dist-packages")


def _read(said: dict[str, Any]) -> Audit:
    problems = tuple(
        SpecProblem(*(str(problem[key]) for key in ("file", "key", "problem", "remedy")))
        for problem in said["problems"]
    )
    skipped = {_clean(tool): _clean(why) for tool, why in said["skipped"].items()}
    return Audit(problems, int(said["tools"]), int(said["examples"]), skipped)


def _clean(text: object) -> str:
    """Text without anything that a terminal would obey."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in str(text))
