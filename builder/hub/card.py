"""The dataset card: facts to sections, sections into a plain template, in one pass.

A section is a small function of the facts. The template names sections as `{{name}}`; one that is missing
or unused is an error, so a card can neither show a hole nor lose a part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from huggingface_hub import DatasetCardData

from builder.errors import ReleaseError
from builder.hub import measures
from builder.hub.markdown import fold, number, percent, size, table
from builder.hub.plots import PLOTS, image
from builder.recipe.judging import pair_told, told
from builder.records.releases import CardFacts, SourceFacts

SLOT = re.compile(r"\{\{(\w+)\}\}")

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
"""The Hub's size categories: rows of all configs together below the bound."""


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


def _rows(facts: CardFacts, config: str) -> int:
    return sum(split.rows for split in facts.splits if split.config == config)


def _glance(facts: CardFacts) -> str:
    totals, tokens = facts.totals, facts.definition.tokens
    rows: list[list[object]] = [
        ["Verified tasks (`tasks`)", totals.tasks],
        ["Trajectories to imitate (`sft`)", _rows(facts, "sft")],
        ["Tasks to explore (`rl`)", _rows(facts, "rl")],
        ["Tools in the catalogue (`tools`)", _rows(facts, "tools")],
        ["Tools that a task calls", totals.tools_called],
        ["Calls per task, median", number(totals.median_calls)],
        ["Tasks with five calls or more", percent(totals.five_calls)],
        ["Tasks with a chain of three dependent calls or more", percent(totals.depth_three)],
        ["Tasks over two domains or more", percent(totals.two_domains)],
        ["Tokens per `sft` row, median", number(totals.median_tokens)],
        ["Tokens per `sft` row, nine in ten below", number(totals.ninety_tokens)],
        ["Tokens per `sft` row, longest", number(totals.most_tokens)],
        [f"`sft` rows under {tokens.short:,} tokens", percent(totals.short_rows)],
    ]
    return table(["at a glance", ""], rows)


def _splits(facts: CardFacts) -> str:
    rows = [[f"`{s.config}`", s.split, s.rows, size(s.bytes)] for s in facts.splits]
    return table(["config", "split", "rows", "size"], rows)


SHARED = (
    "How many rows of each share something with a training row, which must be none, and how many call something that "
    "no training row has. Training rows of `sft/validation` are those of `sft/train`; those of the tests are all of "
    "`sft` and of `rl/train`."
)

NEW = {
    "sft/validation": "seed entities, calls and questions that `sft/train` does not have",
    "rl/test": "seed entities, calls and questions that no training row has",
    "rl/test_unseen_toolset": "moreover, each row calls a set of tools that no training row calls",
    "rl/test_unseen_tool": "moreover, each row calls a tool that no training row offers, not even as a distractor",
    "rl/test_unseen_domain": "moreover, each row is of a domain that no training row is of",
}
"""What is new in each held-out split, in the order of the card."""


def _tests(facts: CardFacts) -> str:
    there = {test.split: test for test in facts.tests}
    found = [there[split] for split in NEW if split in there]
    rows = [
        [f"`{t.split}`", t.rows, t.tasks, t.seeds, t.calls, t.questions, t.new_toolsets, t.new_tools, t.new_domains]
        for t in found
    ]
    head = ["held-out split", "rows", "shared task", "seed entity", "calls with literals", "question"]
    counts = table([*head, "new set of called tools", "new tool", "new domain"], rows)
    return "\n".join(f"- `{t.split}`: {NEW[t.split]}" for t in found) + f"\n\n{SHARED}\n\n{counts}"


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


def _left_out(facts: CardFacts) -> str:
    if not facts.left_out:
        return "Every chosen row is in the release."
    parts = [f"{count:,} for {reason}" for reason, count in facts.left_out.items()]
    return f"Chosen rows that were left out: {'; '.join(parts)}."


def _sources(facts: CardFacts) -> str:
    """Providers by domain: a line for each domain, then the providers of each, folded."""
    domains: dict[str, list[SourceFacts]] = {}
    for source in facts.sources:
        domains.setdefault(source.provider.partition(".")[0], []).append(source)
    totals = [
        [name, len(found), sum(source.tools for source in found), _span(found)] for name, found in domains.items()
    ]
    parts = [table(["domain", "providers", "tools", "data of"], totals)]
    for name, found in domains.items():
        rows = [
            [s.title, s.source, ", ".join(s.packages) or "–", s.data_date or "–", s.licence, s.tools] for s in found
        ]
        head = ["provider", "source", "packages (licence of the code)", "data of", "licence of the data", "tools"]
        parts.append(fold(f"Sources of the domain {name}", table(head, rows)))
    return "\n\n".join(parts)


def _span(sources: list[SourceFacts]) -> str:
    """The years of the oldest and of the newest data."""
    years = sorted(source.data_date[:4] for source in sources if source.data_date)
    if not years:
        return "–"
    return years[0] if years[0] == years[-1] else f"{years[0]} to {years[-1]}"


def attributions(facts: CardFacts) -> str:
    """One line per provider, as its licence asks."""
    return "\n".join(f"- {text}" for text in dict.fromkeys(source.attribution for source in facts.sources))


def _roles(facts: CardFacts) -> str:
    players = table(["role", "played by"], [[role, who] for role, who in facts.roles.items()])
    return "\n\n".join([players, MODELS if _by_models(facts) else RULES, *_judges(facts)])


def _judges(facts: CardFacts) -> list[str]:
    """How far judges by model can be trusted, where some played."""
    if not facts.judges:
        return []
    lines = [*(told(judge) for judge in facts.judges), *(pair_told(pair) for pair in facts.judge_pairs)]
    return [f"{JUDGES}\n\n" + "\n".join(f"- {line}" for line in lines)]


JUDGES = (
    "A model was asked for verdicts. It decides answers in free text alone; how far it can be trusted is measured on "
    "answers that comparators settle, which stand whatever it says of them (95% intervals):"
)


RULES = "`rules` is code, not a language model: no model wrote or judged any row, and none of a model's terms apply."

MODELS = (
    "`rules` is code, not a language model; another name is the model that played the role, whose terms may apply to "
    "what it wrote. Answers are taken from executed tools in either case."
)


def _by_models(facts: CardFacts) -> list[str]:
    """Roles that a model played, for all rows or for some."""
    return [role for role, who in facts.roles.items() if who != "rules"]


def _worded(facts: CardFacts) -> str:
    if "wording" in _by_models(facts):
        return (
            "**Some questions are worded by a model.** Each was checked against the question by rules that it rewords; "
            "which ones, the column `roles` of `tasks` tells."
        )
    return (
        "**Questions are worded by rules.** They are checked for sense and ambiguity, but there are fewer ways of "
        "asking than people have."
    )


def _settings(facts: CardFacts) -> str:
    body = "\n".join(f"{key} = {value!r}" for key, value in facts.settings.items())
    return fold(f"The {len(facts.settings)} settings", f"```\n{body}\n```")


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
    "worded": _worded,
    "domains": measures.domains,
    "distributions": measures.distributions,
    "topologies": measures.topologies,
    "solved": measures.solved,
    "metrics": measures.metrics,
    "funnel": measures.funnel,
    "left_out": _left_out,
    "shares": measures.shares,
    "retention": measures.retention,
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
