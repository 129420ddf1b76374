"""Tools of kind `code`: a program that runs in the sandbox, the spec's own or one that the caller writes.

docs/tool_specs.md explains every key; docs/sandbox.md what a program may do.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from builder.records.base import Record, Text


class CodeTable(Record):
    """Rows that a query finds under a name: of a parameter with CSV text, or of parameters with a list each."""

    rows: str | None = None
    """Parameter whose value is CSV text with a header; types are those that all values of a column have."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Column to the list parameter that holds its values."""

    @model_validator(mode="after")
    def _one_source(self) -> CodeTable:
        if (self.rows is None) == (not self.columns):
            raise ValueError("rows come from one parameter with CSV text (rows), or from lists (columns): name one")
        return self


class Code(Record):
    """What runs: `program`, or what the parameter named by `program_from` holds."""

    language: Literal["python", "sql"]
    program: Text | None = None
    """Fixed: reads the arguments as a JSON object from standard input, and prints a JSON object (python);
    names them as `$parameter` (sql)."""
    program_from: str | None = None
    """Parameter with the caller's program. The answer is `output`, all that it prints (python)."""
    tables: dict[str, CodeTable] = Field(default_factory=dict)
    """Of `sql`."""

    @model_validator(mode="after")
    def _one_program(self) -> Code:
        if (self.program is None) == (self.program_from is None):
            raise ValueError("the program is the spec's (program) or the caller's (program_from): name one")
        return self
