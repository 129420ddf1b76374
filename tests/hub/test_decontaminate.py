"""Deny lists: written, read back, refused when they are none, and what they hit."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.errors import ReleaseError
from builder.hub.decontaminate import open_deny_lists, read_texts, text_hits, tool_hits, write_deny_list
from builder.recipe.decontaminate import WORDS, text_hashes, tool_hashes
from builder.records.decontaminate import DenyHeader, Hit

QUESTION = "A grocer sells seven crates of pears a day and buys nine, so how many are left after a week?"


def deny(folder: Path, name: str = "invented", text: str = QUESTION, words: int = WORDS) -> Path:
    header = DenyHeader(name=name, source="made up for this test", texts=1, tools=1, words=words)
    path = folder / f"{name}.parquet"
    write_deny_list(path, header, [*text_hashes(text), *tool_hashes("getWeather")])
    return path


def test_equal_hashes_give_equal_bytes(tmp_path: Path) -> None:
    header = DenyHeader(name="one", source="s", texts=1, tools=0, words=WORDS)
    hashes = list(text_hashes(QUESTION))
    write_deny_list(tmp_path / "a.parquet", header, hashes)
    count = write_deny_list(tmp_path / "b.parquet", header, [*reversed(hashes), *hashes])
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert count == len(set(hashes))


def test_no_text_is_in_a_list(tmp_path: Path) -> None:
    body = deny(tmp_path).read_bytes()
    assert not any(word.encode() in body for word in QUESTION.split() if len(word) > 3)


def test_hits_are_of_the_plainest_kind_and_by_list(tmp_path: Path) -> None:
    deny(tmp_path)
    deny(tmp_path, "other", "Quite another text, which is short.")
    lists = open_deny_lists(tmp_path)
    texts = [("t1", QUESTION.upper()), ("t2", f"Well now: {QUESTION} Tell me."), ("t3", "How many pears are left?")]
    assert text_hits(lists, texts) == [
        Hit(id="t1", benchmark="invented", kind="exact"),
        Hit(id="t2", benchmark="invented", kind="ngram"),
    ]
    assert tool_hits(lists, ["get_weather", "get_pears"]) == [
        Hit(id="get_weather", benchmark="invented", kind="tool"),
        Hit(id="get_weather", benchmark="other", kind="tool"),
    ]


def test_what_is_no_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="holds no deny list"):
        open_deny_lists(tmp_path)
    (tmp_path / "bad.parquet").write_bytes(b"no parquet")
    with pytest.raises(ReleaseError, match=r"bad.parquet: is no deny list"):
        open_deny_lists(tmp_path)
    pq.write_table(pa.table({"question": [QUESTION]}), tmp_path / "bad.parquet")
    with pytest.raises(ReleaseError, match=r"bad.parquet: is no deny list"):
        open_deny_lists(tmp_path)
    (tmp_path / "bad.parquet").unlink()
    deny(tmp_path, words=8)
    with pytest.raises(ReleaseError, match="runs have 8 words, and 13 are compared"):
        open_deny_lists(tmp_path)


def test_one_list_in_two_files_is_refused(tmp_path: Path) -> None:
    path = deny(tmp_path)
    (tmp_path / "copy.parquet").write_bytes(path.read_bytes())
    with pytest.raises(ReleaseError, match="two files hold the list invented"):
        open_deny_lists(tmp_path)


def test_texts_are_read_from_jsonl_and_parquet(tmp_path: Path) -> None:
    rows = [
        {"q": "one", "chat": [{"role": "user", "content": "two"}], "tools": [{"function": {"name": "three"}}]},
        {"q": "four", "chat": [], "tools": None},
    ]
    jsonl = tmp_path / "rows.jsonl"
    jsonl.write_text("\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    assert list(read_texts(jsonl, ["q", "chat", "tools"])) == ["one", "two", "three", "four"]
    pq.write_table(pa.table({"q": ["one", "two"], "n": [1, 2]}), tmp_path / "rows.parquet")
    assert list(read_texts(tmp_path / "rows.parquet", ["q", "n"])) == ["one", "two"]
    with pytest.raises(ReleaseError, match=r"row 1: there is no column 'question' \(there: chat, q, tools\)"):
        list(read_texts(jsonl, ["question"]))
    jsonl.write_text('{"q": "one"}\n[1]\n', encoding="utf-8")
    with pytest.raises(ReleaseError, match="line 2 is no JSON object"):
        list(read_texts(jsonl, ["q"]))
    jsonl.write_text("no json\n", encoding="utf-8")
    with pytest.raises(ReleaseError, match="line 1 is no JSON"):
        list(read_texts(jsonl, ["q"]))
