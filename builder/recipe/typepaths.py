"""What a derivation is about: the semantic types it passes through, and whether its calls hang together.

A *type path* is the sequence of semantic types on one way from a literal of the question to the answer:
`airport > country > currency`. Operators pass values on and add nothing; a type met twice in a row is said once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from builder.identity import canonical_json
from builder.recipe.derivation import inputs_of, leaves, refs
from builder.records.derivations import Derivation, Literal, OpStep, Sources, Step

REPORT = "record"
"""The operator that only lays values side by side: what it alone joins does not hang together."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Types:
    """What the specs say of values: the semantic type of each field by tool, and which types are entities."""

    fields: Mapping[str, Mapping[str, str]]
    entities: frozenset[str]

    def of(self, tool: str, field: str) -> str:
        """The type of a field; one that the specs do not know (any more) stands for itself."""
        return self.fields.get(tool, {}).get(field, f"{tool}.{field}")


def type_paths(derivation: Derivation, structural: Mapping[str, frozenset[str]], types: Types) -> tuple[str, ...]:
    """Different type paths of a derivation, sorted. `structural` literals choose what is computed and start none."""
    steps = {step.id: step for step in derivation.steps}
    reached: dict[str, set[Path]] = {}

    def paths(source: Sources) -> Iterator[Path]:
        if isinstance(source, tuple):
            for item in source:
                yield from paths(item)
        elif isinstance(source, Literal):
            yield (source.type,)
        else:
            step = steps[source.step]
            given = "" if isinstance(step, OpStep) else types.of(step.tool, source.field)
            for path in reached[source.step]:
                yield path if given in ("", *path[-1:]) else (*path, given)

    for step in derivation.steps:
        marked = frozenset() if isinstance(step, OpStep) else structural.get(step.tool, frozenset())
        reached[step.id] = {
            path for name, source in inputs_of(step).items() if name not in marked for path in paths(source)
        }
        if not reached[step.id] and not isinstance(step, OpStep):
            # A tool that asks for nothing is where its path begins.
            reached[step.id] = {()}
    return tuple(sorted(" > ".join(path) for path in set(paths(derivation.answer)) if path))


def hangs_together(derivation: Derivation, types: Types) -> bool:
    """Whether all steps are joined by values that they pass on, or by an entity that the question names for both.

    Reports do not join. Dates, numbers and options that two calls happen to share do not either.
    """
    joined = [step for step in derivation.steps if not (isinstance(step, OpStep) and step.op == REPORT)]
    root = {step.id: step.id for step in joined}

    def find(step: str) -> str:
        while root[step] != step:
            root[step] = step = root[root[step]]
        return step

    holder: dict[str, str] = {}
    for step in joined:
        for source in inputs_of(step).values():
            near = [ref.step for ref in refs(source) if ref.step in root]
            near += [holder.setdefault(entity, step.id) for entity in _entities(source, types)]
            for other in near:
                root[find(other)] = find(step.id)
    return len({find(step) for step in root}) <= 1


def operators(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Names of the operators, sorted, each as often as it is used."""
    return tuple(sorted(step.op for step in steps if isinstance(step, OpStep)))


def _entities(source: Sources, types: Types) -> Iterator[str]:
    for item in leaves(source):
        if isinstance(item, Literal) and item.type in types.entities:
            yield canonical_json([item.type, item.literal])
