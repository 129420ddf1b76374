"""TRL's own trainers on a tiny model: two steps of SFT, one of GRPO with our environments."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from release_rows import shortest

MASKED = -100
"""The label of a token that is not trained."""


def loaded(release: Path, config: str, cache: Path, count: int) -> Any:
    from datasets import load_dataset

    wanted = set(shortest(release, config, count))
    found = load_dataset(str(release), config, split="train", cache_dir=str(cache))
    return found.filter(lambda row: row["id"] in wanted, new_fingerprint=f"{config}{count}")


def test_sft_takes_two_steps_and_trains_on_the_assistant_alone(
    release: Path, model_folder: Path, tmp_path: Path
) -> None:
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    train = loaded(release, "sft", tmp_path / "cache", 4)
    trainer = SFTTrainer(
        str(model_folder),
        train_dataset=train,
        args=SFTConfig(
            output_dir=str(tmp_path / "out"), assistant_only_loss=True, max_length=24_576, max_steps=2, use_cpu=True,
            bf16=False, per_device_train_batch_size=1, report_to=[], save_strategy="no", logging_steps=1,
        ),
    )  # fmt: skip
    done = trainer.train()
    assert done.global_step == 2 and math.isfinite(done.training_loss) and done.training_loss > 0
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    row, seen = train[0], trainer.train_dataset[0]
    trained = tokenizer.decode([token for token in seen["labels"] if token != MASKED])
    final = row["messages"][-1]["content"]
    assert final in trained and row["messages"][1]["content"] not in trained
    assert all(m["content"] not in trained for m in row["messages"] if m["role"] == "tool" and len(m["content"]) > 20)


def test_hermes_rows_have_the_same_tokens(release: Path, tokenizer_folder: Path, tmp_path: Path) -> None:
    from datasets import load_dataset
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)
    for split in ("train", "validation"):
        sft, hermes = (
            load_dataset(str(release), config, split=split, cache_dir=str(tmp_path)) for config in ("sft", "sft_hermes")
        )
        assert sft["id"] == hermes["id"] and len(sft) > 0
        for row, plain in zip(sft, hermes, strict=True):
            ours = tokenizer.apply_chat_template(row["messages"], tools=row["tools"], return_dict=False)
            assert ours == tokenizer.apply_chat_template(plain["messages"], return_dict=False), row["id"]


def test_grpo_takes_a_step_with_our_environments(release: Path, model_folder: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer
    from trl import GRPOConfig, GRPOTrainer

    from builder.rewards import trl_reward
    from builder.serve.environments import Environments, true_schemas

    train = loaded(release, "rl", tmp_path / "cache", 2)
    trainer = GRPOTrainer(
        str(model_folder),
        reward_funcs=trl_reward,
        train_dataset=train,
        environment_factory=Environments(train),
        processing_class=true_schemas(AutoTokenizer.from_pretrained(model_folder)),
        args=GRPOConfig(
            output_dir=str(tmp_path / "out"), max_steps=1, num_generations=2, per_device_train_batch_size=2,
            max_completion_length=16, max_tool_calling_iterations=1, use_cpu=True, bf16=False, report_to=[],
            save_strategy="no", logging_steps=1,
        ),
    )  # fmt: skip
    done = trainer.train()
    assert done.global_step == 1
    [log] = [entry for entry in trainer.state.log_history if "reward" in entry]
    assert log["reward"] == 0.0


def test_the_trainer_shows_a_row_its_own_tools(release: Path, model_folder: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    from builder.serve.environments import Environments, true_schemas

    train = loaded(release, "rl", tmp_path / "cache", 2)
    tokenizer = true_schemas(AutoTokenizer.from_pretrained(model_folder))
    row = train[0]
    environment = Environments(train)[row["environment"]]()
    tools = [getattr(environment, tool["function"]["name"]) for tool in json.loads(row["tools"])]
    text = tokenizer.apply_chat_template(row["prompt"], tools=tools, tokenize=False)
    assert all(json.dumps(tool, ensure_ascii=False) in text for tool in json.loads(row["tools"]))
