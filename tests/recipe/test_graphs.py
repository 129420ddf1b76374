"""Canonical forms: equal for relabelled graphs, different for different ones, hard pairs included."""

from __future__ import annotations

from itertools import permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from builder.recipe.graphs import EXACT_NODES, Graph, canonical_form, shape


def renamed(graph: Graph, order: list[int]) -> Graph:
    labels = [""] * len(order)
    for node, place in enumerate(order):
        labels[place] = graph.labels[node]
    return Graph(tuple(labels), frozenset((order[a], order[b], label) for a, b, label in graph.edges))


def rings(*sizes: int) -> Graph:
    """Each ring: as many sources as sinks, every source feeding two neighbours on the ring."""
    edges, start = set(), 0
    for size in sizes:
        for i in range(size):
            edges |= {(start + i, start + size + i, ""), (start + i, start + size + (i + 1) % size, "")}
        start += 2 * size
    return Graph(("call",) * start, frozenset(edges))


@st.composite
def dags(draw: st.DrawFn, most: int = EXACT_NODES) -> Graph:
    count = draw(st.integers(1, most))
    labels = draw(st.lists(st.sampled_from("ab"), min_size=count, max_size=count))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1), st.sampled_from(["", "x"]))
    edges = draw(st.sets(pairs, max_size=2 * count))
    return Graph(tuple(labels), frozenset((min(a, b), max(a, b), label) for a, b, label in edges if a != b))


@settings(max_examples=150, deadline=None)
@given(dags(), st.randoms(use_true_random=False))
def test_renaming_changes_nothing(graph: Graph, rng) -> None:
    order = list(range(len(graph.labels)))
    rng.shuffle(order)
    other = renamed(graph, order)
    assert canonical_form(other) == canonical_form(graph)
    assert shape(other) == shape(graph)


def test_forms_differ_exactly_when_no_renaming_makes_graphs_equal() -> None:
    pairs = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]
    graphs = [
        Graph(tuple(labels), frozenset((a, b, "") for (a, b), there in zip(pairs, bits, strict=True) if there))
        for labels in ("aaaa", "aaab", "abab")
        for bits in product((0, 1), repeat=len(pairs))
    ]
    smallest = {
        graph: min(
            (g.labels, tuple(sorted(g.edges))) for g in (renamed(graph, list(p)) for p in permutations(range(4)))
        )
        for graph in graphs
    }
    classes = {(canonical_form(graph), smallest[graph]) for graph in graphs}
    assert len(classes) == len(set(smallest.values())) == len({form for form, _ in classes})


def test_pairs_that_refinement_cannot_tell_apart() -> None:
    for whole, halves in ((rings(4), rings(2, 2)), (rings(6), rings(3, 3)), (rings(20), rings(10, 10))):
        assert shape(whole) == shape(halves)
        assert canonical_form(whole) != canonical_form(halves)
        back = list(range(len(whole.labels)))[::-1]
        assert canonical_form(renamed(whole, back)) == canonical_form(whole)


def test_a_wide_fan_out_of_chains_is_no_search() -> None:
    """Twelve members, three calls each: 12! orders that all mean the same."""
    edges = {(0, 1 + 3 * i, "") for i in range(12)}
    edges |= {(1 + 3 * i + k, 2 + 3 * i + k, "") for i in range(12) for k in (0, 1)}
    graph = Graph(("list",) + ("a", "b", "c") * 12, frozenset(edges))
    assert canonical_form(graph) == canonical_form(renamed(graph, [0, *range(36, 0, -1)]))
    assert shape(graph) == "list a* b* c* 0>1 1>2 2>3"


def test_everything_into_everything_is_no_search() -> None:
    graph = Graph(("x",) * 20 + ("y",) * 20, frozenset((a, 20 + b, "") for a in range(20) for b in range(20)))
    assert canonical_form(graph) == canonical_form(renamed(graph, list(range(39, -1, -1))))


def test_labels_and_directions_count() -> None:
    assert canonical_form(Graph(("a", "b"), frozenset({(0, 1, "")}))) != canonical_form(
        Graph(("a", "b"), frozenset({(1, 0, "")}))
    )
    assert canonical_form(Graph(("a", "a"), frozenset({(0, 1, "x")}))) != canonical_form(
        Graph(("a", "a"), frozenset({(0, 1, "y")}))
    )


def test_a_graph_over_the_ceiling_says_so() -> None:
    assert canonical_form(Graph(("x",) * (EXACT_NODES + 1))) == "~x*"


def test_a_fan_out_of_any_width_has_one_shape() -> None:
    def fan(width: int) -> Graph:
        return Graph(("R", *("P",) * width), frozenset((0, 1 + i, "") for i in range(width)))

    assert shape(fan(3)) == shape(fan(7)) == "R P* 0>1"
    assert shape(fan(1)) == "R P 0>1"
    assert canonical_form(fan(3)) != canonical_form(fan(7))
