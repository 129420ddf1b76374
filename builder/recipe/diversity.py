"""Which diversity metrics there are, and the version of their definitions. See docs/diversity/metrics.md."""

from __future__ import annotations

DEFINITIONS = "1"
"""Raise when a query of `sql/diversity/` or a pattern comes to mean something else: figures do not compare across."""

DIVE_METRICS = (
    "tools_covered",
    "unique_toolsets",
    "unique_call_sequences",
    "unique_call_graphs",
    "topology_classes",
    "tool_types_per_task",
)
"""The six of the DIVE paper. Each is `sql/diversity/<name>.sql`."""

METRICS = (
    *DIVE_METRICS,
    "unique_shapes",
    "effective_tools",
    "effective_tool_pairs",
    "tool_pairs",
    "tool_triples",
    "effective_exemplars",
    "effective_shapes",
    "unseen_shapes",
)
"""All of them: the six, and what they leave out: how evenly, and how much is still to be seen."""

PARTITIONS = ("call_graph", "call_sequence", "shape", "topology", "toolset")
"""Columns of `patterns` that can be rarefied: each puts every task into one class."""
