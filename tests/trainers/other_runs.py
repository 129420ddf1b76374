"""verl's dataset and reward, LLaMA-Factory's converter, and `datasets` 4.0.0, on the release's own files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from release_rows import rows

PLAIN = ("sft_hermes", "sft_sharegpt", "rl", "tools", "tasks")


def test_verl_reads_and_collates_and_scores(release: Path, tokenizer_folder: Path, tmp_path: Path) -> None:
    from omegaconf import OmegaConf
    from transformers import AutoTokenizer
    from verl.utils.dataset.rl_dataset import RLHFDataset, collate_fn

    from builder.rewards import compute_score

    config = OmegaConf.create(
        {"cache_dir": str(tmp_path), "prompt_key": "prompt", "max_prompt_length": 16_384, "return_raw_chat": True,
         "filter_overlong_prompts_workers": 1, "need_tools_kwargs": False}
    )  # fmt: skip
    for split in ("train", "test", "test_unseen_toolset", "test_unseen_tool"):
        path = release / "rl" / f"{split}-00000-of-00001.parquet"
        dataset = RLHFDataset(str(path), AutoTokenizer.from_pretrained(tokenizer_folder), config)
        expected = rows(release, "rl", split)
        assert len(dataset) == len(expected) > 0
        batch = collate_fn([dataset[index] for index in range(len(dataset))])
        assert [list(chat) for chat in batch["raw_prompt"]] == [row["prompt"] for row in expected]
        for index, row in enumerate(expected):
            truth = batch["reward_model"][index]["ground_truth"]
            wrong = compute_score(
                batch["data_source"][index], "<answer>zzz</answer>", truth, batch["extra_info"][index]
            )
            assert truth == row["answer"] and wrong == 0.0


def converter(release: Path) -> Any:
    """LLaMA-Factory's converter for our entry of dataset_info.json.

    Its package of data readers imports all of training; only the converter's modules are loaded.
    """
    import importlib.util

    found = importlib.util.find_spec("llamafactory")
    assert found is not None and found.submodule_search_locations
    package = types.ModuleType("llamafactory.data")
    package.__path__ = [str(Path(found.submodule_search_locations[0]) / "data")]
    sys.modules["llamafactory.data"] = package
    from llamafactory.data.converter import SharegptDatasetConverter
    from llamafactory.data.parser import DatasetAttr

    entry = json.loads((release / "dataset_info.json").read_text(encoding="utf-8"))["dive_sft"]
    attributes = DatasetAttr("hf_hub", dataset_name=entry["hf_hub_url"])
    attributes.join(entry)
    return SharegptDatasetConverter(attributes, None)


def test_llamafactory_keeps_every_row(release: Path) -> None:
    convert = converter(release)
    found = rows(release, "sft_sharegpt")
    assert found
    for row, sft in zip(found, rows(release, "sft"), strict=True):
        made = convert(row)
        assert len(made["_prompt"]) == len(row["conversations"]) - 1, row["id"]
        assert [message["content"] for message in made["_response"]] == [row["conversations"][-1]["value"]]
        assert made["_system"] == sft["messages"][0]["content"]
        assert json.loads(made["_tools"]) == sft["tools"]


@pytest.mark.parametrize("config", PLAIN)
def test_plain_configs_load_with_old_datasets(config: str, release: Path, tmp_path: Path) -> None:
    program = (
        "import json, sys, datasets; assert datasets.__version__ == '4.0.0'; "
        "found = datasets.load_dataset(sys.argv[1], sys.argv[2], cache_dir=sys.argv[3]); "
        "name = 'tool_id' if sys.argv[2] == 'tools' else 'id'; "
        "print(json.dumps({split: rows[:][name] for split, rows in found.items()}))"
    )
    words = [os.environ["OLD_LOADERS"], "-c", program, str(release), config, str(tmp_path)]
    env = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"} | {"HF_HOME": str(tmp_path)}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    splits = sorted(path.name.split("-")[0] for path in (release / config).glob("*.parquet"))
    assert sorted(seen) == splits
    for split, ids in seen.items():
        assert ids == [row.get("id") or row["tool_id"] for row in rows(release, config, split)]
