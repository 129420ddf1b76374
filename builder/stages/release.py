"""Release: what selection chose becomes a folder that trainers load, with its card and its manifest.

The folder is built beside its place and renamed into it at the end: a release is there whole, or as before.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from builder.errors import ReleaseError
from builder.hub.card import TEXTS, render
from builder.hub.changelog import changelog
from builder.hub.changes import FILE as CHANGES
from builder.hub.changes import Key, Side, write_changes
from builder.hub.facts import Origin, card_facts, store_facts
from builder.hub.manifest import FILE, Made, build_manifest, file_entry, is_ours, manifest_text
from builder.hub.plots import write_plots
from builder.hub.previous import Layout
from builder.hub.traces import write_traces
from builder.hub.views import open_views, query
from builder.identity import canonical_json
from builder.recipe.splits import unseen
from builder.recipe.versions import require_bump
from builder.records.releases import CardFacts, HeldOutFacts, Manifest, ReleaseDefinition
from builder.resources import dataset_card_dir
from builder.settings import Settings, profiles
from builder.stages.decontaminate import benchmark_facts, deny_lists
from builder.stages.definition import load_definition
from builder.stages.diff import difference
from builder.stages.drifted import FILE as DRIFT
from builder.stages.drifted import drift_text, stale_of
from builder.stages.export import export
from builder.stages.live import write_carried
from builder.stages.patterning import Structural, structural_of
from builder.stages.previous import arranged
from builder.store import Store
from builder.tools.pool import ToolPool


def release(
    store: Store,
    pool: ToolPool,
    settings: Settings,
    out: Path,
    definition: ReleaseDefinition | None = None,
    layout: Layout | None = None,
) -> Manifest:
    """Write the release of what `store` holds to `out` and return its manifest.

    `layout` is the version before, opened: its rows keep their order and splits, new ones follow, and what rests on
    answers that changed since goes. Raises ReleaseError when `out` holds something else, when nothing is chosen, when
    the rows break what the definition promises, or when they need a higher version.
    """
    definition = definition or load_definition()
    held = unseen(pool, settings.held_out, settings.run_seed)
    with arranged(store, layout, held, stale_of(store, layout, pool)) as retired, building(out) as folder:
        made = export(store, pool, definition, folder, layout)
        files = {path: file_entry(folder / path, rows) for path, rows in sorted(made.files.items())}
        files |= {path: file_entry(folder / path, None) for path in write_traces(folder, definition.traces)}
        lists = deny_lists(settings)
        origin = Origin(
            settings=_json(settings.data()),
            command=command_for(settings),
            left_out=made.left_out,
            held_out=HeldOutFacts(tools=tuple(sorted(held.tools)), providers=held.providers, domain=held.domain),
            benchmarks=benchmark_facts(store, lists, [pool.declared[tool].name for tool in tools_of(folder)]),
        )
        facts = card_facts(folder, definition, pool, files, store_facts(store.connection, store.fingerprint), origin)
        keep_promises(facts)
        files |= write_carried(pool, folder)
        if layout is not None and layout.drift.calls:
            _write(folder / DRIFT, drift_text(layout.drift))
            files[DRIFT] = file_entry(folder / DRIFT, None)
        files |= {path: file_entry(folder / path, None) for path in write_plots(folder, facts)}
        for name in TEXTS:
            _write(folder / name, render(facts, name, _template(name)))
            files[name] = file_entry(folder / name, None)
        source = Made(store.fingerprint, origin.settings, {each.header.name: each.digest for each in lists})
        manifest = build_manifest(definition, files, source, pool, tools_of(folder))
        if layout is not None:
            manifest = add_changes(folder, manifest, layout, structural_of(pool), retired)
        _write(folder / FILE, manifest_text(manifest))
    return manifest


def add_changes(
    folder: Path, manifest: Manifest, layout: Layout, structural: Structural, retired: Mapping[Key, str]
) -> Manifest:
    """Write what changed since the previous version, and return the manifest that tells of it.

    Raises ReleaseError when the changes need a higher version.
    """
    found = difference(Side(layout.folder, layout.manifest), Side(folder, manifest), structural, retired)
    reasons = found.breaking or [f"{len(found.changes):,} ids were added, removed or changed"]
    require_bump(found.after, found.before, found.needs, reasons)
    write_changes(folder, found.changes)
    before = layout.folder / "CHANGELOG.md"
    _write(folder / before.name, changelog(found, before.read_text(encoding="utf-8")))
    changed = {name: file_entry(folder / name, None) for name in (CHANGES, before.name)}
    files = dict(sorted({**manifest.files, **changed}.items()))
    return manifest.model_copy(update={"files": files, "parent": layout.parent})


@contextmanager
def building(out: Path) -> Iterator[Path]:
    """A folder to fill, which takes the place of `out` when all went well, and vanishes otherwise."""
    out = Path(out).absolute()
    partial, before = out.with_name(f".{out.name}.partial"), out.with_name(f".{out.name}.before")
    try:
        if before.exists() and not out.exists():
            # An earlier build was killed between the two renamings below.
            before.rename(out)
        if not is_ours(out):
            raise ReleaseError(
                f"{out} holds something that is no release of dive-builder: it is left alone. Name another "
                "folder with --out, or move that one away."
            )
        _remove(partial, before)
        partial.mkdir(parents=True)
        yield partial
        if out.exists():
            out.rename(before)
        partial.rename(out)
        _remove(before)
    except OSError as error:
        raise ReleaseError(f"{out}: {error.strerror or error} (free space or rights, then run again)") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _remove(*folders: Path) -> None:
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)


def keep_promises(facts: CardFacts) -> None:
    """Refuse a release whose tests training gives away, or whose `sft` rows are longer than its definition promises."""
    for test in facts.tests:
        if test.leaks:
            raise ReleaseError(
                f"{test.split} shares {test.seeds} seed entities, {test.calls} calls with literals, {test.questions} "
                f"questions and {test.tasks} tasks with training (run the stage `select` again, and please report it)"
            )
    promise, share = facts.definition.tokens, facts.totals.short_rows
    rows = sum(split.rows for split in facts.splits if split.config == "sft")
    if share is not None and rows >= promise.short_share_from and share < promise.short_share:
        raise ReleaseError(
            f"{share:.1%} of the sft rows are under {promise.short:,} tokens; release.toml promises "
            f"{promise.short_share:.0%} (draw smaller toolsets, select shorter rows, or promise less)"
        )


def command_for(settings: Settings) -> str:
    """What builds the same release again from a checkout."""
    lists = " --deny-lists deny/" if settings.decontaminate.lists is not None else ""
    for name in profiles():
        if Settings.profile(name).data() == settings.data():
            made = f"dive-builder release --profile {name}{lists} --out release/"
            return made if lists else f"make release PROFILE={name}"
    return f"dive-builder release --settings settings.toml{lists} --out release/   # with the settings below"


def tools_of(folder: Path) -> list[str]:
    """Ids of the catalogue of a release folder."""
    with open_views(folder) as views:
        return [row[0] for row in query(views, "report/card_tools")]


def _json(data: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as plain JSON data."""
    return dict(json.loads(canonical_json(dict(data))))


def _template(name: str) -> str:
    return (dataset_card_dir() / f"{name}.tmpl").read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
