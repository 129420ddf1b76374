"""What the solver says about operators: the comparisons and choices a careful reader makes without a tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builder.recipe.acting.speech import Voice
from builder.recipe.derivation import resolve
from builder.recipe.plans import GENERIC, source_type
from builder.records.derivations import MapStep, OpStep, Ref, Source, Sources, Step

RELATIONS = {
    ">": "greater than",
    ">=": "at least",
    "<": "less than",
    "<=": "at most",
    "=": "equal to",
    "!=": "different from",
}
LATER = RELATIONS | {">": "later than", ">=": "as late as", "<": "earlier than", "<=": "as early as"}
"""The same of dates and times."""


class Reader:
    """Speaks about operator steps with the values they have."""

    def __init__(self, voice: Voice, known: Mapping[str, Step], values: Mapping[str, Any]) -> None:
        self.voice = voice
        self.known = known
        self.values = values

    def sentence(self, step: OpStep) -> str:
        """What an operator gives, in words; empty where there is nothing to say."""
        value = self.values[step.id]
        speak = {
            "argmax": self._best,
            "argmin": self._best,
            "filter": self._filter,
            "rank": self._rank,
            "compare": self._compare,
            "contains": self._contains,
            "choose": self._choose,
        }.get(step.op)
        if speak is not None:
            return speak(step, value)
        if step.op == "record":
            return ""
        if step.op in ("all_of", "any_of"):
            return self.voice.say(f"op.{step.op}_{'yes' if value else 'no'}")
        text = self._text(Ref(step=step.id))
        if step.op == "value_for":
            item = self.voice.value(self._get(step.inputs["item"]), self._kind(step.inputs["items"]))
            return self.voice.say("op.value_for", item=item, value=text, head=self._head(step.inputs["values"]))
        if step.op in ("common", "without"):
            return self.voice.say(f"op.{step.op}", items=text)
        return self.voice.say(f"op.{step.op}", value=text)

    def _get(self, source: Sources) -> Any:
        return resolve(source, self.known, self.values)

    def _kind(self, source: Sources) -> str:
        return source_type(self.voice.view, source, self.known)[0]

    def _text(self, source: Sources) -> str:
        value = self._get(source)
        kind = self._kind(source)
        return self.voice.measured(value, kind) if kind else str(value)

    def _head(self, source: Sources) -> str:
        """Name of what is compared: the field's head, where all of it comes from one field, else the type's noun."""
        heads = {self._field(item) for item in (source if isinstance(source, tuple) else (source,))}
        head = heads.pop() if len(heads) == 1 else None
        kind = self._kind(source)
        # What a calculator gives is called by nothing but its use.
        return "value" if kind == GENERIC else head or self.voice.view.types[kind].noun

    def _field(self, source: Source) -> str | None:
        step = self.known[source.step] if isinstance(source, Ref) else None
        if not isinstance(source, Ref) or step is None or isinstance(step, OpStep):
            return None
        return self.voice.head(self.voice.view.declared[step.tool], source.field)

    def _pairs(self, step: OpStep, order: list[Any]) -> str:
        items, keys = self._get(step.inputs["items"]), self._get(step.inputs["keys"])
        by_item = {str(item): key for item, key in zip(items, keys, strict=True)}
        figures = [by_item[str(item)] for item in order]
        head = self._head(step.inputs["keys"])
        return self.voice.pairs(
            (order, self._kind(step.inputs["items"])), (figures, self._kind(step.inputs["keys"])), head
        )

    def _best(self, step: OpStep, value: Any) -> str:
        keys = step.inputs["keys"]
        items = self._get(step.inputs["items"])
        key = self._get(keys)[items.index(value)]
        predicate, head = self._predicate(step, keys), self._head(keys)
        said = {
            "item": self.voice.value(value, self._kind(step.inputs["items"])),
            "key": self.voice.measured(key, self._kind(keys), phrase=predicate or head),
        }
        if predicate:
            return self.voice.say("op.best", predicate=predicate, **said)
        return self.voice.say(f"op.{step.op}", head=head, **said)

    def _predicate(self, step: OpStep, keys: Sources) -> str | None:
        """`has the most inhabitants`, where the compared field declares it."""
        origin = self.known[keys.step] if isinstance(keys, Ref) else None
        if not isinstance(keys, Ref) or not isinstance(origin, MapStep):
            return None
        field = self.voice.view.declared[origin.tool].returns[keys.field]
        return field.highest if step.op == "argmax" else field.lowest

    def _filter(self, step: OpStep, value: Any) -> str:
        head = self._head(step.inputs["keys"])
        # The limit in the unit of what it limits: literals of operators have no type of their own.
        return self.voice.say(
            "op.filter",
            head=head,
            relation=RELATIONS[self._get(step.inputs["relation"])],
            threshold=self.voice.measured(
                self._get(step.inputs["threshold"]), self._kind(step.inputs["keys"]), phrase=head
            ),
            items=self.voice.value(value, self._kind(step.inputs["items"])),
        )

    def _rank(self, step: OpStep, value: Any) -> str:
        return self.voice.say(
            "op.rank",
            order=self._get(step.inputs["order"]),
            head=self._head(step.inputs["keys"]),
            pairs=self._pairs(step, value),
        )

    def _compare(self, step: OpStep, value: Any) -> str:
        left, right = step.inputs["left"], step.inputs["right"]
        kind = self._kind(left)
        return self.voice.say(
            f"op.compare_{'yes' if value else 'no'}",
            left=self.voice.measured(self._get(left), kind),
            right=self.voice.measured(self._get(right), kind),
            relation=(LATER if self.voice.view.types[kind].kind in ("date", "time") else RELATIONS)[
                self._get(step.inputs["relation"])
            ],
        )

    def _contains(self, step: OpStep, value: Any) -> str:
        item = self.voice.value(self._get(step.inputs["item"]), self._kind(step.inputs["items"]))
        return self.voice.say(f"op.contains_{'yes' if value else 'no'}", item=item)

    def _choose(self, step: OpStep, value: Any) -> str:
        holds = self._get(step.inputs["condition"])
        text = self.voice.measured(value, self._kind(step.inputs["then"]))
        return self.voice.say(f"op.choose_{'yes' if holds else 'no'}", value=text)
