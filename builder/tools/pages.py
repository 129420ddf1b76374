"""Pages about the pool for people, from declared specs and recorded tables alone: `docs/tools/`.

Nothing is executed and no package needed, so every machine writes the same pages.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from builder.records.base import DOMAINS
from builder.records.tools import Provider, ToolSpec
from builder.tools.loading import SpecFiles
from builder.tools.recording import FOLDER, TABLES

MADE = "Written by `make docs` from `tool_specs/`; do not edit.\n"

Extras = Mapping[str, Sequence[str]]
"""Optional dependency groups of each package that the base environment lacks."""

CHAINS = "chains.md"
"""A page of the same folder that is made from a release, not from the specs (`make chains`)."""

COUNTED = ("providers", "tools", "base", "extra", "retrieval", "processing", "query", "function", "http", "mcp", "code")
"""What is counted of each domain, in columns."""


def tool_pages(files: SpecFiles, extras: Extras) -> dict[str, str]:
    """Text of each page by file name: the README, and a page for each domain.

    `extras` is what `extras_of` gives. Raises nothing for a broken spec: what cannot be read is not listed.
    """
    pages = {"README.md": _overview(files, extras)}
    for domain in DOMAINS:
        if any(spec.domain == domain for spec in files.tools.values()):
            pages[f"{domain}.md"] = _domain(files, extras, domain)
    return pages


def extras_of(project: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Package to its optional dependency groups, from the parsed `pyproject.toml`: groups named as a domain."""
    groups = project["project"]["optional-dependencies"]  # type: ignore[index]
    found: dict[str, tuple[str, ...]] = {}
    for domain in DOMAINS:
        for requirement in groups.get(domain, ()):
            name = requirement.partition("==")[0]
            found[name] = (*found.get(name, ()), domain)
    return found


def seed_counts(files: SpecFiles) -> dict[str, dict[str, int]]:
    """Values that may seed tasks, by domain of the table that lists them and by type, as recorded."""
    found: dict[str, dict[str, int]] = {domain: {} for domain in DOMAINS}
    for provider in files.providers:
        path = files.folder(provider) / FOLDER / f"{TABLES}.json"
        if path.is_file():
            for facts in json.loads(path.read_text(encoding="utf-8")).values():
                found[provider.partition(".")[0]] |= facts.get("seeds", {})
    return {domain: dict(sorted(counts.items())) for domain, counts in found.items() if counts}


def _overview(files: SpecFiles, extras: Extras) -> str:
    return "\n".join(
        [
            "# Tools\n",
            MADE,
            f"{len(files.tools)} tools of {len(files.providers)} providers. *Base* tools run in the locked",
            "environment; *extra* ones need the data packages of their domain (`make env TOOLS=all`). Retrieval tools",
            "look something up, processing tools compute. A `query` is SQL over a table of its provider, a `function`",
            f"an adapter over a package. How they feed each other in real tasks: [{CHAINS}]({CHAINS}).\n",
            *_domain_table(files, extras),
            "",
            "## Providers\n",
            *_provider_table(files, extras),
            "",
            "## Seeds\n",
            "Values that may start a task, by the domain that lists them and by type.\n",
            *_seed_table(seed_counts(files)),
            "",
        ]
    )


def _domain_table(files: SpecFiles, extras: Extras) -> Iterator[str]:
    yield from _head("domain", *COUNTED)
    total: Counter[str] = Counter()
    for domain in DOMAINS:
        specs = [spec for spec in files.tools.values() if spec.domain == domain]
        counts: Counter[str] = Counter(spec.role for spec in specs)
        counts.update(spec.kind for spec in specs)
        counts["providers"], counts["tools"] = len({spec.provider for spec in specs}), len(specs)
        counts["extra"] = sum(bool(_extra(files.providers[spec.provider], extras)) for spec in specs)
        counts["base"] = counts["tools"] - counts["extra"]
        total += counts
        yield _row(f"[{domain}]({domain}.md)", *_numbers(counts))
    yield _row("all", *_numbers(total))


def _numbers(counts: Counter[str]) -> Iterator[str]:
    for key in COUNTED:
        yield str(counts[key])


def _provider_table(files: SpecFiles, extras: Extras) -> Iterator[str]:
    yield from _head(
        "provider", "in", "tools", "retrieval", "processing", "kinds", "packages", "data licence", "data date"
    )
    for provider in _providers(files):
        specs = _tools_of(files, provider)
        roles, kinds = Counter(spec.role for spec in specs), sorted({spec.kind for spec in specs})
        yield _row(
            f"`{provider.id}`",
            _where(provider, extras),
            *map(str, (len(specs), roles["retrieval"], roles["processing"])),
            ", ".join(kinds),
            _packages(provider),
            provider.data_licence,
            provider.data_date or "-",
        )


def _seed_table(counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    yield from _head("domain", "seeds", "types", "by type")
    for domain in DOMAINS:
        if domain in counts:
            by_type = sorted(counts[domain].items(), key=lambda item: (-item[1], item[0]))
            yield _row(
                domain,
                f"{sum(counts[domain].values()):,}",
                str(len(by_type)),
                ", ".join(f"{name} {count:,}" for name, count in by_type),
            )
    every = [count for each in counts.values() for count in each.values()]
    yield _row("all", f"{sum(every):,}", str(len(every)), "")


def _domain(files: SpecFiles, extras: Extras, domain: str) -> str:
    lines = [f"# {domain.capitalize()} tools\n", MADE]
    for provider in _providers(files):
        specs = _tools_of(files, provider)
        if provider.id.startswith(f"{domain}.") and specs:
            lines += [f"## {provider.title}\n", *_provider_lines(provider, extras), ""]
            lines += [*_head("tool", "role", "what it does")]
            lines += [_row(f"`{spec.name}`", spec.role, spec.description) for spec in specs]
            lines.append("")
    return "\n".join(lines)


def _provider_lines(provider: Provider, extras: Extras) -> Iterator[str]:
    where = _where(provider, extras)
    dated = f", of {provider.data_date}" if provider.data_date else ""
    kept = "" if provider.redistributable else "; stays out of releases"
    yield f"`{provider.id}` ({where}). Source: {provider.source}{dated}. Data licence: {provider.data_licence}{kept}."
    yield f"Packages: {_packages(provider)}."


def _packages(provider: Provider) -> str:
    return ", ".join(f"{p.name} {p.version} ({p.licence})" for p in provider.packages) or "-"


def _where(provider: Provider, extras: Extras) -> str:
    extra = _extra(provider, extras)
    return f"extra `{extra}`" if extra else "base"


def _extra(provider: Provider, extras: Extras) -> str:
    """The optional group that a provider needs, its own domain's before others; empty for one of the base."""
    groups = [group for package in provider.packages for group in extras.get(package.name, ())]
    own = provider.id.partition(".")[0]
    return own if own in groups else next(iter(groups), "")


def _providers(files: SpecFiles) -> Sequence[Provider]:
    return sorted(files.providers.values(), key=lambda p: (DOMAINS.index(p.id.partition(".")[0]), p.id))


def _tools_of(files: SpecFiles, provider: Provider) -> list[ToolSpec]:
    return sorted((s for s in files.tools.values() if s.provider == provider.id), key=lambda s: s.name)


def _head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*("---" for _ in names))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
