"""The parser: verbs in groups, one module each; unknown words are answered with the nearest known one."""

from __future__ import annotations

import argparse
import difflib
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, Protocol

PROGRAM = "dive-builder"

STAGES = ("draw", "synthesize", "verify", "word", "solve", "dedup", "difficulty", "score", "select")
"""`builder.stages.run.STAGES` again, which costs a second to import; a test holds them together."""

EXIT_CODES = """\
exit codes: 0 done; 1 failed; 2 usage or settings; 3 done, with more recorded failures than the settings
allow; 130 interrupted, with the command that goes on."""

WIDTH = 100
"""Widest help text; a narrower terminal wraps it."""

_INVALID = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)")


class Invocation(argparse.Namespace):
    """A parsed command line. `run` is the command; the other names are its options."""

    run: Callable[[Invocation], int]
    words: list[str]

    @property
    def resume(self) -> str:
        """The command that goes on after an interrupt: what was typed, less what would start anew."""
        return shlex.join([PROGRAM, *(word for word in self.words if word != "--fresh")])


class Parser(argparse.ArgumentParser):
    """Says what was meant, and exits with 2."""

    def error(self, message: str) -> NoReturn:
        found = _INVALID.search(message)
        if found:
            known = re.findall(r"[\w-]+", found[2])
            near = difflib.get_close_matches(found[1], known, 1)
            message = f"there is no {found[1]!r} here; " + (
                f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            )
        print(f"{self.prog}: {message}\nSee `{self.prog} --help`.", file=sys.stderr)
        sys.exit(2)


class Verbs:
    """Adds verbs to a parser, all of one shape: a line of help, options, and the function that runs."""

    def __init__(self, parser: argparse.ArgumentParser, metavar: str = "VERB") -> None:
        self._verbs: Any = parser.add_subparsers(
            required=True, metavar=metavar, title="verbs", parser_class=type(parser)
        )
        self._options: dict[str, Any] = {"formatter_class": parser.formatter_class, "allow_abbrev": False}

    def add(
        self, name: str, help_text: str, run: Callable[[Invocation], int] | None = None, more: str = ""
    ) -> argparse.ArgumentParser:
        """A verb. `help_text` is one line for the list; `more` follows it in the verb's own help."""
        text = help_text[0].upper() + help_text[1:] + "."
        parser: argparse.ArgumentParser = self._verbs.add_parser(
            name, help=help_text, description=f"{text} {more}".strip(), **self._options
        )
        if run is not None:
            parser.set_defaults(run=run)
        return parser


class Group(Protocol):
    """A module that adds some verbs."""

    def add_verbs(self, verbs: Verbs) -> None: ...


def all_groups() -> Sequence[Group]:
    """The groups of verbs, in the order of the help text."""
    from builder.cli import (
        axes,
        decontaminating,
        estimating,
        exemplars,
        indexing,
        machine,
        publishing,
        reading,
        releasing,
        running,
        serving,
        tools,
    )

    return (
        releasing,
        publishing,
        serving,
        running,
        estimating,
        reading,
        axes,
        tools,
        exemplars,
        decontaminating,
        indexing,
        machine,
    )


def build_parser(width: int | None = None, groups: Sequence[Group] | None = None) -> argparse.ArgumentParser:
    """The whole command line."""
    width = width or min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    formatter = partial(_Formatter, width=width, max_help_position=30)
    parser = Parser(
        prog=PROGRAM,
        description="Builds verifiable tool-use tasks from executed tools: evidence first, questions derived from it.",
        epilog=EXIT_CODES,
        formatter_class=formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, help="print the version and leave")
    verbs = Verbs(parser)
    for group in all_groups() if groups is None else groups:
        group.add_verbs(verbs)
    return parser


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the epilog's lines; descriptions are short enough to be wrapped as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)


class _Version(argparse.Action):
    """Looks the version up only when asked: reading package metadata takes a while."""

    def __init__(self, option_strings: list[str], dest: str, help: str | None = None) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from importlib.metadata import version

        print(f"{PROGRAM} {version(PROGRAM)}")
        sys.exit(0)


def positive(text: str) -> int:
    """An option's value: a whole number from 1."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


_TIMES = {"s": 1.0, "m": 60.0, "h": 3600.0}


def budget(text: str) -> dict[str, Any]:
    """An option's value: the setting that an amount of tokens, money or time stands for."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([a-z]*|[A-Z]{3})", text)
    number, unit = (float(found[1]), found[2]) if found else (0.0, "?")
    if number > 0 and not unit and number.is_integer():
        return {"model.budget": int(number)}
    if number > 0 and unit in _TIMES:
        return {"model.budget_seconds": number * _TIMES[unit]}
    if number > 0 and unit.isupper():
        return {"model.budget_money": number, "model.currency": unit}
    raise argparse.ArgumentTypeError(f"{text!r} is no amount of tokens (2000000), money (20USD) or time (90m, 2h)")


def add_json(parser: argparse.ArgumentParser) -> None:
    """`--json` of the reading commands."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Which settings: a shipped profile, or a file."""
    group = parser.add_mutually_exclusive_group()
    shipped = "smoke, default, dive or unseen_domain"
    group.add_argument("--profile", metavar="P", help=f"shipped settings: {shipped} (default: default)")
    group.add_argument("--settings", metavar="F", type=Path, help="settings from a TOML file")


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """What may change between two runs of one settings file."""
    add_settings(parser)
    parser.add_argument(
        "--store", metavar="PATH", type=Path, help="store to work in (default: .dive/<profile>.duckdb here)"
    )
    parser.add_argument(
        "--limit", metavar="N", type=positive, help="draw no more than N; a store of its own by default"
    )
    parser.add_argument("--workers", metavar="N", type=positive, help="worker processes (default: one for each core)")
    parser.add_argument(
        "--budget",
        metavar="AMOUNT",
        type=budget,
        help="most that models may cost: tokens (2000000) or money (20USD) over all runs of the store, or time of this "
        "run (90m)",
    )
    parser.add_argument(
        "--deny-lists", metavar="DIR", type=Path, help="folder of benchmarks' deny lists to compare with"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="start the store anew; replies of models that were paid for stay"
    )
