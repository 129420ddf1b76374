"""Exact canonical forms of small labelled graphs, and the coarser shape that ignores repetition.

Colours are refined until nodes of one colour see equal colours around them. Nodes that are still alike are
told apart one at a time, in each way that matters; of all the orders found, the smallest text wins.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from builder.identity import canonical_json

Edge = tuple[int, int, str]
"""From, to, label."""

EXACT_NODES = 40
"""Larger graphs are compared by their refined colours alone: the search could take long, and none is needed."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes are positions in `labels`; edges are directed and labelled, each at most once."""

    labels: tuple[str, ...]
    edges: frozenset[Edge] = frozenset()


@lru_cache(maxsize=65536)
def canonical_form(graph: Graph) -> str:
    """A text that is equal for two graphs exactly when they are the same up to the names of their nodes.

    Over EXACT_NODES nodes it may be equal for different ones, and says so by its first letter.
    """
    if len(graph.labels) > EXACT_NODES:
        return "~" + shape(graph)
    nodes = list(range(len(graph.labels)))
    if len(set(graph.labels)) == len(nodes):
        order = sorted(nodes, key=graph.labels.__getitem__)
    else:
        order = _Search(graph).order(nodes, dict(enumerate(graph.labels)))
    place = {node: position for position, node in enumerate(order)}
    edges = sorted([place[a], place[b], label] for a, b, label in graph.edges)
    return canonical_json([[graph.labels[node] for node in order], edges])


@lru_cache(maxsize=65536)
def shape(graph: Graph) -> str:
    """The graph with nodes that refinement cannot tell apart written once, with a star: `R P* 0>1`.

    A fan-out over seven members has the shape of one over three. Nodes stand in the order of their levels.
    """
    levels = _levels(graph)
    first = {node: f"{levels[node]:03d} {label}" for node, label in enumerate(graph.labels)}
    colours = _Search(graph).refine(list(range(len(graph.labels))), first)
    members: dict[int, list[int]] = defaultdict(list)
    for node, colour in colours.items():
        members[colour].append(node)
    names = [graph.labels[nodes[0]] + ("*" if len(nodes) > 1 else "") for _, nodes in sorted(members.items())]
    edges = sorted({(colours[a], colours[b], label) for a, b, label in graph.edges})
    return " ".join([*names, *(f"{a}>{b}{':' + label if label else ''}" for a, b, label in edges)])


class _Search:
    def __init__(self, graph: Graph) -> None:
        self.out: dict[int, list[tuple[str, int]]] = defaultdict(list)
        self.into: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for a, b, label in graph.edges:
            self.out[a].append((label, b))
            self.into[b].append((label, a))

    def refine(self, nodes: Sequence[int], colours: Mapping[int, Any]) -> dict[int, int]:
        """Ranks of the coarsest colouring, finer than `colours`, whose classes look alike from each other."""
        ranks = _ranked({node: colours[node] for node in nodes})
        count = len(set(ranks.values()))
        while count < len(nodes):
            times = Counter(ranks.values())
            finer = _ranked(
                {
                    # A node that is alone in its class stays so, whatever is around it.
                    node: (ranks[node],)
                    if times[ranks[node]] == 1
                    else (
                        ranks[node],
                        sorted([(label, ranks[other]) for label, other in self.out[node] if other in ranks]),
                        sorted([(label, ranks[other]) for label, other in self.into[node] if other in ranks]),
                    )
                    for node in nodes
                }
            )
            found = len(set(finer.values()))
            if found == count:
                break
            ranks, count = finer, found
        return ranks

    def order(self, nodes: Sequence[int], colours: Mapping[int, Any], *, first_only: bool = False) -> list[int]:
        """The nodes in canonical order. With `first_only`, in one of the orders that the search would compare."""
        ranks = self.refine(nodes, colours)
        cells = _cells(ranks)
        singles = [cell[0] for _, cell in sorted(cells.items()) if len(cell) == 1]
        if len(singles) == len(nodes):
            return singles
        parts = self._parts([node for node in nodes if len(cells[ranks[node]]) > 1], ranks, cells)
        if len(parts) == 1:
            return [*singles, *self._told_apart(parts[0], ranks, first_only)]
        # Parts see each other, and the single nodes, only through their colours, so each is ordered by itself.
        orders = [self.order(part, ranks, first_only=first_only) for part in parts]
        orders.sort(key=lambda order: self._certificate(order, ranks))
        return [*singles, *(node for order in orders for node in order)]

    def _parts(
        self, nodes: Sequence[int], ranks: Mapping[int, int], cells: Mapping[int, Sequence[int]]
    ) -> list[list[int]]:
        """Connected parts. Edges that join every node of one colour with every node of another join nothing."""
        degree: dict[tuple[int, str, int], int] = defaultdict(int)
        inside = set(nodes)
        for node in nodes:
            for label, other in self.out[node]:
                if other in inside:
                    degree[node, label, ranks[other]] += 1
        near: dict[int, set[int]] = {node: set() for node in nodes}
        for node in nodes:
            for label, other in self.out[node]:
                if other in inside and degree[node, label, ranks[other]] < len(cells[ranks[other]]):
                    near[node].add(other)
                    near[other].add(node)
        return _connected(near)

    def _told_apart(self, nodes: list[int], ranks: Mapping[int, int], first_only: bool) -> list[int]:
        """Give one node of a class a colour of its own, in each way that an automorphism does not repeat."""
        classes = _cells({node: ranks[node] for node in nodes})
        _, candidates = min((len(cell), colour) for colour, cell in classes.items())
        best: tuple[Any, list[int]] | None = None
        leaves = set()
        for node in classes[candidates]:
            own = {other: (ranks[other], other != node) for other in nodes}
            leaf = self.order(nodes, own, first_only=True)
            if first_only:
                return leaf
            seen = (self._certificate(leaf, ranks), leaf.index(node))
            if seen in leaves:
                continue
            leaves.add(seen)
            order = self.order(nodes, own)
            certificate = self._certificate(order, ranks)
            if best is None or certificate < best[0]:
                best = certificate, order
        assert best is not None
        return best[1]

    def _certificate(self, order: Sequence[int], ranks: Mapping[int, int]) -> tuple[Any, ...]:
        place = {node: position for position, node in enumerate(order)}
        edges = sorted(
            (place[node], place[other], label) for node in order for label, other in self.out[node] if other in place
        )
        return tuple(ranks[node] for node in order), tuple(edges)


def _levels(graph: Graph) -> list[int]:
    """Edges on the longest way to each node. Graphs here have no cycles."""
    levels = [0] * len(graph.labels)
    for _ in graph.labels:
        before = levels.copy()
        for a, b, _label in graph.edges:
            levels[b] = max(levels[b], before[a] + 1)
        if before == levels:
            break
    return levels


def _ranked(keys: Mapping[int, Any]) -> dict[int, int]:
    texts = {node: repr(key) if isinstance(key, tuple) else key for node, key in keys.items()}
    ranks = {key: rank for rank, key in enumerate(sorted(set(texts.values())))}
    return {node: ranks[key] for node, key in texts.items()}


def _cells(ranks: Mapping[int, int]) -> dict[int, list[int]]:
    cells: dict[int, list[int]] = defaultdict(list)
    for node, rank in ranks.items():
        cells[rank].append(node)
    return cells


def _connected(near: Mapping[int, set[int]]) -> list[list[int]]:
    found, seen = [], set[int]()
    for start in near:
        if start in seen:
            continue
        seen.add(start)
        part, stack = [], [start]
        while stack:
            node = stack.pop()
            part.append(node)
            fresh = near[node] - seen
            seen |= fresh
            stack += sorted(fresh)
        found.append(part)
    return found
