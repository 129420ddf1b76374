"""The work of `synthesize` on one draw whose collector or deriver is a model."""

from __future__ import annotations

from typing import Any

from builder.engines.base import Rows
from builder.errors import ToolDefect
from builder.identity import canonical_json
from builder.recipe.atlas import Atlas
from builder.recipe.modelled import Crew, Modelled, synthesize_by_model
from builder.recipe.provenance import Gathered
from builder.records.tasks import Draw, EvidenceCall
from builder.stages.conversing import STAGES, Talks, asking
from builder.stages.outcomes import outcome, tried
from builder.stages.session import Session
from builder.store.tables import call_row, derivation_row, task_row

STAGE = "synthesize"


class Modelling:
    """Synthesizes single draws under the settings of a session."""

    def __init__(self, session: Session) -> None:
        settings = session.settings
        self._session = session
        self._atlas = Atlas(session.pool)
        self._crew = Crew(
            asking(settings, "deriver"),
            settings.synthesize.derive_tries,
            settings.synthesize.rounds,
            settings.run_seed,
            asking(settings, "collector") if "collector" in settings.model_roles else None,
        )

    async def record(self, talks: Talks, body: str) -> Rows:
        """The task if one was proved, with its rounds; all that was gathered; each try with its reason; the outcome."""
        draw = Draw.model_validate_json(body)
        fingerprint = self._session.fingerprint
        talk = synthesize_by_model(draw, self._session.pool, self._atlas, self._crew, talks.key)
        try:
            made = await talks.run(talk)
        except ToolDefect as defect:
            # No rule chose this call: what a model may think up must not stop a run, and is counted instead.
            return {"outcomes": [outcome(STAGE, draw.id, fingerprint, f"tool:{defect.kind}", defect.message)]}
        task, refused = made.synthesis.task, made.synthesis.refusals
        told = [{"round": number, "reason": reason, "detail": text} for number, reason, text in refused]
        detail = canonical_json(told) if told else ""
        rows: Rows = {
            "tries": _tries(draw.id, made),
            "calls": [call_row(draw.id, self._evidence(talks, item)) for item in made.gathered],
        }
        if task is None:
            # The last refusal is what kept even the first round from becoming a task.
            rows["outcomes"] = [outcome(STAGE, draw.id, fingerprint, refused[-1][1], detail)]
            return rows
        rows["calls"] += [call_row(draw.id, call) for call in task.calls]
        rows["derivations"] = [derivation_row(draw.id, kept) for kept in task.rounds]
        rows["tasks"] = [task_row(task)]
        rows["outcomes"] = [outcome(STAGE, draw.id, fingerprint, detail=detail, task=task.id)]
        return rows

    def _evidence(self, talks: Talks, item: Gathered) -> EvidenceCall:
        """A gathered call as it is stored, with how sure the source of each argument is.

        Beside the calls of the task (`c1`, `c2`, ...), whose sources its derivation proves.
        """
        return EvidenceCall(
            id=item.id.replace("c", "g"),
            step="",
            tool=item.call.tool,
            role=self._session.pool.declared[item.call.tool].role,
            arguments=item.call.arguments,
            sources=item.sources or {},
            result=item.value if item.value is not None else {"error": {"message": item.error}},
            key=talks.key(item.call),
        )


def _tries(draw: str, made: Modelled) -> list[dict[str, Any]]:
    """Numbered within each role, in the order in which they were made."""
    numbers: dict[str, int] = {}
    rows = []
    for each in made.tries:
        stage = STAGES[each.role]
        number = numbers[stage] = numbers.get(stage, -1) + 1
        rows.append(tried(stage, draw, number, each.model, each.reason, each.detail))
    return rows
