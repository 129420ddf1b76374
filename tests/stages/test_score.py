"""Score over a small finished store."""

from __future__ import annotations

from pathlib import Path

from builder.recipe.diversity import METRICS
from builder.stages.dedup import dedup
from builder.stages.score import score
from tests.stages.comparing import small


def test_the_pool_is_scored_by_every_metric(tmp_path: Path) -> None:
    made = small(tmp_path)
    dedup(made.store, made.settings)
    for _ in range(2):
        score(made.store, made.settings)
    found = dict(made.rows("SELECT metric, value FROM scores WHERE scope = 'pool'"))
    assert found.keys() == set(METRICS)
    # Two forms of question over two tools; one toolset is offered everywhere.
    assert found["tools_covered"] == found["unique_call_graphs"] == found["topology_classes"] == 2
    assert found["unique_toolsets"] == 1
    assert made.rows("SELECT count(*) FROM scores WHERE scope = 'pool'") == [(len(METRICS),)]
