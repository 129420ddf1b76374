"""`tools check --live`: call the examples of live tools for real, keep what came back, and note that they work.

What is kept lies beside the specs: `recorded/_responses.jsonl` (what was answered), `recorded/<tool>.json` (what the
tools gave) and `recorded/_verified.json` (that they were seen to work, and when). Of a tool whose examples do not
come out as declared nothing is kept.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from builder.errors import BuilderError, SpecError, SpecProblem
from builder.records.tools import ToolSpec
from builder.tools.examples import run_examples
from builder.tools.executor import Executor
from builder.tools.http.options import LiveOptions
from builder.tools.http.verified import mark
from builder.tools.pool import ToolPool
from builder.tools.recording import is_inside, record
from builder.tools.recordings import RecordedFile, Recordings, responses_path
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache
from builder.tools.writing import write_changed


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """What was called, and how it came out."""

    working: tuple[str, ...]
    """Tools whose examples all came out as declared."""
    problems: tuple[SpecProblem, ...]
    changed: tuple[Path, ...]
    """Files that were written."""


def check_live(root: Path, cache: TableCache, options: LiveOptions, inside: str = "") -> LiveCheck:
    """Call the examples of the live tools whose path begins with `inside`.

    Raises BuilderError when there is none, SpecError when one of them is broken or lacks its key, SettingsError
    without a contact.
    """
    sound = sound_pool(root, cache, waiting=True)
    broken = [problem for problem in sound.problems if inside and problem.file.startswith(inside.removesuffix(".toml"))]
    if broken:
        raise SpecError(broken)
    pool = sound.pool
    chosen = [spec for spec in pool.tools.values() if spec.is_live and is_inside(spec.id, inside)]
    if not chosen:
        raise BuilderError(f"{inside or root}: no live tool that can be called (`dive-builder tools list` shows all)")
    with tempfile.TemporaryDirectory(prefix="dive-live-") as folder:
        fresh = pool.with_live(replace(options, mode="record", folder=Path(folder)))
        try:
            problems = {spec.id: run_examples(Executor(fresh), spec) for spec in chosen}
        finally:
            fresh.live.close()
        working = [spec for spec in chosen if not problems[spec.id]]
        changed = _keep(pool, fresh.live.recordings, working)
    changed += mark(root, {spec.id: options.now().date().isoformat() for spec in working})
    replayed = Executor(pool.with_live(LiveOptions()))
    changed += [
        path
        for spec in working
        if pool.providers[spec.provider].share_responses and (path := record(replayed, spec)) is not None
    ]
    told = [problem for spec in chosen for problem in problems[spec.id]]
    return LiveCheck(tuple(spec.id for spec in working), tuple(told), tuple(changed))


def _keep(pool: ToolPool, fresh: Recordings, working: Sequence[ToolSpec]) -> list[Path]:
    """Write what the working tools were answered beside their specs, in place of what they were answered before."""
    changed = []
    for provider in sorted({spec.provider for spec in working}):
        if not pool.providers[provider].share_responses:
            # Its terms do not let others have them, and the specs are for everybody.
            continue
        path = responses_path(pool.root, provider)
        tools = {spec.id for spec in working if spec.provider == provider}
        file = RecordedFile(path)
        before = [each for key in file.known() if (each := file.find(key)) is not None]
        kept = {each.key: each for each in before if each.tool in pool.declared and each.tool not in tools}
        kept |= {each.key: each for each in fresh.all_of(provider) if each.tool in tools}
        text = "".join(kept[key].line() + "\n" for key in sorted(kept))
        if write_changed(path, text) is not None:
            changed.append(path)
    return changed
