"""Releases: their definition, their manifest, and the facts that the card states. Rows are in `rows.py`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from builder.records.attempts import Agreement, JudgePair
from builder.records.base import Record, Text
from builder.records.decontaminate import BenchmarkFacts


class TokenLimits(Record):
    """How long an `sft` row may be, in tokens of the tokenizer that the card names."""

    limit: int = Field(gt=0)
    """No row is longer; longer attempts are left out and counted."""
    short: int = Field(gt=0)
    short_share: float = Field(ge=0, le=1)
    """At least this share of the rows is under `short` tokens."""
    short_share_from: int = Field(default=200, ge=1)
    """Rows from which the share is binding: of a handful it says nothing."""


class StratumShares(Record):
    """Largest share of rows that each stratum gives; what is left is direct."""

    recovery: float = Field(ge=0, le=1)
    detour: float = Field(ge=0, le=1)
    unanswerable: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _leave_room(self) -> StratumShares:
        total = sum(self.model_dump().values())
        if total > 1:
            raise ValueError(f"the shares add up to {total:g}, which is more than all rows (at most 1 in all)")
        return self


class FileLimits(Record):
    """Physical layout of the Parquet files. A change here changes every byte of a release."""

    rows_per_group: int = Field(gt=0)
    rows_per_file: int = Field(gt=0)
    compression_level: int = Field(ge=1, le=22)


class DisplayLimits(Record):
    """How long the card's tables may grow; what is cut is summed in a last line that says so."""

    reasons: int = Field(gt=0)
    tools: int = Field(gt=0)


class FrontierBand(Record):
    """Pass rates of a model's samples, ends included, that tasks of `rl` have where a model played them."""

    low: float = Field(default=0.1, ge=0, le=1)
    high: float = Field(default=0.9, ge=0, le=1)

    @model_validator(mode="after")
    def _low_is_not_above_high(self) -> FrontierBand:
        if self.low > self.high:
            raise ValueError(f"frontier.low ({self.low}) is above frontier.high ({self.high})")
        return self


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
    strata: StratumShares
    frontier: FrontierBand = Field(default_factory=FrontierBand)
    tokens: TokenLimits
    traces: int = Field(ge=0)
    """Trajectories that are shown as sessions besides."""
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
    builder: str
    """Version of the package that built it."""
    fingerprint: str
    """Digest of settings, tools, words, rules and deny lists: what decides every row."""
    files: dict[str, FileEntry]
    settings: dict[str, Any]
    lock: Lock
    tools: dict[str, ToolEntry]
    deny_lists: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of the deny lists that the tasks were compared with, by benchmark."""
    parent: Parent | None = None


class SplitFacts(Record):
    config: str
    split: str
    rows: int
    bytes: int


class SplitCheck(Record):
    """A held-out split against its training rows: rows that share something with them, rows that call what is new."""

    split: str
    rows: int
    tasks: int
    seeds: int
    calls: int
    """Rows whose called tools and literals are those of a training row."""
    questions: int
    new_toolsets: int
    """Rows whose set of called tools is that of no training row."""
    new_tools: int
    """Rows that call a tool which no training row offers."""
    new_domains: int

    @property
    def leaks(self) -> int:
        return self.tasks + self.seeds + self.calls + self.questions


class HeldOutFacts(Record):
    """What no training row offers, by decision of the run."""

    tools: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    """Providers of which every tool is held out."""
    domain: str | None = None


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


class Curve(Record):
    """How many different ones to expect among so many random tasks of the pool, with the 95% interval."""

    classes: str
    """What is counted, one of the PARTITIONS of `builder.recipe.diversity`."""
    points: tuple[tuple[int, float, float, float], ...]
    """Tasks, expected classes, and the bounds; tasks rise, and the last point is the whole pool."""


class Retention(Record):
    """What became of one tool: draws that offered and called it, then tasks that use it."""

    tool: str
    offered: int
    called: int
    tasks: int
    sft: int
    rl: int


class DrawnShare(Record):
    """What became of the draws of one domain or one form: draws, verified tasks, tasks of the pool, chosen rows."""

    kind: Literal["domain", "form"]
    part: str
    """A domain; a frame by rule (`frame.rank`), or `scenarios, medical`."""
    draws: int
    verified: int
    tasks: int
    sft: int
    rl: int


class Solved(Record):
    """What one baseline solver reached: tasks that it tried, and the share that it solved."""

    solver: str
    tasks: int
    share: float


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
    tests: tuple[SplitCheck, ...]
    held_out: HeldOutFacts
    benchmarks: tuple[BenchmarkFacts, ...]
    """What the deny lists found; empty where none was given."""
    totals: Totals
    domains: tuple[DomainFacts, ...]
    bars: tuple[Bar, ...]
    metrics: tuple[Metric, ...]
    scopes: dict[str, int]
    """Tasks of the pool and of each config that was chosen from it; without a scope that has none."""
    curves: tuple[Curve, ...]
    """Empty where the store has no pool with patterns."""
    topologies: tuple[Bar, ...]
    """Classes of the call graphs of the pool, the commonest first."""
    solved: tuple[Solved, ...]
    """Empty where the baseline solvers were not run."""
    funnel: tuple[FunnelStep, ...]
    retention: tuple[Retention, ...]
    shares: tuple[DrawnShare, ...]
    sources: tuple[SourceFacts, ...]
    left_out: dict[str, int]
    """Chosen rows that are not in the release, by reason."""
    tokenizer: str
    roles: dict[str, str]
    judges: tuple[Agreement, ...] = ()
    """Empty where no model judged."""
    judge_pairs: tuple[JudgePair, ...] = ()
    """Empty where no two models judged the same answers."""
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
