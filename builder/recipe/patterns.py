"""Patterns: what of one task is compared with other tasks. See docs/diversity/patterns.md.

Calls that differ only in their place in a fan-out count one by one in the call graph, as in the paper;
`shape` and `topology` write them once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from pydantic import ConfigDict

from builder.identity import canonical_json, content_id
from builder.recipe.derivation import inputs_of, refs
from builder.recipe.graphs import Edge, Graph, shape
from builder.recipe.isomorphism import graph_hashes
from builder.recipe.typepaths import Types, hangs_together, operators, type_paths
from builder.records.base import Json, Record
from builder.records.derivations import Answer, Derivation, Literal, MapStep, OpStep, Sources, Step
from builder.records.tasks import EvidenceCall, Task

_WORD = re.compile(r"[-−+]?\d+(?:[.,:/-]\d+)*|[^\W_]+")


class Pattern(Record):
    """One row of the table `patterns`."""

    task: str
    normal_text: str
    """The question in lower case, words and numbers only."""
    call_sequence: str
    """Called tools in order of execution."""
    call_graph: str
    """Id of calls and their dependences up to isomorphism: tools, structural literals, who feeds whom."""
    shape: str
    """Id of the call graph with interchangeable calls written once."""
    topology: str
    """The same with retrieval (R) or processing (P) in place of the tools."""
    bindings: str
    """Id of the derivation with its literals, up to the order of its steps."""
    derivation: str
    """Id of the shape of the derivation: tools and operators, structural literals, who feeds whom."""
    toolset: str
    """Id of the set of offered tools; a release calls it `toolset_id`."""
    literals: str
    """The values that the question states, as a sorted list in JSON."""
    evidence: str
    """Id of the set of calls made, with their arguments."""
    answer: str
    """The typed answer in JSON."""
    tool_types: int
    """Different tools called."""
    outline: str
    """The shape with no names at all: every call is a `C`."""
    frame: str | None
    """Form of question; None where a dataset does not tell."""
    operators: tuple[str, ...] | None
    """Operators of the derivation, sorted, each as often as it is used."""
    type_paths: tuple[str, ...] | None
    """Ways of semantic types from literals to the answer."""
    joined: bool | None
    """Whether the derivation hangs together without the report that lays its values side by side."""


class ComparedCall(Record):
    """A recorded call without its result."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    step: str
    tool: str
    role: str
    arguments: dict[str, Json]
    sources: dict[str, Json]
    key: str


class Compared(Record):
    """What a pattern looks at in a stored task. Results and rounds are most of a task and are not read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    frame: str
    question: str
    answer: Answer
    toolset: tuple[str, ...]
    calls: tuple[ComparedCall, ...]
    derivation: Derivation

    @property
    def tools_used(self) -> tuple[str, ...]:
        """Ids of the called tools, sorted."""
        return tuple(sorted({call.tool for call in self.calls}))


def patterns(
    tasks: Sequence[Task | Compared], structural: Mapping[str, frozenset[str]], types: Types | None = None
) -> list[Pattern]:
    """The pattern of each task. `structural` names, by tool, the parameters whose literals change what is computed.

    Without `types` nothing is said of type paths and of hanging together.
    """
    graphs = [call_graph(task, structural) for task in tasks]
    # All at once: a graph alone takes a hundred times as long.
    calls = graph_hashes(graphs)
    bound = graph_hashes([bound_graph(task.derivation) for task in tasks])
    made = zip(tasks, graphs, calls, bound, strict=True)
    return [_pattern(task, graph, ids, structural, types) for task, graph, *ids in made]


def pattern(task: Task | Compared, structural: Mapping[str, frozenset[str]], types: Types | None = None) -> Pattern:
    """The pattern of one task."""
    [found] = patterns([task], structural, types)
    return found


def call_graph(task: Task | Compared, structural: Mapping[str, frozenset[str]]) -> Graph:
    """Calls and their dependences, labelled by tool and structural literals."""
    return Graph(tuple(call_label(call, structural) for call in task.calls), frozenset(dependences(task)))


def _pattern(
    task: Task | Compared,
    graph: Graph,
    ids: Sequence[str],
    structural: Mapping[str, frozenset[str]],
    types: Types | None,
) -> Pattern:
    """`ids` are the hashes of the call graph and of the derivation with its literals."""
    edges, (calls, bound) = graph.edges, ids
    roles = Graph(tuple(call.role[0].upper() for call in task.calls), edges)
    return Pattern(
        task=task.id,
        normal_text=normal_text(task.question),
        call_sequence=call_sequence(call.tool for call in task.calls),
        call_graph=content_id("graph", calls),
        shape=content_id("shape", shape(graph)),
        topology=shape(roles),
        bindings=content_id("bindings", bound),
        derivation=content_id("derivation", shape(step_graph(task.derivation, structural))),
        toolset=content_id("toolset", sorted(task.toolset)),
        literals=canonical_json(sorted({canonical_json(value) for value in literals(task.derivation)})),
        evidence=content_id("evidence", sorted({call.key for call in task.calls})),
        answer=canonical_json([task.answer.spec.kind, task.answer.value]),
        tool_types=len(task.tools_used),
        outline=shape(Graph(("C",) * len(task.calls), edges)),
        frame=task.frame,
        operators=operators(task.derivation.steps),
        type_paths=None if types is None else type_paths(task.derivation, structural, types),
        joined=None if types is None else hangs_together(task.derivation, types),
    )


def normal_text(question: str) -> str:
    """Words and numbers of a question, so that case, spacing and punctuation do not count. Numbers keep their signs."""
    text = unicodedata.normalize("NFKC", question).casefold()
    return " ".join(word.lstrip("+").replace("−", "-") for word in _WORD.findall(text))


def call_sequence(tools: Iterable[str]) -> str:
    """Tools in order, as `a > b x3 > c`."""
    runs = ((tool, len(list(run))) for tool, run in groupby(tools))
    return " > ".join(tool if count == 1 else f"{tool} x{count}" for tool, count in runs)


def call_label(call: EvidenceCall | ComparedCall, structural: Mapping[str, frozenset[str]]) -> str:
    """A tool with its structural literals: `divide` and `subtract` of one calculator are two labels."""
    marked = structural.get(call.tool, frozenset())
    said = {name: value for name, value in call.arguments.items() if name in marked}
    return call.tool + (canonical_json(said) if said else "")


def dependences(task: Task | Compared) -> Iterator[Edge]:
    """Which call feeds which, by position; what passes through operators reaches the calls behind them."""
    calls: Sequence[EvidenceCall | ComparedCall] = task.calls
    place = {call.id: number for number, call in enumerate(calls)}
    behind = _calls_behind(task.derivation.steps, calls)
    for number, call in enumerate(calls):
        for source in _leaves(list(call.sources.values())):
            if "call" in source:
                yield place[source["call"]], number, ""
            elif "op" in source:
                for feeder in behind[source["op"]]:
                    yield place[feeder], number, ""


def _calls_behind(steps: Sequence[Step], calls: Sequence[EvidenceCall | ComparedCall]) -> dict[str, set[str]]:
    """For each step the calls that its value comes from directly: its own, or those of an operator's inputs."""
    behind: dict[str, set[str]] = {step.id: set() for step in steps}
    for call in calls:
        behind[call.step].add(call.id)
    for step in steps:
        if isinstance(step, OpStep):
            for source in step.inputs.values():
                for ref in refs(source):
                    behind[step.id] |= behind[ref.step]
    return behind


def _leaves(sources: Json) -> Iterator[dict[str, Any]]:
    """Single sources of a call's provenance, which may stand in lists."""
    for source in sources:
        if isinstance(source, list):
            yield from _leaves(source)
        else:
            yield source


def literals(derivation: Derivation) -> Iterator[Json]:
    """All values that a derivation takes from the question."""
    sources = [source for step in derivation.steps for source in inputs_of(step).values()]
    for source in [*sources, derivation.answer]:
        yield from (leaf.literal for _, leaf in _placed(source) if isinstance(leaf, Literal))


def bound_graph(derivation: Derivation) -> Graph:
    """A derivation as a graph: steps with their literals, edges with the field and the input that it enters."""
    place = {step.id: number for number, step in enumerate(derivation.steps)}
    labels, edges = [], set[Edge]()
    for number, step in enumerate(derivation.steps):
        said = []
        for name, source in sorted(inputs_of(step).items()):
            for position, leaf in _placed(source):
                if isinstance(leaf, Literal):
                    said.append([name, position, canonical_json(leaf.literal)])
                else:
                    edges.add((place[leaf.step], number, canonical_json([name, position, leaf.field])))
        over = step.parameter if isinstance(step, MapStep) else ""
        labels.append(canonical_json([step.kind, step.op if isinstance(step, OpStep) else step.tool, over, said]))
    answer = derivation.answer
    labels.append(canonical_json(["answer", derivation.spec.model_dump(mode="json")]))
    if isinstance(answer, Literal):
        labels[-1] += canonical_json(answer.literal)
    else:
        edges.add((place[answer.step], len(place), canonical_json(["answer", [], answer.field])))
    return Graph(tuple(labels), frozenset(edges))


def step_graph(derivation: Derivation, structural: Mapping[str, frozenset[str]]) -> Graph:
    """A derivation as a graph of calls, fan-outs and operators, without literals other than structural ones."""
    place = {step.id: number for number, step in enumerate(derivation.steps)}
    labels, edges = [], set[Edge]()
    for number, step in enumerate(derivation.steps):
        inputs = inputs_of(step)
        edges |= {(place[ref.step], number, "") for source in inputs.values() for ref in refs(source)}
        if isinstance(step, OpStep):
            labels.append(f"[{step.op}]")
            continue
        marked = structural.get(step.tool, frozenset())
        said = {name: s.literal for name, s in inputs.items() if name in marked and isinstance(s, Literal)}
        labels.append(f"{step.tool}{canonical_json(said) if said else ''}{'...' if isinstance(step, MapStep) else ''}")
    return Graph(tuple(labels), frozenset(edges))


def _placed(source: Sources, position: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Literals and references of a source with their places in its lists."""
    if isinstance(source, tuple):
        for number, item in enumerate(source):
            yield from _placed(item, (*position, number))
    else:
        yield position, source
