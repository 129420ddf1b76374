"""`tools import-mcp`: specs from the tools of an MCP server."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from builder.cli.choosing import cache_of
from builder.cli.live import add_live, live_of
from builder.cli.output import paragraph, print_json
from builder.cli.parser import Invocation, Verbs

if TYPE_CHECKING:
    from builder.tools.drafts.folder import Imported


def add_import(group: Verbs) -> ArgumentParser:
    found = group.add(
        "import-mcp",
        "propose specs for the tools of an MCP server, for a person to confirm",
        run_import,
        "Nothing is overwritten. `tools check` fails until every proposal is confirmed (docs/mcp_tools.md).",
    )
    found.add_argument("--command", metavar="C", help="program of the server with its arguments, quoted as one")
    found.add_argument("--home", metavar="DIR", help="environment that has the program (default: this one)")
    found.add_argument(
        "--readable", metavar="PATH", action="append", default=[], help="a file or folder that the program may read"
    )
    found.add_argument("--url", metavar="URL", help="address of the server, when it is reached by streamable HTTP")
    found.add_argument(
        "--into", metavar="DIR", type=Path, required=True, help="SPECS/DOMAIN/PROVIDER, which need not exist"
    )
    found.add_argument("--call", metavar="TOOL", help="call this tool once: its answer tells what its fields hold")
    found.add_argument("--arg", metavar="K=V", action="append", default=[], help="an argument of that call")
    add_live(found)
    return found


def run_import(options: Invocation) -> int:
    """`tools import-mcp`"""
    from builder.errors import SettingsError
    from builder.tools.mcp.importing import Asked, import_mcp

    try:
        command = tuple(shlex.split(options.command or ""))
    except ValueError as error:
        raise SettingsError(f"--command: {error} (quote it as one argument)") from None
    readable = tuple(str(Path(each).absolute()) for each in options.readable)
    asked = Asked(command, options.home, readable, options.url, options.call, tuple(options.arg))
    found = import_mcp(options.into, asked, cache_of(), live_of(options, "live"))
    return show_imported(found, options)


def show_imported(found: Imported, options: Invocation) -> int:
    """Say what an import wrote, and what it could not map."""
    if options.json:
        print_json(
            {"written": list(map(str, found.written)), "kept": list(map(str, found.kept)), "gaps": dict(found.gaps)}
        )
        return 0
    for path in found.written:
        print(f"wrote {path}")
    for path in found.kept:
        print(f"kept {path}: it is there already")
    for tool, gaps in found.gaps.items():
        print(f"{tool}: not mapped:")
        for gap in gaps:
            print(paragraph(gap, "    "))
    if found.written:
        print(f"Confirm what is proposed, key by key, then: dive-builder tools check {options.into}")
    return 0
