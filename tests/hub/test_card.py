"""The card: one golden file, and a template that can neither show a hole nor lose a part."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from builder.errors import ReleaseError
from builder.hub import measures
from builder.hub.card import SECTIONS, TEXTS, fill
from builder.hub.markdown import fold, number, percent, size, table
from builder.recipe.diversity import METRICS, VENDI_METRICS
from builder.records.attempts import Agreement, JudgePair
from builder.records.releases import Bar, CardFacts, Metric, Solved, SourceFacts, SplitCheck
from builder.resources import dataset_card_dir
from builder.stages.release import release as build_release
from builder.testing.small_store import small_store
from builder.tools.executor import Executor
from tests.releases import SETTINGS

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


def test_figures_stand_to_the_right_and_say_what_they_are() -> None:
    cells = [percent(0.125), number(1060.67), size(1_250_000), number(None)]
    assert cells == ["12.5%", "1,061", "1.2 MB", "–"]
    assert [percent(share) for share in (0.0, 0.0004, 0.0005, 1.0)] == ["0.0%", "under 0.1%", "0.1%", "100.0%"]
    assert table(["a"], [[cell] for cell in cells]).splitlines()[1] == "| ---: |"
    assert table(["a"], [[percent(0.5)], ["none"]]).splitlines()[1] == "| --- |"


def test_a_folded_part_has_its_summary_as_html() -> None:
    assert fold("Tokens (`sft`) < 3", "text") == (
        "<details><summary>Tokens (<code>sft</code>) &lt; 3</summary>\n\ntext\n\n</details>"
    )


def facts(**values: Any) -> CardFacts:
    return CardFacts.model_construct(**values)


def test_the_six_metrics_stand_alone_and_the_others_have_names() -> None:
    found = facts(metrics=tuple(Metric(metric=name, scope="pool", value=3.0) for name in (*METRICS, *VENDI_METRICS)))
    shown, folded = measures.metrics(found).split("<details>")
    assert len(shown.strip().splitlines()) == 2 + 6
    rows = [line for line in folded.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(METRICS) - 6 + len(VENDI_METRICS)
    assert "_" not in folded
    alone = facts(metrics=(Metric(metric="tools_covered", scope="pool", value=3.0),))
    assert "<details>" not in measures.metrics(alone)


def test_a_long_distribution_is_folded() -> None:
    bars = tuple(Bar(dimension="Depth", label=str(number), rows=1) for number in range(measures.LONG))
    assert measures.distributions(facts(bars=bars)).startswith("| Depth | rows | share |")
    longer = (*bars, Bar(dimension="Depth", label="12", rows=1))
    assert measures.distributions(facts(bars=longer)).startswith("<details><summary>Depth: 13 values</summary>")


def test_classes_of_call_graphs_beyond_the_limit_are_one_line() -> None:
    bars = tuple(Bar(dimension="topology", label=f"R{number} P", rows=10) for number in range(measures.LONG + 2))
    lines = measures.topologies(facts(topologies=bars)).splitlines()
    assert lines[2] == "| `R0 P` | 10 | 7.1% |" and lines[2 + measures.LONG] == "| 2 more together | 20 | 14.3% |"
    assert "does not tell" in measures.topologies(facts(topologies=()))


def test_solvers_stand_from_the_weakest_to_the_oracle() -> None:
    found = tuple(Solved(solver=name, tasks=8, share=share) for name, share in (("oracle", 1.0), ("one_hop", 0.0625)))
    lines = measures.solved(facts(solved=found)).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| `one_hop`", "| `oracle`"]
    assert lines[2].endswith("| 8 | 6.2% |")
    assert "not run" in measures.solved(facts(solved=()))


def test_held_out_splits_stand_in_their_order_and_tell_what_is_new() -> None:
    splits = ("rl/test_unseen_domain", "rl/test", "sft/validation")
    counts = dict.fromkeys(SplitCheck.model_fields, 0)
    text = SECTIONS["tests"](facts(tests=tuple(SplitCheck(**{**counts, "split": split}) for split in splits)))
    assert re.findall(r"^- `(.+?)`", text, re.MULTILINE) == list(reversed(splits))
    assert re.findall(r"^\| `(.+?)`", text, re.MULTILINE) == list(reversed(splits))


def test_a_model_that_took_part_is_named_and_nothing_else_is_said() -> None:
    roles = {"collector": "rules", "wording": "rules", "judge": "rules"}
    assert "no model wrote or judged any row" in SECTIONS["roles"](facts(roles=roles))
    assert "by rules" in SECTIONS["worded"](facts(roles=roles))
    mixed = facts(roles={**roles, "wording": "rules (30), some-model (5)"})
    assert "no model" not in SECTIONS["roles"](mixed) and "some-model" in SECTIONS["roles"](mixed)
    assert "worded by a model" in SECTIONS["worded"](mixed)


def test_a_judge_by_model_is_told_with_how_far_it_agrees_with_the_comparators() -> None:
    roles = {"solver": "some-model", "judge": "rules (30), some-model (5)"}
    judge = Agreement(model="some-model", asked=48, agreed=45, right=42, accepted=40, decided=3)
    pair = JudgePair(model="other-model", other="some-model", asked=50, agreed=47)
    text = SECTIONS["roles"](facts(roles=roles, judges=(judge,), judge_pairs=(pair,)))
    assert "- other-model and some-model: agree with each other on 47 of 50 (83.8% to 97.9%)" in text
    assert "| judge | rules (30), some-model (5) |" in text
    assert "- some-model as judge: agrees with the comparators on 45 of 48 (83.2% to 97.9%)" in text
    assert "as judge" not in SECTIONS["roles"](facts(roles=roles))


def test_the_card_of_a_release_tells_what_its_store_knows_of_the_judge(executor: Executor, tmp_path: Path) -> None:
    with small_store(tmp_path / "dive.duckdb", executor) as store:
        asked = [
            {"attempt": f"a{n}", "task": "t", "model": "m", "decidable": True, "comparator": n < 6, "verdict": n < 4}
            for n in range(10)
        ]
        store.submit({"judgements": asked}).result()
        build_release(store, executor.pool, SETTINGS, tmp_path / "release")
    text = (tmp_path / "release" / "README.md").read_text(encoding="utf-8")
    assert "- m as judge: agrees with the comparators on 8 of 10 (49.0% to 94.3%), accepts 4 of 6 right and 0" in text


def test_sources_are_folded_by_domain_under_a_line_for_each() -> None:
    found = [
        SourceFacts(
            provider=provider, title=provider, source="s", packages=(), data_date=date, licence="l", attribution="a",
            tools=2,
        )
        for provider, date in (("general.a", "2024-12"), ("general.b", "1976"), ("medical.c", None))
    ]  # fmt: skip
    text = SECTIONS["sources"](facts(sources=tuple(found)))
    assert "| general | 2 | 4 | 1976 to 2024 |" in text and "| medical | 1 | 2 | – |" in text
    assert text.count("<details>") == 2


def test_recipes_are_code(release: Path) -> None:
    for path in (release / "recipes").glob("*.py"):
        compile(path.read_text(encoding="utf-8"), str(path), "exec")
    for path in (release / "recipes").glob("*.yaml"):
        assert yaml.safe_load(path.read_text(encoding="utf-8"))
