"""A derivation as a small graph: the answer at the top, below each value what it was made from.

answer = gross.result
└─ gross: apply_vat
   ├─ net = 500                     a literal of the question
   └─ rate = vat.standard_rate
      └─ vat: vat_rates
         └─ country = Sweden
"""

from __future__ import annotations

from collections.abc import Iterator

from builder.cli.output import compact, shorten
from builder.records.derivations import CallStep, Derivation, Literal, MapStep, Ref, Sources, Step

LITERAL_WIDTH = 60


def draw_derivation(derivation: Derivation) -> list[str]:
    """Lines of the graph. A step that is used twice is drawn once; the second time says so."""
    steps = {step.id: step for step in derivation.steps}
    drawn: set[str] = set()
    return [f"answer = {text_of(derivation.answer)}", *_below(derivation.answer, steps, drawn, "")]


def _below(source: Sources, steps: dict[str, Step], drawn: set[str], indent: str) -> Iterator[str]:
    """The steps that a value comes from."""
    used = list(dict.fromkeys(ref.step for ref in _refs(source)))
    for number, name in enumerate(used):
        last = number == len(used) - 1
        yield from _step(steps[name], steps, drawn, indent, last)


def _step(step: Step, steps: dict[str, Step], drawn: set[str], indent: str, last: bool) -> Iterator[str]:
    head = f"{indent}{'└' if last else '├'}─ {step.id}: {_title(step)}"
    if step.id in drawn:
        yield f"{head} (drawn above)"
        return
    drawn.add(step.id)
    yield head
    inner = indent + ("   " if last else "│  ")
    inputs = list(_inputs(step).items())
    for number, (name, source) in enumerate(inputs):
        final = number == len(inputs) - 1
        yield f"{inner}{'└' if final else '├'}─ {name} = {text_of(source)}"
        yield from _below(source, steps, drawn, inner + ("   " if final else "│  "))


def _title(step: Step) -> str:
    if isinstance(step, CallStep):
        return step.tool.rpartition(".")[2]
    if isinstance(step, MapStep):
        return f"{step.tool.rpartition('.')[2]} for each {step.parameter}"
    return f"[{step.op}]"


def _inputs(step: Step) -> dict[str, Sources]:
    if isinstance(step, CallStep):
        return step.arguments
    if isinstance(step, MapStep):
        return {step.parameter: step.over, **step.arguments}
    return step.inputs


def _refs(source: Sources) -> Iterator[Ref]:
    for item in source if isinstance(source, tuple) else (source,):
        if isinstance(item, Ref):
            yield item


def text_of(source: Sources) -> str:
    """A literal as it is, a reference as `step.field`."""
    if isinstance(source, tuple):
        return "[" + ", ".join(text_of(item) for item in source) + "]"
    if isinstance(source, Literal):
        return shorten(compact(source.literal), LITERAL_WIDTH)
    return f"{source.step}.{source.field}" if source.field else source.step
