"""Programs of code tools in runs: which sandbox they run in, told before anything is drawn."""

from __future__ import annotations

from builder.tools.pool import ToolPool


def sandbox_facts(pool: ToolPool) -> dict[str, str] | None:
    """Variant, version and policy of the sandbox in which the pool's programs run; None for a pool without any.

    Raises SandboxError where none holds: a run must not find that out in its middle.
    """
    if not any(spec.kind == "code" for spec in pool.tools.values()):
        return None
    return pool.code.used.to_json()
