"""Tasks of a release's config `rl`: question, toolset, typed answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import verifiers.v1 as vf

from builder.errors import ReleaseError
from builder.hub.manifest import read_manifest
from builder.hub.reading import bodies
from builder.rewards import score
from dive_tools.server import DiveToolset


class DiveToolsData(vf.TaskData):
    """A row, and where its tools are described."""

    answer: str
    """The typed answer as JSON, the column `answer`."""
    release: str
    """Absolute path of the release folder."""


class DiveToolsTaskConfig(vf.TaskConfig):
    """How tasks are scored and their tools served."""

    tools: vf.ToolsetConfig = vf.ToolsetConfig()
    alpha: float = 0.0
    """What an answer of the right form earns beside a right one."""


class DiveToolsTask(vf.Task[DiveToolsData, vf.State, DiveToolsTaskConfig]):
    """One question with its own toolset."""

    @property
    def key(self) -> str:
        """The task's id, which stays from version to version."""
        assert self.data.id is not None
        return self.data.id

    @classmethod
    def toolsets(cls, config: DiveToolsTaskConfig) -> list[vf.Toolset]:
        return [DiveToolset(config.tools)]

    @vf.reward(weight=1.0)
    async def correct(self, trace: vf.Trace) -> float:
        """1 for the answer, 0 for anything else; `alpha` more for an answer of the right form."""
        return score(final_reply(trace), self.data.answer, self.config.alpha)


def final_reply(trace: vf.Trace) -> str:
    """What the rollout ends with; empty when that is a call, as after the last turn that was allowed."""
    if trace.root_reply is not None:
        return trace.root_reply
    said = trace.assistant_messages
    return "" if not said or said[-1].tool_calls else said[-1].content or ""


class DiveToolsConfig(vf.TasksetConfig):
    """Which rows of which release."""

    release: Path = Path("release")
    """Folder of a release, built or downloaded."""
    split: str = "train"
    """Split of its config `rl`."""
    task: DiveToolsTaskConfig = DiveToolsTaskConfig()


class DiveToolsTaskset(vf.Taskset[DiveToolsTask, DiveToolsConfig]):
    """Rows of a split, in their order."""

    def load(self) -> Iterator[DiveToolsTask]:
        """Raises ReleaseError when the folder is no release, or has no such split."""
        folder = self.config.release.expanduser().resolve()
        read_manifest(folder)
        paths = sorted((folder / "rl").glob(f"{self.config.split}-*.parquet"))
        if not paths:
            there = sorted({path.name.split("-")[0] for path in (folder / "rl").glob("*.parquet")})
            raise ReleaseError(f"{folder}: rl has no split {self.config.split!r} (there are {', '.join(there)})")
        for path in paths:
            for row in bodies(path):
                said = {message["role"]: message["content"] for message in row["prompt"]}
                data = DiveToolsData(
                    id=row["id"],
                    prompt=said["user"],
                    system_prompt=said.get("system"),
                    answer=row["answer"],
                    release=str(folder),
                )
                yield DiveToolsTask(data, self.config.task)
