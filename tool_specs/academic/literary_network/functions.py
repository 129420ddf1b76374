"""Knuth's co-appearance network of Les Miserables, as networkx ships it."""

from __future__ import annotations

import re
from typing import Any

TITLES = {"Mme": "Madame", "Mlle": "Mademoiselle", "Lt": "Lieutenant"}
UNCLEAR = {"Child1", "Child2", "Woman1", "Woman2", "Count", "Judge", "OldMan", "MmeDeR"}
"""Nodes without a name of their own: in the network, but never a seed."""


def _spoken(name: str) -> str:
    words = re.findall(r"[A-Z][a-z]*|\d+", name)
    return " ".join(TITLES.get(word, word) for word in words).replace("De Lo", "de Lo").replace("De R", "de R")


def _novel() -> Any:
    import networkx

    return networkx.les_miserables_graph()


def characters_table() -> list[dict[str, Any]]:
    import networkx

    graph = _novel()
    between = networkx.betweenness_centrality(graph)
    clustering = networkx.clustering(graph)
    return [
        {
            "character": _spoken(name),
            "links": graph.degree(name),
            "scenes": int(graph.degree(name, weight="weight")),
            "betweenness": round(between[name], 6),
            "clustering": round(clustering[name], 6),
            "named": name not in UNCLEAR,
        }
        for name in sorted(graph)
    ]


def scenes_table() -> list[dict[str, Any]]:
    rows = []
    for a, b, data in _novel().edges(data=True):
        for first, second in ((a, b), (b, a)):
            rows.append({"character": _spoken(first), "other": _spoken(second), "scenes": int(data["weight"])})
    return sorted(rows, key=lambda row: (str(row["character"]), str(row["other"])))
