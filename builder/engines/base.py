"""What engines share: a shard of records, the work on each, and how a failure travels.

The work is a function of two arguments: what the worker set up once (tool pool, executors), and one
record as JSON. It returns rows by table. An expected failure of a record is one of those rows;
anything raised stops the run and names the record.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from builder.errors import BuilderError, ToolDefect

Rows = dict[str, list[dict[str, Any]]]
Setup = Callable[[], Any]
Work = Callable[[Any, str], Rows]


@dataclass(frozen=True, slots=True)
class Item:
    """One record: its id, for messages and outcomes, and its JSON."""

    id: str
    body: str


Shard = tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """What stopped a worker, as plain text: exceptions do not all survive the way between processes."""

    kind: str
    """Kind of the tool's defect; empty for a failure of ours or of the set-up."""
    message: str

    def error(self) -> BuilderError:
        return ToolDefect(self.kind, self.message) if self.kind else BuilderError(self.message)


class Engine(Protocol):
    """Runs shards side by side."""

    workers: int
    """How many shards it works on at once."""

    async def run(self, work: Work, shard: Shard) -> list[Rows]:
        """Rows of each record of the shard, in order. Raises what stopped a worker."""
        ...

    def close(self) -> None:
        """Let the workers end."""
        ...

    def kill(self) -> None:
        """End the workers at once."""
        ...


def work_on(state: Any, work: Work, shard: Shard) -> list[Rows] | Failure:
    """The whole of a worker's job on one shard."""
    found = []
    for item in shard:
        try:
            found.append(work(state, item.body))
        except ToolDefect as defect:
            advice = "mend the tool, or leave it out by `pool.quarantine` in the settings"
            return Failure(defect.kind, f"{defect.message} (while working on {item.id}; {advice})")
        except BuilderError as error:
            return Failure("", f"{item.id}: {error}")
        except Exception:
            return Failure("", f"a bug stopped the work on {item.id}; please report it.\n{traceback.format_exc()}")
    return found
