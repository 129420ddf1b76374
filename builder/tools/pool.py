"""The tool pool: all active specs, validated together, with their types, entities and adapters."""

from __future__ import annotations

import copy
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import duckdb

from builder.countries import country_names
from builder.errors import SpecError, SpecProblem
from builder.identity import digest
from builder.recipe.scenario_checks import check_scenario
from builder.records.exemplars import Scenario
from builder.records.http import Translation
from builder.records.tools import Provider, SemanticType, ToolSpec
from builder.tools.catalogue import missing
from builder.tools.checks import cross_check, parents
from builder.tools.held_back import held_back
from builder.tools.loading import SpecFiles
from builder.tools.tables import TableCache

if TYPE_CHECKING:
    from builder.tools.code.calling import CodeTools
    from builder.tools.http.calling import LiveTools
    from builder.tools.http.options import LiveOptions


@dataclass(frozen=True, slots=True)
class Entity:
    """One listed value of an entity type, with the words that name it."""

    value: Any
    label: str
    aliases: tuple[str, ...]


class ProviderRuntime:
    """A provider at work: its functions (loaded by path) and its tables (in a DuckDB of its own)."""

    def __init__(self, provider: Provider, folder: Path, cache: TableCache) -> None:
        self.provider = provider
        self.folder = folder
        self._cache = cache
        self._connection: duckdb.DuckDBPyConnection | None = None

    @cached_property
    def source_digest(self) -> str:
        """Digest of `functions.py` with the country names when it reads them; of nothing when the provider has none."""
        path = self.folder / "functions.py"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return digest(text, dict(country_names())) if "builder.countries" in text else digest(text)

    @cached_property
    def module(self) -> ModuleType:
        path = self.folder / "functions.py"
        name = "dive_builder_tools." + self.provider.id
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None or not path.exists():
            problem = SpecProblem(str(path), "-", "not found", "a provider with functions or tables needs functions.py")
            raise SpecError([problem])
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def function(self, name: str) -> Callable[..., Any]:
        return getattr(self.module, name)  # type: ignore[no-any-return]

    @cached_property
    def table_digests(self) -> dict[str, str]:
        """Digest of each table's rows; builds what is not cached yet."""
        return {name: self._ensure(name)[1] for name in self.provider.tables}

    def _ensure(self, table: str) -> tuple[Path, str]:
        builder = self.provider.tables[table].function
        return self._cache.ensure(self.provider, table, self.source_digest, lambda: self.function(builder)())

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """In-memory database holding the provider's tables; external access is off once they are in."""
        if self._connection is None:
            connection = duckdb.connect(":memory:", config={"threads": 1})
            for table in self.provider.tables:
                path = self._ensure(table)[0].as_posix().replace("'", "''")
                connection.execute(f"CREATE TABLE \"{table}\" AS FROM read_parquet('{path}')")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            self._connection = connection
        return self._connection


class ToolPool:
    """All active tools. Immutable once loaded; share one per process."""

    def __init__(
        self,
        root: Path,
        cache: TableCache,
        *,
        only: frozenset[str] | None = None,
        restricted: bool = False,
        live: LiveOptions | None = None,
    ) -> None:
        """Read and check everything under `root`. Raises SpecError with every problem found.

        Tools whose data may not be redistributed (`licences.toml`) are active only with `restricted`:
        checks want them, releases do not. `live` says how tools that call a service are answered; by default from
        what is recorded beside the specs.
        """
        files = SpecFiles(root, cache.folder)
        cross_check(files)
        if files.problems:
            raise SpecError(files.problems)
        self._take(files, cache, only, restricted, live)
        broken = [p for scenario in self.scenarios.values() for p in check_scenario(self, scenario)]
        if broken:
            raise SpecError(broken)

    @classmethod
    def of(
        cls, files: SpecFiles, cache: TableCache, *, live: LiveOptions | None = None, waiting: bool = False
    ) -> ToolPool:
        """The pool of files that are known to be sound, scenarios unchecked: for checking specs, not for a run.

        With `waiting` it has those, too, that take part in no draw yet.
        """
        pool = cls.__new__(cls)
        pool._take(files, cache, None, True, live)
        if waiting:
            pool._activate({**pool.tools, **{tool: files.tools[tool] for tool in pool.waiting}})
        return pool

    def _take(
        self,
        files: SpecFiles,
        cache: TableCache,
        only: frozenset[str] | None,
        restricted: bool,
        live: LiveOptions | None,
    ) -> None:
        self.root = files.root
        self.types: Mapping[str, SemanticType] = files.types
        self.providers: Mapping[str, Provider] = files.providers
        self.declared: Mapping[str, ToolSpec] = files.tools
        self.scenarios: Mapping[str, Scenario] = files.scenarios
        self.inactive = {p.id: reason for p in files.providers.values() if (reason := missing_package(p))}
        for provider in files.providers.values():
            rule = files.licence_rule(provider)
            if not restricted and not (provider.redistributable and (rule is None or rule.release)):
                why = rule.why if rule is not None and not rule.release else "not redistributable"
                self.inactive.setdefault(provider.id, f"{provider.data_licence} stays out of releases: {why}")
        chosen = {
            identity: spec
            for identity, spec in files.tools.items()
            if spec.provider not in self.inactive and (only is None or identity in only)
        }
        # Sound tools that take part in no draw yet, with what they wait for.
        self.waiting = held_back(self.root, {tool: spec.kind for tool, spec in chosen.items()})
        self._activate({tool: spec for tool, spec in chosen.items() if tool not in self.waiting})
        self._live_options = live
        self._runtimes = {
            identity: ProviderRuntime(provider, files.folder(identity), cache)
            for identity, provider in files.providers.items()
        }
        self._ancestors = {name: tuple(parents(files.types, name)) for name in files.types}
        self._entities: dict[str, dict[Any, Entity]] = {}
        self._values: dict[tuple[str, str, str | None], list[Any]] = {}
        self._translations: dict[tuple[str, str, tuple[str, ...]], dict[Any, Any]] = {}

        if any(provider.is_live for provider in files.providers.values()):
            self.providers = {name: self.live.as_of(provider) for name, provider in files.providers.items()}

    def _activate(self, tools: Mapping[str, ToolSpec]) -> None:
        self.tools: Mapping[str, ToolSpec] = tools
        self.by_name = {spec.name: identity for identity, spec in tools.items()}

    @cached_property
    def live(self) -> LiveTools:
        """What answers the tools that call a service."""
        # Here, since most pools have no such tools.
        from builder.tools.http.calling import LiveTools
        from builder.tools.http.options import LiveOptions
        from builder.tools.recordings import Recordings

        options = self._live_options or LiveOptions()
        recordings = Recordings(self.root, options.folder, recording=options.mode == "record")
        return LiveTools(self.providers, self.types, recordings, options, self.translated)

    @cached_property
    def code(self) -> CodeTools:
        """What runs the tools that are programs."""
        from builder.tools.code.calling import CodeTools
        from builder.tools.sandbox.selftest import sandbox

        return CodeTools(self.providers, self.types, sandbox)

    def translated(self, way: Translation, value: Any) -> Any:
        """What stands for a value in a provider's table; None when no column has it."""
        key = (way.table, way.column, way.by)
        if key not in self._translations:
            provider, _, name = way.table.rpartition(".")
            columns = ", ".join(f'"{column}"' for column in (*way.by, way.column))
            rows = self.runtime(provider).connection.execute(f'SELECT {columns} FROM "{name}" ORDER BY ALL').fetchall()
            known: dict[Any, Any] = {}
            for place in range(len(way.by)):
                for row in rows:
                    if row[place] is not None and row[-1] is not None:
                        known.setdefault(row[place], row[-1])
            self._translations[key] = known
        return self._translations[key].get(value)

    @property
    def live_providers(self) -> tuple[str, ...]:
        """Providers with an active tool that calls a service, sorted."""
        return tuple(sorted({spec.provider for spec in self.tools.values() if spec.is_live}))

    def with_live(self, options: LiveOptions) -> ToolPool:
        """The same pool, whose live tools are answered in another way."""
        other = copy.copy(self)
        other.__dict__.pop("live", None)
        other._live_options = options
        return other

    def why_not(self, tool: str) -> str:
        """Why a tool is not active."""
        found = self.waiting.get(tool) or self.inactive.get(tool.rpartition(".")[0])
        return found or "no spec of it is here"

    def runtime(self, provider: str) -> ProviderRuntime:
        return self._runtimes[provider]

    def fits(self, produced: str, wanted: str) -> bool:
        """Law 1: a parameter takes a value of its own semantic type or a declared subtype."""
        return wanted in self._ancestors[produced]

    def ancestors(self, name: str) -> tuple[str, ...]:
        """The type and its ancestors, nearest first."""
        return self._ancestors[name]

    def listing_type(self, name: str) -> SemanticType | None:
        """The nearest type, upwards, that lists its values."""
        return next((self.types[a] for a in self._ancestors[name] if self.types[a].listing), None)

    def entities(self, name: str) -> dict[Any, Entity]:
        """Values of an entity type by value, in a fixed order. Empty for types that list nothing."""
        if name not in self._entities:
            kind = self.listing_type(name)
            self._entities[name] = self._list(kind) if kind is not None else {}
        return self._entities[name]

    def values(self, table: str, column: str, where: str | None = None) -> list[Any]:
        """Distinct values of a provider table's column, sorted. `where` is SQL from a spec file."""
        key = (table, column, where)
        if key not in self._values:
            self._values[key] = self._select(table, column, where)
        return self._values[key]

    def _select(self, table: str, column: str, where: str | None) -> list[Any]:
        provider, _, name = table.rpartition(".")
        condition = f"({where})" if where else "true"
        rows = self.runtime(provider).connection.execute(
            f'SELECT DISTINCT {column} FROM "{name}" WHERE {condition} AND {column} IS NOT NULL ORDER BY 1'
        )
        return [row[0] for row in rows.fetchall()]

    def _list(self, kind: SemanticType) -> dict[Any, Entity]:
        listing = kind.listing
        assert listing is not None
        provider, _, name = listing.table.rpartition(".")
        columns = [listing.value, listing.label or listing.value, *listing.aliases]
        rows = self.runtime(provider).connection.execute(
            f'SELECT DISTINCT {", ".join(columns)} FROM "{name}" WHERE {listing.value} IS NOT NULL ORDER BY ALL'
        )
        return {
            row[0]: Entity(row[0], str(row[1]), tuple(str(alias) for alias in row[2:] if alias is not None))
            for row in rows.fetchall()
        }

    def executable_digest(self, tool: str) -> str:
        """Digest of what decides a tool's results: adapter, parameters, packages, data. Not its words."""
        spec = self.declared[tool]
        runtime = self.runtime(spec.provider)
        parameters = {
            name: {
                k: v
                for k, v in p.model_dump(mode="json").items()
                if k not in ("description", "coverage") and (k != "sent" or v is not None)
            }
            for name, p in spec.parameters.items()
        }
        packages = [p.model_dump() for p in runtime.provider.packages]
        if spec.is_live:
            # How answers are read counts, what was answered does not: the manifest lists recordings as files.
            read = {
                name: f.model_dump(include={"select", "convert", "many", "received"})
                for name, f in spec.returns.items()
            }
            server = runtime.provider.server
            parts = [part for part in (spec.request, spec.mcp, server) if part is not None]
            asked = [part.model_dump(mode="json", exclude={"package": {"licence"}}) for part in parts]
            return digest(spec.kind, *asked, parameters, read)
        if spec.code is not None:
            from builder.tools.code.calling import executable_parts

            return digest(spec.kind, *executable_parts(spec), parameters, packages)
        body = spec.sql or spec.function
        tables = runtime.table_digests if spec.kind == "query" else {}
        return digest(spec.kind, body, parameters, sorted(spec.returns), packages, runtime.source_digest, tables)

    def schema(self, tool: str) -> dict[str, Any]:
        """The OpenAI function schema that a model sees."""
        spec = self.declared[tool]
        parameters = {
            "type": "object",
            "properties": {name: self._property(spec, name) for name in spec.parameters},
            "required": [name for name, p in spec.parameters.items() if p.required],
        }
        function = {"name": spec.name, "description": spec.description, "parameters": parameters}
        return {"type": "function", "function": function}

    def _property(self, spec: ToolSpec, name: str) -> dict[str, Any]:
        parameter = spec.parameters[name]
        schema = dict(self.types[parameter.type].json_schema)
        for key, value in (("minimum", parameter.minimum), ("maximum", parameter.maximum)):
            if value is not None:
                schema[key] = int(value) if float(value).is_integer() else value
        if parameter.enum is not None:
            schema["enum"] = list(parameter.enum)
        if parameter.many:
            schema = {"type": "array", "items": schema}
            if parameter.min_items is not None:
                schema["minItems"] = parameter.min_items
            if parameter.max_items is not None:
                schema["maxItems"] = parameter.max_items
        schema["description"] = parameter.description
        if parameter.default is not None:
            schema["default"] = parameter.default
        return schema


def missing_package(provider: Provider) -> str | None:
    """Why a provider is not active: a package that is absent or of another version than pinned."""
    return missing((package.name, package.version) for package in provider.packages)
