"""CHANGELOG.md of a release with a parent: a section made from the difference, before those of its parent."""

from __future__ import annotations

from collections import Counter

from builder.hub.markdown import percent, table
from builder.records.versions import Difference

HEAD = "# Changelog\n\n"

SHOWN = 40
"""Lines of a list before it is summed up; `changes.parquet` has every id."""


def changelog(difference: Difference, before: str) -> str:
    """The whole file; `before` is that of the parent."""
    earlier = before.removeprefix(HEAD)
    return f"{HEAD}{section(difference)}\n{earlier}"


def section(difference: Difference) -> str:
    """What changed, in Markdown."""
    parts = [f"## {difference.after}", f"Since {difference.before}."]
    counts = difference.counts()
    if counts:
        rows = [[f"`{config}`", kinds["added"], kinds["removed"], kinds["changed"]] for config, kinds in counts.items()]
        parts += [table(["config", "added", "removed", "changed"], rows), _reasons(difference)]
    else:
        parts.append("No row was added, removed or changed.")
    if difference.breaking:
        parts.append("Breaking:\n\n" + "\n".join(f"- {what}" for what in difference.breaking))
    parts.append(_figures(difference))
    if difference.tools:
        parts.append(_list("Tools", [f"`{tool}`: {change}" for tool, change in difference.tools.items()]))
    if difference.packages:
        parts.append(_list("Packages", [f"{name}: {change}" for name, change in difference.packages.items()]))
    new = difference.bytes
    parts.append(
        f"A store of content-defined chunks that holds {difference.before} needs {new.new:,} new bytes of "
        f"{new.total:,} ({percent(new.share)})."
    )
    return "\n\n".join(parts) + "\n"


def _reasons(difference: Difference) -> str:
    """How often each reason was given, most frequent first."""
    found = Counter((change.config, change.change, change.reason) for change in difference.changes)
    order = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    rows: list[list[object]] = [[f"`{config}`", kind, reason, count] for (config, kind, reason), count in order[:SHOWN]]
    if order[SHOWN:]:
        rows.append(["", "", f"{len(order) - SHOWN} further reasons", sum(count for _, count in order[SHOWN:])])
    return table(["config", "what", "why", "rows"], rows)


def _figures(difference: Difference) -> str:
    rows = [[delta.name, _figure(delta.before), _figure(delta.after)] for delta in difference.deltas]
    return table(["figure", difference.before, difference.after], rows)


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.3f}"


def _list(title: str, lines: list[str]) -> str:
    shown = [f"- {line}" for line in lines[:SHOWN]]
    if lines[SHOWN:]:
        shown.append(f"- and {len(lines) - SHOWN} more, in the two manifests")
    return f"{title}:\n\n" + "\n".join(shown)
