"""Every kind of broken spec: named by file and key, with what was expected, what was found, and what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from builder.errors import SpecProblem
from builder.testing.small_recipe import tiny_pool
from builder.tools.audit import audit
from builder.tools.licences import families, metadata_families
from builder.tools.recording import record_all
from builder.tools.tables import TableCache

ATLAS = "general/atlas"
PROFILE, DIVIDE, PROVIDER = f"{ATLAS}/island_profile.toml", f"{ATLAS}/divide.toml", f"{ATLAS}/provider.toml"
FUNCTIONS = f"{ATLAS}/functions.py"
PACKAGE = '[[packages]]\nname = "pydantic"\nversion = "{}"\nlicence = "{}"\n'


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """A recorded copy of the tiny pool."""
    root = Path(shutil.copytree(tiny_pool(), tmp_path / "specs"))
    record_all(root, TableCache(tmp_path / "cache"))
    return root


def problems(root: Path, inside: str = "") -> tuple[SpecProblem, ...]:
    return audit(root, TableCache(root.parent / "cache"), inside).problems


def change(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_sound_pool_has_no_problems(specs: Path) -> None:
    found = audit(specs, TableCache(specs.parent / "cache"))
    assert found.problems == ()
    assert (found.tools, found.examples, found.skipped) == (2, 6, {})


FIELD = 'description = "The quotient"'
NAME = 'description = "English name of the island"'
LISTED = 'value = "name"'
TABLE = "def islands_table() -> list[dict[str, object]]:"
KEPT, KEPT_TABLES = f"{ATLAS}/recorded/divide.json", f"{ATLAS}/recorded/_tables.json"


def covered(column: str, where: str = "true") -> str:
    return f'{NAME}\ncoverage = {{ table = "general.atlas.islands", column = "{column}", where = "{where}" }}'


BROKEN = [
    # in which file, what becomes what; then the file and key of the finding, and words of it
    (DIVIDE, "description", "descripton", DIVIDE, "descripton", "Extra inputs"),
    (DIVIDE, 'kind = "function"', "kind = function", DIVIDE, "-", "not TOML"),
    (DIVIDE, '"processing"', '"thinking"', DIVIDE, "role", "'retrieval' or 'processing'"),
    (DIVIDE, 'type = "number"', 'type = "ratio"', DIVIDE, "parameters.dividend.type", "unknown type ratio"),
    (DIVIDE, FIELD, FIELD + '\nphrases = ["{x}"]', DIVIDE, "returns.quotient.phrases", "one of dividend, divisor"),
    (DIVIDE, FIELD, FIELD + '\nphrases = ["{x"]', DIVIDE, "returns.quotient.phrases", "expected '}'"),
    (DIVIDE, FIELD, FIELD + '\nhigher = "beats {dividend}"', DIVIDE, "returns.quotient.higher", "expected plain words"),
    (
        DIVIDE,
        FIELD,
        FIELD + '\nphrases = ["the quotient", "the quotient"]',
        DIVIDE,
        "returns.quotient.phrases",
        "that differ",
    ),
    (DIVIDE, FIELD, FIELD + '\nphrases = ["the quotient."]', DIVIDE, "returns.quotient.phrases", "without a full stop"),
    (DIVIDE, FIELD, FIELD + '\nask = ["How much?"]\nasked = false', DIVIDE, "returns.quotient.asked", "no words for"),
    (DIVIDE, FIELD, FIELD + '\nabove = "are large"', DIVIDE, "returns.quotient.above", "expected {value} once"),
    (DIVIDE, 'function = "divide"', 'function = "devide"', DIVIDE, "function", "no function devide"),
    (DIVIDE, "divisor = 3", "divisor = 0", DIVIDE, "examples.0", "the divisor is 0"),
    (DIVIDE, 'error = "invalid_value"', 'error = "not_found"', DIVIDE, "examples.2", "not not_found"),
    (DIVIDE, "dividend = 9", "dividend = 8", KEPT, "examples", "other examples"),
    (FUNCTIONS, "/ divisor", "/ divisor + 1", KEPT, "examples.0", "result.quotient: expected 3.0, found 4.0"),
    (FUNCTIONS, "def divide(", "def divide(:", FUNCTIONS, "line 25", "not Python"),
    (FUNCTIONS, '{"quotient":', '{"ratio":', DIVIDE, "examples.0", "returned ['ratio']"),
    (FUNCTIONS, '"Gozo": (39300', '"Gozo": (39301', KEPT_TABLES, "islands", "expected 12 rows"),
    (FUNCTIONS, TABLE, TABLE + "\n    raise KeyError('gone')", PROVIDER, "tables", "KeyError"),
    (PROFILE, "WHERE name = $island", "WHERE nam = $island", PROFILE, "examples.0", '"nam" not found'),
    (PROFILE, NAME, covered("name", "people > 1e9"), PROFILE, "parameters.island.coverage", "found none"),
    (PROFILE, NAME, covered("nam"), PROFILE, "parameters.island.coverage", '"nam" not found'),
    (PROFILE, NAME, covered("lower(name)"), PROFILE, "parameters.island.coverage", "that it does not list"),
    (
        "types.toml",
        "[number]\n",
        '[number]\nparent = "gone"\n',
        "types.toml",
        "number.parent",
        "unknown type gone",
    ),
    ("types.toml", LISTED, 'value = "nam"', "types.toml", "island.listing", '"nam" not found'),
    ("types.toml", LISTED, LISTED + '\nwhere = "people < 0"', "types.toml", "island.listing", "found none"),
    ("types.toml", LISTED, LISTED + "\n[island.x]", "types.toml", "island.x", "Extra inputs"),
    (PROVIDER, "[tables", PACKAGE.format("0.1", "MIT") + "[tables", PROVIDER, "packages", "needs pydantic==0.1, found"),
]


@pytest.mark.parametrize(("file", "old", "new", "where", "key", "words"), BROKEN)
def test_a_broken_spec_is_named(specs: Path, file: str, old: str, new: str, where: str, key: str, words: str) -> None:
    change(specs, file, old, new)
    found = [p for p in problems(specs) if (p.file, p.key) == (where, key)]
    assert [p for p in found if words in p.problem], problems(specs)
    assert all(p.remedy for p in found)


def test_a_cycle_of_types_is_named(specs: Path) -> None:
    change(specs, "types.toml", "[inhabitants]\nkind", '[inhabitants]\nparent = "number"\nkind')
    change(specs, "types.toml", "[number]\nkind", '[number]\nparent = "inhabitants"\nkind')
    found = {p.key: p for p in problems(specs) if "cycle" in p.problem}
    assert {p.file for p in found.values()} == {"types.toml"}
    assert "found the cycle number > inhabitants > number" in found["number.parent"].problem
    assert "take the parent away" in found["number.parent"].remedy


def test_a_type_of_a_domain_is_named_with_its_own_file(specs: Path) -> None:
    (specs / "types").mkdir()
    body = '[depth]\nkind = "quantity"\nparent = "gone"\ndescription = "x"\nnoun = "x"\nplural = "x"\n'
    (specs / "types" / "general.toml").write_text(body + 'schema = { type = "number" }\n', encoding="utf-8")
    (found,) = problems(specs)
    assert (found.file, found.key) == ("types/general.toml", "depth.parent")
    assert "unknown type gone, expected one of" in found.problem


def test_a_name_that_two_tools_have_is_named(specs: Path) -> None:
    other = specs / "general" / "reefs"
    shutil.copytree(specs / ATLAS, other)
    shutil.rmtree(other / "recorded")
    (other / "island_profile.toml").unlink()
    found = [p for p in problems(specs) if p.key == "id"]
    assert [(p.file, p.problem) for p in found] == [
        ("general/reefs/divide.toml", "expected a name of its own, found divide, which general.atlas.divide has")
    ]
    assert found[0].remedy.startswith("rename the file")


def test_an_unknown_type_is_told_with_the_nearest(specs: Path) -> None:
    change(specs, DIVIDE, 'type = "quotient"', 'type = "quotent"')
    assert any(p.problem.endswith("such as quotient") for p in problems(specs, DIVIDE))


def test_labels_that_name_two_values_are_named(specs: Path) -> None:
    change(specs, "types.toml", 'value = "name"', 'value = "name"\nlabel = "name[1]"')
    change(specs, "types.toml", 'plural = "islands"', 'plural = "islands"\ndisplay = "the island {label}"')
    (found,) = problems(specs)
    assert (found.file, found.key) == ("types.toml", "island.listing.label")
    assert "'B' names 'Bali', 'Bornholm'" in found.problem
    # Shown with its value, a literal is plain whatever its label.
    change(specs, "types.toml", "the island {label}", "{label} ({value})")
    assert problems(specs) == ()


def test_all_problems_are_found_at_once_and_sound_tools_still_run(specs: Path) -> None:
    change(specs, DIVIDE, 'role = "processing"', 'role = "thinking"')
    change(specs, PROFILE, "WHERE name = $island", "WHERE nam = $island")
    found = {p.file for p in problems(specs)}
    assert {DIVIDE, PROFILE} <= found


def test_what_stands_on_a_broken_type_is_not_blamed_again(specs: Path) -> None:
    change(specs, "types.toml", "[quotient]\n", "[quotient]\ncolour = 1\n")
    assert [(p.file, p.key) for p in problems(specs)] == [
        (DIVIDE, "returns.quotient.type"),
        ("types.toml", "quotient.colour"),
    ]


def test_a_path_narrows_the_check(specs: Path) -> None:
    change(specs, DIVIDE, "divisor = 3", "divisor = 0")
    assert problems(specs, PROFILE) == ()
    assert [p.key for p in problems(specs, DIVIDE)] == ["examples.0"]
    assert [p.key for p in problems(specs, ATLAS)] == ["examples.0"]


def test_recorded_results_without_a_tool_are_named(specs: Path) -> None:
    (specs / DIVIDE).rename(specs / ATLAS / "quotient_of.toml")
    assert {p.file for p in problems(specs) if "no such tool" in p.problem} == {f"{ATLAS}/recorded/divide.json"}


def test_a_licence_other_than_the_package_says_is_named(specs: Path) -> None:
    from importlib.metadata import version

    new = PACKAGE.format(version("pydantic"), "GPL-3.0-only")
    change(specs, PROVIDER, "[tables.islands]", new + "[tables.islands]")
    (found,) = [p for p in problems(specs) if p.key == "packages.0.licence"]
    assert found.problem == "expected MIT as pydantic says, found GPL-3.0-only"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("BSD-3-Clause", {"BSD"}),
        ("License :: OSI Approved :: BSD License", {"BSD"}),
        ("GNU Lesser General Public License v3 (LGPLv3)", {"LGPL"}),
        ("GNU General Public License v2", {"GPL"}),
        ("Apache-2.0 OR BSD-3-Clause", {"Apache-2.0", "BSD"}),
        ("CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", {"public domain"}),
        ("Permission granted to submit patches", set()),
    ],
)
def test_licence_families(text: str, names: set[str]) -> None:
    assert families(text) == names


def test_licence_families_of_installed_packages() -> None:
    assert metadata_families("pytest") == {"MIT"}
    assert metadata_families("duckdb") == {"MIT"}


def test_a_long_result_is_kept_as_its_digest(specs: Path, tmp_path: Path) -> None:
    change(
        specs,
        FUNCTIONS,
        'return {"quotient": dividend / divisor}',
        'return {"quotient": dividend / divisor, "digits": "1" * 30_000}',
    )
    change(specs, DIVIDE, "[[examples]]", '[returns.digits]\ntype = "digits"\ndescription = "Many"\n[[examples]]')
    types = specs / "types.toml"
    more = '[digits]\nkind = "text"\ndescription = "x"\nnoun = "x"\nplural = "x"\nschema = { type = "string" }\n'
    types.write_text(types.read_text(encoding="utf-8") + more, encoding="utf-8")
    record_all(specs, TableCache(tmp_path / "cache"))
    kept = json.loads((specs / ATLAS / "recorded" / "divide.json").read_text(encoding="utf-8"))
    assert set(kept["examples"][0]) == {"arguments", "digest", "length"}
    assert problems(specs) == ()
    change(specs, FUNCTIONS, "30_000", "30_001")
    assert [p.file for p in problems(specs)] == [f"{ATLAS}/recorded/divide.json"] * 2


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"examples": [1]}', '{"examples": {}}', "[" * 100_000, "\x00", '{"examples": null}']
)
@pytest.mark.parametrize("name", ["divide", "_tables"])
def test_a_recorded_file_that_is_none_is_told(specs: Path, name: str, text: str) -> None:
    path = specs / ATLAS / "recorded" / f"{name}.json"
    assert path.is_file()
    path.write_text(text, encoding="utf-8")
    file = f"{ATLAS}/recorded/{name}.json"
    found = [problem for problem in problems(specs) if problem.file == file]
    assert found and all("\n" not in str(problem) for problem in found)
    assert name == "_tables" or found[0].problem.startswith("cannot be read: ")
