"""What `tools drift` found, as a release takes it: which recorded answers are others now. Values stay out of it."""

from __future__ import annotations

import datetime

from pydantic import Field, field_validator, model_validator

from builder.identity import canonical_json, digest
from builder.records.base import Json, Record, Text

SHA256 = r"^[0-9a-f]{64}$"


class DriftedCall(Record):
    """A recorded call that is answered differently now."""

    tool: Text
    arguments: dict[str, Json]
    recorded: Text | None
    """Day of the recording, in universal time: an ISO date. None of what is as of no day."""
    before: str = Field(pattern=SHA256)
    """`result_digest` of what the recorded answer gives."""
    after: str = Field(pattern=SHA256)
    """The same of what the service answers now."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Two of one key tell of the same recording."""
        return self.tool, canonical_json(self.arguments), self.before

    @model_validator(mode="after")
    def _differs(self) -> DriftedCall:
        if self.before == self.after:
            raise ValueError("before and after are the same: nothing changed")
        return self

    _iso = field_validator("recorded")(lambda day: None if day is None else _day(day))


class DriftFile(Record):
    """`drift.json`: calls that changed up to a day, each once, in the order of their keys."""

    date: Text
    """Day on which the latest were asked, an ISO date in universal time."""
    calls: tuple[DriftedCall, ...]
    digest: str = Field(pattern=SHA256)
    """Of date and calls, by which an edited file is known."""

    _iso = field_validator("date")(lambda day: _day(day))

    @model_validator(mode="after")
    def _is_whole(self) -> DriftFile:
        keys = [call.key for call in self.calls]
        if keys != sorted(set(keys)):
            raise ValueError("calls: one stands there twice, or they are out of order")
        late = next((call for call in self.calls if (call.recorded or "") > self.date), None)
        if late is not None:
            raise ValueError(f"an answer of {late.tool} was recorded on {late.recorded}, after {self.date}")
        if self.digest != _digest(self.date, self.calls):
            raise ValueError("digest: it is not that of its calls, so the file was edited")
        return self

    @classmethod
    def of(cls, date: str, calls: tuple[DriftedCall, ...]) -> DriftFile:
        """A file of these calls in any order; of two with one key the last counts."""
        ordered = tuple(call for _, call in sorted({call.key: call for call in calls}.items()))
        return cls(date=date, calls=ordered, digest=_digest(date, ordered))

    def joined(self, later: DriftFile) -> DriftFile:
        """What both tell; where both tell of one recording, what `later` says."""
        return DriftFile.of(max(self.date, later.date), self.calls + later.calls)


def result_digest(payload: dict[str, Json]) -> str:
    """Digest of a call's result as a model reads it. Of an error the kind alone: its words are those of a spec."""
    error = payload.get("error")
    return digest({"error": error["kind"]} if isinstance(error, dict) and "kind" in error else payload)


def _digest(date: str, calls: tuple[DriftedCall, ...]) -> str:
    return digest(date, [call.model_dump(mode="json") for call in calls])


def _day(text: str) -> str:
    if datetime.date.fromisoformat(text).isoformat() != text:
        raise ValueError(f"{text!r} is no day such as 2026-11-27")
    return text
