"""US states by their FIPS codes."""

from __future__ import annotations

from typing import Any


def states_table() -> list[dict[str, Any]]:
    import us

    return [
        {"state": state.name, "abbreviation": state.abbr, "fips": state.fips}
        for state in us.STATES
        if state.abbr != "DC"
    ]
