"""Which diversity metrics there are, and the version of their definitions. See docs/diversity/metrics.md."""

from __future__ import annotations

DEFINITIONS = "3"
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
    "called_toolsets",
    "unique_shapes",
    "joined_shapes",
    "joined_topologies",
    "outlines",
    "derivation_shapes",
    "type_paths",
    "effective_type_paths",
    "effective_tools",
    "effective_tool_pairs",
    "tool_pairs",
    "tool_triples",
    "effective_exemplars",
    "effective_shapes",
    "unseen_shapes",
    "frame_entropy",
    "operator_entropy",
    "depth_entropy",
    "width_entropy",
)
"""All of them: the six, and what they leave out: how evenly, and how much is still to be seen."""

VENDI_METRICS = ("vendi_work", "vendi_words")
"""Vendi scores (`builder.recipe.vendi`), where a scope has tasks enough for one."""

PARTITIONS = ("call_graph", "call_sequence", "called", "derivation", "outline", "shape", "topology", "toolset")
"""Classes of tasks that can be rarefied: each puts every task into one."""

INCIDENCES = ("tool", "tool_pair", "type_path")
"""What a task may have several of, and that can be rarefied too."""

CURVES = {
    "tools_covered": "tool",
    "unique_toolsets": "toolset",
    "called_toolsets": "called",
    "unique_call_sequences": "call_sequence",
    "unique_call_graphs": "call_graph",
    "unique_shapes": "shape",
    "topology_classes": "topology",
    "outlines": "outline",
    "tool_pairs": "tool_pair",
    "type_paths": "type_path",
}
"""Metrics that count different things, with the curve that says how many to expect among fewer tasks."""

CURVE_POINTS = 24
"""Sizes at which a curve is computed."""


def curve_sizes(tasks: int) -> list[int]:
    """Sizes of random samples, in tasks, for the curve of a scope of `tasks`: evenly spaced, the last one all of it."""
    return sorted({max(1, round(tasks * step / CURVE_POINTS)) for step in range(1, CURVE_POINTS + 1)}) if tasks else []


OURS_ONLY = frozenset(
    {
        "topology_classes",
        "joined_shapes",
        "joined_topologies",
        "derivation_shapes",
        "type_paths",
        "effective_type_paths",
        "effective_exemplars",
        "frame_entropy",
        "operator_entropy",
    }
)
"""Metrics of what other formats do not tell: roles of tools, derivations, types, forms of question."""

PUBLISHED: dict[str, float] = {
    "tools_covered": 373,
    "unique_toolsets": 46_398,
    "unique_call_sequences": 25_084,
    "unique_call_graphs": 39_810,
    "topology_classes": 153,
    "tool_types_per_task": 3.26,
}
"""What the DIVE paper (arXiv 2603.11076) states of its 48,000 tasks."""

PUBLISHED_TASKS = 48_000
