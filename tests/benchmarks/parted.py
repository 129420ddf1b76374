"""Near texts among more than memory holds: ten million, in parts, from a file that is mapped.

    python -m tests.benchmarks.parted [--count 10000000] [--part 500000] [--entities 2000] [--folder DIR] [--workers 2]

Texts are made in processes, a shard each with planted copies of its own, and are not timed. Then all are hashed once to
say which parts they go to, and each part is searched, in a process of its own. A planted pair counts as found when both
are joined. Peaks are of the largest process, with what it maps of the files. Figures go to `bench/parted.json`.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa

from builder.recipe.columns import Ints, distinct
from builder.recipe.dedup import THRESHOLD, near_texts
from builder.recipe.parted import PART, parts_of
from builder.recipe.patterns import normal_text
from tests.benchmarks.diversity import jaccard
from tests.benchmarks.figures import keep, load
from tests.benchmarks.made import MUST, texts

RESULT = Path("bench") / "parted.json"
SHARD = 250_000
"""Texts that are made at a time."""
SOME = 16_384
"""Texts that are hashed at a time."""


@dataclass(frozen=True)
class Searched:
    """What came of one part."""

    pairs: Ints
    """Left times all texts plus right."""
    seconds: float
    peak_mb: int


def make(folder: Path, entities: int, count: int, shard: int) -> Ints:
    """Write the texts of a shard; the pairs that must be found among them, as two columns of positions in it."""
    plain: list[str] = []
    place: dict[str, int] = {}
    must = []
    for number, text in enumerate(texts(count, entities, seed=shard)):
        plain.append(normal_text(text.text))
        place[text.id] = number
        if text.kind in MUST and jaccard(plain[place[text.of]], plain[-1]) >= THRESHOLD:
            must.append((place[text.of], number))
    table = pa.table({"text": pa.array(plain, pa.large_string())})
    with pa.OSFile(str(folder / f"{shard:05d}.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return np.array(must, np.int64).reshape(-1, 2) + shard * SHARD


def mapped(folder: Path) -> Iterator[pa.LargeStringArray]:
    """The texts of each shard, one after the other: what is mapped counts as memory of the process."""
    for file in sorted(folder.glob("*.arrow")):
        yield pa.ipc.open_file(pa.memory_map(str(file))).read_all()["text"].chunk(0)


def in_turn(folder: Path) -> Iterator[list[str]]:
    for shard in mapped(folder):
        for start in range(0, len(shard), SOME):
            yield shard.slice(start, SOME).to_pylist()


def search(folder: Path, count: int, part: Ints) -> Searched:
    """Pairs of near texts of a part."""
    before = time.process_time()
    plain: list[str] = []
    for number, shard in enumerate(mapped(folder)):
        first, end = np.searchsorted(part, np.array([number, number + 1]) * SHARD).tolist()
        plain += shard.take(pa.array(part[first:end] - number * SHARD)).to_pylist()
    found = near_texts(plain)
    left, right = (np.fromiter((pair[side] for pair in found.pairs), np.int64, len(found.pairs)) for side in (0, 1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Searched(part[left] * count + part[right], time.process_time() - before, peak)


def main() -> None:
    parser = argparse.ArgumentParser(description="Near texts among more than memory holds.")
    parser.add_argument("--count", type=int, default=10_000_000)
    parser.add_argument("--part", type=int, default=PART)
    parser.add_argument("--entities", type=int, default=2000)
    parser.add_argument("--folder", type=Path, help="where the texts go")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    count, shards = options.count, -(-options.count // SHARD)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder, spawn = Path(name), get_context("spawn")
        with ProcessPoolExecutor(options.workers, mp_context=spawn) as pool:
            work = partial(make, folder, options.entities, min(SHARD, count))
            must = np.concatenate(list(pool.map(work, range(shards))))
        size = sum(file.stat().st_size for file in folder.iterdir()) >> 20
        print(f"{count:,} texts of {size:,} MB are made", flush=True)
        wall, cpu = time.perf_counter(), time.process_time()
        pairs: list[Ints] = []
        peaks, seconds = [], 0.0
        with ProcessPoolExecutor(options.workers, mp_context=spawn) as pool:
            for found in pool.map(partial(search, folder, count), parts_of(in_turn(folder), count, options.part)):
                pairs.append(found.pairs)
                peaks.append(found.peak_mb)
                seconds += found.seconds
                print(f"part {len(peaks)}, {time.perf_counter() - wall:,.0f} s, {found.peak_mb:,} MB", flush=True)
        near = distinct(np.concatenate(pairs))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    keys = must[:, 0] * count + must[:, 1]
    twins = _joined(near, keys, count)
    figures = {
        "count": count,
        "parts": len(peaks),
        "texts_mb": size,
        "wall_seconds": round(wall),
        "cpu_seconds": round(cpu + seconds),
        "peak_mb_of_workers": max(peaks),
        "peak_mb_of_the_rest": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "pairs": len(near),
        "planted": len(keys),
        "recall": round(float(twins.mean()), 4),
        "load_average": load(),
    }
    keep(RESULT, figures)
    print(figures)


def _joined(near: Ints, wanted: Ints, count: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which wanted pairs are joined, also over others: equal texts are paired with the first of them alone."""
    root: dict[int, int] = {}

    def find(n: int) -> int:
        while (up := root.get(n, n)) != n:
            root[n] = n = root.get(up, up)
        return n

    for a, b in zip((near // count).tolist(), (near % count).tolist(), strict=True):
        root[find(a)] = find(b)
    pairs = zip((wanted // count).tolist(), (wanted % count).tolist(), strict=True)
    return np.fromiter((find(a) == find(b) for a, b in pairs), np.bool_, len(wanted))


if __name__ == "__main__":
    main()
