"""`tools ...`: look at the tool pool, check specs, try, add, record and weigh tools."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from builder.cli.choosing import add_specs, cache_of, pool_of, root_and_inside, specs_of
from builder.cli.figures import add_figures
from builder.cli.live import add_drift, add_live
from builder.cli.mcp import add_import
from builder.cli.openapi import add_import_openapi
from builder.cli.output import line_width, paragraph, print_json, shorten, table
from builder.cli.parser import Invocation, Verbs, add_json, positive
from builder.cli.sandbox import add_sandbox

if TYPE_CHECKING:
    from builder.tools.audit import Audit

DOMAINS = ("general", "academic", "financial", "medical", "biological")


def add_verbs(verbs: Verbs) -> None:
    group = Verbs(verbs.add("tools", "look at the tool pool, check and add tools"))
    listing = group.add("list", "list tools: what is active, what is missing and how to get it", run_list)
    listing.add_argument("--domain", metavar="D", choices=DOMAINS, help=f"one of {', '.join(DOMAINS)}")
    listing.add_argument("--role", metavar="R", choices=("retrieval", "processing"), help="retrieval or processing")
    show = group.add("show", "show a tool: parameters, returns, words, examples, what it ties to", run_show)
    show.add_argument("id", metavar="ID", help="id of the tool, or its last part")
    check = group.add(
        "check",
        "find everything that is wrong with the specs, by reading and by running them",
        run_check,
        "Runs every example and compares it with its recorded result.",
    )
    check.add_argument("path", metavar="PATH", type=Path, nargs="?", help="a folder or file of specs (default: all)")
    check.add_argument(
        "--live", action="store_true", help="call the examples of live tools; those that work may be drawn"
    )
    check.add_argument(
        "--sandbox", action="store_true", help="run it all in the sandbox: for functions that nobody has read yet"
    )
    add_live(check)
    trying = group.add("try", "call a tool", run_try, "Exits with 1 when the call fails.")
    trying.add_argument("id", metavar="ID", help="id of the tool, or its last part")
    trying.add_argument(
        "--arg", metavar="K=V", action="append", default=[], help="an argument; repeat it for the members of a list"
    )
    trying.add_argument("--live", action="store_true", help="let a live tool call its service; nothing is recorded")
    add_live(trying)
    new, record, gain = _add_making(group)
    add_figures(group)
    drift = add_drift(group)
    imported, described = add_import(group), add_import_openapi(group)
    sandbox = add_sandbox(group)
    schema = group.add("schema", "write the JSON Schemas of specs, for editors", run_schema)
    schema.add_argument("--out", metavar="DIR", type=Path, default=Path("docs/schemas"), help="default: docs/schemas")
    for parser in (listing, show, check, trying, new, record, gain, drift):
        add_specs(parser)
    for parser in (listing, show, check, trying, gain, drift, imported, described, sandbox):
        add_json(parser)


def _add_making(group: Verbs) -> tuple[ArgumentParser, ArgumentParser, ArgumentParser]:
    """`new`, `record` and `gain`, the verbs of whoever adds a tool."""
    new = group.add("new", "scaffold a tool: spec, adapter, and the provider when it is new", run_new)
    new.add_argument("place", metavar="DOMAIN/PROVIDER/NAME", help="where it goes; the path is its id")
    new.add_argument(
        "--kind",
        metavar="K",
        choices=("function", "query", "http", "code"),
        default="function",
        help="function (default), query, http or code",
    )
    record = group.add("record", "run the examples and write what came back", run_record)
    record.add_argument("path", metavar="PATH", type=Path, nargs="?", help="a folder or file of specs (default: all)")
    gain = group.add(
        "gain",
        "report what tools add: type pairs, near-clones, frame candidates, tasks of a small run",
        run_gain,
        "The same draws are made with and without the tools under PATH.",
    )
    gain.add_argument("path", metavar="PATH", type=Path, help="a tool's file, or the folder of a provider")
    gain.add_argument("--draws", metavar="N", type=positive, default=60, help="size of the run (default: 60)")
    return new, record, gain


def run_list(options: Invocation) -> int:
    """`tools list`"""
    from dataclasses import asdict

    from builder.tools.catalogue import catalogue

    found = [
        tool
        for tool in catalogue(specs_of(options))
        if options.domain in (None, tool.domain) and options.role in (None, tool.role)
    ]
    if options.json:
        print_json([asdict(tool) for tool in found])
        return 0
    letter = {"retrieval": "R", "processing": "P"}
    rows = [(t.id, letter.get(t.role, "?"), "" if t.state == "active" else t.state, t.description) for t in found]
    for line in table(rows):
        print(shorten(line, line_width()))
    counts = Counter(tool.state for tool in found)
    domains = Counter(tool.domain for tool in found if tool.state == "active")
    by_domain = ", ".join(f"{count} {name}" for name, count in domains.items())
    print(f"\n{counts['active']} active" + (f": {by_domain}" if by_domain else ""))
    for provider, state, remedy in sorted({(t.provider, t.state, t.remedy) for t in found if t.remedy}):
        print(f"{state}: {provider}: {remedy}")
    return 0


def run_show(options: Invocation) -> int:
    """`tools show`"""
    from builder.cli.specs import tool_json, tool_lines
    from builder.tools.ties import find_tool

    pool = pool_of(options)
    spec = find_tool(pool, options.id)
    if options.json:
        print_json(tool_json(pool, spec))
    else:
        print("\n".join(tool_lines(pool, spec)))
    return 0


def run_check(options: Invocation) -> int:
    """`tools check`"""
    from dataclasses import asdict

    from builder.cli.live import run_check_live
    from builder.tools.audit import audit

    if options.live:
        return run_check_live(options)
    root, inside = root_and_inside(options)
    found = _audit_inside(root, inside) if options.sandbox else audit(root, cache_of(), inside)
    if options.json:
        print_json(asdict(found))
        return 1 if found.problems else 0
    for problem in found.problems:
        print(f"{problem.file}: {problem.key}")
        print(paragraph(problem.problem, "    "))
        print(paragraph(f"-> {problem.remedy}", "    "))
    for provider, why in found.skipped.items():
        print(f"not run: {provider}: {why}")
    count = len(found.problems)
    print(f"{found.tools} tools, {found.examples} examples: " + (f"{count} problems" if count else "all is well"))
    return 1 if count else 0


def _audit_inside(root: Path, inside: str) -> Audit:
    from builder.tools.audit_inside import audit_inside
    from builder.tools.sandbox.selftest import sandbox

    return audit_inside(sandbox(), root, inside)


def run_try(options: Invocation) -> int:
    """`tools try`"""
    from builder.cli.live import live_of
    from builder.cli.specs import read_arguments
    from builder.records.tools import Call
    from builder.tools.executor import Executor
    from builder.tools.ties import find_tool

    pool = pool_of(options, live=live_of(options, "live" if options.live else "replay"), waiting=True)
    spec = find_tool(pool, options.id)
    arguments = read_arguments(pool, spec, options.arg)
    try:
        result = Executor(pool).execute(Call(spec.id, arguments))
    finally:
        if spec.is_live:
            pool.live.close()
    if options.json:
        print_json({"tool": spec.id, "arguments": arguments, **result.payload()})
    else:
        print_json(result.payload())
    return 0 if result.ok else 1


def run_new(options: Invocation) -> int:
    """`tools new`"""
    from builder.tools.scaffold import scaffold

    for path in scaffold(specs_of(options), options.place, options.kind):
        print(f"wrote {path}")
    print(f"Fill them in, then: dive-builder tools check {specs_of(options) / options.place}.toml")
    return 0


def run_record(options: Invocation) -> int:
    """`tools record`"""
    from builder.tools.recording import record_all

    root, inside = root_and_inside(options)
    done = record_all(root, cache_of(), inside)
    for path in done.changed:
        print(f"{'wrote' if path.exists() else 'deleted'} {path}")
    print(f"{done.tools} tools recorded, {len(done.changed)} files changed")
    return 0


def run_gain(options: Invocation) -> int:
    """`tools gain`"""
    from dataclasses import asdict

    from builder.tools.gain import gain

    root, inside = root_and_inside(options)
    found = gain(root, cache_of(), inside, options.draws)
    if options.json:
        print_json(asdict(found))
    else:
        print("\n".join(found.lines()))
    return 0


def run_schema(options: Invocation) -> int:
    """`tools schema`"""
    from builder.tools.schemas import write_schemas

    for path in write_schemas(options.out):
        print(f"wrote {path}")
    return 0
