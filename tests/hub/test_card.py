"""The card: one golden file, and a template that can neither show a hole nor lose a part."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from builder.errors import ReleaseError
from builder.hub.card import SECTIONS, TEXTS, fill, table
from builder.resources import dataset_card_dir

DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
VERSIONS = re.compile(r"dashscope [\d.]+")


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "CHANGELOG.md"])
def test_texts_are_the_golden_ones(release: Path, golden: Callable[[str, str], None], name: str) -> None:
    text = (release / name).read_text(encoding="utf-8")
    # What follows from package versions is masked: an update of the lock is no change of the card.
    text = VERSIONS.sub("dashscope <version>", DIGEST.sub("<digest>", text))
    text = re.sub(r"\d+ kB", "<size>", text)
    golden(f"release/{name}", text)


def test_front_matter_names_every_config_and_no_features(release: Path) -> None:
    _, head, _ = (release / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    body = yaml.safe_load(head)
    assert "dataset_info" not in body
    configs = {config["config_name"]: config for config in body["configs"]}
    assert list(configs) == ["sft", "sft_hermes", "sft_sharegpt", "rl", "tools", "tasks"]
    assert [name for name, config in configs.items() if config.get("default")] == ["sft"]
    for config in configs.values():
        for data in config["data_files"]:
            assert list(release.glob(data["path"])), data


def test_every_template_is_filled_and_every_section_used() -> None:
    folder = dataset_card_dir()
    for name, slots in TEXTS.items():
        template = (folder / f"{name}.tmpl").read_text(encoding="utf-8")
        assert fill(template, dict.fromkeys(slots, "")).count("{{") == 0
    templates = {path.relative_to(folder).as_posix() for path in folder.rglob("*.tmpl")}
    assert templates == {f"{name}.tmpl" for name in TEXTS}
    assert set(TEXTS["README.md"]) == set(SECTIONS)


def test_a_missing_or_unused_slot_is_named() -> None:
    with pytest.raises(ReleaseError, match="no value for b; no slot for c"):
        fill("{{a}} {{b}}", {"a": "1", "c": "2"})


def test_braces_in_a_value_are_no_slots() -> None:
    assert fill("{{a}}-{{b}}", {"a": "{{b}}", "b": "x"}) == "{{b}}-x"


def test_tables_survive_what_stands_in_them() -> None:
    assert table(["a", "b"], [["x|y\nz", 1234], ["", 0.5]]) == (
        "| a | b |\n| --- | ---: |\n| x\\|y z | 1,234 |\n|  | 0.50 |"
    )


def test_recipes_are_code(release: Path) -> None:
    for path in (release / "recipes").glob("*.py"):
        compile(path.read_text(encoding="utf-8"), str(path), "exec")
    for path in (release / "recipes").glob("*.yaml"):
        assert yaml.safe_load(path.read_text(encoding="utf-8"))
