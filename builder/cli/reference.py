"""The command line as a page of documentation, made from its parsers (`docs/cli.md`)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from builder.cli.parser import EXIT_CODES, PROGRAM, build_parser

HEAD = f"""\
# Command line

Made from the parsers by `make docs`; do not edit. `{PROGRAM} VERB --help` says the same.
"""


def reference() -> str:
    """The page."""
    parser = build_parser(width=100)
    return "\n".join([HEAD, parser.description or "", "", EXIT_CODES, "", *_verbs(parser)]).rstrip() + "\n"


def _verbs(parser: argparse.ArgumentParser) -> Iterator[str]:
    for verb in children(parser).values():
        inner = children(verb)
        if not inner:
            yield from _verb(verb)
            continue
        yield from (f"## {verb.prog}", "", verb.description or "", "")
        for child in inner.values():
            yield from _verb(child, "###")


def _verb(parser: argparse.ArgumentParser, level: str = "##") -> Iterator[str]:
    actions = [action for action in parser._actions if action.dest != "help"]
    words = [_usage(action) for action in actions]
    yield from (
        f"{level} {parser.prog}",
        "",
        f"    {' '.join([parser.prog, *words])}",
        "",
        parser.description or "",
        "",
    )
    if actions:
        yield from ("| option | what |", "| --- | --- |")
        for action in actions:
            text = (action.help or "").replace("|", "\\|")
            yield f"| `{_name(action)}` | {text} |"
        yield ""


def _name(action: argparse.Action) -> str:
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if not action.option_strings:
        return metavar
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {metavar}"


def _usage(action: argparse.Action) -> str:
    if not action.option_strings:
        return _name(action) if action.nargs != "?" else f"[{_name(action)}]"
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    word = action.option_strings[0] if action.nargs == 0 else f"{action.option_strings[0]} {metavar}"
    return word if action.required else f"[{word}]"


def children(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Verbs of a parser by name; empty when it has none. argparse keeps no public list of them."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}
