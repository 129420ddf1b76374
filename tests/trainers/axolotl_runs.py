"""Axolotl itself on the release's own recipe, in its own environment: it prepares every row and takes two steps."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import yaml
from release_rows import rows

MASKED = -100
"""The label of a token that is not trained."""

TWO_STEPS = {
    "max_steps": 2, "gradient_accumulation_steps": 1, "optimizer": "adamw_torch", "bf16": False, "use_cpu": True,
    "dataset_prepared_path": "prepared",
}  # fmt: skip


def trained(release: Path, model: Path, folder: Path) -> str:
    """What `axolotl train` says with the recipe on this release, a tiny model and a processor."""
    recipe = yaml.safe_load((release / "recipes" / "axolotl.yaml").read_text(encoding="utf-8"))
    [dataset] = recipe["datasets"]
    # A folder has no revisions.
    dataset |= {"path": str(release)}
    del dataset["revision"]
    recipe |= {"base_model": str(model), **TWO_STEPS}
    (folder / "axolotl.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    env = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    env |= {"HF_HOME": str(folder), "AXOLOTL_DO_NOT_TRACK": "1", "CUDA_VISIBLE_DEVICES": ""}
    words = [os.environ["AXOLOTL"], "-m", "axolotl.cli.train", "axolotl.yaml"]
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout + done.stderr


def test_axolotl_keeps_every_row_and_trains_on_the_assistant_alone(
    release: Path, model_folder: Path, tmp_path: Path
) -> None:
    from datasets import load_from_disk
    from transformers import AutoTokenizer

    said = trained(release, model_folder, tmp_path)
    [loss] = re.findall(r"'train_loss': '?([\d.]+)", said)
    assert float(loss) > 0
    [folder] = [path for path in (tmp_path / "prepared").iterdir() if path.is_dir()]
    prepared, expected = load_from_disk(str(folder)), rows(release, "sft")
    assert len(prepared) == len(expected) > 0
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    texts = [tokenizer.decode([token for token in row["labels"] if token != MASKED]) for row in prepared]
    for row in expected:
        # Axolotl sorts rows by length, so a row is known by its answer.
        final = row["messages"][-1]["content"]
        [text] = {text for text in texts if final in text}
        for message in row["messages"]:
            for call in message.get("tool_calls", ()):
                assert f'"name": "{call["function"]["name"]}"' in text
            if message["role"] in ("system", "user") or (message["role"] == "tool" and len(message["content"]) > 20):
                assert message["content"] not in text
