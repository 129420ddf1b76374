"""Recorded answers of live tools: one line of JSON for each, by the digest of its request, in a file per provider.

    <folder>/<domain>.<provider>.jsonl             what a run recorded, or a release carries
    <folder>/<domain>.<provider>.failures.jsonl    tries that gave no answer, for people; never replayed
    tool_specs/<domain>/<provider>/recorded/_responses.jsonl    what the examples of the tools were answered

A request has one answer: of two that are recorded at the same time, the first to be written is that of both.
Each line holds a digest of itself and one of its body, so an altered one is an error that names it.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from builder.errors import BuilderError, SettingsError
from builder.identity import canonical_json, digest
from builder.records.http import Received, Sent

RESPONSES = "_responses.jsonl"
"""Beside the recorded results of a provider's examples."""

VERSION = 1
"""Of a line; raise when its fields change their meaning."""


@dataclass(frozen=True)
class Recording:
    """An answer with what it belongs to."""

    sent: Sent
    received: Received
    tool: str
    arguments: Mapping[str, Any]
    """The call that first asked for it; a call of several pages is named by each of them."""
    date: str
    """ISO day of the recording, in universal time."""

    @cached_property
    def key(self) -> str:
        return request_key(self.sent)

    def line(self) -> str:
        """Its line, without the end of line. Equal recordings have equal lines."""
        received = self.received
        body: dict[str, Any] = {
            "version": VERSION,
            "key": self.key,
            "tool": self.tool,
            "arguments": dict(self.arguments),
            "date": self.date,
            "sent": self.sent.to_json(),
            "status": received.status,
            "media": received.media,
            "charset": received.charset,
            "link": received.link,
            "hops": list(received.hops),
            "tries": received.tries,
            "waits": [round(wait, 3) for wait in received.waits],
            "sha256": hashlib.sha256(received.body).hexdigest(),
        }
        try:
            body["body"] = received.body.decode()
        except UnicodeDecodeError:
            body["base64"] = base64.b64encode(received.body).decode()
        return canonical_json({**body, "digest": digest(body)})


def responses_path(specs: Path, provider: str) -> Path:
    """Where the answers to the examples of a provider's tools lie."""
    return specs.joinpath(*provider.split("."), "recorded", RESPONSES)


def request_key(sent: Sent) -> str:
    """What a recorded answer is found by: the request without its key."""
    return digest("http", sent.to_json())


def read_line(text: str, where: str) -> Recording:
    """The recording of a line. Raises BuilderError, naming `where`, when it was altered or is none."""
    try:
        body = json.loads(text)
        said = body.pop("digest")
        content = body["body"].encode() if "body" in body else base64.b64decode(body["base64"], validate=True)
        sent = Sent(
            body["sent"]["method"],
            body["sent"]["url"],
            tuple((name, value) for name, value in body["sent"]["headers"]),
            body["sent"]["body"],
        )
        sound = (
            body["version"] == VERSION
            and digest(body) == said
            and request_key(sent) == body["key"]
            and hashlib.sha256(content).hexdigest() == body["sha256"]
        )
        received = Received(
            body["status"],
            body["media"],
            body["charset"],
            content,
            body["link"],
            tuple(body["hops"]),
            body["tries"],
            tuple(body["waits"]),
        )
        made = Recording(sent, received, body["tool"], body["arguments"], body["date"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BuilderError(
            f"{where}: no recorded answer: {type(error).__name__}: {str(error)[:120]} (take a sound copy of the file)"
        ) from None
    if not sound:
        raise BuilderError(f"{where}: the recorded answer {body['key']} was altered (take a sound copy of the file)")
    return made


class RecordedFile:
    """One file of recordings, read as far as it is whole; bodies stay on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[str, tuple[int, int, int]] = {}
        """Offset, length and line of each key's answer."""
        self._read_to = 0
        self._lines = 0
        self.newest = ""
        """Day of the latest recording; empty when there is none."""
        self.refresh()

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def known(self) -> list[str]:
        """Keys of its answers, sorted."""
        return sorted(self._places)

    def find(self, key: str) -> Recording | None:
        place = self._places.get(key)
        if place is None:
            return None
        offset, length, line = place
        with self.path.open("rb") as file:
            file.seek(offset)
            return read_line(file.read(length).decode(), f"{self.path}: line {line}")

    def refresh(self) -> None:
        """Take in what was added since. A last line without its end was never acknowledged, and does not count."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._read_to)
            for raw in file:
                if not raw.endswith(b"\n"):
                    break
                where = f"{self.path}: line {self._lines + 1}"
                try:
                    recording = read_line(raw.decode(), where)
                except UnicodeDecodeError as error:
                    raise BuilderError(f"{where}: not UTF-8: {error} (take a sound copy of the file)") from None
                self._take(recording, len(raw))

    def _take(self, recording: Recording, length: int) -> None:
        """Note where the next line's answer is."""
        self._lines += 1
        if recording.key not in self._places:
            self._places[recording.key] = (self._read_to, length, self._lines)
            self.newest = max(self.newest, recording.date)
        self._read_to += length

    def append(self, recordings: Sequence[Recording]) -> list[Recording]:
        """Add answers, durable on return. For each the one that holds: another process may have been first."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self.refresh()
            # What a killed writer left half written goes.
            os.ftruncate(handle, self._read_to)
            fresh = {each.key: each for each in reversed(recordings) if each.key not in self._places}
            chosen = [each for each in recordings if fresh.get(each.key) is each]
            lines = [each.line().encode() + b"\n" for each in chosen]
            if lines:
                _write(handle, b"".join(lines), self._read_to)
                os.fsync(handle)
            for each, line in zip(chosen, lines, strict=True):
                self._take(each, len(line))
        finally:
            os.close(handle)
        return [each if fresh.get(each.key) is each else self._known(each.key) for each in recordings]

    def _known(self, key: str) -> Recording:
        found = self.find(key)
        assert found is not None
        return found


class Recordings:
    """The answers of two files for each provider: those of a run or a release, and those of its examples."""

    def __init__(self, specs: Path, folder: Path | None, *, recording: bool = False) -> None:
        """`specs` is the folder of tool specs; `folder` that of a run or a release, which goes first.

        While `recording` only the latter counts, so that what a run holds is all of its own days. Raises SettingsError
        when there is none then.
        """
        if recording and folder is None:
            raise SettingsError("live.recordings: a run that records needs a folder for it (set it in the settings)")
        self.folder = folder
        self._recording = recording
        self.specs = specs
        self._files: dict[str, tuple[RecordedFile, ...]] = {}

    def files(self, provider: str) -> tuple[RecordedFile, ...]:
        if provider not in self._files:
            beside = [] if self._recording else [responses_path(self.specs, provider)]
            paths = [self.path(provider)] if self.folder is not None else []
            self._files[provider] = tuple(RecordedFile(path) for path in [*paths, *beside])
        return self._files[provider]

    def path(self, provider: str) -> Path:
        """Where a run records, or a release carries."""
        assert self.folder is not None
        return self.folder / f"{provider}.jsonl"

    def find(self, provider: str, key: str) -> Recording | None:
        return next((found for file in self.files(provider) if (found := file.find(key)) is not None), None)

    def newest(self, provider: str) -> str:
        """Day of the provider's latest answer; empty when there is none."""
        return max((file.newest for file in self.files(provider)), default="")

    def all_of(self, provider: str) -> Iterator[Recording]:
        """The answers that hold, by key."""
        for key in sorted({key for file in self.files(provider) for key in file.known()}):
            found = self.find(provider, key)
            assert found is not None
            yield found

    def digest_of(self, provider: str) -> str:
        """Digest of all answers that hold."""
        return digest([digest(each.line()) for each in self.all_of(provider)])

    def text_of(self, provider: str) -> str:
        """All answers that hold as the text of one file, by key: what a release carries."""
        return "".join(each.line() + "\n" for each in self.all_of(provider))

    def note_failure(self, provider: str, entry: Mapping[str, Any]) -> None:
        """Write down a try that gave no answer, beside the recordings. Nobody reads it but people."""
        path = self.path(provider).with_suffix(".failures.jsonl")
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.write(handle, (canonical_json(dict(entry)) + "\n").encode())
        finally:
            os.close(handle)


def _write(handle: int, text: bytes, offset: int) -> None:
    view = memoryview(text)
    while view:
        written = os.pwrite(handle, view, offset)
        view, offset = view[written:], offset + written
