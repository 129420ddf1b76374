"""Labour force and unemployment of US counties in 2009, from the Bureau of Labor Statistics."""

from __future__ import annotations

from typing import Any


def counties_table() -> list[dict[str, Any]]:
    import csv
    import gzip
    from importlib import resources

    import us

    names = {state.abbr: state.name for state in us.STATES}
    raw = resources.files("bokeh_sampledata").joinpath("_data", "unemployment09.csv.gz").read_bytes()
    rows = []
    for line in csv.reader(gzip.decompress(raw).decode("latin-1").splitlines()):
        name, _, state = line[3].rpartition(", ")
        if state not in names or len(line) != 9:
            continue
        force, unemployed = (int(line[n].replace(",", "").strip()) for n in (5, 7))
        rows.append(
            {
                "county": f"{name}, {names[state]}",
                "state": names[state],
                "labour_force": force,
                "unemployed": unemployed,
                "rate": float(line[8]),
            }
        )
    count: dict[str, int] = {}
    for row in rows:
        count[row["state"]] = count.get(row["state"], 0) + 1
    return [{**row, "in_state": count[row["state"]]} for row in sorted(rows, key=lambda row: row["county"])]
