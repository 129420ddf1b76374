"""A derivation as a model writes it, read against the evidence that it was shown.

The model names steps of its own and refers to calls by their ids:

    {"id": "pop", "do": "call", "calls": ["c2"], "op": "", "over": "",
     "inputs": [{"name": "country", "from": [{"literal": "FR"}]}]}
    {"id": "pops", "do": "map", "calls": ["c2", "c3"], "over": "country",
     "inputs": [{"name": "country", "from": [{"step": "list", "field": "neighbours"}]}]}
    {"id": "best", "do": "op", "op": "argmax",
     "inputs": [{"name": "items", "from": [...]}, {"name": "keys", "from": [{"step": "pops", "field": "population"}]}]}

Nothing of it is believed: ids must be there, arguments must be those of the calls, types must fit, and the whole is
run again afterwards. Everything raises Refused with `deriver:...`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.errors import Refused
from builder.identity import canonical_json
from builder.recipe.collecting import usable
from builder.recipe.derivation import Evidence, Made, inputs_of, leaves
from builder.recipe.operators import INPUTS, MAX_MEMBERS, RELATIONS
from builder.recipe.plans import GENERIC, answer_spec, source_type
from builder.recipe.provenance import Gathered
from builder.recipe.scenario_checks import type_problems
from builder.recipe.view import PoolView
from builder.records.chat import ReplySchema
from builder.records.derivations import (
    AnswerSpec,
    CallStep,
    Derivation,
    Literal,
    MapStep,
    OpStep,
    Ref,
    Source,
    Sources,
    Step,
)

MAX_STEPS, MAX_QUESTION, MAX_NAME, MAX_VALUE = 24, 900, 60, 2000
MAX_SOURCES = MAX_MEMBERS


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_NAME = {"type": "string", "maxLength": MAX_NAME}
_VALUE = {"type": ["string", "number", "boolean"]}
_SOURCE = {"anyOf": [_object({"literal": _VALUE}), _object({"step": _NAME, "field": _NAME})]}
_INPUT = _object({"name": _NAME, "from": {"type": "array", "items": _SOURCE, "minItems": 1, "maxItems": MAX_SOURCES}})
_STEP = _object(
    {
        "id": _NAME,
        "do": {"enum": ["call", "map", "op"]},
        "calls": {"type": "array", "items": _NAME, "maxItems": MAX_MEMBERS},
        "op": {"enum": ["", *sorted(INPUTS)]},
        "over": _NAME,
        "inputs": {"type": "array", "items": _INPUT, "maxItems": MAX_MEMBERS},
    }
)
DERIVED = ReplySchema(
    name="derivation",
    body=_object(
        {
            "steps": {"type": "array", "items": _STEP, "minItems": 1, "maxItems": MAX_STEPS},
            "answer": _object(
                {
                    "from": _SOURCE,
                    "type": _NAME,
                    "decimals": {"type": ["integer", "null"], "minimum": 0, "maximum": 6},
                    "value": {"type": "string", "minLength": 1, "maxLength": MAX_VALUE},
                }
            ),
            "question": {"type": "string", "minLength": 1, "maxLength": MAX_QUESTION},
        }
    ),
)
"""The question comes last: it is written once its answer is known."""


@dataclass(frozen=True, slots=True)
class Derived:
    """What a model derived, read and typed; not yet proved."""

    question: str
    value: str
    """The answer as the model says it."""
    derivation: Derivation
    calls: dict[str, tuple[Gathered, ...]]
    """The evidence that each step names."""


def read_derived(view: PoolView, said: Mapping[str, Any], gathered: Sequence[Gathered]) -> Derived:
    """The derivation of a reply that has the form of `DERIVED`. Raises Refused."""
    evidence = {item.id: item for item in gathered}
    known: dict[str, Step] = {}
    calls: dict[str, tuple[Gathered, ...]] = {}
    for body in said["steps"]:
        identity = body["id"]
        if not identity or identity in known:
            raise Refused("deriver:steps", f"the id {identity!r} is empty or used twice")
        if body["do"] == "op":
            step: Step = _operator(view, body, known)
        else:
            calls[identity] = _named_calls(body, evidence)
            step = _call(view, body, calls[identity], known)
        known[identity] = step
        for key, problem in type_problems(view, step, known):
            raise Refused("deriver:types", f"{identity}.{key}: {problem.removeprefix('law:')}")
    answer = _one(view, said["answer"]["from"], "", known)
    if isinstance(answer, Literal):
        raise Refused("deriver:answer", "the answer is a literal, and comes from no step")
    derivation = Derivation(steps=tuple(known.values()), answer=answer, spec=_spec(view, said["answer"], answer, known))
    return Derived(" ".join(said["question"].split()), said["answer"]["value"].strip(), derivation, calls)


def same_evidence(derived: Derived, evidence: Evidence) -> None:
    """Whether running the derivation made the calls that it names, with the results that were shown. Raises Refused."""
    made: dict[str, list[Made]] = {}
    for item in evidence.made:
        made.setdefault(item.step, []).append(item)
    for step, named in derived.calls.items():
        if step not in made:
            continue
        if len(made[step]) != len(named):
            raise Refused("deriver:calls", f"{step} makes {len(made[step])} calls and names {len(named)}")
        for one, other in zip(made[step], named, strict=True):
            if canonical_json([one.call.tool, one.call.arguments]) != canonical_json(
                [other.call.tool, other.call.arguments]
            ):
                raise Refused("deriver:arguments", f"{step}: the inputs do not give the arguments of {other.id}")
            if one.result != other.value:
                raise Refused("replay:result", f"{other.id} came back different")


def _named_calls(body: Mapping[str, Any], evidence: Mapping[str, Gathered]) -> tuple[Gathered, ...]:
    found = []
    for name in body["calls"]:
        item = evidence.get(name)
        if item is None:
            raise Refused("deriver:no_such_call", f"{body['id']}: there is no call {name!r} in the evidence")
        if item.flagged:
            raise Refused(item.flagged, f"{body['id']}: {name} may not be used")
        if not usable(item):
            raise Refused("deriver:failed_call", f"{body['id']}: {name} failed")
        found.append(item)
    if not found or (body["do"] == "call") != (len(found) == 1):
        raise Refused("deriver:calls", f"{body['id']}: a call names one call, a map two or more; found {len(found)}")
    if len({item.call.tool for item in found}) > 1:
        raise Refused("deriver:calls", f"{body['id']}: its calls are of different tools")
    return tuple(found)


def _call(
    view: PoolView, body: Mapping[str, Any], named: Sequence[Gathered], known: Mapping[str, Step]
) -> CallStep | MapStep:
    tool = named[0].call.tool
    parameters = view.declared[tool].parameters
    sources: dict[str, Sources] = {}
    for name, given in _inputs(body).items():
        if name not in parameters:
            raise Refused("deriver:inputs", f"{body['id']}: {tool} has no parameter {name}")
        if body["do"] == "call" or name != body["over"]:
            sources[name] = _sources(view, given, parameters[name].type, known, parameters[name].many)
    if body["do"] == "call":
        return CallStep(id=body["id"], tool=tool, arguments=sources)
    over = body["over"]
    if over not in _inputs(body):
        raise Refused("deriver:inputs", f"{body['id']}: over names no input")
    members = _sources(view, _inputs(body)[over], parameters[over].type, known, True)
    return MapStep(id=body["id"], tool=tool, over=members, parameter=over, arguments=sources)


def _operator(view: PoolView, body: Mapping[str, Any], known: Mapping[str, Step]) -> OpStep:
    op, given = body["op"], _inputs(body)
    if op not in INPUTS:
        raise Refused("deriver:operator", f"{body['id']}: an op names an operator")
    if INPUTS[op] and set(given) != INPUTS[op]:
        raise Refused("deriver:inputs", f"{body['id']}: {op} takes {sorted(INPUTS[op])}, found {sorted(given)}")
    inputs: dict[str, Sources] = {}
    # References first: a literal beside them is of their type.
    for name in sorted(given, key=lambda each: any("literal" in source for source in given[each])):
        kind = _literal_type(view, name, given[name], inputs, known)
        many = name in ("items", "keys", "values", "conditions")
        inputs[name] = _sources(view, given[name], kind, known, many)
    for name, allowed in (("relation", tuple(RELATIONS)), ("order", ("ascending", "descending"))):
        source = inputs.get(name)
        if source is not None and not (isinstance(source, Literal) and source.literal in allowed):
            raise Refused("deriver:inputs", f"{body['id']}: {name} is one of {', '.join(allowed)}, as a literal")
    return OpStep(id=body["id"], op=op, inputs={name: inputs[name] for name in given})


_BESIDE = {
    "threshold": "keys", "item": "items", "left": "right", "right": "left", "then": "otherwise", "otherwise": "then",
}  # fmt: skip
"""The input whose type a literal shares."""


def _literal_type(
    view: PoolView,
    name: str,
    given: Sequence[Mapping[str, Any]],
    inputs: Mapping[str, Sources],
    known: Mapping[str, Step],
) -> str:
    """The semantic type of literals among an operator's inputs: that of the same literal elsewhere, or of its peer."""
    if name in ("relation", "order"):
        return GENERIC
    for step in known.values():
        for source in (item for value in inputs_of(step).values() for item in leaves(value)):
            if isinstance(source, Literal) and any(source.literal == item.get("literal") for item in given):
                return source.type
    beside = inputs.get(_BESIDE.get(name, ""))
    return source_type(view, beside, known)[0] if beside is not None else GENERIC


def _inputs(body: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found = {item["name"]: item["from"] for item in body["inputs"]}
    if len(found) < len(body["inputs"]):
        raise Refused("deriver:inputs", f"{body['id']}: an input stands twice")
    return found


def _sources(
    view: PoolView, given: Sequence[Mapping[str, Any]], kind: str, known: Mapping[str, Step], many: bool
) -> Sources:
    """One source, or several as a list. `many`: a list is wanted, which one reference to a list is by itself."""
    found = tuple(_one(view, item, kind, known) for item in given)
    if len(found) == 1 and (not many or source_type(view, found[0], known)[1]):
        return found[0]
    return found


def _one(view: PoolView, given: Mapping[str, Any], kind: str, known: Mapping[str, Step]) -> Source:
    if "literal" in given:
        return Literal(literal=given["literal"], type=kind or GENERIC)
    name, field = given["step"], given["field"]
    step = known.get(name)
    if step is None:
        raise Refused("deriver:reference", f"there is no step {name!r} before it")
    if isinstance(step, OpStep):
        return Ref(step=name)
    if field not in view.declared[step.tool].returns:
        raise Refused("deriver:reference", f"{name} ({step.tool}) gives no {field!r}")
    return Ref(step=name, field=field)


def _spec(view: PoolView, said: Mapping[str, Any], answer: Ref, known: Mapping[str, Step]) -> AnswerSpec:
    """How the answer is read. A model may say the type of what a calculator gave, and round further; nothing else."""
    step = known[answer.step]
    if isinstance(step, OpStep) and step.op == "record":
        fields = {name: answer_spec(view, source_type(view, source, known)) for name, source in step.inputs.items()}
        if any(spec.kind in ("list", "set", "record") for spec in fields.values()):
            raise Refused("deriver:answer", "a report holds single values")
        return AnswerSpec(kind="record", fields=fields)
    if not isinstance(step, OpStep):
        returned = view.declared[step.tool].returns[answer.field]
        if not returned.answerable or returned.transparent:
            raise Refused(
                "deriver:answer", f"{step.tool}.{answer.field} is not asked for: it identifies, or is untrusted"
            )
    kind = source_type(view, answer, known)
    generic, wanted = GENERIC in view.ancestors(kind[0]), said["type"]
    named = wanted if generic and wanted in view.types and view.types[wanted].kind == "quantity" else None
    ranked = "list" if isinstance(step, OpStep) and step.op == "rank" else None
    declared, decimals = view.types[named or kind[0]].decimals, said["decimals"]
    if declared is not None:
        decimals = min(decimals, declared) if decimals is not None else None
    elif generic and named is None and decimals is None:
        raise Refused("deriver:answer", "a calculator gave it: say what it is, or to how many decimals it is wanted")
    elif not generic:
        decimals = None
    return answer_spec(view, kind, as_type=named, decimals=decimals, as_kind=ranked)
