"""Structural hashes of many labelled graphs at once: equal when graphs are the same up to the names of their nodes.

Nodes have colours, which are refined over all graphs together: in each round a node takes in the colours around it
(Weisfeiler and Leman), until no more colours come up in its graph. Of most graphs the final colours tell all. The few
of which they may not are searched one by one, as in `builder/recipe/graphs.py`.

Graphs that are the same always agree: nothing but labels and edges enters a colour, and sums know no order. Graphs
that differ agree only where hashes of 128 bits collide, of labels, colours or sums: by chance 1e-21 among a billion,
though no hash here but that of labels withstands somebody who looks for a collision. Graphs of more than EXACT_NODES
nodes that would need the search are compared by their colours alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import TypeVar

import numpy as np

from builder.recipe.columns import Flags, Ints, Words, changes, distinct, in_order, mixed
from builder.recipe.graphs import EXACT_NODES, Edge, Graph, canonical_form

T = TypeVar("T", bound=Hashable)

WORDS = 2
"""64-bit words of a hash."""

BATCH = 8192
"""Graphs refined together: their columns stay in the cache of a core, which saves a fifth of the time."""


@dataclass(frozen=True, slots=True)
class _Nodes:
    """One row for each node of all graphs, graph by graph."""

    graph: Ints
    label: Ints
    names: Sequence[str]
    """By the number of a label."""
    sizes: Ints
    """Nodes of each graph."""


@dataclass(frozen=True, slots=True)
class _Edges:
    """One row for each edge of all graphs."""

    graph: Ints
    source: Ints
    target: Ints
    """Rows of `_Nodes`."""
    label: Ints
    names: Sequence[str]
    """By the number of a label."""

    def where(self, kept: Flags) -> _Edges:
        """Some of the rows."""
        return _Edges(self.graph[kept], self.source[kept], self.target[kept], self.label[kept], self.names)


def structural_hashes(labels: Sequence[Sequence[str]], edges: Sequence[Collection[Edge]]) -> list[str]:
    """The hash of each graph in 32 hex digits, the same in any company. Labels and edges of a graph are as in `Graph`.

    No two edges of a graph may be equal. Raises ValueError for one to a node that its graph does not have.
    """
    if len(labels) != len(edges):
        raise ValueError(f"labels of {len(labels)} graphs and edges of {len(edges)}")
    parts = (slice(start, start + BATCH) for start in range(0, len(labels), BATCH))
    return [found for part in parts for found in _hashes(labels[part], edges[part])]


def graph_hashes(graphs: Sequence[Graph]) -> list[str]:
    """The same of graphs."""
    return structural_hashes([graph.labels for graph in graphs], [graph.edges for graph in graphs])


def _hashes(labels: Sequence[Sequence[str]], edges: Sequence[Collection[Edge]]) -> list[str]:
    nodes = _nodes(labels)
    joins = _edges(edges, nodes.sizes)
    colours, repeating = _refined(nodes, joins)
    sums: Words = np.zeros((len(labels), WORDS), np.uint64)
    np.add.at(sums, nodes.graph, colours.T)
    digits, length = sums.astype(">u8").tobytes().hex(), 16 * WORDS
    hashes = [digits[start : start + length] for start in range(0, len(digits), length)]
    for graph in _undecided(nodes, joins, colours[0], repeating):
        if len(labels[graph]) <= EXACT_NODES:
            form = hashes[graph] + canonical_form(Graph(tuple(labels[graph]), frozenset(edges[graph])))
            hashes[graph] = blake2b(form.encode(), digest_size=8 * WORDS).hexdigest()
    return hashes


def _nodes(labels: Sequence[Sequence[str]]) -> _Nodes:
    names, label = _numbered(chain.from_iterable(labels))
    sizes = np.fromiter(map(len, labels), np.int64, len(labels))
    return _Nodes(np.repeat(np.arange(len(sizes)), sizes), label, names, sizes)


def _edges(edges: Sequence[Collection[Edge]], sizes: Ints) -> _Edges:
    graph: Ints = np.repeat(np.arange(len(sizes)), np.fromiter(map(len, edges), np.int64, len(edges)))
    # Small graphs have few different edges.
    different, which = _numbered(chain.from_iterable(edges))
    names, label = _numbered(name for _, _, name in different)
    ends = np.array([edge[:2] for edge in different], np.int64).reshape(-1, 2).T[:, which]
    if np.any((ends < 0) | (ends >= sizes[graph])):
        raise ValueError("an edge ends at a node that its graph does not have")
    source, target = ends + (np.cumsum(sizes) - sizes)[graph]
    return _Edges(graph, source, target, label[which], names)


def _numbered(values: Iterable[T]) -> tuple[list[T], Ints]:
    """Different values as they come up, and the number of each one."""
    numbers = defaultdict[T, int]()
    numbers.default_factory = numbers.__len__
    which = np.fromiter(map(numbers.__getitem__, values), np.int64)
    return list(numbers), which


def _words(texts: Sequence[str], words: int) -> Words:
    """Hashes of texts: words x texts."""
    digests = b"".join(blake2b(text.encode(), digest_size=8 * words).digest() for text in texts)
    return np.frombuffer(digests, "<u8").reshape(-1, words).T.astype(np.uint64)


def _refined(nodes: _Nodes, edges: _Edges) -> tuple[Words, Flags]:
    """Final colours, WORDS x nodes, and the graphs in which one repeats. The last round of a graph splits none."""
    colours = _words(nodes.names, WORDS)[:, nodes.label]
    # Each end has words of its own, so that directions differ.
    words = _words(edges.names, 2 * WORDS)
    labels = distinct(nodes.graph * len(nodes.names) + nodes.label)
    found = np.bincount(labels // len(nodes.names), minlength=len(nodes.sizes))
    active = np.arange(len(nodes.graph))
    while len(active):
        for own, out, into in zip(colours, words[:WORDS], words[WORDS:], strict=True):
            around = np.zeros_like(own)
            np.add.at(around, edges.source, mixed(own[edges.target] ^ out[edges.label]))
            np.add.at(around, edges.target, mixed(own[edges.source] ^ into[edges.label]))
            own[active] = mixed(own[active] + around[active])
        # Colours that all differed before this round have now taken in the edges, and cannot split.
        active = active[(found < nodes.sizes)[nodes.graph[active]]]
        order, first = _cells(nodes, active, colours[0])
        now = np.bincount(nodes.graph[order[first]], minlength=len(found))
        growing = now > found
        found = np.maximum(found, now)
        active, edges = active[growing[nodes.graph[active]]], edges.where(growing[edges.graph])
    return colours, found < nodes.sizes


def _cells(nodes: _Nodes, some: Ints, colour: Words) -> tuple[Ints, Flags]:
    """Some nodes in the order of graphs and colours, and where another graph or colour begins."""
    by_colour = some[np.argsort(colour[some])]
    _, at = in_order(nodes.graph[by_colour], len(nodes.sizes))
    order = by_colour[at]
    return order, changes(nodes.graph[order]) | changes(colour[order])


def _undecided(nodes: _Nodes, edges: _Edges, colour: Words, repeating: Flags) -> list[int]:
    """Graphs that may have the colours of a different one.

    Where all nodes of one colour are joined to all of another, colours tell so. What they tell of the other edges is
    exact if these have no cycle: they tell forests apart (Immerman and Lander 1990).
    """
    order, first = _cells(nodes, np.flatnonzero(repeating[nodes.graph]), colour)
    cell: Ints = np.zeros(len(nodes.graph), np.int64)
    cell[order] = np.cumsum(first) - 1
    size = np.bincount(cell[order])
    edges = edges.where(repeating[edges.graph])
    source, target = cell[edges.source], cell[edges.target]
    order = np.lexsort((edges.label, target, source))
    first = changes(source[order]) | changes(target[order]) | changes(edges.label[order])
    alike: Ints = np.empty(len(order), np.int64)
    alike[order] = np.cumsum(first) - 1
    edges = edges.where(np.bincount(alike)[alike] < size[source] * size[target])
    count = -1
    while len(edges.graph) != count:
        count = len(edges.graph)
        # An edge is on no cycle if no other shares one of its ends.
        degree = np.bincount(np.concatenate([edges.source, edges.target]))
        edges = edges.where((degree[edges.source] > 1) & (degree[edges.target] > 1))
    return sorted(set(edges.graph.tolist()))
