"""The snippets of the card, one after the other as a reader would run them, on the built folder and a tiny model."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml

TINY = "SFTConfig(max_steps=1, use_cpu=True, bf16=False, report_to=[], save_strategy='no', "
"""What a processor and a test need besides; all else is as in the card."""


def test_the_snippets_of_the_card_run(release: Path, model_folder: Path, tmp_path: Path) -> None:
    card = (release / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", card, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 3
    recipe = yaml.safe_load((release / "recipes" / "axolotl.yaml").read_text(encoding="utf-8"))
    given = {recipe["datasets"][0]["path"]: str(release), recipe["base_model"]: str(model_folder), "SFTConfig(": TINY}
    text = "\n".join(blocks)
    for name, value in given.items():
        assert name in text
        text = text.replace(name, value)
    shown = "print(score, len(sft), len(rl), callable(getattr(environment, row['extra_info']['tool_selection'][0])))"
    done = subprocess.run(
        [sys.executable, "-c", f"{text}\n{shown}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    counts = re.findall(r"\| `(?:sft|rl)` \| train \| (\d+) \|", card)
    assert done.stdout.splitlines()[-1] == f"0.0 {' '.join(counts)} True"
