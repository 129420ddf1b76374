"""Sections of the card that count: what is in the release, how various it is, what became of the draws."""

from __future__ import annotations

from builder.hub.markdown import Figure, fold, number, percent, table
from builder.records.releases import Bar, CardFacts

METRICS = {
    "tools_covered": "Tools covered",
    "unique_toolsets": "Unique toolsets",
    "unique_call_sequences": "Unique call sequences",
    "unique_call_graphs": "Unique call graphs",
    "topology_classes": "Retrieval/processing topology classes",
    "tool_types_per_task": "Tool types per task",
}
"""Names of the six DIVE metrics."""

FURTHER = {
    "called_toolsets": "Sets of called tools",
    "unique_shapes": "Call graphs, like calls written once",
    "joined_shapes": "The same, of tasks that hang together",
    "joined_topologies": "Topology classes of tasks that hang together",
    "outlines": "Call graphs without names of tools",
    "derivation_shapes": "Shapes of derivations among 1,000 tasks, reports left out",
    "type_paths": "Ways of types from question to answer",
    "effective_type_paths": "Ways of types, effective number",
    "effective_tools": "Tools, effective number",
    "effective_tool_pairs": "Pairs of tools, effective number",
    "tool_pairs": "Pairs of tools in one task",
    "tool_triples": "Triples of tools in one task",
    "effective_exemplars": "Scenarios and forms, effective number",
    "effective_shapes": "Call graphs, like calls written once, effective number",
    "unseen_shapes": "Chance that one more task has a new call graph",
    "frame_entropy": "Spread of the frames of question, bits",
    "operator_entropy": "Spread of the operators, bits",
    "depth_entropy": "Spread of the longest chains, bits",
    "width_entropy": "Spread of the calls that can run at once, bits",
    "vendi_work": "Vendi score of the calls, 2,000 tasks",
    "vendi_words": "Vendi score of the words, 2,000 tasks",
}
"""Names of the other metrics; one without a name here is shown under its own."""

SOLVERS = {
    "one_hop": "one call from what the question states",
    "greedy": "call after call, arguments bound by their names",
    "type_search": "a search over whatever fits by type",
    "type_search_without": "the same, the tool taken away that gives the answer",
    "oracle": "the derivation itself",
}
"""What the baseline solvers do, from the weakest to the one that must succeed."""

LONG = 12
"""Rows from which a distribution is folded."""


def domains(facts: CardFacts) -> str:
    return table(["domain", "`tasks`", "`sft`", "`rl`"], [[d.domain, d.tasks, d.sft, d.rl] for d in facts.domains])


def distributions(facts: CardFacts) -> str:
    groups: dict[str, list[Bar]] = {}
    for bar in facts.bars:
        groups.setdefault(bar.dimension, []).append(bar)
    parts = []
    for dimension, bars in groups.items():
        body = _distribution(dimension, bars)
        parts.append(fold(f"{dimension}: {len(bars)} values", body) if len(bars) > LONG else body)
    return "\n\n".join(parts)


def _distribution(dimension: str, bars: list[Bar]) -> str:
    whole = sum(bar.rows for bar in bars)
    return table([dimension, "rows", "share"], [[bar.label, bar.rows, percent(bar.rows / whole)] for bar in bars])


def topologies(facts: CardFacts) -> str:
    """The commonest classes of call graphs; the rest in one line."""
    if not facts.topologies:
        return "The store of this build does not tell the classes of the call graphs."
    shown, rest = facts.topologies[:LONG], facts.topologies[LONG:]
    bars = [bar.model_copy(update={"label": f"`{bar.label}`"}) for bar in shown]
    if rest:
        label = f"{len(rest):,} more together"
        bars.append(Bar(dimension=bars[0].dimension, label=label, rows=sum(bar.rows for bar in rest)))
    return f"{_distribution('Class of the call graph', bars)}\n\n{NOTATION}"


NOTATION = (
    "`R` is a call that retrieves and `P` one that computes, `*` any number of like ones; `0>1` says that the first "
    "feeds the second."
)


def solved(facts: CardFacts) -> str:
    """What solvers by rules reach, which bounds from below how hard the tasks are."""
    if not facts.solved:
        return "The baseline solvers were not run over this pool: `solved_by` is null."
    order = {solver: place for place, solver in enumerate(SOLVERS)}
    found = sorted(facts.solved, key=lambda one: (order.get(one.solver, len(order)), one.solver))
    rows = [[f"`{one.solver}`", SOLVERS.get(one.solver, "–"), one.tasks, percent(one.share)] for one in found]
    return table(["baseline solver", "what it does", "tasks tried", "solved"], rows)


def metrics(facts: CardFacts) -> str:
    named = list(METRICS)
    further = [*FURTHER, *sorted({metric.metric for metric in facts.metrics} - METRICS.keys() - FURTHER.keys())]
    text = _measured(facts, named)
    body = _measured(facts, further)
    return f"{text}\n\n{fold('Further metrics', f'{EFFECTIVE}{body}')}" if body else text


EFFECTIVE = (
    "An effective number (Hill, order 1) is how many equally frequent ones would be as diverse; a spread is Shannon's "
    "entropy.\n\n"
)


def _measured(facts: CardFacts, names: list[str]) -> str:
    """A table of the metrics that the store has of these; empty for none."""
    scopes = list(dict.fromkeys(metric.scope for metric in facts.metrics))
    values = {(metric.metric, metric.scope): metric.value for metric in facts.metrics}
    titles = {**METRICS, **FURTHER}
    rows = [
        [titles.get(name, f"`{name}`"), *(number(values.get((name, scope))) for scope in scopes)]
        for name in names
        if any((name, scope) in values for scope in scopes)
    ]
    return table(["metric", *(f"`{scope}`" for scope in scopes)], rows) if rows else ""


def funnel(facts: CardFacts) -> str:
    limit = facts.definition.display.reasons
    rows: list[list[object]] = [[s.stage, s.status, s.reason or "–", s.records] for s in facts.funnel[:limit]]
    rest = facts.funnel[limit:]
    if rest:
        rows.append(["", "", f"{len(rest)} further reasons together", sum(step.records for step in rest)])
    return fold(
        "Every outcome and its reason", f"{REASONS}\n\n{table(['stage', 'outcome', 'reason', 'records'], rows)}"
    )


REASONS = (
    "`law` is a law of sense, `gate` a gate, `walk` a walk that could not go on, `call` a call that failed, "
    "`injection` a result that would instruct its reader. What was skipped is sound but repeats something."
)


def retention(facts: CardFacts) -> str:
    limit = facts.definition.display.tools
    rows: list[list[object]] = [
        [f"`{r.tool}`", r.offered, r.called, r.tasks, r.sft, r.rl] for r in facts.retention[:limit]
    ]
    rest = facts.retention[limit:]
    if rest:
        rows.append([f"{len(rest)} further tools", *([Figure("–")] * 5)])
    return table(["tool", "offered", "called", "`tasks`", "`sft`", "`rl`"], rows)


def shares(facts: CardFacts) -> str:
    rows = [
        [share.part, share.draws, share.tasks, percent(share.tasks / share.draws), share.sft, share.rl]
        for share in facts.shares
    ]
    return table(["domain or form", "draws", "`tasks`", "of the draws", "`sft`", "`rl`"], rows)
