"""Run one job in a variant: start its watcher, feed it, read what it says with a cap, and say how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.errors import SandboxError

# Not used here: importing them keeps their compiled form, which a process inside could not write.
from builder.tools.sandbox import harness as _harness  # noqa: F401
from builder.tools.sandbox import querying as _querying  # noqa: F401
from builder.tools.sandbox.policy import KINDS, MIB, Job, Limits, Outcome, Used
from builder.tools.sandbox.variants import ROOT, Variant, start
from builder.tools.sandbox.watch import late

GRACE = 10.0
"""Seconds that a watcher has to clean up after the wall limit before it counts as broken."""

MAX_INPUT = 4 * MIB

_CHUNK = 65536


def run(variant: Variant, job: Job, decoys: Mapping[str, str] | None = None) -> Outcome:
    """Run a job. Whatever the program does is an Outcome; raises SandboxError when the sandbox itself fails.

    `decoys` are put into the watcher's environment, from where none of them may get inside (`selftest.py`).
    """
    if len(job.stdin) > MAX_INPUT:
        raise SandboxError(f"the input has {len(job.stdin)} bytes; the limit is {MAX_INPUT}")
    used = variant.used(job.limits)
    request = variant.request(job)
    life, kept = os.pipe()
    report, told = os.pipe()
    held = [life, kept, report, told]
    try:
        process = subprocess.Popen(
            [*start("watch", "-I"), str(ROOT), json.dumps({**request, "life": life, "report": told})],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Empty, before anything of the sandbox runs: bubblewrap's own process would show the builder's inside.
            env=dict(decoys or {}),
            pass_fds=(life, told),
            start_new_session=True,
            cwd="/",
        )
        for place in (life, told):
            os.close(place)
            held.remove(place)
        talk = _Talk(process, kept, job.limits, time.monotonic())
        try:
            talk.hold(job.stdin)
        finally:
            held.remove(kept)
            talk.end()
        return _outcome(talk, _report(report), used)
    except OSError as error:
        raise SandboxError(f"the sandbox cannot be started: {error}") from error
    finally:
        for place in held:
            os.close(place)


def command_of(variant: Variant, job: Job) -> list[str]:
    """The same as a command, for a job of its own `command` that speaks over its standard streams as long as it lives.

    Start it with an empty environment; SIGTERM ends it and all that came of it. It ends with its caller, too.
    """
    return [*start("watch", "-I"), str(ROOT), json.dumps(variant.request(job))]


@dataclass(slots=True)
class _Talk:
    """What goes to and comes from a watcher and the program inside."""

    process: subprocess.Popen[bytes]
    kept: int
    """Our end of the pipe whose closing ends the call."""
    limits: Limits
    began: float
    said: dict[str, bytearray] = field(default_factory=lambda: {"stdout": bytearray(), "stderr": bytearray()})
    flooded: bool = False
    late: bool = False

    def hold(self, text: bytes) -> None:
        """Feed and read until all streams are closed, or it takes longer than a watcher may."""
        process, waiting = self.process, memoryview(text)
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        with selectors.DefaultSelector() as streams:
            for name, stream in (("stdout", process.stdout), ("stderr", process.stderr)):
                os.set_blocking(stream.fileno(), False)
                streams.register(stream, selectors.EVENT_READ, name)
            os.set_blocking(process.stdin.fileno(), False)
            streams.register(process.stdin, selectors.EVENT_WRITE, "stdin")
            while streams.get_map():
                left = self.began + self.limits.wall + GRACE - time.monotonic()
                if left <= 0:
                    self.late = True
                    return
                for key, _ in streams.select(left):
                    if key.data == "stdin":
                        waiting = self._feed(key.fileobj, waiting, streams)
                    else:
                        self._read(key, streams)

    def _feed(self, stdin: Any, waiting: memoryview, streams: selectors.BaseSelector) -> memoryview:
        try:
            waiting = waiting[os.write(stdin.fileno(), waiting[:_CHUNK]) :]
        except BlockingIOError:
            return waiting
        except OSError:
            waiting = waiting[:0]  # it wants no more
        if not waiting:
            streams.unregister(stdin)
            with contextlib.suppress(OSError):
                stdin.close()
        return waiting

    def _read(self, key: selectors.SelectorKey, streams: selectors.BaseSelector) -> None:
        try:
            found = os.read(key.fd, _CHUNK)
        except BlockingIOError:
            return
        if not found:
            streams.unregister(key.fileobj)
        elif not self.flooded:
            self.said[key.data] += found
            if sum(map(len, self.said.values())) > self.limits.output:
                self.flooded = True
                self._let_go()

    def _let_go(self) -> None:
        if self.kept >= 0:
            os.close(self.kept)
            self.kept = -1

    def end(self) -> None:
        """End the call if it still runs, and wait for its watcher."""
        self._let_go()
        process = self.process
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.late = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def _report(place: int) -> dict[str, Any]:
    """What the watcher told; nothing when it died."""
    os.set_blocking(place, False)
    try:
        text = os.read(place, _CHUNK)
    except BlockingIOError:
        text = b""
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def _outcome(talk: _Talk, report: dict[str, Any], used: Used) -> Outcome:
    out, errors = bytes(talk.said["stdout"]), bytes(talk.said["stderr"])
    facts = {name: report.get(name) for name in ("status", "seconds", "cpu", "memory")}

    def ended(kind: str | None, message: str, raised: tuple[str, ...] = ()) -> Outcome:
        return Outcome(kind, message, out, errors, used, facts, raised)

    if talk.flooded:
        return ended("output_too_large", f"more than {talk.limits.output} bytes of output")
    if talk.late or not report or report["kind"] in ("broken", "stopped"):
        why = _last(errors) or report.get("message", "its watcher died")
        raise SandboxError(f"the sandbox ({used.variant} {used.version}) failed: {why}")
    if report["kind"] != "ended":
        return ended(report["kind"], report["message"])
    status: int = report["status"]
    if status == 0:
        return ended(None, "")
    number = -status if status < 0 else status - 128
    if 0 < number < signal.NSIG:
        name = signal.Signals(number).name if number in set(signal.Signals) else str(number)
        if number == signal.SIGXCPU:
            return ended("timeout", late(talk.limits.cpu, talk.limits.wall))
        if number == signal.SIGXFSZ:
            return ended("disk", f"a file of more than {talk.limits.file} bytes")
        return ended("crashed", f"the program was ended by {name}")
    return ended(*_failed(errors, status))


def _failed(errors: bytes, status: int) -> tuple[str, str, tuple[str, ...]]:
    """Kind, message and classes of the exception as the harness says it; a command of its own has only last words."""
    # A program may have written anything there, nested beyond what can be read as well.
    with contextlib.suppress(ValueError, RecursionError):
        body = json.loads(_last(errors))
        if isinstance(body, dict) and body.get("kind") in KINDS and isinstance(body.get("message"), str):
            raised = body.get("exception")
            classes = tuple(map(str, raised)) if isinstance(raised, list) else ()
            return body["kind"], _plain(body["message"]), classes
    return "bad_program", _plain(_last(errors)) or f"ended with status {status}", ()


def _plain(text: str) -> str:
    """Words of a program without what a terminal would obey, and not too many."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:500]).strip()


def _last(errors: bytes) -> str:
    """The last line that says something."""
    lines = errors.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else ""
