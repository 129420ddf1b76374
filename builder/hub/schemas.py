"""Arrow schema of each config, with the `datasets` features that belong in its Parquet footer.

Features stand in the footers and never in the card's YAML: one Json feature there and readers that do
not know the type refuse every config.
"""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

_TEXTS = pa.list_(pa.string())
_JSONS = pa.list_(pa.json_())


def _prompt(*names: str) -> pa.DataType:
    return pa.list_(pa.struct([pa.field(name, pa.string()) for name in names]))


def _strings(*names: str) -> list[pa.Field]:
    return [pa.field(name, pa.string()) for name in names]


def _integers(*names: str) -> list[pa.Field]:
    return [pa.field(name, pa.int32()) for name in names]


_EXTRA = pa.struct(
    [
        pa.field("index", pa.int64()),
        *_strings("split", "id"),
        pa.field("tool_selection", _TEXTS),
        pa.field("need_tools_kwargs", pa.bool_()),
    ]
)

SCHEMAS: dict[str, pa.Schema] = {
    "sft": pa.schema(
        [
            pa.field("id", pa.string()),
            pa.field("messages", _JSONS),
            pa.field("tools", _JSONS),
            *_strings("domain", "toolset_id", "source_task_id", "license", "generator_model", "judge_model"),
            pa.field("stratum", pa.string()),
            pa.field("parallel", pa.bool_()),
            *_integers("num_turns", "num_tool_calls", "num_tokens"),
            pa.field("tool_names", _TEXTS),
            pa.field("pass_rate", pa.float32()),
        ]
    ),
    "sft_hermes": pa.schema([pa.field("id", pa.string()), pa.field("messages", _prompt("role", "content"))]),
    "sft_sharegpt": pa.schema(
        [
            pa.field("id", pa.string()),
            pa.field("conversations", _prompt("from", "value")),
            *_strings("system", "tools"),
        ]
    ),
    "rl": pa.schema(
        [
            *_strings("id", "question", "answer", "domain", "toolset_id"),
            pa.field("prompt", _prompt("role", "content")),
            *_strings("data_source", "ability", "agent_name"),
            pa.field("reward_model", pa.struct(_strings("style", "ground_truth"))),
            pa.field("extra_info", _EXTRA),
            *_strings("environment", "env_class", "tools", "info"),
            pa.field("solved_by", _TEXTS),
            pa.field("pass_rate", pa.float32()),
        ]
    ),
    "tools": pa.schema(
        [
            *_strings("tool_id", "name", "version", "domain", "description", "parameters", "returns_sample"),
            *_strings("source_api", "api_terms_url"),
            pa.field("needs_key", pa.bool_()),
            *_strings("mcp_server"),
            pa.field("deterministic", pa.bool_()),
            *_strings("snapshot_date"),
        ]
    ),
    "tasks": pa.schema(
        [
            *_strings("id", "draw", "domain", "seed_type", "seed", "seed_label", "exemplar", "frame", "register"),
            *_strings("question", "answer_type", "answer"),
            pa.field("toolset", _TEXTS),
            pa.field("tools_used", _TEXTS),
            *_strings("calls", "derivation", "rounds", "roles"),
            *_integers("depth", "width", "num_calls", "num_tools", "num_domains"),
            *_strings("difficulty"),
            pa.field("solved_by", _TEXTS),
            pa.field("pass_rate", pa.float32()),
            *_integers("pass_n"),
            *_strings("solver"),
            pa.field("splits", _TEXTS),
        ]
    ),
}
"""Configs in the order of the card; the first is the default."""


def with_features(schema: pa.Schema) -> pa.Schema:
    """The schema with its `datasets` features as metadata, as `datasets` itself would write them."""
    features = {field.name: _feature(field.type) for field in schema}
    return schema.with_metadata({"huggingface": json.dumps({"info": {"features": features}})})


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if isinstance(kind, pa.JsonType):
        return {"_type": "Json"}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "List"}
    if pa.types.is_struct(kind):
        return {field.name: _feature(field.type) for field in kind}
    return {"dtype": {"float": "float32"}.get(str(kind), str(kind)), "_type": "Value"}
