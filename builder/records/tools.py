"""Tools as declared in `tool_specs/`: semantic types, providers, tool specs; and one call with its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from builder.records.base import Json, Record, Text
from builder.records.code import Code
from builder.records.http import Auth, Convert, Host, HttpRequest, LiveLimits, Translation
from builder.records.mcp import McpServer, McpTool

Scale = Literal["nominal", "ordinal", "interval", "ratio", "circular", "logarithmic"]
TypeKind = Literal["entity", "quantity", "date", "time", "text", "boolean", "option", "structure"]
Role = Literal["retrieval", "processing"]
Use = Literal[
    "fact", "next", "pick", "pivot", "place", "gap", "spread", "factor", "limit", "total", "share", "average",
    "proportion", "peers", "inside", "overlap", "kin", "cross", "contrast", "describe",
]  # fmt: skip
"""What people do with a field or a list in a question of a generic frame (docs/tool_specs.md says what each means)."""


class Listing(Record):
    """Where the values of an entity type are listed: a provider table and its columns."""

    table: Text
    """`domain.provider.table`"""
    value: Text = "value"
    label: str | None = None
    """Column with the human name; the value itself when absent."""
    aliases: tuple[str, ...] = ()
    """Columns with further spellings that an answer may use."""
    where: str | None = None
    """SQL predicate over the table: which rows may seed a task."""


class SemanticType(Record):
    """What a value means. Types tie tools together; the laws of sense read their declarations."""

    name: str
    kind: TypeKind
    description: Text
    noun: Text
    plural: Text
    parent: str | None = None
    json_schema: dict[str, Json] = Field(alias="schema")
    unit: str = ""
    """Unit in words a question can use: `km`, `mg/dL`; empty for none."""
    scale: Scale = "nominal"
    decimals: int | None = None
    """Adapters round to this many decimals and answers are compared at it; None means exact."""
    derived: bool = False
    """Whether tables hold it computed from other values and rounded, as a change in percent is; the gate of rounding
    then treats what is looked up like what is computed."""
    sure: float = Field(default=1.0, ge=1)
    """By which factor one value must exceed another before it is sure which is larger: tables hold populations of
    different years, so who leads by less than a tenth may have been overtaken, as China by India."""
    moves: bool = False
    """Whether a value says how far something moved the way that its words say, so that they do not hold below 0:
    nothing rose most where everything fell."""
    additive: bool = False
    """Whether a sum over peers means something (population yes, pH and temperature no)."""
    joins: bool | None = None
    """Whether two tools may join on it by type alone; by default only entities and texts do (law 1)."""
    generic: bool | None = None
    """Whether a value alone says nothing of its subject, so that it ties no tools; by default that of dates, times,
    flags and options. A money amount is generic, an interest rate is not."""
    listing: Listing | None = None
    display: str = "{value}"
    """How a literal is written in a question: `{label} ({value})`; must contain the value as the tools take it."""
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _entity_is_listed(self) -> SemanticType:
        if self.kind == "entity" and self.listing is None and self.parent is None:
            raise ValueError("an entity type needs [listing] (or a parent that has one)")
        if self.display.count("{value}") != 1 and "{label}" not in self.display:
            raise ValueError("display must hold {value} once, or {label}")
        return self

    @property
    def joinable(self) -> bool:
        return self.joins if self.joins is not None else self.kind in ("entity", "text")

    @property
    def is_generic(self) -> bool:
        return self.generic if self.generic is not None else self.kind in ("date", "time", "boolean", "option")


class Coverage(Record):
    """The set of values a parameter's data know: a column of one of the provider's tables."""

    table: Text
    column: Text
    where: str | None = None


class Parameter(Record):
    """One argument of a tool."""

    type: Text
    description: Text
    required: bool = True
    default: Json = None
    many: bool = False
    """An array of values of the type."""
    enum: tuple[Json, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_items: int | None = None
    max_items: int | None = None
    structural: bool = False
    """A literal that changes what is computed (`operation = "ratio"`): shapes and wording must see it."""
    coverage: Coverage | None = None
    sent: Translation | None = None
    """Of a live tool: what the service is told in place of the value, such as `FR` for France."""


class Return(Record):
    """One field of a tool's result, with the words that a question needs for it."""

    type: Text
    description: Text
    many: bool = False
    complete: bool = True
    """For lists: every member is there. No aggregate or superlative over a cut list (law 5)."""
    nullable: bool = False
    select: str | None = None
    """Of a live or code tool: where the value is in the answer, as JMESPath or as a JSON Pointer (begins with `/`)."""
    convert: Convert | None = None
    received: Translation | None = None
    """What stands for a value that the service gives, such as France for `FR`."""
    topic: str = "general"
    phrases: tuple[str, ...] = ()
    """Noun phrases with parameters in braces: `the population of {country}`."""
    head: str | None = None
    """Bare head: `population`."""
    ask: tuple[str, ...] = ()
    """Direct questions: `How many people live in {country}?`"""
    higher: str | None = None
    """Comparative predicate, singular: `has more inhabitants`."""
    highest: str | None = None
    """Superlative predicate, singular: `has the most inhabitants`."""
    lowest: str | None = None
    above: str | None = None
    """Threshold predicate, plural, with {value}: `have more than {value} inhabitants`."""
    members: str | None = None
    """For lists of entities: `countries bordering {country}`."""
    describes: str | None = None
    """For a single entity: a description somebody would really use: `the country where {airport} is`."""
    transparent: bool = False
    """The field is another identifier or form of its subject and is never spoken (law 12)."""
    answerable: bool = True
    """Whether the field is trusted enough to be an answer."""
    asked: bool = True
    """Whether generic frames may ask for it, compare it or pick by it; if not, it is for scenarios only."""
    uses: tuple[Use, ...] | None = None
    """What people do with it (law 12): no frame does anything else. By default whatever its type and words allow."""
    about: tuple[str, ...] | None = None
    """Of a list: the topics that people look into over its members; by default any."""


class Example(Record):
    """Arguments that must work (or fail with `error`), executed by the tests."""

    arguments: dict[str, Json]
    error: str | None = None
    """Kind of the structured error that this wrong input must give."""


class ToolSpec(Record):
    """One tool, as its TOML file declares it. `id` is its path: `general.airports.airport_lookup`."""

    id: str
    kind: Literal["function", "query", "http", "mcp", "code"]
    role: Role
    description: Text
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    returns: dict[str, Return]
    function: str | None = None
    sql: str | None = None
    request: HttpRequest | None = None
    """What an `http` tool sends (docs/live_tools.md)."""
    mcp: McpTool | None = None
    """What an `mcp` tool asks of its provider's server (docs/mcp_tools.md)."""
    code: Code | None = None
    """The program of a `code` tool (docs/sandbox.md)."""
    rows: Literal["one", "list"] = "one"
    subject: str | None = None
    """The parameter whose value the returned fields are about; the only entity parameter by default."""
    cost: Literal["cheap", "normal", "slow"] = "cheap"
    errors: dict[str, str] = Field(default_factory=dict)
    examples: tuple[Example, ...]
    review: tuple[Text, ...] = ()
    """Keys that were proposed and that no person has confirmed yet. A spec with any is broken."""

    @property
    def is_live(self) -> bool:
        """Whether a service answers, so that its answers are recorded and replayed."""
        return self.kind in ("http", "mcp")

    @property
    def name(self) -> str:
        """The function name a model sees; unique over the pool."""
        return self.id.rsplit(".", 1)[1]

    @property
    def domain(self) -> str:
        return self.id.split(".", 1)[0]

    @property
    def provider(self) -> str:
        return self.id.rsplit(".", 1)[0]

    @property
    def structural(self) -> frozenset[str]:
        """Parameters whose literals make another call of it."""
        return frozenset(name for name, parameter in self.parameters.items() if parameter.structural)


class Package(Record):
    """A pinned package that a provider runs on."""

    name: Text
    version: Text
    licence: Text


class LicenceRule(Record):
    """Whether data under a licence may enter a release, and why (`tool_specs/licences.toml`)."""

    release: bool
    why: Text


class TableSpec(Record):
    """A reference table: rows made by a function of the provider, cached as Parquet with a digest."""

    function: Text
    description: Text


class Provider(Record):
    """A folder of tools over one source."""

    id: str
    title: Text
    packages: tuple[Package, ...] = ()
    source: Text
    """How a question may name the source: `GeoNames`; how the card attributes it."""
    data_licence: Text
    attribution: Text
    data_date: str | None = None
    """ISO date or year of the data; None for pure computation."""
    redistributable: bool = True
    say_source: bool = False
    """Whether a question about this data must name the source and its date (law 6)."""
    generic_source: bool = False
    """Whether questions of generic frames name the source, as other sources differ; scenarios say it their way."""
    tables: dict[str, TableSpec] = Field(default_factory=dict)
    hosts: tuple[Host, ...] = ()
    """The only hosts that live tools of the provider reach."""
    server: McpServer | None = None
    """Whose tools the `mcp` tools of the provider are."""
    auth: Auth | None = None
    limits: LiveLimits = Field(default_factory=LiveLimits)
    terms: str | None = Field(default=None, pattern=r"^https://[^\s<>]+$")
    """Where the service states who may call it, how often, and what may be passed on."""
    share_responses: bool = False
    """Whether the terms of the service let recorded responses travel with a release."""
    review: tuple[Text, ...] = ()
    """Keys that were proposed and that no person has confirmed yet."""

    @property
    def is_live(self) -> bool:
        """Whether its facts are those of a service, as of the day of their recording."""
        return bool(self.hosts) or self.server is not None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one tool. Values are plain JSON."""

    tool: str
    arguments: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Result:
    """What came back: `value` when it worked, else `error` with kind, message and details."""

    value: dict[str, Json] | None = None
    error: dict[str, Json] | None = None

    @property
    def ok(self) -> bool:
        return self.error is None

    def payload(self) -> dict[str, Json]:
        """The JSON object that a model reads."""
        return self.value if self.value is not None else {"error": self.error}
