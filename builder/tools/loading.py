"""Read `tool_specs/` from disk into records, collecting every problem instead of stopping at the first."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from builder.errors import SpecProblem
from builder.records.exemplars import Scenario
from builder.records.tools import LicenceRule, Provider, SemanticType, ToolSpec
from builder.tools.catalogue import parse_toml, rule_name
from builder.tools.parsed import ParsedFiles
from builder.tools.small_files import small_text

Model = TypeVar("Model", bound=BaseModel)


class SpecFiles:
    """What `tool_specs/` holds, parsed; `problems` lists everything that is wrong."""

    def __init__(self, root: Path, kept: Path | None = None) -> None:
        """Read everything under `root`. `kept`: a folder where `cross_check` keeps what was parsed."""
        self.root = root
        self.parsed = ParsedFiles(kept, root)
        self.problems: list[SpecProblem] = []
        self.types: dict[str, SemanticType] = {}
        self.type_files: dict[str, str] = {}
        """File of each type, relative to the root."""
        self.providers: dict[str, Provider] = {}
        self.tools: dict[str, ToolSpec] = {}
        self.scenarios: dict[str, Scenario] = {}
        self.licences: dict[str, LicenceRule] = {}
        self._read()

    def folder(self, provider: str) -> Path:
        """The provider's folder."""
        return self.root.joinpath(*provider.split("."))

    def file_of(self, tool: str) -> str:
        """Path of a tool's file, relative to the root, for messages."""
        return tool.replace(".", "/") + ".toml"

    def licence_rule(self, provider: Provider) -> LicenceRule | None:
        """The rule whose name is the longest beginning of the provider's data licence."""
        name = rule_name(self.licences, provider.data_licence)
        return self.licences[name] if name is not None else None

    def report(self, file: str, key: str, problem: str, remedy: str) -> None:
        self.problems.append(SpecProblem(file, key, problem, remedy))

    def text(self, path: Path) -> str | None:
        """What a file holds; None, and a problem, where it cannot be read."""
        try:
            return small_text(path)
        except UnicodeDecodeError as error:
            self.report(self._name(path), "-", f"not UTF-8: {error.reason} at byte {error.start}", "save it as UTF-8")
        except (OSError, ValueError) as error:
            problem = (error.strerror if isinstance(error, OSError) else None) or str(error)
            self.report(self._name(path), "-", problem, "it is a small file of text: move data into a table")
        return None

    def _read(self) -> None:
        if not (self.root / "types.toml").is_file():
            self.report("types.toml", "-", f"not found in {self.root}", "point --specs at a tool_specs folder")
            return
        for path in sorted([self.root / "types.toml", *(self.root / "types").glob("*.toml")]):
            file = path.relative_to(self.root).as_posix()
            for name, body in (self._toml(path) or {}).items():
                if name in self.types:
                    self.report(file, name, "this type is declared twice", "keep one of the two")
                kind = self._validate(SemanticType, file, _table(body), prefix=name, name=name)
                if kind is not None:
                    self.types[name] = kind
                    self.type_files[name] = file
        if (policy := self.root / "licences.toml").is_file():
            for name, body in (self._toml(policy) or {}).items():
                rule = self._validate(LicenceRule, "licences.toml", _table(body), prefix=name)
                if rule is not None:
                    self.licences[name] = rule
        for path in sorted(self.root.glob("*/*/provider.toml")):
            identity = ".".join(path.parent.relative_to(self.root).parts)
            provider = self._validate(Provider, self._name(path), self._toml(path), id=identity)
            if provider is not None:
                self.providers[identity] = provider
            self._read_tools(path.parent, identity)
        for path in sorted(self.root.glob("exemplars/*/*.toml")):
            identity = ".".join(path.relative_to(self.root / "exemplars").with_suffix("").parts)
            scenario = self._validate(
                Scenario, self._name(path), self._toml(path), id=identity, domain=path.parent.name
            )
            if scenario is not None:
                self.scenarios[identity] = scenario

    def _read_tools(self, folder: Path, provider: str) -> None:
        for path in sorted(folder.glob("*.toml")):
            if path.name == "provider.toml":
                continue
            identity = f"{provider}.{path.stem}"
            spec = self._validate(ToolSpec, self._name(path), self._toml(path), id=identity)
            if spec is not None:
                self.tools[identity] = spec

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def _toml(self, path: Path) -> dict[str, Any] | None:
        text = self.text(path)
        if text is None:
            return None
        try:
            return self.parsed.get("toml", text, parse_toml)
        except (ValueError, RecursionError) as error:
            self.report(self._name(path), "-", f"not TOML: {error}", "mend the syntax at that place")
            return None

    def _validate(
        self, model: type[Model], file: str, body: dict[str, Any] | None, prefix: str = "", **known: str
    ) -> Model | None:
        """The record of a file's `body`, with what its path tells (`known`); None when something is wrong."""
        if body is None:
            return None
        try:
            return model.model_validate({**known, **body})
        except ValidationError as error:
            for item in error.errors():
                key = ".".join(str(part) for part in ([prefix] if prefix else []) + list(item["loc"])) or "-"
                self.report(file, key, item["msg"], _remedy(item["type"]))
            return None


def _table(body: Any) -> dict[str, Any]:
    return body if isinstance(body, dict) else {"description": body}


def _remedy(kind: str) -> str:
    if kind == "extra_forbidden":
        return "remove this key or correct its spelling; docs/tool_specs.md lists the known keys"
    if kind == "missing":
        return "add this key; docs/tool_specs.md says what it holds"
    return "docs/tool_specs.md says what this key takes"
