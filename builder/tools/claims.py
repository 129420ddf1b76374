"""Checks that specs of several kinds share: where values go, what is selected, which host an address is of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from yarl import URL

from builder.records.tools import Provider, ToolSpec
from builder.tools.http.placing import SLOT, texts
from builder.tools.http.selecting import problem_of

Problem = tuple[str, str, str]
"""Key, problem, remedy."""

_LEFT_OVER = re.compile(r"[{}]|\$\(|%\(|<%")
"""What is left of other template languages once `{parameter}` is taken out."""


def selections(spec: ToolSpec, others: Mapping[str, str | None], missing: str | None) -> Iterator[Problem]:
    """Expressions that select nothing: those of the fields, and `others` by key.

    `missing` is what to do where a field has none; None where it needs none.
    """
    expressions = dict(others)
    for name, field in spec.returns.items():
        if field.select is None and missing is not None:
            yield f"returns.{name}.select", "missing", missing
        expressions[f"returns.{name}.select"] = field.select
    for key, expression in expressions.items():
        problem = problem_of(expression) if expression is not None else None
        if problem is not None:
            yield key, f"{expression!r} selects nothing: {problem}", "write JMESPath, or a JSON Pointer"


def unknown_slots(spec: ToolSpec, key: str, names: Iterator[str]) -> Iterator[Problem]:
    """Names in braces that no parameter has."""
    for name in names:
        if name not in spec.parameters:
            yield key, f"{{{name}}} is no parameter", f"expected one of {', '.join(sorted(spec.parameters))}"


def other_templates(key: str, part: Any) -> Iterator[Problem]:
    """Texts of a part that look like another template language."""
    for text in texts(part):
        if _LEFT_OVER.search(SLOT.sub("", text)):
            problem = f"{text!r} holds braces that are no {{parameter}}"
            yield key, problem, "write {parameter} in lower case; there is no other template"


def placed_once(spec: ToolSpec, placed: Counter[str], table: str) -> Iterator[Problem]:
    """Parameters that stand nowhere, or twice."""
    for name in spec.parameters:
        if placed[name] != 1:
            yield f"parameters.{name}", f"it is placed {placed[name]} times", f"place {{{name}}} once in [{table}]"


def undeclared(key: str, address: str, provider: Provider | None) -> Iterator[Problem]:
    """Why an address is none that a provider may reach."""
    try:
        url = URL(address, encoded=True)
        there = (url.scheme, (url.raw_host or "").lower(), url.port)
        user = url.user is not None or url.password is not None
    except ValueError as error:
        yield key, f"no address: {error}", "write https://host/path"
        return
    if user or url.raw_fragment:
        yield key, "a user name or a fragment stands in it", "keys go into [auth] of provider.toml"
    elif provider is not None and there not in {host.origin for host in provider.hosts}:
        problem = f"{there[0]}://{there[1]}:{there[2]} is none of the hosts that provider.toml declares"
        yield key, problem, "add it to [[hosts]], or correct it"
