"""`tools import-openapi`: specs from an OpenAPI description."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from builder.cli.choosing import cache_of
from builder.cli.live import add_live, live_of
from builder.cli.mcp import show_imported
from builder.cli.parser import Invocation, Verbs


def add_import_openapi(group: Verbs) -> ArgumentParser:
    found = group.add(
        "import-openapi",
        "propose specs for the operations of an OpenAPI description, for a person to confirm",
        run_import_openapi,
        "Nothing is overwritten. `tools check` fails until every proposal is confirmed (docs/live_tools.md).",
    )
    found.add_argument("source", metavar="FILE_OR_URL", help="a description of OpenAPI 3.0 or 3.1, in JSON or YAML")
    found.add_argument(
        "--into", metavar="DIR", type=Path, required=True, help="SPECS/DOMAIN/PROVIDER, which need not exist"
    )
    found.add_argument("--tag", metavar="T", action="append", default=[], help="only operations of this tag")
    found.add_argument(
        "--operation", metavar="ID", action="append", default=[], help="only this one: its operationId, or `GET /path`"
    )
    found.add_argument(
        "--path", metavar="P", action="append", default=[], help="only paths like this; * stands for anything"
    )
    found.add_argument("--post", action="store_true", help="POST too, for those that only ask")
    found.add_argument("--server", metavar="URL", help="address of the service (default: the first of the description)")
    add_live(found)
    return found


def run_import_openapi(options: Invocation) -> int:
    """`tools import-openapi`"""
    from builder.tools.openapi.importing import Asked, import_openapi

    asked = Asked(
        options.source,
        tuple(options.tag),
        tuple(options.operation),
        tuple(options.path),
        options.post,
        options.server,
    )
    found = import_openapi(options.into, asked, cache_of(), live_of(options, "live"))
    return show_imported(found, options)
