"""The tables of the settings file, and the mark of the fields that change no row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from builder.records.base import Record
from builder.records.http import Grant
from builder.records.mcp import ServerGrant


@dataclass(frozen=True, slots=True)
class NotData:
    """Marks a field that changes no row, with the reason."""

    reason: str


class Section(Record):
    """A table of the settings file. Strict: `"3"` is no number and `1` no switch."""

    model_config = ConfigDict(strict=True)


class PoolSettings(Section):
    """Which tools there are."""

    specs: Annotated[str | None, NotData("the digest of the folder's content enters the fingerprint")] = None
    """Folder of tool specs; the shipped one by default."""
    cache: Annotated[str | None, NotData("tables are rebuilt from the same sources anywhere")] = None
    """Folder for reference tables; by default `$DIVE_BUILDER_CACHE` or the user's cache folder."""
    quarantine: tuple[str, ...] = ()
    """Ids of tools that this version leaves out, such as one that once ran past its deadline."""


class EngineSettings(Section):
    """How the work is spread."""

    workers: Annotated[int | None, Field(ge=1, le=512), NotData("results are committed in the order of the draws")] = (
        None
    )
    """Worker processes; by default one for each core."""
    shard_size: Annotated[int, Field(ge=1, le=4096), NotData("a record has a random stream of its own")] = 32
    """Records in one message to a worker, and in one transaction."""
    cached_calls: Annotated[
        int, Field(ge=0), NotData("only hermetic calls are remembered, and never when verifying")
    ] = 20_000
    """Results that a worker remembers while it collects."""


Role = Literal["rules", "model"]


class SynthesizeSettings(Section):
    """How much is drawn, how deep, and by whom."""

    rounds: Annotated[int, Field(ge=1, le=8)] = 3
    """K of the paper: rounds that deepen, widen or tighten one task."""
    waves: Annotated[int, Field(ge=1)]
    """Coverage weights are those of the waves before, so more waves steer better and wait more often."""
    draws_per_wave: Annotated[int, Field(ge=1)]
    limit: Annotated[int | None, Field(ge=1)] = None
    """Most draws in all; the first ones of the full run."""
    collector: Role = "rules"
    """Who gathers evidence. A model's evidence needs a model to derive from it."""
    deriver: Role = "rules"
    """Who derives questions from the evidence."""
    collect_steps: Annotated[int, Field(ge=1, le=64)] = 6
    """Replies of a model collector in one round, as in the paper."""
    derive_tries: Annotated[int, Field(ge=1, le=8)] = 3
    """Derivations asked for in one round; each is told why the one before fell."""
    flagged: Literal["drop", "allow"] = "drop"
    """What becomes of tasks and trajectories over results that read like instructions to a model (docs/models/)."""


_SERVED = NotData("says where and how patiently the model is asked, not what it answers; what fails is counted")
_CAP = NotData("decides how far a run gets, not what it makes")


class RoleModel(Section):
    """What one role has otherwise than `[model]` says; what is not set is taken from there."""

    name: str | None = None
    endpoints: Annotated[tuple[str, ...] | None, _SERVED] = None
    key_variable: Annotated[str | None, _SERVED] = None
    in_flight: Annotated[int | None, Field(ge=1, le=4096), _SERVED] = None
    strict_tools: bool | None = None
    temperature: Annotated[float | None, Field(ge=0, le=2)] = None
    top_p: Annotated[float | None, Field(gt=0, le=1)] = None
    max_tokens: Annotated[int | None, Field(ge=16)] = None


class Price(Section):
    """What a model costs, for a million tokens, in the currency of `model.currency`."""

    prompt: Annotated[float, Field(ge=0)]
    completion: Annotated[float, Field(ge=0)]


class ModelSettings(Section):
    """The chat model that plays the roles which are set to `model`."""

    engine: Annotated[Literal["endpoint", "vllm"], _SERVED] = "endpoint"
    """Over HTTP, or vLLM inside this process (extra `vllm`); then `name` is a folder or a model id."""
    vllm: Annotated[dict[str, str | int | float | bool], _SERVED] = Field(default_factory=dict)
    """Arguments of vLLM's engine in this process, such as `max_model_len`; for servers they stand in its command."""
    name: str = ""
    """The name it is served by."""
    endpoints: Annotated[tuple[str, ...], _SERVED] = ()
    """Base URLs of OpenAI-compatible servers, such as `http://127.0.0.1:8000/v1`. All serve the same model."""
    key_variable: Annotated[str | None, _SERVED] = None
    """Name of the environment variable with the key. The key itself stands in no file."""
    in_flight: Annotated[int, Field(ge=1, le=4096), _SERVED] = 64
    """Requests under way at each endpoint."""
    deadline: Annotated[float, Field(gt=0), _SERVED] = 600.0
    """Seconds for one try of a request."""
    tries: Annotated[int, Field(ge=1, le=100), _SERVED] = 6
    patience: Annotated[float, Field(ge=0), _SERVED] = 180.0
    """Seconds for which no endpoint may answer before the run stops."""
    strict_tools: bool = True
    """Hold arguments to their schema while they are written. Off for servers that refuse `strict`."""
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.7
    top_p: Annotated[float, Field(gt=0, le=1)] = 0.95
    max_tokens: Annotated[int, Field(ge=16)] = 4096
    """Tokens of one reply, its thinking included."""
    budget: Annotated[int | None, Field(ge=1), _CAP] = None
    """Most tokens in all, over every run of the store. A run stops before the request that might go over."""
    budget_money: Annotated[float | None, Field(gt=0), _CAP] = None
    """Most money in all, in the same way; every model needs a price."""
    budget_seconds: Annotated[float | None, Field(gt=0), _CAP] = None
    """Seconds of this run after which no request is sent any more."""
    prices: Annotated[dict[str, Price], NotData("counts what replies cost")] = Field(default_factory=dict)
    """By name of the model."""
    currency: Annotated[str, NotData("names what prices are in")] = "USD"
    collector: RoleModel = Field(default_factory=RoleModel)
    deriver: RoleModel = Field(default_factory=RoleModel)
    worder: RoleModel = Field(default_factory=RoleModel)
    solver: RoleModel = Field(default_factory=RoleModel)
    judge: RoleModel = Field(default_factory=RoleModel)
    second_judge: RoleModel = Field(default_factory=RoleModel)

    def of(self, role: str) -> ModelSettings:
        """These settings as the role has them: its own where it says something, else those of all."""
        own = {name: value for name, value in getattr(self, role) if value is not None}
        return self.model_copy(update=own)


class WordSettings(Section):
    """Who words the questions."""

    worder: Role = "rules"
    tries: Annotated[int, Field(ge=1, le=8)] = 2
    """Rewordings asked for before a task keeps the wording of the rules; each is told why the one before fell."""


class SolveSettings(Section):
    """Who plays the tasks."""

    solver: Role = "rules"
    samples: Annotated[int, Field(ge=1, le=64)] = 4
    """Attempts of a model at each task."""
    turns: Annotated[int, Field(ge=1, le=64)] = 12
    """Replies of a model in one attempt."""
    adaptive: bool = False
    """Stop sampling a task once its place inside or outside the band of `rl` is decided; `samples` is then the most."""


class JudgeSettings(Section):
    """Who compares answers in free text that no comparator settles."""

    judge: Role = "rules"
    """By rules they stay different."""
    second: Role = "rules"
    """Another model that is asked the same. An open answer is then right, or wrong, only where both say so."""
    checks: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Share of the answers that comparators settle which judges are asked about too, to measure their agreement."""


class LiveSettings(Section):
    """How tools that call a service are answered (docs/live_tools.md)."""

    mode: Literal["replay", "record", "live"] = "replay"
    """`replay` sends nothing; `record` asks what is not recorded yet, and keeps it; `live` asks and keeps nothing."""
    recordings: Annotated[str | None, NotData("the digest of what is recorded enters the fingerprint")] = None
    """Folder of recorded answers. Without one, those beside the specs are all there are."""
    contact: Annotated[str, NotData("tells services whom to write to; no answer depends on it")] = ""
    """Mail address or web page, for the User-Agent of every request. Nothing is sent without one."""
    grants: Annotated[tuple[Grant, ...], NotData("a key opens a door, and its name is in no answer")] = ()
    """Which environment variable a provider may send to which host."""
    servers: Annotated[tuple[ServerGrant, ...], NotData("the spec pins which program it is, wherever it lies")] = ()
    """Programs of MCP servers that may be started, and where they are installed (docs/mcp_tools.md)."""
    loopback: Annotated[bool, NotData("for tests, whose services are on this machine")] = False


class DecontaminateSettings(Section):
    """Benchmarks that no task may repeat (docs/decontamination.md)."""

    lists: Annotated[str | None, NotData("the digest of the lists' content enters the fingerprint")] = None
    """Folder of deny lists, made by `dive-builder decontaminate hash`; none by default."""
    on_hit: Literal["drop", "fail", "report"] = "drop"
    """What becomes of a task that a list hits: left out, the end of the run, or only counted in the card."""


class DedupSettings(Section):
    """When a task repeats another (docs/diversity/dedup.md)."""

    near_text: Annotated[float, Field(ge=0.3, le=1)] = 0.62
    """Jaccard index of word pairs from which two texts are nearly the same. Unrelated texts reach 0.2."""
    anchors: Annotated[int, Field(ge=2, le=64)] = 24
    """Rare word triples that stand for a text."""
    most_common: Annotated[int, Field(ge=2, le=4096)] = 32
    """Texts that a triple may occur in and still be rare."""
    embeddings: Annotated[str | None, NotData("the digest of its content is `embeddings_sha256`")] = None
    """Parquet file with columns `task` and `embedding`, for the kind `semantic`; none by default."""
    embeddings_sha256: str | None = None
    cosine: Annotated[float, Field(ge=0.5, le=1)] = 0.95
    """Cosine from which two embeddings are those of one question."""

    @model_validator(mode="after")
    def _file_is_pinned(self) -> DedupSettings:
        if (self.embeddings is None) != (self.embeddings_sha256 is None):
            raise ValueError("embeddings and embeddings_sha256 go together (name the file and its SHA-256, or neither)")
        return self


DomainName = Literal["general", "academic", "financial", "medical", "biological"]


class HeldOutSettings(Section):
    """What no training row may show, decided before anything is drawn (docs/diversity/splits.md)."""

    tools: Annotated[float, Field(ge=0, le=0.2)] = 0.0
    """Share of the tools that are held out one by one."""
    providers: Annotated[int, Field(ge=0, le=16)] = 0
    """Providers of which every tool is held out."""
    names: tuple[str, ...] = ()
    """Tools and providers held out besides, such as those of the version before."""
    domain: DomainName | None = None
    """The domain of a leave-one-domain-out run."""
    draws: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of the draws that aim at what is held out; all others neither call nor offer it."""


class SelectSettings(Section):
    """Rows of a release."""

    sft: Annotated[int, Field(ge=0)]
    """Training rows of `sft`."""
    sft_validation: Annotated[int, Field(ge=0)]
    rl: Annotated[int, Field(ge=0)]
    """Training rows of `rl`."""
    rl_test: Annotated[int, Field(ge=0)]
    """Tests: new seeds and questions; new sets of called tools; tools, and a domain, that training never shows."""
    rl_test_unseen_toolset: Annotated[int, Field(ge=0)] = 0
    rl_test_unseen_tool: Annotated[int, Field(ge=0)] = 0
    rl_test_unseen_domain: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _something_is_asked_for(self) -> SelectSettings:
        if not self.sft + self.sft_validation:
            raise ValueError("sft and sft_validation are both 0, and a release needs rows (ask for some in either)")
        return self

    @property
    def rl_rows(self) -> int:
        """Rows of all splits of `rl`."""
        return (
            self.rl + self.rl_test + self.rl_test_unseen_toolset + self.rl_test_unseen_tool + self.rl_test_unseen_domain
        )
