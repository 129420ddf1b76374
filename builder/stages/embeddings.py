"""Embeddings of questions that a user brings along, for the kind `semantic` of dedup."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from builder.errors import SettingsError


def read_embeddings(path: Path, sha256: str) -> dict[str, NDArray[np.float32]]:
    """Vectors of length 1 by task. Raises SettingsError when the file is another, or holds something else."""
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise SettingsError(
                f"dedup.embeddings: {path} has another digest than embeddings_sha256 (name the right file)"
            )
        table = pq.read_table(pa.BufferReader(content), columns=["task", "embedding"])
        matrix = np.array(table["embedding"].to_pylist(), np.float32)
    except (OSError, pa.ArrowException, ValueError) as error:
        raise SettingsError(
            f"dedup.embeddings: {path} cannot be read: {error} (a Parquet file with the columns task and embedding, "
            "all embeddings of one length)"
        ) from None
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True) if matrix.ndim == 2 else np.zeros((1, 1))
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise SettingsError(
            f"dedup.embeddings: {path} holds embeddings without a direction (embed the questions again)"
        )
    return dict(zip(table["task"].to_pylist(), matrix / lengths, strict=True))
