"""By what a task of a test must not be known from training."""

from __future__ import annotations

from builder.identity import canonical_json
from builder.recipe.patterns import literals, normal_text
from builder.records.tasks import Task


def leak_keys(task: Task) -> dict[str, str]:
    """Seed entity, called tools with the question's literals, and the question's text; equal keys are a leak."""
    said = sorted({canonical_json(value) for value in literals(task.derivation)})
    return {
        "id": task.id,
        "seed": canonical_json([task.seed.type, task.seed.value]),
        "calls": canonical_json([task.tools_used, said]),
        "question": normal_text(task.question),
    }


def toolset_key(task: Task) -> str:
    """The set of called tools: what `test_unseen_toolset` shares with no training row."""
    return canonical_json(task.tools_used)
