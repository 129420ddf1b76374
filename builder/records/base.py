"""The one base of every record that crosses an edge: frozen, and strict about unknown keys."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Json = Any
"""Plain JSON data: None, bool, int, float, str, list or dict with str keys."""

Domain = str
DOMAINS = ("general", "academic", "financial", "medical", "biological")
"""The five domains of the paper, in its order."""

Text = Annotated[str, Field(min_length=1)]


class Record(BaseModel):
    """Frozen pydantic model; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
