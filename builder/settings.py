"""Run settings, from a TOML file or a shipped profile.

Every field either enters the fingerprint or carries `NotData` with the reason why it cannot change a row.
A store belongs to one fingerprint, so two runs that could differ never share one.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from builder.errors import SettingsError
from builder.identity import digest
from builder.records.base import Record

FINGERPRINT_VERSION = 1
"""Raise when the fields' meaning changes without their names: older stores are then refused."""

DEFAULT_PROFILE = "default"


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


class SynthesizeSettings(Section):
    """How much is drawn, and how deep."""

    rounds: Annotated[int, Field(ge=1, le=8)] = 3
    """K of the paper: rounds that deepen, widen or tighten one task."""
    waves: Annotated[int, Field(ge=1)]
    """Coverage weights are those of the waves before, so more waves steer better and wait more often."""
    draws_per_wave: Annotated[int, Field(ge=1)]
    limit: Annotated[int | None, Field(ge=1)] = None
    """Most draws in all; the first ones of the full run."""


Role = Literal["rules", "model"]

_SERVED = NotData("says where and how patiently the model is asked, not what it answers; what fails is counted")


class ModelSettings(Section):
    """The chat model that plays the roles which are set to `model`."""

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
    budget: Annotated[int | None, Field(ge=1), NotData("decides how far a run gets, not what it makes")] = None
    """Most tokens in all, over every run of the store. A run stops before the request that might go over."""


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


class SelectSettings(Section):
    """Rows of a release."""

    sft: Annotated[int, Field(ge=0)]
    """Training rows of `sft`."""
    sft_validation: Annotated[int, Field(ge=0)]
    rl: Annotated[int, Field(ge=0)]
    """Training rows of `rl`."""
    rl_test: Annotated[int, Field(ge=0)]


class Settings(Section):
    """All settings of one run."""

    run_seed: Annotated[int, Field(ge=0)] = 1
    allowed_failures: Annotated[float, Field(ge=0, le=1), NotData("decides the exit code only")] = 0.5
    """Share of draws that may end without a verified task before a run counts as failed."""
    pool: PoolSettings = Field(default_factory=PoolSettings)
    engine: EngineSettings = Field(default_factory=EngineSettings)
    synthesize: SynthesizeSettings
    model: ModelSettings = Field(default_factory=ModelSettings)
    word: WordSettings = Field(default_factory=WordSettings)
    solve: SolveSettings = Field(default_factory=SolveSettings)
    select: SelectSettings

    @property
    def model_roles(self) -> tuple[str, ...]:
        """Roles that the model plays."""
        roles = {"word.worder": self.word.worder, "solve.solver": self.solve.solver}
        return tuple(key for key, who in roles.items() if who == "model")

    @model_validator(mode="after")
    def _model_is_named(self) -> Settings:
        if self.model_roles and not (self.model.name and self.model.endpoints):
            raise ValueError(f"{self.model_roles[0]} is a model's, so model.name and model.endpoints must say which")
        for url in self.model.endpoints:
            if not url.startswith(("http://", "https://")):
                raise ValueError(f"model.endpoints: {url!r} is no http:// or https:// address")
        return self

    @classmethod
    def load(cls, path: Path) -> Settings:
        """Settings of a TOML file. Raises SettingsError naming file, key and remedy."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            names = ", ".join(profiles())
            raise SettingsError(
                f"{path}: cannot be read: {error} (name a settings file, or a profile: {names})"
            ) from error
        return cls.parse(text, str(path))

    @classmethod
    def profile(cls, name: str) -> Settings:
        """Settings of a shipped profile: `smoke`, `default` or `dive`."""
        if name not in profiles():
            raise SettingsError(f"there is no profile {name!r}; there are {', '.join(profiles())}")
        text = (resources.files("builder") / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
        return cls.parse(text, f"{name}.toml")

    @classmethod
    def parse(cls, text: str, file: str) -> Settings:
        """Settings of a TOML text; `file` names it in messages."""
        try:
            body = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{file}: not TOML: {error} (mend the syntax at that place)") from error
        return cls._validate(body, file)

    def replace(self, changes: Mapping[str, Any], source: str = "command line") -> Settings:
        """A copy with dotted keys changed (`{"engine.workers": 2}`), checked like a file."""
        body = self.model_dump(mode="json")
        for key, value in changes.items():
            *tables, last = key.split(".")
            table: Any = body
            for name in tables:
                table = table.get(name)
                if not isinstance(table, dict):
                    raise SettingsError(f"{source}: {key}: there is no table {name} (see builder/profiles/)")
            table[last] = value
        return self._validate(body, source)

    @classmethod
    def _validate(cls, body: dict[str, Any], file: str) -> Settings:
        # Through JSON: there an array may stand for a tuple even in strict mode, and TOML has no other use.
        try:
            return cls.model_validate_json(json.dumps(body, default=str))
        except ValidationError as error:
            lines = [_problem(cls, file, item) for item in error.errors()]
            raise SettingsError("\n".join(lines)) from None

    def data(self) -> dict[str, Any]:
        """The fields that decide what a run makes, by dotted key."""
        return {
            key: getattr(section, key.rpartition(".")[2]) for key, section, reason in _fields(self) if reason is None
        }

    def fingerprint(self, pool_digest: str) -> str:
        """What a store is bound to: the fields that affect data, and the pool that they meet."""
        return f"v{FINGERPRINT_VERSION}-{digest(FINGERPRINT_VERSION, self.data(), pool_digest)[:20]}"


def profiles() -> list[str]:
    """Names of the shipped profiles."""
    folder = resources.files("builder") / "profiles"
    return sorted(path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml"))


def not_data(settings: Settings) -> dict[str, str]:
    """Fields outside the fingerprint by dotted key, with the reason of each."""
    return {key: reason for key, _, reason in _fields(settings) if reason is not None}


def _fields(section: BaseModel, prefix: str = "") -> Iterator[tuple[str, BaseModel, str | None]]:
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _fields(value, f"{prefix}{name}.")
        else:
            marks = [mark for mark in field.metadata if isinstance(mark, NotData)]
            yield f"{prefix}{name}", section, marks[0].reason if marks else None


def _problem(root: type[BaseModel], file: str, item: Any) -> str:
    location = [str(part) for part in item["loc"]]
    key = ".".join(location) or "-"
    if item["type"] == "extra_forbidden":
        known = _known(root, location[:-1])
        near = difflib.get_close_matches(location[-1], known, 1)
        remedy = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
        return f"{file}: {key}: unknown key ({remedy})"
    if item["type"] == "missing":
        return f"{file}: {key}: missing (add it; builder/profiles/default.toml shows a value)"
    if item["type"] == "value_error" and not location:
        return f"{file}: {item['ctx']['error']} (see docs/models/)"
    return f"{file}: {key}: {item['msg']}, not {item['input']!r} (correct the value)"


def _known(model: type[BaseModel], location: list[str]) -> list[str]:
    """Field names of the table at `location`."""
    for name in location:
        inner = model.model_fields[name].annotation
        assert isinstance(inner, type) and issubclass(inner, BaseModel)
        model = inner
    return sorted(model.model_fields)
