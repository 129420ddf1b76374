"""Errors, named after the boundary that broke.

    BuilderError                 anything this package raises on purpose; the message says what to do next
    |-- SettingsError            settings file or command line: unknown key, bad type, contradiction
    |-- SpecError                a tool spec, type, table or exemplar on disk (carries every problem found)
    |-- DescriptionError         an OpenAPI description that cannot be read: file, key and reason
    |-- ToolError                a call that failed; recorded as a Result, never fatal by itself
    |   `-- ToolDefect           a hermetic tool broke its contract (time-out, wrong type): stops the run
    |-- DerivationError          a derivation that cannot be evaluated on its evidence
    |-- Refused                  a candidate that breaks a law of sense or a gate; recorded with its reason
    |-- ModelError               a chat request without a usable reply, tries used up; recorded with its kind
    |-- EndpointError            no endpoint can serve the model: down, no key, unknown model, no tools or schemas
    |-- SandboxError             no sandbox of this machine holds, so nothing of a stranger's is run
    |-- StoreError               the DuckDB store: locked, foreign settings, disk full, schema
    |-- ReleaseError             a release folder: not ours, altered, or breaking its own promises
    |-- HubError                 the Hub refused, failed or cannot be reached; `status` is its answer's
    `-- Interrupted              the user asked to stop; says how to resume
        `-- BudgetSpent          the budget for models is spent; says how to go on

`ToolError`, `DerivationError`, `Refused` and `ModelError` are expected and end as rows with a kind and a reason.
The rest stop a run with one message and a non-zero exit code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class BuilderError(Exception):
    """Base of every error raised on purpose. `str(error)` is one readable message."""

    exit_code = 1


class SettingsError(BuilderError):
    """A settings file or option is wrong."""

    exit_code = 2


SHOWN = 800
"""Characters of a part of a problem."""


@dataclass(frozen=True, slots=True)
class SpecProblem:
    """One thing wrong in one file of `tool_specs/`: where, what, and what to do. Each part is one line that shows.

    Parts quote what a stranger wrote: nothing in them is obeyed by a terminal, and what is long is cut.
    """

    file: str
    key: str
    problem: str
    remedy: str

    def __post_init__(self) -> None:
        for name in ("file", "key", "problem", "remedy"):
            object.__setattr__(self, name, _shown(getattr(self, name)))

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.problem} ({self.remedy})"


def _shown(text: str) -> str:
    if len(text) > SHOWN:
        text = text[:SHOWN] + "…"
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else " " if letter.isspace() else "�" for letter in text)


class SpecError(BuilderError):
    """One or more broken specs; all problems of a folder are reported together."""

    def __init__(self, problems: Sequence[SpecProblem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in tool specs:"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))


class DescriptionError(BuilderError):
    """An OpenAPI description is none, or breaks a limit. One line: file, key, reason, remedy."""

    def __init__(self, problem: SpecProblem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class ToolError(BuilderError):
    """A tool call failed.

    `kind` is one of: unknown_tool, invalid_arguments, not_found, out_of_range, not_supported,
    bad_result, too_large, exception; of programs also bad_program, timeout, memory, process_limit, disk,
    output_too_large, refused, crashed (docs/sandbox.md); of tools that call a service denied, rate_limited,
    unavailable, timeout, refused, bad_answer, not_recorded (docs/live_tools.md). `details` is what a model may read
    besides the message (allowed values, ranges); it is plain JSON data.
    """

    def __init__(self, kind: str, message: str, **details: object) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.details = details


class ToolDefect(ToolError):
    """A hermetic tool broke its contract. Never decides silently which tasks exist: the run stops."""


class DerivationError(BuilderError):
    """Evaluating a derivation failed: a missing field, a tie, no unique member, a failed member call."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Refused(BuilderError):
    """A candidate breaks a law of sense (`law:...`) or a gate (`gate:...`)."""

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


class ModelError(BuilderError):
    """A chat request got no usable reply within its tries.

    `kind` is one of: timeout, broken_off, rate_limited, server_error, bad_request, context_too_long, bad_reply.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class EndpointError(BuilderError):
    """No endpoint serves the model as asked. Stops the run: every record would fail alike."""


class SandboxError(BuilderError):
    """This machine has no sandbox that holds, or it broke: programs of tools are refused. Says how to mend it."""


class StoreError(BuilderError):
    """The store cannot be used as asked."""


class ReleaseError(BuilderError):
    """A release folder is missing, altered, not ours, or fails verification."""


class HubError(BuilderError):
    """The Hub did not do what was asked. `status` is that of its answer; None when no answer came."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status

    @property
    def unknown(self) -> bool:
        """Whether it may have been done all the same: the answer was lost, or the Hub failed on the way."""
        return self.status is None or self.status >= 500


class Interrupted(BuilderError):
    """The run was interrupted; everything acknowledged is in the store."""

    exit_code = 130


class BudgetSpent(Interrupted):
    """The next request might go over the budget. A clean stop: everything paid for is in the store."""
