"""`serve`: the tools of a release over MCP."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from builder.cli.choosing import settings_of
from builder.cli.parser import Invocation, Verbs, add_settings

if TYPE_CHECKING:
    from pathlib import Path


def add_verbs(verbs: Verbs) -> None:
    serve = verbs.add(
        "serve",
        "serve the tools of a release over MCP: stdio, or HTTP on this machine",
        run_serve,
        "With --task it offers that task's toolset, and the prompt `task` holds its question.",
    )
    serve.add_argument("release", metavar="RELEASE", type=_path, help="folder of the release")
    serve.add_argument("--task", metavar="ID", help="id of a task, or its beginning (default: the whole catalogue)")
    serve.add_argument(
        "--http", metavar="PORT", type=_port, help="streamable HTTP on 127.0.0.1, 0 for any port (default: stdio)"
    )
    add_settings(serve)


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


def _port(text: str) -> int:
    from argparse import ArgumentTypeError

    if not text.isdigit() or int(text) > 65535:
        raise ArgumentTypeError(f"{text!r} is no port (a number from 0 to 65535)")
    return int(text)


def run_serve(options: Invocation) -> int:
    """`serve`. Only MCP goes to stdout; what a person should know goes to stderr."""
    from builder.hub.manifest import read_manifest
    from builder.serve.offer import Offer
    from builder.serve.server import serve_http, serve_stdio
    from builder.stages.live import with_carried
    from builder.stages.workbench import open_pool

    # Opening the pool takes seconds; a wrong path need not.
    read_manifest(options.release)
    offer = Offer.of(options.release, open_pool(with_carried(settings_of(options), options.release)), options.task)
    for tool, why in offer.obstacles.items():
        print(f"dive-builder: {tool} answers from recorded calls only: {why}", file=sys.stderr)
    if options.http is None:
        serve_stdio(offer)
    else:
        serve_http(offer, options.http)
    return 0
