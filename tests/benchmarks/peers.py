"""One peer over prepared data, in an environment that has it; plain scripts, since our package is not there.

    PEERS/bin/python tests/benchmarks/peers.py datasketch TEXTS.json OUT.json

TEXTS.json is a list of word lists. Answers: pairs that the peer calls near, after an exact check, and its CPU seconds
with tokenising and that check. Signatures of 64 values in 16 bands, as for all peers.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

THRESHOLD = 0.62
BANDS, ROWS = 16, 4


def shingles(words: list[str]) -> set[str]:
    return {f"{a} {b}" for a, b in pairwise(words)}


def checked(candidates: Iterable[tuple[int, int]], sets: list[set[str]]) -> list[tuple[int, int]]:
    """Candidates whose exact Jaccard index is over the threshold."""
    found = []
    for a, b in candidates:
        common = len(sets[a] & sets[b])
        if common and common / (len(sets[a]) + len(sets[b]) - common) >= THRESHOLD:
            found.append((min(a, b), max(a, b)))
    return sorted(set(found))


def datasketch(texts: list[list[str]]) -> list[tuple[int, int]]:
    from datasketch import MinHash, MinHashLSH

    sets = [shingles(words) for words in texts]
    index, candidates = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS)), set()
    hashes = MinHash.bulk([[s.encode() for s in found] for found in sets], num_perm=BANDS * ROWS)
    for number, minhash in enumerate(hashes):
        candidates |= {(other, number) for other in index.query(minhash)}
        index.insert(number, minhash)
    return checked(candidates, sets)


def gaoya(texts: list[list[str]]) -> list[tuple[int, int]]:
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=THRESHOLD - 0.1, num_bands=BANDS, band_size=ROWS, analyzer="word",
        ngram_range=(2, 2), lowercase=False, num_hashes=BANDS * ROWS,
    )  # fmt: skip
    joined = [" ".join(words) for words in texts]
    candidates = set()
    for number, text in enumerate(joined):
        candidates |= {(other, number) for other in index.query(text)}
        index.insert_document(number, text)
    sets = {n: shingles(texts[n]) for pair in candidates for n in pair}
    return checked(candidates, [sets.get(n, set()) for n in range(len(texts))])


def rensa(texts: list[list[str]]) -> list[tuple[int, int]]:
    from rensa import RMinHash, RMinHashLSH

    sets = [shingles(words) for words in texts]
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=BANDS * ROWS, num_bands=BANDS)
    candidates = set()
    for number, found in enumerate(sets):
        minhash = RMinHash(num_perm=BANDS * ROWS, seed=42)
        minhash.update(list(found))
        candidates |= {(other, number) for other in index.query(minhash)}
        index.insert(number, minhash)
    return checked(candidates, sets)


def pynauty(graphs: list[Any]) -> list[str]:
    """A certificate for each graph, with labels."""
    from hashlib import sha256

    from pynauty import Graph, certificate

    found = []
    for labels, edges in graphs:
        adjacent: dict[int, list[int]] = {}
        for a, b in edges:
            adjacent.setdefault(a, []).append(b)
        names = sorted(set(labels))
        colours = [{n for n, label in enumerate(labels) if label == name} for name in names]
        graph = Graph(len(labels), directed=True, adjacency_dict=adjacent, vertex_coloring=colours)
        key = repr((len(labels), [(name, len(c)) for name, c in zip(names, colours, strict=True)])).encode()
        found.append(sha256(key + certificate(graph)).hexdigest())
    return found


def vendi_score(rows: list[list[float]]) -> float:
    import numpy as np
    from vendi_score import vendi

    matrix = np.asarray(rows)
    return float(vendi.score_K(matrix @ matrix.T))


PEERS: dict[str, Callable[[Any], Any]] = {
    "datasketch": datasketch, "gaoya": gaoya, "rensa": rensa, "pynauty": pynauty, "vendi_score": vendi_score,
}  # fmt: skip


def main() -> None:
    name, source, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    data = json.loads(source.read_text(encoding="utf-8"))
    PEERS[name](data[:20])  # imports and first calls are not timed
    before = time.process_time()
    found = PEERS[name](data)
    out.write_text(json.dumps({"cpu_seconds": time.process_time() - before, "found": found}), encoding="utf-8")


if __name__ == "__main__":
    main()
