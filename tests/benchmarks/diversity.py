"""Dedup, structural hashing, selection and Vendi against peers, on data that is made here.

    python -m tests.benchmarks.diversity [--count 50000] [--peers VENV] [--only near incremental graphs ...]

`--peers` is an environment with datasketch, gaoya, rensa, pynauty and vendi-score (`make bench` makes it); without it
only our own figures are taken. All seconds are CPU seconds of one process (user and system), peers in the same run, so
ratios mean something on a busy machine too. Figures go to `bench/diversity.json`.
"""

from __future__ import annotations

import argparse
import gc
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
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from builder.recipe.dedup import THRESHOLD, near_texts
from builder.recipe.graphs import Edge, Graph, canonical_form, shape
from builder.recipe.index import Index
from builder.recipe.isomorphism import structural_hashes
from builder.recipe.patterns import normal_text
from builder.recipe.selection import WEIGHTS, Candidate, choose, value
from builder.recipe.vendi import FEATURES, TASKS, features, vendi
from builder.store.index import add_texts, open_index
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


def quality(made: Sequence[Text], plain: Sequence[str], pairs: set[tuple[int, int]], since: int = 0) -> Figures:
    """Recall over planted pairs at or over the threshold, exact twins found, and twins of structure that were merged.

    Of texts from position `since` on, with those before them too.

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
    planted = [(place[t.of], n, t.kind) for n, t in enumerate(made) if t.of and n >= since]
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
        plain, normalising = timed(partial(list, (normal_text(text.text) for text in made)))
        # Imports and first calls are not timed, here as with the peers, and all begin with the normal text.
        near_texts([*plain[:20], f"{plain[0]} again"])
        result, seconds = timed(partial(near_texts, plain))
        mine = quality(made, plain, {(a, b) for a, b, _ in result.pairs})
        found[name] = {
            "ours": mine | {"cpu_seconds": round(seconds, 2), "blind": result.blind},
            "normalising_cpu_seconds": round(normalising, 2),
        }
        pairs, sql_seconds = timed(partial(in_sql, plain))
        found[name]["sql"] = quality(made, plain, pairs) | {
            "cpu_seconds": round(sql_seconds, 2),
            "times_ours": round(sql_seconds / seconds, 1),
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


def in_sql(plain: Sequence[str]) -> set[tuple[int, int]]:
    """The same by one query of DuckDB (`near.sql`), on one thread; equal texts with the first of them, as ever."""
    first: dict[str, int] = {}
    twins = {(first[text], n) for n, text in enumerate(plain) if first.setdefault(text, n) != n}
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("texts", pa.table({"id": list(first.values()), "text": list(first)}))
        query = Path(__file__).with_name("near.sql").read_text(encoding="utf-8")
        return twins | set(connection.execute(query, {"threshold": THRESHOLD}).fetchall())


def incremental(count: int) -> Figures:
    """One text in forty as new, against an index of the others; and all at once, in the same run.

    At a count of 50,000 these are 5,000 against 195,000. To find is to open the index too.
    """
    found: Figures = {}
    for name, entities in (("fresh", 0), ("reused", 2000)):
        found[name] = _incremental(list(texts(count * 4, entities)), count * 39 // 10)
        print(name, json.dumps(found[name]), flush=True)
    return found


def _incremental(made: Sequence[Text], old: int) -> Figures:
    plain, ids = [normal_text(text.text) for text in made], [text.id for text in made]
    near_texts(plain[:20])
    Index().find(plain[:20])
    whole, seconds = timed(lambda: near_texts(plain))
    with tempfile.TemporaryDirectory() as at:
        folder = Path(at)
        stored, storing = timed(lambda: add_texts(folder, open_index(folder), ids[:old], plain[:old]))
        result, finding = timed(lambda: open_index(folder).find(plain[old:]))
        _, adding = timed(lambda: add_texts(folder, open_index(folder), ids[old:], plain[old:]))
        size = sum(path.stat().st_size for path in folder.iterdir())
    place = {identity: number for number, identity in enumerate(ids)}
    pairs = {(place[earlier], n + old) for n, earlier, _ in result.earlier}
    pairs |= {(a + old, b + old) for a, b, _ in result.among}
    ours = quality(made, plain, pairs, old)
    others = quality(made, plain, {(a, b) for a, b, _ in whole.pairs}, old)
    return {
        "stored": stored,
        "new": len(made) - old,
        "ours": ours | {"cpu_seconds": round(finding, 2), "blind": result.blind},
        "at once": others | {"cpu_seconds": round(seconds, 2), "times_ours": round(seconds / finding, 1)},
        "cpu_seconds_to_store": {"earlier": round(storing, 2), "new": round(adding, 2)},
        "index_mb": size >> 20,
    }


def scale(count: int) -> Figures:
    """How time and memory grow: the same kind of texts at the count, four and (from 50,000) twenty times as many.

    Texts are made and compared in processes of their own, so each peak is that of one comparison and its texts.
    """
    found: Figures = {}
    for name, entities in (("fresh", 0), ("reused", 2000)):
        first = 0.0
        for factor in (1, 4, 20) if count >= 50_000 else (1, 4):
            with tempfile.NamedTemporaryFile() as file, _alone() as pool:
                pool.submit(_written, file.name, count * factor, entities).result()
                figures = pool.submit(_compared, file.name).result()
            first = first or figures["cpu_seconds"]
            figures["times_first"] = round(figures["cpu_seconds"] / first, 1)
            found[f"{name} {count * factor}"] = figures
            print(name, count * factor, figures, flush=True)
    return found


def _alone() -> ProcessPoolExecutor:
    """A new process for each task, forked from a small server: what a large one starts would begin with its peak."""
    return ProcessPoolExecutor(1, mp_context=get_context("forkserver"), max_tasks_per_child=1)


def _written(path: str, count: int, entities: int) -> None:
    with Path(path).open("w", encoding="utf-8") as file:
        file.writelines(f"{normal_text(text.text)}\n" for text in texts(count, entities))


def _compared(path: str) -> Figures:
    with Path(path).open(encoding="utf-8") as file:
        plain = [line.rstrip("\n") for line in file]
    near_texts([*plain[:20], f"{plain[0]} again"])
    before = _peak()
    result, seconds = timed(lambda: near_texts(plain))
    return {"cpu_seconds": round(seconds, 2), "pairs": len(result.pairs), "texts_mb": before, "peak_mb": _peak()}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def graphs(count: int, venv: Path | None) -> Figures:
    """Structural hashes of call graphs and their exact forms; hard pairs apart, relabelled ones together.

    Like pynauty, hashes begin with lists of labels and edges. Ours have labels on edges too: all empty here.
    """
    made = list(dags(count))
    labels, edges = _columns(made)
    structural_hashes(labels[:20], edges[:20])
    hashes, seconds = timed(lambda: structural_hashes(labels, edges))
    same = [_graph(dag) for dag in made]
    canonical_form.cache_clear()
    forms, form_seconds = timed(lambda: [canonical_form(graph) for graph in same])
    rng = random.Random(1)
    some = list(dags(2000, seed=2))
    twins = structural_hashes(*_columns([relabelled(dag, rng) for dag in some]))
    hard = [((8,), (4, 4)), ((12,), (6, 6)), ((12,), (4, 8)), ((10,), (5, 5))]
    pairs = [(rings(*a), rings(*b)) for a, b in hard]
    classes = len(set(hashes))
    found: Figures = {
        "ours": {"cpu_seconds": round(seconds, 3), "classes": classes},
        "exact forms": {
            "cpu_seconds": round(form_seconds, 2),
            "same_classes": classes == len(set(forms)) == len(set(zip(forms, hashes, strict=True))),
        },
        "relabelled_split": sum(a != b for a, b in zip(structural_hashes(*_columns(some)), twins, strict=True)),
        "hard_pairs_merged": sum(len(set(structural_hashes(*_columns(pair)))) == 1 for pair in pairs),
        "forms_merge_hard_pairs": sum(canonical_form(_graph(a)) == canonical_form(_graph(b)) for a, b in pairs),
        "shapes_merge_hard_pairs": sum(shape(_graph(a)) == shape(_graph(b)) for a, b in pairs),
    }
    theirs = peer(venv, "pynauty", [[dag.labels, dag.edges] for dag in made])
    if theirs is not None:
        together = len(set(zip(hashes, theirs["found"], strict=True)))
        found["pynauty"] = {
            "cpu_seconds": round(theirs["cpu_seconds"], 3),
            "classes": len(set(theirs["found"])),
            "same_classes": classes == together == len(set(theirs["found"])),
            "times_ours": round(theirs["cpu_seconds"] / seconds, 1),
        }
    print("graphs", json.dumps(found), flush=True)
    return found


def _columns(made: Sequence[Dag]) -> tuple[list[list[str]], list[list[Edge]]]:
    return [dag.labels for dag in made], [[(a, b, "") for a, b in dag.edges] for dag in made]


def _graph(dag: Dag) -> Graph:
    return Graph(tuple(dag.labels), frozenset((a, b, "") for a, b in dag.edges))


def selection(count: int, size: int) -> Figures:
    """`size` of `count` rows, and nearly as many of 4.4 times the rows: as 50,000 of 114,000 and 48,000 of 500,000."""
    return {"of a few": _chosen(count, size), "of many": _chosen(count * 500 // 114, size * 48 // 50)}


def _chosen(count: int, size: int) -> Figures:
    """The choice with its quotas wide open against an exact lazy heap, random rows, and a stratified sample."""
    made = rows(count)
    candidates = [
        Candidate(f"r{n:07d}", f"t{n:07d}", "d", f"e{n}", "direct", f"{n}", tuple(sorted(found)))
        for n, found in enumerate(made)
    ]
    # Imports and first calls are not timed.
    choose(candidates[:20], 10)
    # What making the rows left behind is collected on nobody's time.
    gc.collect()
    chosen, seconds = timed(lambda: choose(candidates, size))
    gc.collect()
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
        "times_ours": round(plain_seconds / seconds, 1),
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
    parser.add_argument("--only", nargs="+", choices=["near", "incremental", "scale", "graphs", "selection", "vendi"])
    options = parser.parse_args()
    count, venv = options.count, options.peers
    parts: dict[str, Callable[[], Figures]] = {
        "near": lambda: near(count, venv),
        "incremental": lambda: incremental(count),
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
