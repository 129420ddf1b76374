"""The one spelling of country names, and what is no country."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from builder.countries import country_code, country_names
from builder.errors import ToolError
from builder.identity import digest
from builder.testing.small_recipe import tiny_pool
from builder.tools.pool import ToolPool
from builder.tools.tables import TableCache


def test_names_go_by_code_in_order_and_none_has_an_article() -> None:
    names = country_names()
    assert list(names) == sorted(names)
    assert (names["NL"], names["CI"], names["XK"]) == ("Netherlands", "Ivory Coast", "Kosovo")
    assert len(set(names.values())) == len(names)
    assert [name for name in names.values() if name.startswith("The ") or name != name.strip()] == []


@pytest.mark.parametrize("said", ["Netherlands", "the Netherlands", "The Netherlands", "NL", "nl"])
def test_a_country_is_found_by_name_or_code(said: str) -> None:
    assert country_code(said) == "NL"


def test_what_is_no_country_says_what_to_give() -> None:
    with pytest.raises(ToolError, match="give its English short name or ISO 3166-1") as caught:
        country_code("Atlantis")
    assert caught.value.kind == "not_found"


def test_results_of_adapters_that_read_the_names_depend_on_them(tmp_path: Path) -> None:
    specs = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    functions = specs / "general" / "atlas" / "functions.py"
    text = functions.read_text(encoding="utf-8")
    assert ToolPool(specs, TableCache(tmp_path)).runtime("general.atlas").source_digest == digest(text)
    reads = text + "\nfrom builder.countries import country_names\n"
    functions.write_text(reads, encoding="utf-8")
    found = ToolPool(specs, TableCache(tmp_path)).runtime("general.atlas").source_digest
    assert found == digest(reads, dict(country_names()))
