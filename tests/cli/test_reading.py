"""`report`, `sample` and `show` on a store and on its release: the same facts from both, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.records.derivations import AnswerSpec, CallStep, Derivation, Literal, MapStep, OpStep, Ref
from builder.records.tasks import Task
from builder.store import Store
from tests.releases import build, tiny_executor


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `dive.duckdb` and `release/`."""
    folder = tmp_path_factory.mktemp("made")
    build(folder, tiny_executor(folder / "cache"))
    return folder


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def sources(made: Path) -> list[tuple[str, str]]:
    return [("--store", str(made / "dive.duckdb")), ("--release", str(made / "release"))]


def test_a_sample_is_the_same_from_store_and_release(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [said(capsys, "sample", *source, "-n", "5") for source in sources(made)]
    assert texts[0] == texts[1]
    assert texts[0].count("=>") == 5
    other = said(capsys, "sample", *sources(made)[0], "-n", "5", "--seed", "2")
    assert other != texts[0]


def test_a_sample_never_holds_more_than_there_is(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tasks = json.loads(said(capsys, "sample", *sources(made)[1], "-n", "500", "--json"))
    ids = [Task.model_validate(body).id for body in tasks]
    assert len(ids) == len(set(ids)) == 16


def a_task(made: Path, question: str) -> str:
    with Store.read(made / "dive.duckdb") as store:
        return next(task.id for task in store.tasks() if question in task.question)


def test_show_tells_everything_of_a_kept_task(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    identity = a_task(made, "density of Corsica")
    for source in sources(made):
        text = said(capsys, "show", identity, *source)
        assert "What is the population density of Corsica" in text
        assert "c2 general.atlas.divide" in text
        assert "rows in sft/train" in text
        assert "direct by rules: accepted; 3 calls" in text
        # The proof as a graph: the last division rests on the first, which rests on the look-up.
        assert "answer = s3.quotient" in text
        assert "      │     ├─ dividend = s1.people" in text or "├─ dividend = s2.quotient" in text


def test_show_prints_conversations_when_asked(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    identity = a_task(made, "density of Corsica")
    short, long = (said(capsys, "show", identity, *sources(made)[1], *more) for more in ((), ("--messages",)))
    assert "[system]" not in short
    assert "[system]" in long
    assert 'call island_profile {"island": "Corsica"}' in long


def test_show_as_json_is_the_record(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    identity = a_task(made, "density of Gozo")
    found: list[dict[str, Any]] = [
        json.loads(said(capsys, "show", identity, *source, "--json")) for source in sources(made)
    ]
    assert found[0]["task"] == found[1]["task"]
    assert Task.model_validate(found[0]["task"]).id == identity
    assert found[0]["splits"] == found[1]["splits"] == ["sft/validation"]
    assert {outcome["stage"] for outcome in found[0]["outcomes"]} == {"verify"}


def test_a_task_that_is_in_no_split_says_so(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "in no split" in said(capsys, "show", a_task(made, "density of Sicily"), *sources(made)[0])


@pytest.mark.parametrize("place", [0, 1])
def test_an_id_may_be_short_but_not_ambiguous(made: Path, place: int, capsys: pytest.CaptureFixture[str]) -> None:
    identity, source = a_task(made, "density of Bali"), sources(made)[place]
    assert identity in said(capsys, "show", identity[:14], *source)
    assert main(["show", "task_", *source]) == 1
    assert "beginning of several ids" in capsys.readouterr().err
    assert main(["show", "task_zz", *source]) == 1
    assert "no task or draw task_zz" in capsys.readouterr().err


def test_reading_leaves_a_store_as_it_is(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (made / "dive.duckdb").read_bytes()
    said(capsys, "report", *sources(made)[0])
    assert (made / "dive.duckdb").read_bytes() == before
    # Many may look at once.
    with Store.read(made / "dive.duckdb"):
        said(capsys, "report", *sources(made)[0])


def test_the_report_has_totals_funnel_and_metrics(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "report", *sources(made)[0])
    assert "unique_call_graphs" in text
    body = json.loads(said(capsys, "report", *sources(made)[0], "--json"))
    assert body["totals"]["tasks"] == 16
    assert {"stage": "verify", "status": "done", "reason": "", "records": 16} in body["funnel"]
    assert {"metric": "tools_covered", "scope": "pool", "value": 2.0} in body["metrics"]


def test_the_graph_draws_fan_outs_operators_and_shared_steps_once() -> None:
    from builder.cli.drawing import draw_derivation

    steps = (
        CallStep(id="s1", tool="d.p.near", arguments={"country": Literal(literal="Peru", type="country")}),
        MapStep(id="s2", tool="d.p.size", over=Ref(step="s1", field="all"), parameter="country"),
        OpStep(
            id="s3", op="argmax", inputs={"items": Ref(step="s1", field="all"), "keys": Ref(step="s2", field="km2")}
        ),
    )
    spec = AnswerSpec(kind="entity", type="country")
    assert draw_derivation(Derivation(steps=steps, answer=Ref(step="s3"), spec=spec)) == [
        "answer = s3",
        "└─ s3: [argmax]",
        "   ├─ items = s1.all",
        "   │  └─ s1: near",
        "   │     └─ country = Peru",
        "   └─ keys = s2.km2",
        "      └─ s2: size for each country",
        "         └─ country = s1.all",
        "            └─ s1: near (drawn above)",
    ]
