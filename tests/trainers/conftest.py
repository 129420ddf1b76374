"""A release from the installed wheel, a tokenizer with TRL's Qwen3 template, and a model of random weights."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from release_rows import rows

os.environ |= {"HF_HUB_OFFLINE": "1", "WANDB_MODE": "disabled", "TOKENIZERS_PARALLELISM": "false"}
os.environ.pop("HF_TOKEN", None)

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_call>", "</tool_call>"]


@pytest.fixture(scope="session", autouse=True)
def _installed() -> None:
    """What is tested is what a user installs."""
    import dive_tools

    import builder

    checkout = Path(__file__).parents[2]
    for module in (builder, dive_tools):
        assert not Path(str(module.__file__)).is_relative_to(checkout), module.__file__


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the smoke profile, in a folder that knows nothing of the checkout."""
    folder = tmp_path_factory.mktemp("made")
    words = ["release", "--profile", "smoke", "--out", "release"]
    done = subprocess.run(
        [sys.executable, "-m", "builder.cli", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder / "release"


def texts(release: Path) -> Iterator[str]:
    for row in rows(release, "sft_hermes"):
        for message in row["messages"]:
            yield message["content"]


@pytest.fixture(scope="session")
def tokenizer_folder(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A byte-level tokenizer over the release's own texts, with the template that TRL knows as Qwen3's."""
    import trl
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    words.train_from_iterator(
        texts(release),
        trainers.BpeTrainer(vocab_size=2000, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False),
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, eos_token="<|im_end|>", pad_token="<|endoftext|>", clean_up_tokenization_spaces=False
    )
    template = Path(str(trl.__file__)).parent / "chat_templates" / "qwen3.jinja"
    tokenizer.chat_template = template.read_text(encoding="utf-8")
    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def model_folder(tokenizer_folder: Path) -> Path:
    """A Qwen3 of two layers and random weights, beside its tokenizer."""
    import torch
    from transformers import AutoTokenizer, Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(1)
    config = Qwen3Config(
        vocab_size=len(AutoTokenizer.from_pretrained(tokenizer_folder)),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=32_768,
        eos_token_id=SPECIAL.index("<|im_end|>"),
        pad_token_id=0,
    )
    Qwen3ForCausalLM(config).save_pretrained(tokenizer_folder)
    return tokenizer_folder
