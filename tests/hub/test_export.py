"""Parquet files: bytes that repeat, features in the footer, layout as declared, values as written."""

from __future__ import annotations

from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from builder.errors import ReleaseError
from builder.hub.export import JsonTexts, Split
from builder.hub.reading import bodies
from builder.hub.schemas import SCHEMAS, with_features
from builder.records.releases import FileLimits
from builder.records.rows import SftRow

LIMITS = FileLimits(rows_per_group=2, rows_per_file=4, compression_level=3)


def row(number: int, value: object = 0.7) -> SftRow:
    call = {
        "id": "c1",
        "type": "function",
        "function": {"name": "f", "arguments": {"x": value, f"only_{number}": {}}},
    }
    return SftRow(
        id=f"attempt_{number}",
        messages=(
            {"role": "user", "content": "Wie viel?"},
            {"role": "assistant", "content": "", "tool_calls": [call]},
        ),
        tools=({"type": "function", "function": {"name": "f", "parameters": {"default": None}}},),
        domain="general",
        toolset_id="toolset_1",
        source_task_id=f"task_{number}",
        license="cc-by-4.0",
        generator_model="rules",
        judge_model="rules",
        stratum="direct",
        parallel=False,
        num_turns=1,
        num_tool_calls=1,
        num_tokens=100,
        tool_names=("f",),
        pass_rate=None,
    )


def write(folder: Path, rows: list[SftRow]) -> tuple[dict[str, int], JsonTexts]:
    texts, split = JsonTexts(), Split(folder, "sft/train", LIMITS)
    for item in rows:
        body = texts.body(item)
        if body is not None:
            split.add(body)
    return split.close(), texts


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    rows = [row(number, 0.1 * number) for number in range(5)]
    written, _ = write(tmp_path, rows)
    assert list(written.items()) == [
        ("sft/train-00000-of-00002.parquet", 4),
        ("sft/train-00001-of-00002.parquet", 1),
    ]
    assert [SftRow.model_validate(body) for path in written for body in bodies(tmp_path / path)] == rows


def test_datasets_reads_the_same_values(tmp_path: Path) -> None:
    rows = [row(number, 0.1 * number) for number in range(4)]
    (path,) = write(tmp_path, rows)[0]
    loaded = datasets.Dataset.from_parquet(str(tmp_path / path), cache_dir=str(tmp_path / "cache"))
    assert [body["messages"] for body in loaded] == [list(item.messages) for item in rows]
    assert [body["tools"] for body in loaded] == [list(item.tools) for item in rows]


def test_equal_rows_give_equal_bytes(tmp_path: Path) -> None:
    files = []
    for name in ("a", "b"):
        write(tmp_path / name, [row(number) for number in range(3)])
        files.append((tmp_path / name / "sft/train-00000-of-00001.parquet").read_bytes())
    assert files[0] == files[1]


def test_layout_is_that_of_the_limits(tmp_path: Path) -> None:
    write(tmp_path, [row(number) for number in range(3)])
    metadata = pq.read_metadata(tmp_path / "sft/train-00000-of-00001.parquet")
    assert [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)] == [2, 1]
    column = metadata.row_group(0).column(0)
    assert (column.compression, column.has_offset_index, column.has_column_index) == ("ZSTD", True, True)


def test_an_empty_split_is_a_file_without_rows(tmp_path: Path) -> None:
    (path,) = Split(tmp_path, "rl/test", LIMITS).close()
    assert pq.read_table(tmp_path / path).schema.equals(SCHEMAS["rl"], check_metadata=False)


def test_a_row_that_the_type_cannot_hold_is_left_out_and_counted(tmp_path: Path) -> None:
    written, texts = write(tmp_path, [row(1), row(2, 10**30)])
    assert list(written.values()) == [1]
    assert sum(texts.left_out.values()) == 1


def test_what_reads_back_different_is_named(tmp_path: Path) -> None:
    (path,), texts = write(tmp_path, [row(1)])
    _, other = write(tmp_path / "other", [row(1, 0.8)])
    texts.check(tmp_path / path)
    with pytest.raises(ReleaseError, match="attempt_1"):
        other.check(tmp_path / path)


@pytest.mark.parametrize("config", SCHEMAS)
def test_features_in_the_footer_are_those_of_datasets(config: str) -> None:
    ours = with_features(SCHEMAS[config])
    theirs = datasets.Features.from_arrow_schema(SCHEMAS[config].remove_metadata())
    assert datasets.Features.from_arrow_schema(ours) == theirs
    assert ours.metadata == theirs.arrow_schema.metadata


def test_only_sft_needs_the_json_type() -> None:
    def holds_json(kind: pa.DataType) -> bool:
        inner = [kind.field(i).type for i in range(kind.num_fields)]
        return isinstance(kind, pa.JsonType) or any(map(holds_json, inner))

    found = [config for config, schema in SCHEMAS.items() if any(map(holds_json, schema.types))]
    assert found == ["sft"]


def test_no_column_has_a_name_that_a_trainer_takes_for_its_own() -> None:
    sft = {"prompt", "completion", "chat_template_kwargs", "input_ids", "labels", "images", "conversations"}
    rl = {
        "prompts", "completions", "completion_ids", "environments", "trainer_state", "log_extra",
        "log_metric", "image", "images", "raw_prompt", "index", "tools_kwargs", "interaction_kwargs",
        "input_ids", "responses",
    }  # fmt: skip
    assert not sft & set(SCHEMAS["sft"].names)
    assert not rl & set(SCHEMAS["rl"].names)
