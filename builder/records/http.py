"""Live tools of kind `http`: the request that a spec declares, the hosts of a provider, and a recorded answer.

docs/live_tools.md explains every key; limits and their reasons are those of the threat model
(OWASP SSRF Prevention and Denial of Service cheat sheets).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import Field, model_validator

from builder.records.base import Json, Record, Text

PORTS = {"https": 443, "http": 80}

EMPTY = "empty"
"""Among statuses: a success with nothing in its body, such as 204."""


class Host(Record):
    """A host that a provider's tools may reach, and how fast. There is no other egress."""

    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9\-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9\-]*[a-z0-9])?)+$", max_length=253)
    scheme: Literal["https", "http"] = "https"
    port: int | None = Field(default=None, ge=1, le=65535)
    """443 or 80 by default."""
    rate: float = Field(default=1.0, gt=0, le=100_000)
    """Requests a second, over all workers of the machine: what the service's terms allow, or less."""
    burst: int = Field(default=1, ge=1, le=1000)
    """Requests that may follow each other at once after a pause."""
    in_flight: int = Field(default=1, ge=1, le=1000)
    """Requests under way in one worker."""

    @property
    def at(self) -> int:
        """The port."""
        return self.port if self.port is not None else PORTS[self.scheme]

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.name, self.at


class Auth(Record):
    """A key that a host wants: the NAME of an environment variable. The operator grants it in `[[live.grants]]`."""

    variable: str = Field(pattern=r"^[A-Z][A-Z0-9_]{2,63}$")
    host: Text
    """The only host that gets it; never another one, whatever redirects say."""
    place: Literal["header", "query"]
    name: str = Field(pattern=r"^[A-Za-z0-9_\-.]{1,64}$")
    """Name of the header or of the query parameter."""
    prefix: str = Field(default="", pattern=r"^[A-Za-z0-9 _\-]{0,32}$")
    """`Bearer ` and the like."""
    required: bool = True
    """False where the host also serves those without a key, only slower."""


class Grant(Record):
    """The operator lets a provider send the value of an environment variable to one host (`[[live.grants]]`)."""

    provider: Text
    host: Text
    variable: Text


class LiveLimits(Record):
    """What one call may take. A response over a limit fails whole; nothing is cut."""

    try_seconds: float = Field(default=20.0, gt=0, le=300)
    """From the first packet to the last byte of one try, redirects included."""
    call_seconds: float = Field(default=90.0, gt=0, le=1800)
    """All tries, waits and pages of a call."""
    tries: int = Field(default=4, ge=1, le=4)
    max_bytes: int = Field(default=4 * 2**20, ge=1, le=64 * 2**20)
    """Of one response, after decompression."""


class Paging(Record):
    """How a long list comes in pages. All pages are read, or the call fails: a cut list would break law 5."""

    by: Literal["page", "offset", "cursor", "link"]
    """A page number, an offset, a cursor that each page names, or the Link header (RFC 8288)."""
    items: Text
    """Where a page's items are (JMESPath, or a JSON Pointer); fields select from the list of all items."""
    parameter: str | None = None
    """Query parameter of page, offset or cursor."""
    first: int | str | None = None
    """Its value for the first page: 1 for pages, 0 for offsets, no parameter for cursors by default."""
    size: int | None = Field(default=None, ge=1, le=10_000)
    """Items of a full page; a shorter one is the last. Offsets move by it."""
    size_parameter: str | None = None
    next: str | None = None
    """Where a page names the next cursor; null or absent on the last page."""
    pages: int = Field(default=10, ge=1, le=100)
    """Most pages; a list that goes on after them fails as too large."""

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Paging:
        if self.by != "link" and self.parameter is None:
            raise ValueError("parameter: pages, offsets and cursors go into a query parameter: name it")
        if self.by == "cursor" and self.next is None:
            raise ValueError("next: say where a page names the next cursor")
        if self.by in ("page", "offset") and self.size is None:
            raise ValueError("size: say how many items a full page has")
        return self


class HttpRequest(Record):
    """One request. `{parameter}` stands for a value, encoded for its place; there is no template engine.

    A query parameter, header or member of the body falls away when the parameter that it holds is null.
    """

    method: Literal["GET", "POST"] = "GET"
    url: Text
    """Scheme and host are literal; `{parameter}` may stand in the path only."""
    query: dict[str, str | int | float | bool] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    body: dict[str, Json] | None = None
    """A text that is one `{parameter}` becomes its value with its JSON type, lists included."""
    body_as: Literal["json", "form"] = "json"
    safe: bool = False
    """A POST that only asks (RFC 9110, 9.2.1), so that it may be made again. Others are not allowed at all."""
    lists: Literal["repeat", ",", ";", "|", "+", " "] = "repeat"
    """How a list goes into the query: the parameter repeated, or its members joined."""
    answer: Literal["json", "xml", "csv", "text"] = "json"
    media: tuple[str, ...] = ()
    """Content types besides the usual ones of `answer`."""
    statuses: dict[str, Literal["not_found", "invalid_value"]] = Field(default_factory=dict)
    """Statuses by which the service says no: `404 = "not_found"`. They are answers, and recorded. `empty` stands for a
    success with nothing in its body."""
    found: str | None = None
    """What an answer must hold (JMESPath or pointer); null, empty or absent means not_found."""
    paging: Paging | None = None

    @property
    def told(self) -> frozenset[int]:
        """Statuses that are answers whatever is written beside them."""
        return frozenset(int(status) for status in self.statuses if status != EMPTY)

    def no(self, received: Received) -> Literal["not_found", "invalid_value"] | None:
        """What an answer says no by; None when it is to be read."""
        said = self.statuses.get(str(received.status))
        return self.statuses.get(EMPTY) if said is None and not received.body.strip() else said


class Translation(Record):
    """What a service calls something that our tools name otherwise: by a table of a provider."""

    table: Text
    """`domain.provider.table`"""
    by: tuple[Text, ...] = Field(min_length=1)
    """Columns in which the value is looked up; the first that has it counts."""
    column: Text
    """What stands for it."""


Convert = Literal["number", "text", "date", "year", "count"]
"""What a selected value becomes: a number written as text; a text (spaces collapsed); an ISO date of `20200131`,
`2020/01/31`, `[2020, 1, 31]` or a timestamp; a year of any of these; how many members a list has."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request without its key: what a recorded answer belongs to."""

    method: str
    url: str
    """As it goes out, percent-encoded."""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def to_json(self) -> dict[str, Json]:
        return {
            "method": self.method,
            "url": self.url,
            "headers": [list(pair) for pair in self.headers],
            "body": self.body,
        }


@dataclass(frozen=True, slots=True)
class Received:
    """An answer, scrubbed of secrets; `body` is decompressed."""

    status: int
    media: str
    charset: str
    body: bytes
    link: str = ""
    """The Link header's next address, made absolute; empty when there is none."""
    hops: tuple[str, ...] = ()
    """Addresses that it was redirected to, in order."""
    tries: int = 1
    waits: tuple[float, ...] = field(default=())
    """Seconds waited for the pace of the host, for Retry-After and between tries, in order."""
