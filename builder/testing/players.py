"""Scripts for the scripted server that play a good model: replies made from the derivations of known tasks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from builder.identity import random_stream
from builder.recipe.acting import act
from builder.recipe.slots import slots
from builder.recipe.view import PoolView
from builder.records.attempts import Attempt
from builder.records.tasks import Task
from builder.testing.scripted import Action, Fail, Say, Use
from builder.tools.driver import Executes, drive

LEAD = "Please help me with the following request, and take good care over every detail of it: "


class GoodModel:
    """Rewords, reads and solves the tasks it knows. Call it as a script."""

    def __init__(self, tasks: Iterable[Task], view: PoolView, executor: Executes) -> None:
        self._tasks = list(tasks)
        self._view = view
        self._executor = executor
        self._played: dict[str, Attempt] = {}

    def __call__(self, body: dict[str, Any]) -> Action:
        schema = body.get("response_format", {}).get("json_schema", {}).get("name")
        text = next(m["content"] for m in body["messages"] if m["role"] == "user")
        task = self.task_in(text)
        if task is None:
            return Fail(400, "a task that this script does not know")
        if schema == "rewording":
            return Say(json.dumps({"question": reworded(task)}))
        if schema == "reading":
            return Say(json.dumps(self.reading(task)))
        return self.turn(task, sum(m["role"] == "assistant" for m in body["messages"]))

    def task_in(self, text: str) -> Task | None:
        """The task whose question, as it was or as this model rewords it, stands in the text."""
        return next((task for task in self._tasks if task.question in text or reworded(task) in text), None)

    def reading(self, task: Task) -> dict[str, Any]:
        """What a careful reader notes of the task's question."""
        noted = {slot.name: slot.text or slot.values[0] for slot in slots(self._view, task)}
        return {**noted, "further_conditions": []}

    def turn(self, task: Task, number: int) -> Say:
        """Reply number `number` of the rules solver at the task."""
        if task.id not in self._played:
            played = drive(act(task, self._view, "direct", random_stream(7, task.id)), self._executor)
            assert played is not None
            self._played[task.id] = played
        said = [m for m in self._played[task.id].messages if m["role"] == "assistant"]
        message = said[min(number, len(said) - 1)]
        calls = [call["function"] for call in message.get("tool_calls", ())]
        return Say(
            message["content"],
            tuple(Use.of(call["name"], call["arguments"]) for call in calls),
            reasoning=message.get("reasoning_content", ""),
        )


def reworded(task: Task) -> str:
    """The question behind some words that ask for nothing else."""
    return task.question if task.question.startswith(LEAD) else LEAD + task.question


def wrong(change: Callable[[Say], Action], good: GoodModel) -> Callable[[dict[str, Any]], Action]:
    """The good model with one habit: each of its replies changed."""

    def script(body: dict[str, Any]) -> Action:
        said = good(body)
        return change(said) if isinstance(said, Say) else said

    return script
