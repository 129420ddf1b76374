"""How many tokens a row has, by a tokenizer that works offline.

The byte pairs are those of the `qwen.tiktoken` vocabulary in the dashscope wheel, which Qwen, Qwen2 and
Qwen3 share; the markers that Qwen3 keeps as single tokens are added. Rows are counted as Qwen3's chat
template renders them, tools in the system turn.
"""

from __future__ import annotations

import base64
import importlib.metadata
import importlib.util
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builder.errors import ReleaseError
from builder.hub.chat import hermes_turns, rendered_turns, system_parts

if TYPE_CHECKING:
    import tiktoken

PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Qwen2 and Qwen3 split text before merging bytes."""

MARKERS = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>",
    "<tool_response>", "</tool_response>", "<think>", "</think>",
)  # fmt: skip
_MARKER = re.compile("|".join(re.escape(marker) for marker in MARKERS))

REMEDY = "install the locked packages again: pip install -r requirements.lock"


def tokenizer_name() -> str:
    """The tokenizer's name and origin, for the card."""
    return f"Qwen3 (qwen.tiktoken of dashscope {importlib.metadata.version('dashscope')})"


@cache
def encoding() -> tiktoken.Encoding:
    """The byte-pair encoder without markers."""
    import tiktoken

    # Found without importing dashscope, which would load its whole client.
    spec = importlib.util.find_spec("dashscope")
    folder = Path(next(iter(spec.submodule_search_locations or []))) if spec is not None else None
    path = folder / "resources" / "qwen.tiktoken" if folder is not None else None
    if path is None or not path.is_file():
        raise ReleaseError(f"the Qwen vocabulary of the dashscope package is missing: {REMEDY}")
    pairs = (line.split() for line in path.read_bytes().splitlines() if line)
    ranks = {base64.b64decode(token): int(rank) for token, rank in pairs}
    return tiktoken.Encoding("qwen", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens={})


@lru_cache(16384)
def _count_plain(text: str) -> int:
    return len(encoding().encode_ordinary(text))


def count_text(text: str) -> int:
    """Tokens of a text; each marker is one."""
    text = unicodedata.normalize("NFC", text)
    markers = _MARKER.findall(text)
    return len(markers) + sum(_count_plain(piece) for piece in _MARKER.split(text) if piece)


@lru_cache(4096)
def _count_tool(text: str) -> int:
    """Exact by itself: a schema's line ends in a newline after a brace, and no token reaches over that."""
    return count_text(f"{text}\n")


def num_tokens(messages: Sequence[Mapping[str, Any]], tool_texts: Sequence[str]) -> int:
    """Tokens of a whole row under Qwen3's template. `tool_texts` are its schemas as JSON."""
    system = messages[0]["content"] if messages and messages[0]["role"] == "system" else ""
    head, *tools = system_parts(str(system), tool_texts)
    texts = [f"<|im_start|>system\n{head}"]
    if tools:
        texts.append(tools.pop())
    texts[-1] += "<|im_end|>\n"
    texts += rendered_turns(hermes_turns(messages))
    return sum(count_text(text) for text in texts) + sum(_count_tool(text) for text in tool_texts)
