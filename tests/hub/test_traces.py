"""Sessions for the Hub's trace viewer: a line each for the session and its messages, arguments as text."""

from __future__ import annotations

import json
from pathlib import Path

from builder.hub.manifest import file_entry, manifest_text, read_manifest
from builder.hub.reading import bodies
from builder.hub.traces import sample, session_text
from builder.stages.check_release import check_release
from builder.tools.executor import Executor
from tests.releases import bench

MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "How many?"},
    {
        "role": "assistant",
        "content": "",
        "reasoning_content": "Hm.",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": {"q": "ä", "n": 0.7}}}],
    },
    {"role": "tool", "tool_call_id": "c1", "name": "f", "content": "{}"},
    {"role": "assistant", "content": "<answer>3</answer>"},
]


def test_a_session_in_the_viewers_words() -> None:
    lines = [json.loads(line) for line in session_text({"id": "a1", "messages": MESSAGES}).splitlines()]
    assert lines[0] == {"type": "session", "harness": "dive", "id": "a1", "name": "How many?"}
    assert {line["type"] for line in lines[1:]} == {"message"}
    said = [line["message"] for line in lines[1:]]
    assert said[0] == {"role": "system", "content": "Be brief."}
    assert said[2] == {
        "role": "assistant",
        "content": "",
        "reasoningContent": "Hm.",
        "toolCalls": [{"id": "c1", "function": {"name": "f", "arguments": '{"q": "ä", "n": 0.7}'}}],
    }
    assert said[3] == {"role": "tool", "content": "{}", "toolCallId": "c1"}


def test_a_release_shows_some_of_each_kind(release: Path) -> None:
    rows = {row["id"]: row for row in bodies(release / "sft/train-00000-of-00001.parquet")}
    shown = {path.stem: path.read_text(encoding="utf-8") for path in release.glob("traces/*.jsonl")}
    assert shown == {name: session_text(rows[name]) for name in shown} and len(shown) == 12
    assert {f"traces/{name}.jsonl" for name in shown} < read_manifest(release).files.keys()
    assert {row["stratum"] for row in sample(release, 2)} == {"direct", "recovery"}
    assert list(sample(release, 0)) == []


def test_an_altered_session_is_named(release: Path, executor: Executor) -> None:
    manifest = read_manifest(release)
    path = min(release.glob("traces/*.jsonl"))
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(before.replace("<answer>", "<answer>1"), encoding="utf-8")
        name = f"traces/{path.name}"
        files = {**manifest.files, name: file_entry(path, None)}
        (release / "manifest.json").write_text(manifest_text(manifest.model_copy(update={"files": files})))
        [problem] = check_release(release, executor.pool, bench(executor)).problems
        assert str(problem) == f"traces: {path.stem}: its messages are not those of sft"
    finally:
        path.write_text(before, encoding="utf-8")
        (release / "manifest.json").write_text(manifest_text(manifest), encoding="utf-8")
