"""Structural hashes: equal for relabelled graphs, different for different ones, and the same in any company."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.recipe.graphs import EXACT_NODES, Edge, Graph, canonical_form
from builder.recipe.isomorphism import BATCH, structural_hashes
from tests.recipe.test_graphs import dags, renamed, rings


def hashes(*graphs: Graph) -> list[str]:
    return structural_hashes([graph.labels for graph in graphs], [graph.edges for graph in graphs])


def classes(keys: Sequence[object]) -> list[int]:
    """For each key where it came up first."""
    return [keys.index(key) for key in keys]


def chains(width: int, *, swapped: bool = False) -> Graph:
    """A fan-out of pairs `a > b` that all end in one node; `swapped` joins the second `a` with the first `b` too."""
    last = 1 + 2 * width
    edges = {(0, 1 + 2 * i, "") for i in range(width)} | {(2 + 2 * i, last, "") for i in range(width)}
    edges |= {(1 + 2 * i, 2 + 2 * i, "") for i in range(width)}
    if swapped:
        edges |= {(3, 2, "")}
    return Graph(("list", *("a", "b") * width, "sum"), frozenset(edges))


@settings(max_examples=100, deadline=None)
@given(st.lists(dags(), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_renaming_changes_nothing(graphs: list[Graph], rng) -> None:
    others = []
    for graph in graphs:
        order = list(range(len(graph.labels)))
        rng.shuffle(order)
        others.append(renamed(graph, order))
    found = hashes(*graphs, *others)
    assert found[: len(graphs)] == found[len(graphs) :]


@settings(max_examples=150, deadline=None)
@given(st.lists(dags(most=5), min_size=2, max_size=40))
def test_classes_are_those_of_exact_forms(graphs: list[Graph]) -> None:
    assert classes(hashes(*graphs)) == classes([canonical_form(graph) for graph in graphs])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(2, 4), min_size=1, max_size=3), st.lists(st.integers(2, 4), min_size=1, max_size=3))
def test_rings_are_told_apart_by_their_sizes(first: list[int], second: list[int]) -> None:
    a, b = hashes(rings(*first), rings(*second))
    assert (a == b) == (sorted(first) == sorted(second))


@settings(max_examples=50, deadline=None)
@given(st.lists(dags(), min_size=1, max_size=8))
def test_company_does_not_count(graphs: list[Graph]) -> None:
    assert hashes(*graphs) == [found for graph in graphs for found in hashes(graph)]


def test_all_graphs_of_four_nodes() -> None:
    pairs = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]
    graphs = [
        Graph(tuple(labels), frozenset((a, b, "") for (a, b), there in zip(pairs, bits, strict=True) if there))
        for labels in ("aaaa", "aaab", "abab")
        for bits in product((0, 1), repeat=len(pairs))
    ]
    smallest = [
        min((g.labels, sorted(g.edges)) for g in (renamed(graph, list(p)) for p in permutations(range(4))))
        for graph in graphs
    ]
    assert classes(hashes(*graphs)) == classes(smallest)


def test_parallel_edges_and_crossed_ones_have_the_same_colours_and_differ() -> None:
    parallel = Graph(("a", "a", "b", "b"), frozenset((n, 2 + n, label) for n in (0, 1) for label in "xy"))
    crossed = Graph(("a", "a", "b", "b"), frozenset({(0, 2, "x"), (1, 3, "x"), (0, 3, "y"), (1, 2, "y")}))
    assert len(set(hashes(parallel, crossed))) == 2


def test_the_order_of_edges_does_not_count() -> None:
    edges = [(0, to, label) for to in (1, 2) for label in "xy"]
    first, second = structural_hashes([("a", "b", "b")] * 2, [edges, sorted(edges, key=lambda edge: edge[2])])
    assert first == second


def test_labels_and_directions_count() -> None:
    pairs: list[tuple[str, Edge]] = [("ab", (0, 1, "")), ("ab", (1, 0, "")), ("aa", (0, 1, "x")), ("aa", (0, 1, "y"))]
    assert len(set(hashes(*(Graph(tuple(labels), frozenset({edge})) for labels, edge in pairs)))) == len(pairs)


def test_of_large_graphs_only_those_that_need_a_search_may_agree() -> None:
    assert len(set(hashes(chains(EXACT_NODES), chains(EXACT_NODES, swapped=True), chains(EXACT_NODES + 1)))) == 3
    assert len(set(hashes(rings(EXACT_NODES // 2), rings(EXACT_NODES // 4, EXACT_NODES // 4)))) == 2
    assert len(set(hashes(rings(EXACT_NODES), rings(EXACT_NODES // 2, EXACT_NODES // 2)))) == 1


def test_hashes_are_the_same_on_every_machine() -> None:
    assert hashes(Graph(()), Graph(("a",)), chains(2), rings(4)) == [
        "00000000000000000000000000000000",
        "ec35c4f107e0a977021306f8f784aa10",
        "be0850a9bb844808558d2e090bebbcfb",
        "91f4368e380d4bf61736dac0ffcf41d5",
    ]


def test_there_may_be_no_graphs_and_more_than_are_refined_together() -> None:
    assert hashes() == []
    many = hashes(*[chains(1), chains(2)] * (BATCH // 2 + 1))
    assert many == many[:2] * (BATCH // 2 + 1)


def test_what_is_no_graph_is_refused() -> None:
    with pytest.raises(ValueError, match="a node that its graph does not have"):
        structural_hashes([("a",), ("b",)], [[(0, 1, "")], []])
    with pytest.raises(ValueError, match="labels of 1 graphs and edges of 0"):
        structural_hashes([("a",)], [])
