"""Settings: what is wrong is named with file, key and remedy; what changes data changes the fingerprint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builder.errors import SettingsError
from builder.settings import Settings, not_data, profiles

SMOKE = Settings.profile("smoke")
SELECT = (
    "synthesize = { waves = 1, draws_per_wave = 1 }\nselect = { sft = 1, sft_validation = 1, rl = 1, rl_test = 1 }\n"
)
SERVED = '[model]\nname = "m"\nendpoints = ["http://h/v1"]\n'
NAMED = SMOKE.replace(
    {
        "model.name": "some",
        "model.endpoints": ["http://127.0.0.1:8/v1"],
        "model.prices": {"some": {"prompt": 1.0, "completion": 1.0}},
        "held_out.domain": "academic",
    }
)
OTHER_VALUES: dict[str, Any] = {
    "run_seed": 99,
    "allowed_failures": 0.01,
    "pool.specs": "/elsewhere",
    "pool.cache": "/elsewhere",
    "pool.quarantine": ["general.x.y"],
    "engine.workers": 3,
    "engine.shard_size": 3,
    "engine.cached_calls": 3,
    "synthesize.rounds": 1,
    "synthesize.waves": 9,
    "synthesize.draws_per_wave": 9,
    "synthesize.limit": 9,
    "synthesize.collector": "model",
    "synthesize.deriver": "model",
    "synthesize.collect_steps": 3,
    "synthesize.derive_tries": 1,
    "synthesize.flagged": "allow",
    "model.engine": "vllm",
    "model.vllm": {"max_model_len": 4096},
    "model.name": "other",
    "model.endpoints": ["http://127.0.0.1:9/v1"],
    "model.key_variable": "OTHER_KEY",
    "model.in_flight": 9,
    "model.deadline": 9.0,
    "model.tries": 9,
    "model.patience": 9.0,
    "model.strict_tools": False,
    "model.temperature": 0.1,
    "model.top_p": 0.1,
    "model.max_tokens": 99,
    "model.budget": 9,
    "model.budget_money": 9.0,
    "model.budget_seconds": 9.0,
    "model.prices": {"some": {"prompt": 1.0, "completion": 2.0}, "other": {"prompt": 1.0, "completion": 2.0}},
    "model.currency": "EUR",
    **{
        f"model.{role}.{key}": value
        for role in ("collector", "deriver", "worder", "solver", "judge", "second_judge")
        for key, value in {
            "name": "some",
            "endpoints": ["http://127.0.0.1:9/v1"],
            "key_variable": "OTHER_KEY",
            "in_flight": 9,
            "strict_tools": False,
            "temperature": 0.1,
            "top_p": 0.1,
            "max_tokens": 99,
        }.items()
    },
    "word.worder": "model",
    "word.tries": 5,
    "solve.solver": "model",
    "solve.samples": 9,
    "solve.turns": 9,
    "solve.adaptive": True,
    "judge.judge": "model",
    "judge.checks": 0.5,
    "judge.second": "model",
    "select.sft": 9,
    "select.sft_validation": 9,
    "select.rl": 9,
    "select.rl_test": 9,
    "select.rl_test_unseen_toolset": 9,
    "select.rl_test_unseen_tool": 9,
    "select.rl_test_unseen_domain": 9,
    "live.mode": "record",
    "live.recordings": "/elsewhere",
    "live.contact": "mailto:someone@example.org",
    "live.grants": [{"provider": "general.service", "host": "local.test", "variable": "SOME_KEY"}],
    "live.servers": [{"provider": "general.service", "home": "/elsewhere"}],
    "live.loopback": True,
    "dedup.near_text": 0.9,
    "dedup.anchors": 5,
    "dedup.most_common": 99,
    "dedup.embeddings": "/elsewhere",
    "dedup.embeddings_sha256": "f" * 64,
    "dedup.cosine": 0.9,
    "decontaminate.lists": "/elsewhere",
    "decontaminate.on_hit": "fail",
    "held_out.tools": 0.1,
    "held_out.providers": 3,
    "held_out.names": ["general.paper"],
    "held_out.domain": "medical",
    "held_out.draws": 0.5,
}


def test_shipped_profiles_load_and_differ() -> None:
    assert profiles() == ["default", "dive", "smoke", "unseen_domain"]
    prints = {Settings.profile(name).fingerprint("pool") for name in profiles()}
    assert len(prints) == len(profiles())


def test_each_field_is_in_the_fingerprint_or_says_why_not() -> None:
    reasons = not_data(NAMED)
    fields = set(NAMED.data()) | set(reasons)
    assert fields == set(OTHER_VALUES)
    assert all(reasons.values())
    for key, value in OTHER_VALUES.items():
        # A judge needs a model's answers, a second one a first, and a model's evidence a model, so these roles come
        # with others; a file comes with its digest.
        embedded = {"dedup.embeddings": "/here", "dedup.embeddings_sha256": "0" * 64}
        base = NAMED.replace(
            {
                "judge.judge": {"solve.solver": "model"},
                "judge.second": {"solve.solver": "model", "judge.judge": "model", "model.second_judge.name": "another"},
                "synthesize.collector": {"synthesize.deriver": "model"},
                "dedup.embeddings": embedded,
                "dedup.embeddings_sha256": embedded,
            }.get(key, {})
        )
        changed = base.replace({key: value}).fingerprint("pool") != base.fingerprint("pool")
        assert changed == (key not in reasons), key


def test_another_pool_is_another_fingerprint() -> None:
    assert SMOKE.fingerprint("pool") != SMOKE.fingerprint("other pool")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("runseed = 3", ["runseed: unknown key", "did you mean run_seed?"]),
        ("[engine]\nworker = 2", ["engine.worker: unknown key", "did you mean workers?"]),
        ("[zzz]\na = 1", ["zzz: unknown key", "known here: allowed_failures, decontaminate"]),
        ('run_seed = "3"', ["run_seed: ", "valid integer, not '3'"]),
        ("[engine]\nworkers = true", ["engine.workers: ", "valid integer"]),
        ("[engine]\nshard_size = 0", ["engine.shard_size: ", "greater than or equal to 1"]),
        ('[pool]\nquarantine = "a.b.c"', ["pool.quarantine: ", "array"]),
        ("run_seed = 2026-01-01", ["run_seed: ", "2026-01-01"]),
        ("", ["select: missing", "default.toml shows a value"]),
        (f'{SELECT}[solve]\nsolver = "model"', ["solve.solver is a model's", "model.name"]),
        (f'{SELECT}[model]\nendpoints = ["127.0.0.1:8000"]', ["model.endpoints", "no http://"]),
        (f'{SELECT}[model.solver]\nendpoints = ["127.0.0.1:8000"]', ["model.solver.endpoints", "no http://"]),
        (f'{SELECT}[model.solver]\nnam = "x"', ["model.solver.nam: unknown key", "did you mean name?"]),
        (f'{SELECT}[judge]\njudge = "model"\n{SERVED}', ["judge.judge", 'set solve.solver = "model"']),
        (f'{SELECT}[judge]\nsecond = "model"\n{SERVED}', ["judge.second", 'set judge.judge = "model" too']),
        (
            f'{SELECT}[solve]\nsolver = "model"\n[judge]\njudge = "model"\nsecond = "model"\n{SERVED}',
            ["judge.second: both judges are 'm'", "[model.second_judge]"],
        ),
        (
            f'{SELECT}[model]\nname = "m"\nendpoints = ["http://h/v1"]\nbudget_money = 5.0\n[solve]\nsolver = "model"',
            ["model.prices.'m'"],
        ),
        ("a = ", ["not TOML", "mend the syntax"]),
    ],
)
def test_a_mistake_is_named_with_file_key_and_remedy(tmp_path: Path, text: str, words: list[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        Settings.load(path)
    for word in [*words, str(path)]:
        assert word in str(caught.value)


def test_all_mistakes_of_a_file_are_told_together() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.parse('run_seed = "x"\nseeed = 1', "f.toml")
    assert {line.split(": ")[1] for line in str(caught.value).splitlines()} >= {"run_seed", "seeed"}


def test_a_missing_file_and_an_unknown_profile_say_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="profile: default, dive, smoke, unseen_domain"):
        Settings.load(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="there are default, dive, smoke"):
        Settings.profile("huge")


def test_replacing_is_checked_like_a_file() -> None:
    assert SMOKE.replace({"engine.workers": 7}).engine.workers == 7
    for key in ("engine.wrkers", "motor.workers", "run_seed.x"):
        with pytest.raises(SettingsError, match=key):
            SMOKE.replace({key: 1})


def test_a_file_written_out_in_full_loads_as_itself(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'run_seed = 4\n[pool]\nquarantine = ["a.b.c"]\n'
        "[synthesize]\nwaves = 1\ndraws_per_wave = 2\nlimit = 1\n"
        "[select]\nsft = 1\nsft_validation = 1\nrl = 1\nrl_test = 1\n",
        encoding="utf-8",
    )
    loaded = Settings.load(path)
    assert loaded.pool.quarantine == ("a.b.c",)
    assert loaded.replace({}) == loaded


def test_most_in_flight_is_of_the_role_with_the_most_places() -> None:
    one, two = "http://127.0.0.1:8000/v1", "http://127.0.0.1:8001/v1"
    settings = Settings.profile("smoke").replace(
        {
            "word.worder": "model",
            "solve.solver": "model",
            "model.name": "m",
            "model.endpoints": [one],
            "model.in_flight": 8,
            "model.worder": {"endpoints": [one, two], "in_flight": 5},
            "model.judge": {"in_flight": 90},
        }
    )
    # The solver has 8 places, the worder 2 * 5; no model judges.
    assert settings.most_in_flight == 10
