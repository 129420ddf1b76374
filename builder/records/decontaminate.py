"""Deny lists and what they hit."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from builder.records.base import Record, Text


class DenyHeader(Record):
    """What a deny list says of itself."""

    name: Text = Field(pattern=r"^[\w.\-]+$")
    """The benchmark, such as `bfcl-v3`."""
    source: Text
    """Where its texts are from, and of when."""
    texts: int = Field(ge=0)
    """Texts that were hashed."""
    tools: int = Field(ge=0)
    """Tool names that were hashed."""
    words: int = Field(gt=0)
    """Words of a run."""


class Hit(Record):
    """A text or a tool name that a benchmark has too."""

    id: str
    """Id of the task, or the tool's name."""
    benchmark: str
    kind: Literal["exact", "ngram", "tool"]


class BenchmarkFacts(Record):
    """What one deny list found."""

    name: str
    source: str
    digest: str
    """SHA-256 of the list's file."""
    texts: int
    exact: int
    """Tasks of the pool whose question is a text of the benchmark."""
    ngram: int
    """Tasks whose question shares a run of words with it, the exact ones left out."""
    dropped: int
    """Of both, tasks that are therefore not in the release."""
    tools: tuple[str, ...]
    """Names of the catalogue that are names of its tools too."""
