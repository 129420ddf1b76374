"""What is wrong with the specs of live tools, told by file, key and reason before anything is sent."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from builder.errors import SpecProblem
from builder.records.http import EMPTY, HttpRequest, Translation
from builder.records.tools import Provider, ToolSpec
from builder.tools.claims import Problem, other_templates, placed_once, selections, undeclared, unknown_slots
from builder.tools.http.placing import SLOT, slots

_ODD_PATH = re.compile(r"[?#\\\s]|//|%(2e|2f|5c|00)", re.IGNORECASE)
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9\-]{0,63}")
_QUERY = re.compile(r"[^\x00-\x20\x7f&=#?{}]{1,128}")

FORBIDDEN_HEADERS = frozenset(
    "accept-encoding authorization connection content-length content-type cookie expect forwarded host "
    "keep-alive origin proxy-authorization referer te trailer transfer-encoding upgrade user-agent via "
    "x-forwarded-for x-forwarded-host x-real-ip".split()
)
"""Headers that decide how a message is framed, where it goes, or who sends it: never a spec's."""

NO_FOR_GOOD = frozenset({EMPTY, "204", *map(str, range(400, 500))} - {"408", "425", "429"})
"""What `request.statuses` may name: a further try would not be answered otherwise."""

_DOCS = "see docs/live_tools.md"


def tool_problems(spec: ToolSpec, provider: Provider | None) -> Iterator[SpecProblem]:
    """Problems of one tool's file; of kinds other than `http`, that it has keys of live tools."""
    file = spec.id.replace(".", "/") + ".toml"
    if spec.kind != "http":
        found = _foreign(spec)
    elif spec.request is None or (spec.function or spec.sql or spec.mcp) is not None:
        found = iter([("request", "an http tool has [request], and no function, sql or [mcp]", f"add it ({_DOCS})")])
    else:
        found = _request(spec, spec.request, provider)
    yield from (SpecProblem(file, key, problem, remedy) for key, problem, remedy in found)


def provider_problems(provider: Provider) -> Iterator[SpecProblem]:
    """Problems of a live provider's file."""
    file, keys = f"{provider.id.replace('.', '/')}/provider.toml", Counter(host.origin for host in provider.hosts)
    for number, host in enumerate(provider.hosts):
        if keys[host.origin] > 1:
            yield SpecProblem(file, f"hosts.{number}", f"{host.name} is declared twice", "keep one of the two")
        last = host.name.rpartition(".")[2]
        if (last.isdecimal() or last.startswith("0x")) and not _is_ipv4(host.name):
            problem = f"{host.name} is a number in disguise"
            yield SpecProblem(file, f"hosts.{number}.name", problem, "write the name of the host")
    # A program that computes says nothing of the day.
    computes = provider.server is not None and provider.data_licence.startswith("none")
    if provider.is_live and not provider.say_source and not computes:
        problem = "expected true: what a service says changes, so a question must name it (law 6)"
        yield SpecProblem(file, "say_source", problem, "set it to true")
    if provider.is_live and provider.data_date is not None:
        problem = "expected none: the data of a service are as of the day of their recording"
        yield SpecProblem(file, "data_date", problem, "drop it")
    if provider.hosts and provider.terms is None:
        problem = "missing: whoever calls a service, or passes its answers on, must know on what terms"
        yield SpecProblem(file, "terms", problem, "add the address of its terms of use")
    if provider.auth is not None and provider.auth.host not in {host.name for host in provider.hosts}:
        problem = f"{provider.auth.host} is none of [[hosts]]"
        yield SpecProblem(file, "auth.host", problem, "name the declared host that wants the key")
    if provider.auth is not None and provider.auth.place == "header":
        name = provider.auth.name.lower()
        if name in FORBIDDEN_HEADERS - {"authorization"} or not _HEADER.fullmatch(name):
            yield SpecProblem(file, "auth.name", f"no key goes into {provider.auth.name}", "name the service's header")


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def translations(spec: ToolSpec) -> Iterator[tuple[str, Translation]]:
    """Keys of a tool's file that name a table to translate by."""
    for name, parameter in spec.parameters.items():
        if parameter.sent is not None:
            yield f"parameters.{name}.sent", parameter.sent
    for name, field in spec.returns.items():
        if field.received is not None:
            yield f"returns.{name}.received", field.received


def _foreign(spec: ToolSpec) -> Iterator[Problem]:
    if spec.request is not None:
        yield "request", f"a {spec.kind} tool has no request", "drop it, or make the kind http"
    if spec.mcp is not None:
        yield "mcp", f"a {spec.kind} tool asks no server", "drop it, or make the kind mcp"
    for name, field in spec.returns.items():
        if field.select is not None or field.convert is not None:
            yield f"returns.{name}", "select and convert are keys of live tools", "drop them"
    for key, _ in translations(spec):
        yield key, "a service is told, and tells, by live tools only", "drop it"


def _request(spec: ToolSpec, request: HttpRequest, provider: Provider | None) -> Iterator[Problem]:
    yield from _address(request, provider)
    yield from _places(spec, request)
    yield from _names(request)
    if request.method == "POST" and not request.safe:
        yield "request.safe", "a POST that may change something is not made", "set safe = true if it only asks"
    if request.method == "GET" and (request.body is not None or request.safe):
        yield "request.body", "a GET has no body and is safe by itself", "drop body and safe, or use POST"
    for status in request.statuses:
        if status not in NO_FOR_GOOD:
            problem = f"expected 204, empty, or a status from 400 to 499 that tells a no for good, found {status!r}"
            yield f"request.statuses.{status}", problem, "name the status by which the service says that"
    yield from _expressions(spec, request)
    if request.paging is not None and request.paging.parameter in request.query:
        yield "request.paging.parameter", f"{request.paging.parameter} is in [request.query] too", "drop it there"
    if request.paging is not None and request.paging.by in ("page", "offset"):
        first = request.paging.first
        if first is not None and not isinstance(first, int):
            yield "request.paging.first", f"expected a number, found {first!r}", "write the first page or offset"


def _address(request: HttpRequest, provider: Provider | None) -> Iterator[Problem]:
    head, mark, rest = request.url.partition("://")
    authority, _, path = rest.partition("/")
    if not mark or head not in ("http", "https") or not authority or "{" in authority or not request.url.isascii():
        yield "request.url", f"{request.url!r}: scheme and host must be literal", "write https://host/path"
        return
    if _ODD_PATH.search(path) or {".", ".."} & set(path.split("/")):
        problem = f"{path!r} holds a query, a fragment, a backslash, an empty or a climbing segment"
        yield "request.url", problem, "write plain segments; a query goes into [request.query]"
        return
    yield from undeclared("request.url", SLOT.sub("x", request.url), provider)


def _places(spec: ToolSpec, request: HttpRequest) -> Iterator[Problem]:
    """Each parameter stands in one place, each place names a parameter, and nothing looks like another template."""
    parts: dict[str, Any] = {
        "request.url": request.url.partition("://")[2].partition("/")[2],
        **{f"request.query.{name}": value for name, value in request.query.items()},
        **{f"request.headers.{name}": value for name, value in request.headers.items()},
        "request.body": request.body,
    }
    placed = Counter(name for part in parts.values() for name in slots(part))
    for key, part in parts.items():
        yield from unknown_slots(spec, key, slots(part))
        yield from other_templates(key, part)
    yield from placed_once(spec, placed, "request")
    for name, parameter in spec.parameters.items():
        in_path = name in slots(parts["request.url"])
        if in_path and (parameter.many or (not parameter.required and parameter.default is None)):
            yield f"parameters.{name}", "a list, or a gap, cannot stand in the path", "require it, or move it"


def _names(request: HttpRequest) -> Iterator[Problem]:
    for name, text in request.headers.items():
        key = f"request.headers.{name!r}"
        if not _HEADER.fullmatch(name):
            yield key, "no name of a header", "letters, digits and hyphens"
        elif name.lower() in FORBIDDEN_HEADERS:
            yield key, "not a spec's to set", "keys go into [auth] of provider.toml; the rest is the builder's"
        if not text.isascii() or not text.isprintable():
            yield key, f"{text!r} cannot stand in a header", "printable ASCII without line breaks"
    for name, value in request.query.items():
        if not _QUERY.fullmatch(name) or (isinstance(value, str) and not value.isprintable()):
            yield f"request.query.{name!r}", "no name or value of a query parameter", "plain printable text"


def _expressions(spec: ToolSpec, request: HttpRequest) -> Iterator[Problem]:
    others: dict[str, str | None] = {"request.found": request.found}
    if request.paging is not None:
        others |= {"request.paging.items": request.paging.items, "request.paging.next": request.paging.next}
    yield from selections(spec, others, f"say where the value is in the answer ({_DOCS})")
