"""A script for the scripted server that plays a good collector and deriver: replies made from the rules' own tasks.

It knows what the rules derive from each draw, makes those calls when it is asked for evidence, and writes that
derivation down, with the ids under which the calls stand in the prompt, when it is asked for one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from builder.identity import canonical_json
from builder.recipe.acting.display import as_text
from builder.recipe.collecting import seed_text
from builder.recipe.derivation import Evidence, canonical, evaluate, inputs_of
from builder.recipe.shape import levels
from builder.recipe.slots import slots
from builder.recipe.verdicts import render_answer
from builder.recipe.view import PoolView
from builder.records.derivations import CallStep, Derivation, Literal, MapStep, OpStep, Ref, Source, Sources
from builder.records.tasks import Draw, Round, Task
from builder.records.tools import Call
from builder.testing.scripted import Action, Fail, Say, Use
from builder.tools.driver import Executes, drive

_LISTED = re.compile(r"^(c\d+): (.*) gave ", re.MULTILINE)


class GoodMaker:
    """Collects and derives for the draws that it knows. Call it as a script."""

    def __init__(self, made: Iterable[tuple[Draw, Task]], view: PoolView, executor: Executes) -> None:
        self._view = view
        self._executor = executor
        self._known = list(made)
        self._evidence: dict[str, Evidence] = {}

    def __call__(self, body: dict[str, Any]) -> Action:
        texts = [m["content"] for m in body["messages"] if m["role"] == "user"]
        schema = body.get("response_format", {}).get("json_schema", {}).get("name")
        if schema == "reading":
            return self._reading(texts[0])
        offered = {tool["function"]["name"] for tool in body.get("tools", ())}
        for draw, task in self._known:
            if seed_text(draw, self._view) not in texts[0]:
                continue
            if schema == "derivation":
                said = self._derivation(task, texts[0])
                if said is not None:
                    return Say(json.dumps(said))
            elif offered == {self._view.declared[tool].name for tool in draw.toolset}:
                return self._calls(task, texts[0], sum(m["role"] == "assistant" for m in body["messages"]))
        return Fail(400, "a draw that this script does not know")

    def evidence(self, made: Round) -> Evidence:
        """What the derivation of a round gives when it is run."""
        key = canonical_json(made.derivation.model_dump(mode="json"))
        if key not in self._evidence:
            _, self._evidence[key] = drive(evaluate(made.derivation), self._executor)
        return self._evidence[key]

    def _round(self, task: Task, text: str) -> int | None:
        """Index of the round that the prompt asks for; None when there is none left."""
        done = [n for n, each in enumerate(task.rounds) if each.question in text]
        number = max(done) + 1 if done else 0
        return number if number < len(task.rounds) else None

    def _calls(self, task: Task, text: str, turn: int) -> Say:
        number = self._round(task, text)
        if number is None:
            return Say("done")
        known = {name for _, name in _LISTED.findall(text)}
        level = levels(task.rounds[number].derivation.steps)
        waves: dict[int, list[Use]] = {}
        for made in self.evidence(task.rounds[number]).made:
            if self._listed(made.call) not in known:
                name = self._view.declared[made.call.tool].name
                use = Use.of(name, made.call.arguments)
                if use not in waves.setdefault(level[made.step], []):
                    waves[level[made.step]].append(use)
        order = sorted(waves)
        return Say("", tuple(waves[order[turn]])) if turn < len(order) else Say("done")

    def _listed(self, call: Call) -> str:
        return f"{self._view.declared[call.tool].name}({as_text(call.arguments)})"

    def _derivation(self, task: Task, text: str) -> dict[str, Any] | None:
        number = self._round(task, text)
        ids = {name: identity for identity, name in _LISTED.findall(text)}
        made = task.rounds[number if number is not None else -1]
        calls = self.evidence(made).made
        if any(self._listed(each.call) not in ids for each in calls):
            return None
        named: dict[str, list[str]] = {}
        for each in calls:
            named.setdefault(each.step, []).append(ids[self._listed(each.call)])
        return self.written(made, named)

    def written(self, made: Round, named: dict[str, list[str]]) -> dict[str, Any]:
        """A round as a model writes it; `named` are the evidence ids of each step."""
        derivation = made.derivation
        answer = derivation.answer
        assert isinstance(answer, Ref)
        return {
            "steps": [_step(step, named.get(step.id, [])) for step in derivation.steps],
            "answer": {
                "from": _source(answer),
                "type": derivation.spec.type if derivation.spec.type in self._view.types else "",
                "decimals": derivation.spec.decimals,
                "value": render_answer(made.answer),
            },
            "question": made.question,
        }

    def _reading(self, text: str) -> Action:
        """What a careful reader notes of the question: the slots of the derivation behind it."""
        for _, task in self._known:
            for made in task.rounds:
                if made.question in text:
                    question = text.split("Question: ", 1)[1].split("\n\nNote,", 1)[0]
                    derivation: Derivation = canonical(made.derivation)
                    asked = task.model_copy(update={"derivation": derivation, "question": question})
                    noted = {slot.name: slot.text or slot.values[0] for slot in slots(self._view, asked)}
                    return Say(json.dumps({**noted, "further_conditions": []}))
        return Fail(400, "a question that this script does not know")


def _step(step: CallStep | MapStep | OpStep, calls: list[str]) -> dict[str, Any]:
    inputs = [{"name": name, "from": _sources(source)} for name, source in inputs_of(step).items()]
    body = {"id": step.id, "do": step.kind, "calls": calls, "op": "", "over": "", "inputs": inputs}
    if isinstance(step, MapStep):
        body["over"] = step.parameter
    if isinstance(step, OpStep):
        body["op"] = step.op
    return body


def _sources(source: Sources) -> list[dict[str, Any]]:
    return [_source(item) for item in (source if isinstance(source, tuple) else (source,))]


def _source(source: Source) -> dict[str, Any]:
    if isinstance(source, Literal):
        return {"literal": source.literal}
    return {"step": source.step, "field": source.field}
