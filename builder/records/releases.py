"""Releases: their definition, their manifest, and the facts that the card states. Rows are in `rows.py`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from builder.records.base import Record, Text


class TokenLimits(Record):
    """How long an `sft` row may be, in tokens of the tokenizer that the card names."""

    limit: int = Field(gt=0)
    """No row is longer; longer attempts are left out and counted."""
    short: int = Field(gt=0)
    short_share: float = Field(ge=0, le=1)
    """At least this share of the rows is under `short` tokens."""
    short_share_from: int = Field(default=200, ge=1)
    """Rows from which the share is binding: of a handful it says nothing."""


class FileLimits(Record):
    """Physical layout of the Parquet files. A change here changes every byte of a release."""

    rows_per_group: int = Field(gt=0)
    rows_per_file: int = Field(gt=0)
    compression_level: int = Field(ge=1, le=22)


class DisplayLimits(Record):
    """How long the card's tables may grow; what is cut is summed in a last line that says so."""

    reasons: int = Field(gt=0)
    tools: int = Field(gt=0)


class ReleaseDefinition(Record):
    """`dataset_card/release.toml`: what a release is called and what it promises."""

    name: Text
    pretty_name: Text
    version: Text = Field(pattern=r"^\d+\.\d+\.\d+$")
    licence: Text
    language: tuple[str, ...]
    repository: Text = Field(pattern=r"^[\w.\-]+/[\w.\-]+$")
    """`ORG/NAME` on the Hub; only the card's and the recipes' snippets use it."""
    task_categories: tuple[str, ...]
    tags: tuple[str, ...]
    splits: dict[str, tuple[str, ...]]
    """Splits of the chosen configs, in order; a choice outside them is an error."""
    tokens: TokenLimits
    files: FileLimits
    display: DisplayLimits


class FileEntry(Record):
    """One file of a release."""

    sha256: str
    rows: int | None
    """None for files that hold no rows."""
    bytes: int


class ToolEntry(Record):
    """What a tool's results depend on, and on whose terms they are given."""

    spec: str
    """Digest of the executable part: adapter, parameters, packages, data. Not the words."""
    source: str
    packages: tuple[str, ...]
    data_date: str | None
    licence: str


class Lock(Record):
    """The installed packages that a release was built with."""

    digest: str
    packages: dict[str, str]


class Parent(Record):
    """The version before."""

    version: str
    digest: str


class Manifest(Record):
    """`manifest.json`: says what belongs to a release and what it was made from."""

    name: str
    version: str
    files: dict[str, FileEntry]
    settings: dict[str, Any]
    lock: Lock
    tools: dict[str, ToolEntry]
    parent: Parent | None = None


class SplitFacts(Record):
    config: str
    split: str
    rows: int
    bytes: int


class DomainFacts(Record):
    domain: str
    tasks: int
    sft: int
    rl: int


class Bar(Record):
    """One bar of a distribution."""

    dimension: str
    label: str
    rows: int


class Totals(Record):
    """Single figures; None where there are no rows to take them from."""

    tasks: int
    median_calls: float | None
    five_calls: float | None
    depth_three: float | None
    two_domains: float | None
    tools_called: int
    median_tokens: int | None
    ninety_tokens: int | None
    most_tokens: int | None
    short_rows: float | None


class Metric(Record):
    """One diversity metric of one scope (`pool`, `sft`, `rl`)."""

    metric: str
    scope: str
    value: float


class FunnelStep(Record):
    stage: str
    status: str
    reason: str
    records: int


class Retention(Record):
    """What became of one tool: draws that offered and called it, then tasks that use it."""

    tool: str
    offered: int
    called: int
    tasks: int
    sft: int
    rl: int


class SourceFacts(Record):
    """One provider: what its data are, on whose terms, of when."""

    provider: str
    title: str
    source: str
    packages: tuple[str, ...]
    data_date: str | None
    licence: str
    attribution: str
    tools: int


class CardFacts(Record):
    """Everything the card states, computed once. The card's text adds no figure of its own."""

    definition: ReleaseDefinition
    splits: tuple[SplitFacts, ...]
    totals: Totals
    domains: tuple[DomainFacts, ...]
    bars: tuple[Bar, ...]
    metrics: tuple[Metric, ...]
    funnel: tuple[FunnelStep, ...]
    retention: tuple[Retention, ...]
    sources: tuple[SourceFacts, ...]
    left_out: dict[str, int]
    """Chosen rows that are not in the release, by reason."""
    tokenizer: str
    roles: dict[str, str]
    command: str
    """What builds the release again."""
    settings: dict[str, Any]
    lock: str
    content: str
    """Digest over all Parquet files."""


class Problem(Record):
    """One thing wrong in a release: in which config or file, in which row, and what."""

    where: str
    row: str
    """Id of the row; empty for what concerns a whole file or config."""
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.row}: {self.reason}" if self.row else f"{self.where}: {self.reason}"


class CheckReport(Record):
    """What `verify` found."""

    name: str
    version: str
    files: int
    rows: dict[str, int]
    """Rows checked per config."""
    replayed: int
    """Derivations run again by fresh calls."""
    calls: int
    """Calls of trajectories made again."""
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        return not self.problems
