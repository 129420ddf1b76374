"""Dedup, structural hashing, selection and Vendi against peers, on data that is made here.

    python -m tests.benchmarks.diversity [--count 50000] [--peers VENV] [--only near graphs selection vendi scale]

`--peers` is an environment with datasketch, gaoya, rensa, pynauty and vendi-score (`make bench` makes it); without it
only our own figures are taken. All seconds are CPU seconds of one process (user and system), peers in the same run, so
ratios mean something on a busy machine too. Figures go to `bench/diversity.json`.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
import resource
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from builder.recipe.dedup import near_texts
from builder.recipe.graphs import Graph, canonical_form, shape
from builder.recipe.patterns import normal_text
from builder.recipe.selection import WEIGHTS, Candidate, choose, value
from builder.recipe.vendi import FEATURES, TASKS, features, vendi
from tests.benchmarks.figures import keep, load
from tests.benchmarks.made import MUST, Dag, Text, dags, relabelled, rings, rows, texts

RESULT = Path("bench") / "diversity.json"
NEAR_PEERS = ("datasketch", "gaoya", "rensa")

Figures = dict[str, Any]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    before = time.process_time()
    found = work()
    return found, time.process_time() - before


def peer(venv: Path | None, name: str, data: Any) -> Figures | None:
    """What a peer found, and its CPU seconds; None when it is not there, or failed, which is printed."""
    if venv is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "data.json", Path(folder) / "out.json"
        source.write_text(json.dumps(data), encoding="utf-8")
        script = Path(__file__).with_name("peers.py")
        run = subprocess.run([venv / "bin" / "python", script, name, source, out], capture_output=True, text=True)
        if run.returncode:
            print(f"{name} failed: {run.stderr.strip().splitlines()[-1:]}", flush=True)
            return None
        found: Figures = json.loads(out.read_text(encoding="utf-8"))
        return found


def jaccard(a: str, b: str) -> float:
    first, second = ({*zip(t.split(), t.split()[1:], strict=False)} for t in (a, b))
    return len(first & second) / len(first | second)


def quality(made: Sequence[Text], plain: Sequence[str], pairs: set[tuple[int, int]]) -> Figures:
    """Recall over planted pairs at or over the threshold, exact twins found, and twins of structure that were merged.

    A planted pair is found when both are joined, also over others. Precision counts pairs whose exact Jaccard index is
    under the threshold as wrong.
    """
    root = list(range(len(made)))

    def find(n: int) -> int:
        while root[n] != n:
            root[n] = n = root[root[n]]
        return n

    for a, b in pairs:
        root[find(a)] = find(b)
    place = {text.id: number for number, text in enumerate(made)}
    planted = [(place[t.of], n, t.kind) for n, t in enumerate(made) if t.of]
    scores = {(a, b): jaccard(plain[a], plain[b]) for a, b, kind in planted}
    must = [(a, b) for a, b, kind in planted if kind in MUST and scores[a, b] >= 0.62]
    exact = [(a, b) for a, b, kind in planted if kind == "exact"]
    twins = [(a, b) for a, b, kind in planted if kind == "twin"]
    wrong = sum(jaccard(plain[a], plain[b]) < 0.62 for a, b in pairs)
    return {
        "planted": len(must),
        "recall": round(sum(find(a) == find(b) for a, b in must) / len(must), 4),
        "exact_found": round(sum(find(a) == find(b) for a, b in exact) / len(exact), 4),
        "precision": round(1 - wrong / max(1, len(pairs)), 4),
        "twins_merged": round(sum(pair in pairs for pair in twins) / len(twins), 4),
    }


def near(count: int, venv: Path | None) -> Figures:
    """Near-duplicates with fresh and with reused entities."""
    found: Figures = {}
    for name, entities in (("fresh", 0), ("reused", 2000)):
        made = list(texts(count, entities))
        plain, normalising = timed(lambda made=made: [normal_text(text.text) for text in made])
        # Imports and first calls are not timed, here as with the peers, and all begin with the normal text.
        near_texts(plain[:20])
        result, seconds = timed(lambda plain=plain: near_texts(plain))
        mine = quality(made, plain, {(a, b) for a, b, _ in result.pairs})
        found[name] = {
            "ours": mine | {"cpu_seconds": round(seconds, 2), "blind": result.blind},
            "normalising_cpu_seconds": round(normalising, 2),
        }
        for other in NEAR_PEERS:
            theirs = peer(venv, other, [text.split() for text in plain])
            if theirs is not None:
                figures = quality(made, plain, {(a, b) for a, b in theirs["found"]})
                seconds_of = round(theirs["cpu_seconds"], 2)
                times = round(theirs["cpu_seconds"] / seconds, 1)
                found[name][other] = figures | {"cpu_seconds": seconds_of, "times_ours": times}
        print(name, json.dumps(found[name]), flush=True)
    return found


def scale(count: int) -> Figures:
    """How time and memory grow: the same texts at the count, four and (from 50,000) twenty times as many."""
    found: Figures = {}
    for factor in (1, 4):
        plain = [normal_text(text.text) for text in texts(count * factor, 2000)]
        _, seconds = timed(lambda plain=plain: near_texts(plain))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        found[f"{count * factor}"] = {"cpu_seconds": round(seconds, 2), "peak_mb": peak}
        print(count * factor, found[f"{count * factor}"], flush=True)
    return found


def graphs(count: int, venv: Path | None) -> Figures:
    """Exact forms of call graphs; hard pairs apart, relabelled ones together."""
    made = [Graph(tuple(dag.labels), frozenset((a, b, "") for a, b in dag.edges)) for dag in dags(count)]
    canonical_form.cache_clear()
    forms, seconds = timed(lambda: [canonical_form(graph) for graph in made])
    rng = random.Random(1)
    pairs = [(dag, relabelled(dag, rng)) for dag in dags(2000, seed=2)]
    split = sum(_form(a) != _form(b) for a, b in pairs)
    hard = [((8,), (4, 4)), ((12,), (6, 6)), ((12,), (4, 8)), ((10,), (5, 5))]
    merged = sum(_form(rings(*a)) == _form(rings(*b)) for a, b in hard)
    found: Figures = {
        "ours": {"cpu_seconds": round(seconds, 2), "classes": len(set(forms))},
        "relabelled_split": split,
        "hard_pairs_merged": merged,
        "shapes_merge_hard_pairs": sum(shape(_graph(rings(*a))) == shape(_graph(rings(*b))) for a, b in hard),
    }
    theirs = peer(venv, "pynauty", [[list(graph.labels), [[a, b] for a, b, _ in graph.edges]] for graph in made])
    if theirs is not None:
        classes = len(set(theirs["found"]))
        together = len(set(zip(forms, theirs["found"], strict=True)))
        found["pynauty"] = {
            "cpu_seconds": round(theirs["cpu_seconds"], 2),
            "classes": classes,
            "same_classes": classes == together == len(set(forms)),
            "times_ours": round(theirs["cpu_seconds"] / seconds, 2),
        }
    print("graphs", json.dumps(found), flush=True)
    return found


def _graph(dag: Dag) -> Graph:
    return Graph(tuple(dag.labels), frozenset((a, b, "") for a, b in dag.edges))


def _form(dag: Dag) -> str:
    return canonical_form(_graph(dag))


def selection(count: int, size: int) -> Figures:
    """The choice with its quotas wide open against an exact lazy heap, random rows, and a stratified sample."""
    made = rows(count)
    candidates = [
        Candidate(f"r{n:07d}", f"t{n:07d}", "d", f"e{n}", "direct", f"{n}", tuple(sorted(found)))
        for n, found in enumerate(made)
    ]
    chosen, seconds = timed(lambda: choose(candidates, size))
    exact, plain_seconds = timed(lambda: _plain_heap(candidates, size))
    rng = random.Random(1)
    worth = {
        "ours": value(item.candidate for item in chosen.rows),
        "exact": value(exact),
        "random": value(rng.sample(candidates, size)),
        "stratified": value(_stratified(candidates, size)),
    }
    found = {
        "rows": count,
        "chosen": size,
        "value_of_exact": {name: round(one / worth["exact"], 5) for name, one in worth.items()},
        "cpu_seconds": {"ours": round(seconds, 2), "plain heap": round(plain_seconds, 2)},
    }
    print("selection", json.dumps(found), flush=True)
    return found


def _plain_heap(candidates: Sequence[Candidate], size: int) -> list[Candidate]:
    """Lazy greedy as one writes it down first, without quotas."""
    counts: Counter[tuple[str, str]] = Counter()

    def gain(row: Candidate) -> float:
        return sum(
            WEIGHTS[f[0]] * (math.sqrt(counts[f] + 1) - math.sqrt(counts[f])) for f in row.features if f[0] in WEIGHTS
        )

    heap = [(-gain(row), number, 0) for number, row in enumerate(candidates)]
    heapq.heapify(heap)
    taken: list[Candidate] = []
    while heap and len(taken) < size:
        _, number, when = heapq.heappop(heap)
        if when == len(taken):
            taken.append(candidates[number])
            counts.update(candidates[number].features)
        else:
            heapq.heappush(heap, (-gain(candidates[number]), number, len(taken)))
    return taken


def _stratified(candidates: Sequence[Candidate], size: int) -> list[Candidate]:
    """In turns from the topologies."""
    by: dict[str, list[Candidate]] = {}
    for row in candidates:
        by.setdefault(next(v for k, v in row.features if k == "topology"), []).append(row)
    order = [
        row for turn in range(max(map(len, by.values()))) for found in by.values() for row in found[turn : turn + 1]
    ]
    return order[:size]


def vendi_figures(venv: Path | None) -> Figures:
    """Our score against the package's, over the same features."""
    tokens = [[f"{kind} {name}" for kind, name in found] for found in rows(TASKS)]
    matrix = features(tokens, FEATURES)
    mine, seconds = timed(lambda: vendi(matrix))
    full, full_seconds = timed(lambda: _by_definition(matrix))
    found: Figures = {
        "ours": {"score": round(mine, 4), "cpu_seconds": round(seconds, 3)},
        "definition": {"score": round(full, 4), "cpu_seconds": round(full_seconds, 3)},
    }
    theirs = peer(venv, "vendi_score", matrix.tolist())
    if theirs is not None:
        times = round(theirs["cpu_seconds"] / seconds, 1)
        found["vendi-score"] = {
            "score": round(theirs["found"], 4),
            "cpu_seconds": theirs["cpu_seconds"],
            "times_ours": times,
        }
    print("vendi", json.dumps(found), flush=True)
    return found


def _by_definition(matrix: Any) -> float:
    weights = np.linalg.eigvalsh(matrix @ matrix.T / len(matrix))
    weights = weights[weights > 1e-12]
    return float(np.exp(-(weights * np.log(weights)).sum()))


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure dedup, structural hashing, selection and Vendi.")
    parser.add_argument("--count", type=int, default=50_000, help="texts and graphs (default: 50,000)")
    parser.add_argument("--peers", type=Path, help="environment with the peers")
    parser.add_argument("--only", nargs="+", choices=["near", "scale", "graphs", "selection", "vendi"])
    options = parser.parse_args()
    count, venv = options.count, options.peers
    parts: dict[str, Callable[[], Figures]] = {
        "near": lambda: near(count, venv),
        "scale": lambda: scale(count),
        "graphs": lambda: graphs(count, venv),
        "selection": lambda: selection(count * 114 // 50, count),
        "vendi": lambda: vendi_figures(venv),
    }
    found: Figures = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else {}
    for name, part in parts.items():
        if options.only is None or name in options.only:
            found[name] = part() | {"count": count, "load_average": load()}
    keep(RESULT, found)
    print(f"figures: {RESULT}")


if __name__ == "__main__":
    main()
