"""Run settings, from a TOML file or a shipped profile.

Every field either enters the fingerprint or carries `NotData` with the reason why it cannot change a row.
A store belongs to one fingerprint, so two runs that could differ never share one.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field, ValidationError, model_validator

from builder.errors import SettingsError
from builder.identity import digest
from builder.settings.sections import (
    DecontaminateSettings,
    DedupSettings,
    EngineSettings,
    HeldOutSettings,
    JudgeSettings,
    LiveSettings,
    ModelSettings,
    NotData,
    PoolSettings,
    Price,
    Section,
    SelectSettings,
    SolveSettings,
    SynthesizeSettings,
    WordSettings,
)

__all__ = [
    "DEFAULT_PROFILE",
    "DedupSettings",
    "HeldOutSettings",
    "Price",
    "SelectSettings",
    "Settings",
    "not_data",
    "profiles",
]

FINGERPRINT_VERSION = 1
"""Raise when the fields' meaning changes without their names: older stores are then refused."""

DEFAULT_PROFILE = "default"


class Settings(Section):
    """All settings of one run."""

    run_seed: Annotated[int, Field(ge=0)] = 1
    allowed_failures: Annotated[float, Field(ge=0, le=1), NotData("decides the exit code only")] = 0.5
    """Share of draws that may end without a verified task before a run counts as failed."""
    pool: PoolSettings = Field(default_factory=PoolSettings)
    engine: EngineSettings = Field(default_factory=EngineSettings)
    held_out: HeldOutSettings = Field(default_factory=HeldOutSettings)
    synthesize: SynthesizeSettings
    model: ModelSettings = Field(default_factory=ModelSettings)
    word: WordSettings = Field(default_factory=WordSettings)
    solve: SolveSettings = Field(default_factory=SolveSettings)
    judge: JudgeSettings = Field(default_factory=JudgeSettings)
    dedup: DedupSettings = Field(default_factory=DedupSettings)
    decontaminate: DecontaminateSettings = Field(default_factory=DecontaminateSettings)
    live: LiveSettings = Field(default_factory=LiveSettings)
    select: SelectSettings

    @property
    def model_roles(self) -> dict[str, str]:
        """The setting by which a model plays a role, by role."""
        roles = {
            "collector": ("synthesize.collector", self.synthesize.collector),
            "deriver": ("synthesize.deriver", self.synthesize.deriver),
            "worder": ("word.worder", self.word.worder),
            "solver": ("solve.solver", self.solve.solver),
            "judge": ("judge.judge", self.judge.judge),
            "second_judge": ("judge.second", self.judge.second),
        }
        return {role: key for role, (key, who) in roles.items() if who == "model"}

    @property
    def most_in_flight(self) -> int:
        """Requests that may be under way at all endpoints of a role: the most of any role that a model plays."""
        served = [self.model.of(role) for role in self.model_roles]
        return max(model.in_flight * max(1, len(model.endpoints)) for model in served)

    @model_validator(mode="after")
    def _models_are_named(self) -> Settings:
        roles = ("collector", "deriver", "worder", "solver", "judge", "second_judge")
        for table, found in (("", self.model), *((f"{role}.", getattr(self.model, role)) for role in roles)):
            for url in found.endpoints or ():
                if not url.startswith(("http://", "https://")):
                    raise ValueError(
                        f"model.{table}endpoints: {url!r} is no http:// or https:// address (see docs/models/)"
                    )
        for role, key in self.model_roles.items():
            served = self.model.of(role)
            if not served.name or not (served.endpoints or served.engine == "vllm"):
                raise ValueError(
                    f"{key} is a model's, so model.name and model.endpoints must say which (see docs/models/)"
                )
            if self.model.budget_money is not None and served.name not in self.model.prices:
                raise ValueError(f"model.budget_money needs model.prices.{served.name!r} (see docs/models/)")
        if "collector" in self.model_roles and "deriver" not in self.model_roles:
            raise ValueError(
                "synthesize.collector is a model's and synthesize.deriver the rules': rules derive from their own walk "
                'only (set synthesize.deriver = "model" too)'
            )
        if "judge" in self.model_roles and "solver" not in self.model_roles:
            raise ValueError('judge.judge has nothing to judge unless a model solves (set solve.solver = "model")')
        if "second_judge" in self.model_roles:
            if "judge" not in self.model_roles:
                raise ValueError('judge.second is a model\'s and there is no first (set judge.judge = "model" too)')
            first, second = self.model.of("judge").name, self.model.of("second_judge").name
            if first == second:
                raise ValueError(
                    f"judge.second: both judges are {first!r}, and a model that is asked twice agrees with itself "
                    "(name another in [model.second_judge])"
                )
        return self

    @model_validator(mode="after")
    def _tests_have_what_they_hold_out(self) -> Settings:
        held, rows = self.held_out, self.select
        tools, domain = bool(held.tools or held.providers or held.names), held.domain is not None
        for key, wanted, there, remedy in (
            ("rl_test_unseen_tool", rows.rl_test_unseen_tool, tools, "held_out.tools, held_out.providers"),
            ("rl_test_unseen_domain", rows.rl_test_unseen_domain, domain, "held_out.domain"),
        ):
            if wanted and not there:
                raise ValueError(f"select.{key}: nothing is held out (set {remedy}, see docs/diversity/splits.md)")
        if (tools or domain) and not held.draws:
            raise ValueError(
                "held_out.draws: 0 leaves tests of what is held out empty (0.05 is usual, see docs/diversity/splits.md)"
            )
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
        """Settings of a shipped profile, such as `default`; `profiles` names them all."""
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
        return f"{file}: {item['ctx']['error']}"
    return f"{file}: {key}: {item['msg']}, not {item['input']!r} (correct the value)"


def _known(model: type[BaseModel], location: list[str]) -> list[str]:
    """Field names of the table at `location`."""
    for name in location:
        if name.isdecimal():
            # A place in a list of tables, whose model was found one step before.
            continue
        inner = model.model_fields[name].annotation
        inner = next((part for part in get_args(inner) if part is not Ellipsis), inner)
        assert isinstance(inner, type) and issubclass(inner, BaseModel)
        model = inner
    return sorted(model.model_fields)
