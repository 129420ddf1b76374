"""The dataset card: facts to sections, sections into a plain template, in one pass.

A section is a small function of the facts. The template names sections as `{{name}}`; one that is missing
or unused is an error, so a card can neither show a hole nor lose a part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from huggingface_hub import DatasetCardData

from builder.errors import ReleaseError
from builder.hub.plots import PLOTS, image
from builder.records.releases import Bar, CardFacts

SLOT = re.compile(r"\{\{(\w+)\}\}")

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
"""The Hub's size categories: rows of all configs together below the bound."""

METRICS = {
    "tools_covered": "Tools covered",
    "unique_toolsets": "Unique toolsets",
    "unique_call_sequences": "Unique call sequences",
    "unique_call_graphs": "Unique call graphs",
    "topology_classes": "Retrieval/processing topology classes",
    "tool_types_per_task": "Tool types per task",
}
"""Names of the six DIVE metrics; another metric of the store is shown under its own."""


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put `values` in the template's slots, once: braces inside a value stay as they are.

    Raises ReleaseError naming every slot without a value and every value without a slot.
    """
    slots = set(SLOT.findall(template))
    missing, unused = sorted(slots - values.keys()), sorted(values.keys() - slots)
    if missing or unused:
        parts = [f"no value for {', '.join(missing)}"] if missing else []
        parts += [f"no slot for {', '.join(unused)}"] if unused else []
        raise ReleaseError(f"template: {'; '.join(parts)} (correct the file in dataset_card/, or the sections)")
    return SLOT.sub(lambda match: values[match[1]], template)


def render(facts: CardFacts, file: str, template: str) -> str:
    """Text of one of the `TEXTS`, such as README.md, from its template."""
    return fill(template, {name: SECTIONS[name](facts) for name in TEXTS[file]})


def front_matter(facts: CardFacts) -> str:
    """YAML for the Hub. No `dataset_info`: features stand in the Parquet footers."""
    definition = facts.definition
    data = DatasetCardData(
        license=definition.licence,
        language=list(definition.language),
        pretty_name=definition.pretty_name,
        task_categories=list(definition.task_categories),
        size_categories=[_size_category(facts)],
        annotations_creators=["machine-generated"],
        source_datasets=["original"],
        tags=list(definition.tags),
        configs=_configs(facts),
    )
    return str(data.to_yaml(line_break="\n")).rstrip("\n") + "\n"


def _configs(facts: CardFacts) -> list[dict[str, Any]]:
    configs: dict[str, dict[str, Any]] = {}
    for split in facts.splits:
        body = configs.setdefault(split.config, {"config_name": split.config, "data_files": []})
        body["data_files"].append({"split": split.split, "path": f"{split.config}/{split.split}-*.parquet"})
    default = next(iter(configs.values()), None)
    if default is not None:
        default["default"] = True
    return list(configs.values())


def _size_category(facts: CardFacts) -> str:
    rows = sum(split.rows for split in facts.splits)
    return next((name for bound, name in SIZES if rows < bound), "1M<n<10M")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers stand to the right."""
    bodies = list(rows)
    cells = [[_cell(value) for value in row] for row in bodies]
    right = [bool(bodies) and all(isinstance(row[i], int | float) for row in bodies) for i in range(len(head))]
    rule = ["---:" if flag else "---" for flag in right]
    return "\n".join(f"| {' | '.join(line)} |" for line in [list(head), rule, *cells])


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if not value.is_integer() else f"{int(value):,}"
    if isinstance(value, int):
        return f"{value:,}"
    # A pipe would end the cell, and a line break the row.
    return str(value).replace("|", "\\|").replace("\n", " ")


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}%"


def _number(value: float | None) -> str:
    return "–" if value is None else _cell(value)


def _rows(facts: CardFacts, config: str) -> int:
    return sum(split.rows for split in facts.splits if split.config == config)


def _glance(facts: CardFacts) -> str:
    totals, tokens = facts.totals, facts.definition.tokens
    rows = [
        ["Verified tasks (`tasks`)", _cell(totals.tasks)],
        ["Trajectories to imitate (`sft`)", _cell(_rows(facts, "sft"))],
        ["Tasks to explore (`rl`)", _cell(_rows(facts, "rl"))],
        ["Tools in the catalogue (`tools`)", _cell(_rows(facts, "tools"))],
        ["Tools that a task calls", _cell(totals.tools_called)],
        ["Calls per task, median", _number(totals.median_calls)],
        ["Tasks with five calls or more", percent(totals.five_calls)],
        ["Tasks with a chain of three dependent calls or more", percent(totals.depth_three)],
        ["Tasks over two domains or more", percent(totals.two_domains)],
        ["Tokens per `sft` row, median", _number(totals.median_tokens)],
        ["Tokens per `sft` row, nine in ten below", _number(totals.ninety_tokens)],
        ["Tokens per `sft` row, longest", _number(totals.most_tokens)],
        [f"`sft` rows under {tokens.short:,} tokens", percent(totals.short_rows)],
    ]
    return table(["", ""], rows)


def _splits(facts: CardFacts) -> str:
    rows = [[f"`{s.config}`", s.split, s.rows, _size(s.bytes)] for s in facts.splits]
    return table(["config", "split", "rows", "size"], rows)


SHARED = (
    "Rows of each that share something with their training rows (for `sft/validation` those of `sft/train`, for the "
    "tests all other rows of `sft` and `rl`), and rows that call something new:"
)

NEW = {
    "sft/validation": "seed entities, calls and questions that `sft/train` does not have",
    "rl/test": "seed entities, calls and questions that no training row has",
    "rl/test_unseen_toolset": "besides, sets of called tools that no training row has",
    "rl/test_unseen_tool": "besides, a called tool that no training row offers, not even as a distractor",
    "rl/test_unseen_domain": "besides, a domain that no training row is of",
}
"""What is new in each held-out split, each after the one before."""


def _tests(facts: CardFacts) -> str:
    there = {test.split for test in facts.tests}
    lines = [f"- `{split}`: {what}" for split, what in NEW.items() if split in there]
    rows = [
        [f"`{t.split}`", t.rows, t.tasks, t.seeds, t.calls, t.questions, t.new_toolsets, t.new_tools, t.new_domains]
        for t in facts.tests
    ]
    head = ["held-out split", "rows", "tasks", "seed entities", "calls with literals", "questions"]
    counts = table([*head, "new set of called tools", "new tool", "new domain"], rows)
    return "\n".join(lines) + f"\n\n{SHARED}\n\n{counts}"


def _held_out(facts: CardFacts) -> str:
    held, parts = facts.held_out, []
    if held.providers:
        parts.append(f"every tool of {', '.join(f'`{provider}`' for provider in held.providers)}")
    alone = [tool for tool in held.tools if tool.rpartition(".")[0] not in held.providers]
    if alone:
        parts.append(", ".join(f"`{tool}`" for tool in alone))
    if held.domain is not None:
        parts.append(f"the domain {held.domain}")
    if not parts:
        return "No tool was held out of the training rows."
    return f"No training or validation row calls or offers, not even as a distractor: {'; '.join(parts)}."


def _decontamination(facts: CardFacts) -> str:
    if not facts.benchmarks:
        return (
            "No deny list of a benchmark was given to this build. Questions are derived from tool results and from no "
            "benchmark; whether one resembles a benchmark's by chance has not been measured."
        )
    rows = [[b.name, b.source, b.texts, b.exact, b.ngram, b.dropped] for b in facts.benchmarks]
    names = [f"- {b.name}: {', '.join(f'`{tool}`' for tool in b.tools)}" for b in facts.benchmarks if b.tools]
    shared = "\n".join(names) if names else "No tool has a name that a tool of a benchmark has."
    digests = ", ".join(f"{b.name} `{b.digest[:16]}`" for b in facts.benchmarks)
    return (
        f"Every question of the pool, those of earlier rounds included, was compared with these benchmarks.\n\n"
        f"{table(['benchmark', 'source', 'texts', 'same text', 'same 13 words', 'tasks dropped'], rows)}\n\n"
        f"Tool names that a benchmark has too:\n\n{shared}\n\nDigests of the deny lists: {digests}."
    )


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def _domains(facts: CardFacts) -> str:
    return table(["domain", "`tasks`", "`sft`", "`rl`"], [[d.domain, d.tasks, d.sft, d.rl] for d in facts.domains])


def _distributions(facts: CardFacts) -> str:
    groups: dict[str, list[Bar]] = {}
    for bar in facts.bars:
        groups.setdefault(bar.dimension, []).append(bar)
    parts = []
    for dimension, bars in groups.items():
        whole = sum(bar.rows for bar in bars)
        rows = [[bar.label, bar.rows, percent(bar.rows / whole)] for bar in bars]
        parts.append(table([dimension, "rows", "share"], rows))
    return "\n\n".join(parts)


def _metrics(facts: CardFacts) -> str:
    scopes = list(dict.fromkeys(metric.scope for metric in facts.metrics))
    values = {(metric.metric, metric.scope): metric.value for metric in facts.metrics}
    known = dict.fromkeys([*METRICS, *sorted({metric.metric for metric in facts.metrics})])
    rows = [
        [METRICS.get(name, name), *(_number(values.get((name, scope))) for scope in scopes)]
        for name in known
        if any((name, scope) in values for scope in scopes)
    ]
    return table(["metric", *scopes], rows)


def _funnel(facts: CardFacts) -> str:
    limit = facts.definition.display.reasons
    rows: list[list[object]] = [[s.stage, s.status, s.reason or "–", s.records] for s in facts.funnel[:limit]]
    rest = facts.funnel[limit:]
    if rest:
        rows.append(["", "", f"{len(rest)} further reasons together", sum(step.records for step in rest)])
    return table(["stage", "outcome", "reason", "records"], rows)


def _left_out(facts: CardFacts) -> str:
    if not facts.left_out:
        return "Every chosen row is in the release."
    parts = [f"{count:,} for {reason}" for reason, count in facts.left_out.items()]
    return f"Chosen rows that were left out: {'; '.join(parts)}."


def _retention(facts: CardFacts) -> str:
    limit = facts.definition.display.tools
    rows: list[list[object]] = [
        [f"`{r.tool}`", r.offered, r.called, r.tasks, r.sft, r.rl] for r in facts.retention[:limit]
    ]
    rest = facts.retention[limit:]
    if rest:
        rows.append([f"{len(rest)} further tools", *(["–"] * 5)])
    return table(["tool", "draws offering", "draws calling", "`tasks`", "`sft`", "`rl`"], rows)


def _shares(facts: CardFacts) -> str:
    rows = [
        [share.part, share.draws, share.tasks, f"{share.tasks / share.draws:.1%}", share.sft, share.rl]
        for share in facts.shares
    ]
    return table(["domain or form", "draws", "`tasks`", "of the draws", "`sft`", "`rl`"], rows)


def _sources(facts: CardFacts) -> str:
    rows = [
        [s.title, s.source, ", ".join(s.packages) or "–", s.data_date or "–", s.licence, s.tools] for s in facts.sources
    ]
    return table(
        ["provider", "source", "packages (licence of the code)", "data of", "licence of the data", "tools"],
        rows,
    )


def attributions(facts: CardFacts) -> str:
    """One line per provider, as its licence asks."""
    return "\n".join(f"- {text}" for text in dict.fromkeys(source.attribution for source in facts.sources))


def _roles(facts: CardFacts) -> str:
    return table(["role", "played by"], [[role, who] for role, who in facts.roles.items()])


def _settings(facts: CardFacts) -> str:
    return "\n".join(f"{key} = {value!r}" for key, value in facts.settings.items())


SECTIONS: dict[str, Callable[[CardFacts], str]] = {
    "front_matter": front_matter,
    "title": lambda facts: facts.definition.pretty_name,
    "version": lambda facts: facts.definition.version,
    "repository": lambda facts: facts.definition.repository,
    "licence": lambda facts: facts.definition.licence.upper(),
    "glance": _glance,
    "splits": _splits,
    "tests": _tests,
    "held_out": _held_out,
    "decontamination": _decontamination,
    "roles": _roles,
    "domains": _domains,
    "distributions": _distributions,
    "metrics": _metrics,
    "funnel": _funnel,
    "left_out": _left_out,
    "shares": _shares,
    "retention": _retention,
    "sources": _sources,
    "attributions": attributions,
    "tokenizer": lambda facts: facts.tokenizer,
    "token_limit": lambda facts: f"{facts.definition.tokens.limit:,}",
    "command": lambda facts: facts.command,
    "settings": _settings,
    "lock": lambda facts: facts.lock,
    "content": lambda facts: facts.content,
    **{f"plot_{name}": partial(image, name=name) for name in PLOTS},
}
"""Slots by name, and what fills each."""

TEXTS: dict[str, tuple[str, ...]] = {
    "README.md": tuple(SECTIONS),
    "LICENSE": ("title", "licence", "attributions"),
    "CHANGELOG.md": ("version", "splits", "left_out"),
    "dataset_info.json": ("repository",),
    "recipes/trl_sft.py": ("repository",),
    "recipes/trl_grpo.py": ("repository",),
    "recipes/verl.yaml": ("repository", "version"),
    "recipes/verl_tools.py": ("repository",),
    "recipes/axolotl.yaml": ("repository", "version"),
    "recipes/llamafactory.yaml": ("repository",),
    "recipes/to_nemo_jsonl.py": ("repository",),
}
"""Files of a release that are made from `dataset_card/<file>.tmpl`, with the slots of each."""
