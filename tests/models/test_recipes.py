"""The settings files of docs/models/ load, and say what their pages say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from builder.settings import Settings

PAGES = Path(__file__).parents[2] / "docs" / "models"


@pytest.mark.parametrize("page", ["one_gpu", "several_servers", "hosted", "every_role"])
def test_the_settings_of_a_page_load(page: str) -> None:
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    (body,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    settings = Settings.parse(body, page)
    assert "solver" in settings.model_roles and settings.model.endpoints
    assert (settings.model.key_variable is not None) == (page == "hosted")


def test_the_four_lines_of_the_first_page_are_enough() -> None:
    text = (PAGES / "README.md").read_text(encoding="utf-8")
    (body,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    rest = "\n[synthesize]\nwaves = 1\ndraws_per_wave = 1\n[select]\nsft = 1\nsft_validation = 1\nrl = 1\nrl_test = 1\n"
    assert Settings.parse(body + rest, "README").model_roles == {"worder": "word.worder", "solver": "solve.solver"}
