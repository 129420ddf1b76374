"""Recipes of a release, as far as they run without their trainers: what they import of ours, and what they load."""

from __future__ import annotations

import ast
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import PreTrainedTokenizerFast

from builder.hub.reading import bodies
from builder.rewards import compute_score, trl_reward
from builder.serve.environments import SCHEMA, Environments, methods
from builder.tools.executor import Executor
from tests.releases import build, tiny_executor

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def executor(tmp_path_factory: pytest.TempPathFactory) -> Executor:
    return tiny_executor(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, executor: Executor) -> Path:
    return build(tmp_path_factory.mktemp("made"), executor)


@pytest.mark.parametrize("name", ["trl_sft.py", "trl_grpo.py", "verl_tools.py", "to_nemo_jsonl.py"])
def test_what_recipes_import_of_ours_is_there(release: Path, name: str) -> None:
    tree = ast.parse((release / "recipes" / name).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("builder"):
            module = importlib.import_module(node.module or "")
            assert all(hasattr(module, alias.name) for alias in node.names)


TRAINER = """
import inspect, json

class GRPOConfig(dict): pass

class GRPOTrainer:
    def __init__(self, model, reward_funcs, train_dataset, environment_factory, processing_class, args):
        assert isinstance(environment_factory, dict), type(environment_factory)
        row = train_dataset[0]
        assert reward_funcs(None, ["<answer>x</answer>"], [row["answer"]]) == [0.0]
        environment = environment_factory[row["environment"]]()
        environment.reset(**{name: value for name, value in row.items() if name != "environment"})
        members = inspect.getmembers(type(environment), predicate=inspect.isfunction)
        tools = [getattr(environment, name) for name, _ in members if name != "reset" and name[0] != "_"]
        self.text = processing_class.apply_chat_template(row["prompt"], tools=tools, tokenize=False)
        self.row = row

    def train(self):
        for tool in json.loads(self.row["tools"]):
            assert json.dumps(tool, ensure_ascii=False) in self.text, self.text
        assert self.row["question"] in self.text
        print("trained on", self.row["id"])
"""


def save_tokenizer(folder: Path) -> None:
    """A tokenizer of one word with a real chat template."""
    words = Tokenizer(WordLevel({"<unk>": 0}, unk_token="<unk>"))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>")
    tokenizer.chat_template = (ROOT / "tests" / "templates" / "qwen3_style.jinja").read_text(encoding="utf-8")
    tokenizer.save_pretrained(folder)


def test_the_grpo_recipe_runs_up_to_its_trainer(release: Path, tmp_path: Path) -> None:
    """A module in the trainer's place does with factories and template what TRL 1.16 does before it generates."""
    (tmp_path / "trl.py").write_text(TRAINER, encoding="utf-8")
    save_tokenizer(tmp_path / "model")
    env = {**os.environ, "HF_HOME": str(tmp_path / "home"), "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    words = [str(release / "recipes" / "trl_grpo.py"), str(tmp_path / "model"), str(release)]
    # The shipped specs are not what this is about, so the pool is the tiny one.
    order = (
        "import sys, runpy, builder.serve.environments as e; from pathlib import Path; "
        f"from tests.releases import tiny_executor; pool = tiny_executor(Path({str(tmp_path / 'cache')!r})).pool; "
        f"e.open_pool = lambda settings: pool; sys.argv = {words!r}; runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", order], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    row = next(bodies(release / "rl" / "train-00000-of-00001.parquet"))
    assert done.stdout.splitlines()[-1] == f"trained on {row['id']}"


def test_a_gold_answer_scores_and_nothing_else_does(release: Path) -> None:
    """Rows as both trainers hand them to the reward."""
    for row in bodies(release / "rl" / "train-00000-of-00001.parquet"):
        value = json.loads(row["answer"])["value"]
        gold = [{"role": "assistant", "content": f"<answer>{value:.2f}</answer>"}]
        wrong = [{"role": "assistant", "content": f"<answer>{value + 1:.2f}</answer>"}]
        columns = {name: [row[name]] * 2 for name in row if name not in ("answer", "prompt")}
        assert trl_reward([row["prompt"]] * 2, [gold, wrong], [row["answer"]] * 2, **columns) == [1.0, 0.0]
        truth = row["reward_model"]["ground_truth"]
        assert compute_score(row["data_source"], gold[0]["content"], truth, row["extra_info"]) == 1.0


def test_verl_gets_every_tool_that_a_row_selects(release: Path, executor: Executor) -> None:
    registered = methods(executor.pool)
    for row in bodies(release / "rl" / "train-00000-of-00001.parquet"):
        shown = [getattr(registered[name], SCHEMA) for name in row["extra_info"]["tool_selection"]]
        assert shown == json.loads(row["tools"])


def test_the_configurations_name_what_is_in_the_release(release: Path) -> None:
    def load(name: str) -> Any:
        return yaml.safe_load((release / "recipes" / name).read_text(encoding="utf-8"))

    verl = load("verl.yaml")
    beside = release / "recipes"
    for path in (
        verl["data"]["train_files"],
        verl["data"]["val_files"],
        verl["actor_rollout_ref"]["rollout"]["multi_turn"]["function_tool_path"],
    ):
        assert (beside / path.replace("${oc.env:PWD}", ".")).resolve().is_file(), path
    reward = verl["reward"]["custom_reward_function"]
    assert callable(getattr(importlib.import_module(reward["path"].removeprefix("pkg://")), reward["name"]))
    [axolotl] = load("axolotl.yaml")["datasets"]
    row = next(bodies(release / axolotl["name"] / f"{axolotl['split']}-00000-of-00001.parquet"))
    assert {axolotl["field_messages"], axolotl["field_tools"]} <= set(row)
    factory = json.loads((release / "dataset_info.json").read_text(encoding="utf-8"))[
        load("llamafactory.yaml")["dataset"]
    ]
    row = next(bodies(release / factory["subset"] / f"{factory['split']}-00000-of-00001.parquet"))
    assert set(factory["columns"].values()) <= set(row)


def test_environments_take_a_loaded_dataset(release: Path, executor: Executor, tmp_path: Path) -> None:
    from datasets import load_dataset

    rows = load_dataset(str(release), "rl", split="train", cache_dir=str(tmp_path))
    environments = Environments(rows, executor.pool)
    assert set(environments) == set(rows["environment"])
