"""What is wrong with the spec of a code tool is told by file, key and reason, before anything is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache
from tests.tools.code.programs import code_specs

ROOTS, RUN, QUERY, TOTALS = (f"{name}.toml" for name in ("square_roots", "run_it", "query_it", "group_totals"))
SELECT = "SELECT label, sum(value) AS total FROM data GROUP BY label HAVING sum(value) >= $limit ORDER BY label"

CASES = {
    "no code": (RUN, '[code]\nlanguage = "python"\nprogram_from = "program"\n', "", "code", "a code tool has [code]"),
    "code elsewhere": (RUN, 'kind = "code"', 'kind = "function"', "code", "a function tool has no code"),
    "unknown key": (RUN, 'language = "python"', 'language = "python"\nshell = true', "code.shell", "Extra inputs"),
    "unknown language": (RUN, 'language = "python"', 'language = "bash"', "code.language", "'python' or 'sql'"),
    "two programs": (RUN, "program_from", 'program = "print(1)"\nprogram_from', "code", "name one"),
    "no program": (RUN, 'program_from = "program"\n', "", "code", "name one"),
    "a function besides": (RUN, 'role = "processing"', 'role = "processing"\nfunction = "f"', "function", "has no"),
    "a query besides": (RUN, 'role = "processing"', 'role = "processing"\nsql = "x"', "sql", "has no sql"),
    "unknown parameter": (RUN, 'from = "program"', 'from = "text"', "code.program_from", "no parameter text"),
    "optional program": (RUN, '"The program"', '"x"\nrequired = false', "parameters.program", "must be given"),
    "many programs": (RUN, '"The program"', '"x"\nmany = true', "parameters.program", "one text"),
    "a program that is a number": (RUN, 'type = "note"\ndescription = "The program"',
        'type = "number"\ndescription = "x"', "parameters.program", "one text"),
    "another field": (RUN, "[returns.output]", "[returns.result]", "returns", "`output`"),
    "tables of a program": (RUN, "[parameters", '[code.tables.data]\nrows = "program"\n[parameters', "code.tables", ""),
    "broken program": (ROOTS, "if 13 in", "if 13 on", "code.program", "not Python: line 8"),
    "broken select": (ROOTS, '"about.count"', '"about..count"', "returns.count.select", "selects nothing"),
    "no tables": (QUERY, '[code.tables.data]\nrows = "csv"\n', "", "code.tables", "a query needs rows"),
    "two sources of rows": (QUERY, 'rows = "csv"', 'rows = "csv"\ncolumns = { a = "csv" }', "code.tables.data", "one"),
    "unknown rows": (QUERY, 'rows = "csv"', 'rows = "text"', "code.tables.data.rows", "no parameter text"),
    "odd table": (QUERY, "[code.tables.data]", '[code.tables."a b"]', "code.tables.a b", "is no name"),
    "column of no list": (TOTALS, 'value = "values"', 'value = "limit"', "code.tables.data.columns.value", "no list"),
    "odd column": (TOTALS, 'value = "values"', '"1x" = "values"', "code.tables.data", "'1x' is no name"),
    "unknown value": (TOTALS, "$limit", "$least", "code.program", "$least is no parameter"),
    "no SELECT": (TOTALS, SELECT, "DELETE FROM data", "code.program", "no SELECT"),
    "two statements": (TOTALS, SELECT, "SELECT 1; SELECT 2", "code.program", "2 statements"),
    "no SQL": (TOTALS, SELECT, "SELEKT 1", "code.program", "not SQL"),
    "nothing selected": (TOTALS, 'select = "rows[*][1]"\n', "", "returns", "say with select"),
    "translation": (RUN, '"The program"', '"x"\nsent = { table = "general.atlas.islands", by = ["a"], column = "b" }',
        "parameters.program.sent", "only a service"),
}  # fmt: skip


def told(folder: Path, file: str, old: str, new: str) -> list[str]:
    specs = code_specs(folder / "specs")
    path = specs / "general" / "programs" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return [str(problem) for problem in sound_pool(specs, TableCache(folder / "cache")).problems]


def test_these_specs_are_sound(tmp_path: Path) -> None:
    assert sound_pool(code_specs(tmp_path / "specs"), TableCache(tmp_path / "cache")).problems == ()


@pytest.mark.parametrize(("file", "old", "new", "key", "says"), CASES.values(), ids=CASES)
def test_a_broken_spec_is_told(file: str, old: str, new: str, key: str, says: str, tmp_path: Path) -> None:
    problems = told(tmp_path, file, old, new)
    wanted = [p for p in problems if p.startswith(f"general/programs/{file}: {key}") and says in p]
    assert wanted, problems


def test_a_query_needs_duckdb_pinned(tmp_path: Path) -> None:
    specs = code_specs(tmp_path / "specs")
    provider = specs / "general" / "programs" / "provider.toml"
    text = provider.read_text(encoding="utf-8")
    provider.write_text(text.replace('name = "duckdb"', 'name = "pyarrow"'), encoding="utf-8")
    problems = [str(problem) for problem in sound_pool(specs, TableCache(tmp_path / "cache")).problems]
    assert any("code.language: a query runs on duckdb, which provider.toml does not pin" in p for p in problems)
