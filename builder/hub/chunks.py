"""Content-defined chunks: what a version adds to a store that keeps equal chunks once, as the Hub's does.

A chunk ends where a rolling hash of the last 64 bytes says so, so equal stretches of two files give equal
chunks wherever they lie. This follows the scheme of the Hub's storage (gear hash, chunks of 64 KiB on average,
8 to 128 KiB) with a table of its own: shares are close to the store's, digests are not the store's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from builder.records.releases import FileEntry
from builder.records.versions import NewBytes

AVERAGE = 65_536
WINDOW = 64
_BLOCK = 1 << 22

_GEAR = np.frombuffer(
    b"".join(hashlib.sha256(bytes([value])).digest()[:8] for value in range(256)), dtype="<u8"
).astype(np.uint64)


def new_bytes(
    before: Path, old: Mapping[str, FileEntry], after: Path, new: Mapping[str, FileEntry], average: int = AVERAGE
) -> NewBytes:
    """Bytes of the Parquet files of `after`, and those in chunks that no Parquet file of `before` has."""
    known: set[bytes] = set()
    for path in _parquet(old):
        known.update(digest for digest, _ in chunks((before / path).read_bytes(), average))
    total = fresh = 0
    for path in _parquet(new):
        for digest, size in chunks((after / path).read_bytes(), average):
            total += size
            if digest not in known:
                known.add(digest)
                fresh += size
    return NewBytes(total=total, new=fresh)


def chunks(content: bytes, average: int = AVERAGE) -> Iterator[tuple[bytes, int]]:
    """Digest and size of each chunk, in order."""
    start = 0
    for end in _cuts(content, average):
        yield hashlib.sha256(content[start:end]).digest(), end - start
        start = end


def _cuts(content: bytes, average: int) -> Iterator[int]:
    """Ends of chunks: the places that the hash names, at least an eighth and at most two averages apart."""
    low, high, start = average // 8, average * 2, 0
    for place in _places(content, average):
        while place - start > high:
            start += high
            yield start
        if place - start >= low:
            start = place
            yield start
    while len(content) - start > high:
        start += high
        yield start
    if start < len(content):
        yield len(content)


def _places(content: bytes, average: int) -> Iterator[int]:
    """Places after which the upper bits of the hash of the last 64 bytes are zero."""
    mask = np.uint64((average - 1) << (64 - average.bit_length() + 1))
    data = np.frombuffer(content, dtype=np.uint8)
    for block in range(0, len(data), _BLOCK):
        begin = max(0, block - WINDOW)
        hashes = _GEAR[data[begin : block + _BLOCK]]
        # The hash of 2n bytes is that of the last n plus that of the n before, shifted.
        width = 1
        while width < WINDOW:
            shifted = hashes[:-width] << np.uint64(width)
            hashes = hashes.copy()
            hashes[width:] += shifted
            width *= 2
        for place in np.flatnonzero((hashes & mask) == 0):
            end = begin + int(place) + 1
            if end > block:
                yield end


def _parquet(files: Mapping[str, FileEntry]) -> list[str]:
    return sorted(path for path in files if path.endswith(".parquet"))
