"""Whole rollouts by `vf-eval`: harness, interception and tool servers of verifiers, a scripted policy as the model."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from policy import Part, Policy, serving
from release_rows import rows

UV = """#!/bin/sh
# Verifiers has uv make an environment with the chat program's packages; this one has them.
case "$*" in
  *--help) echo --script ;;
  "python find "*) echo '{python}' ;;
esac
"""


def uv_of_here(folder: Path) -> Path:
    """A folder for PATH whose `uv` names this environment, once it is sure that the program's packages are here."""
    from verifiers.v1.harnesses.utils.launch import CHAT_PROGRAM

    [line] = [line for line in CHAT_PROGRAM.splitlines() if line.startswith("# dependencies = ")]
    for text in json.loads(line.partition(" = ")[2]):
        wanted = Requirement(text)
        assert version(wanted.name) in wanted.specifier, text
    folder.mkdir()
    (folder / "uv").write_text(UV.format(python=sys.executable), encoding="utf-8")
    (folder / "uv").chmod(0o755)
    return folder


def solved(release: Path, row: dict[str, Any]) -> Part:
    """The calls of the task's derivation, and its answer."""
    from builder.recipe.verdicts import render_answer
    from builder.records.derivations import Answer

    [task] = [task for task in rows(release, "tasks") if task["id"] == row["id"]]
    calls = [(call["tool"].rpartition(".")[2], call["arguments"]) for call in json.loads(task["calls"])]
    return Part(calls, f"It is so. <answer>{render_answer(Answer.model_validate_json(row['answer']))}</answer>")


def recorded(release: Path, row: dict[str, Any]) -> list[Any]:
    [task] = [task for task in rows(release, "tasks") if task["id"] == row["id"]]
    return [call["result"] for call in json.loads(task["calls"])]


def asked(row: dict[str, Any]) -> str:
    [text] = [message["content"] for message in row["prompt"] if message["role"] == "user"]
    return str(text)


def command_of_readme() -> list[str]:
    readme = Path(__file__).parents[2] / "environments" / "dive_tools" / "README.md"
    text = readme.read_text(encoding="utf-8").replace("\\\n", " ")
    [line] = [line for line in text.splitlines() if line.startswith("vf-eval ")]
    return shlex.split(line)


async def evaluate(release: Path, folder: Path, url: str, count: int) -> tuple[int, str]:
    """The command of the package's README against the policy; its exit code, and what it says."""
    given = {"release": str(release), "MODEL": "scripted", "20": str(count)}
    words = [given.get(word, word) for word in command_of_readme()]
    words[0] = str(Path(sys.executable).with_name(words[0]))
    words += ["--client.base-url", url, "--client.api-key-var", "NO_KEY", "--no-push", "--no-rich"]
    words += ["--output-dir", str(folder / "out"), "--max-concurrent", "1"]
    env = {name: text for name, text in os.environ.items() if not name.startswith("PRIME_")}
    env |= {"PATH": f"{uv_of_here(folder / 'bin')}:{env['PATH']}", "HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    process = await asyncio.create_subprocess_exec(
        *words, env=env, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(600):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def test_rollouts_call_the_tools_and_get_their_rewards(release: Path, tmp_path: Path) -> None:
    right, wrong = rows(release, "rl", "test")[:2]
    policy = Policy(
        {
            asked(right): solved(release, right),
            asked(wrong): Part(solved(release, wrong).calls, "It is so. <answer>zzz</answer>"),
        }
    )
    async with serving(policy) as url:
        code, said = await evaluate(release, tmp_path, url, 2)
    assert code == 0, said
    [file] = (tmp_path / "out").rglob("traces.jsonl")
    episodes = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [episode["errors"] for episode in episodes] == [[], []]
    earned = {episode["task"]["key"]: episode["traces"][0]["rewards"]["correct"]["score"] for episode in episodes}
    assert earned == {right["id"]: 1.0, wrong["id"]: 0.0}
    for row in (right, wrong):
        assert policy.tools(asked(row)) == json.loads(row["tools"])
        assert policy.results(asked(row)) == recorded(release, row)
