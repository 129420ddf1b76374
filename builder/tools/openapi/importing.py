"""`tools import-openapi`: read a description, and write proposed specs of its operations. Nothing is overwritten.

provider.toml     the hosts, and the key that they want
<tool>.toml       one for each operation that flat parameters can ask
"""

from __future__ import annotations

import asyncio
import difflib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from yarl import URL

from builder.errors import SettingsError
from builder.identity import random_stream
from builder.recipe.injection import neutral
from builder.records.http import Auth, Host, LiveLimits, Sent
from builder.records.tools import Provider
from builder.tools.drafts.folder import Imported, first_line, ground_of, host_of, namer, place, write_new
from builder.tools.drafts.lines import words
from builder.tools.http.client import Client
from builder.tools.http.options import LiveOptions
from builder.tools.http.pace import SystemClock
from builder.tools.http.secrets import Secrets
from builder.tools.openapi.answering import answered
from builder.tools.openapi.describing import Description, Operation, OperationPart, Unmapped, validated
from builder.tools.openapi.documents import MAX_BYTES, read, refuse
from builder.tools.openapi.drafting import Planned, draft_provider, draft_tool
from builder.tools.openapi.placing import Placed, placed
from builder.tools.openapi.securing import Key, auth_of, base_of, is_key, key_of
from builder.tools.openapi.words import cleaned
from builder.tools.sound import sound_pool
from builder.tools.tables import TableCache

MAX_TOOLS = 100
"""Of one import: each is for a person to read, and no provider needs more."""

SHOWN = 12
"""Names in one message."""

ACCEPT = "application/json, application/yaml;q=0.9, text/yaml;q=0.8, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is imported."""

    source: str
    """A file, or an address."""
    tags: Sequence[str] = ()
    operations: Sequence[str] = ()
    """By operationId, or as `GET /path`."""
    paths: Sequence[str] = ()
    """Patterns in which `*` stands for anything."""
    post: bool = False
    server: str | None = None
    """In place of those that the description names."""


def import_openapi(into: Path, asked: Asked, cache: TableCache, options: LiveOptions) -> Imported:
    """Write the operations as specs in the folder `into` of a provider.

    Raises DescriptionError for a document that is no description, SettingsError for an odd folder or choice, ToolError
    when an address cannot be read.
    """
    root, identity = place(into)
    body, file, whence = _source(asked.source, options)
    description = Description.of(read(body, file), file)
    chosen, others = _chosen(description, asked)
    gaps: dict[str, list[str]] = {each.key: [] for each in chosen}
    plans = _plans(description, chosen, asked, whence, gaps)
    provider = _provider(identity, plans, gaps)
    title, _ = words(cleaned(f"{description.info.title} {description.info.version or ''}"))
    source = f"{title} ({file})".strip()
    pool = sound_pool(root, cache, waiting=True).pool
    ground, named = ground_of(pool), namer(pool, identity)
    files = {into / "provider.toml": draft_provider(description, provider, source)}
    for plan in plans:
        key = plan.operation.key
        try:
            draft = draft_tool(plan, ground, provider, source)
        except Unmapped as error:
            gaps[key] = [f"not written: {error}"]
            continue
        files[into / f"{named(plan.operation.id or key, draft)}.toml"] = draft.text
        gaps[key] += draft.gaps
    if len(files) == 1:
        files = {}
    told = {key: tuple(found) for key, found in gaps.items() if found}
    notes = dict.fromkeys(note for plan in plans for note in plan.base.notes)
    if others:
        notes[f"not asked, as they may change something: {_short(each.key for each in others)}"] = None
    if notes:
        told[file] = tuple(notes)
    return write_new(files, told)


def _source(source: str, options: LiveOptions) -> tuple[bytes, str, str | None]:
    """The bytes of a description, what messages call it, and its address."""
    if "://" not in source:
        path = Path(source)
        if not path.is_file():
            raise SettingsError(f"{source}: no such file")
        with path.open("rb") as opened:
            return opened.read(MAX_BYTES + 1), path.name, None
    try:
        url = URL(source, encoded=True)
        host = host_of(source)
        if url.user is not None or url.password is not None:
            raise ValueError("a user name stands in it")
    except ValueError as error:
        raise SettingsError(f"{source}: no address of a description: {first_line(error)}") from None
    provider = Provider(
        id="import", title="-", source="-", data_licence="-", attribution="-", hosts=(host,),
        limits=LiveLimits(max_bytes=MAX_BYTES),
    )  # fmt: skip
    return asyncio.run(_fetched(provider, source, options)), f"{host.name}{url.raw_path}", source


async def _fetched(provider: Provider, url: str, options: LiveOptions) -> bytes:
    """What an address answers, asked for as every live tool asks."""
    client = Client.of(options, Secrets.of(options.grants, options.environ), options.clock or SystemClock())
    sent = Sent("GET", url, (("Accept", ACCEPT),))
    try:
        received = await client.fetch(
            provider, sent, frozenset(), lambda _: None, random_stream(options.seed, "http", url)
        )
    finally:
        await client.close()
    return received.body


def _chosen(description: Description, asked: Asked) -> tuple[list[Operation], list[Operation]]:
    """The operations that are asked for, and those among them that may change something. Raises SettingsError."""
    found = list(description.operations)
    if not found:
        refuse(description.file, "paths", "it has no operation", "name a description of an API")
    names = {name for each in found for name in (each.id, each.key) if name}
    _must_know("--tag", asked.tags, {tag for each in found for tag in each.tags})
    _must_know("--operation", asked.operations, names)
    for pattern in asked.paths:
        if not any(fnmatchcase(each.path, pattern) for each in found):
            raise SettingsError(f"--path {pattern}: no path of {len(description.document['paths']):,} is like it")
    tests: tuple[tuple[Sequence[str], Callable[[Operation, str], bool]], ...] = (
        (asked.tags, lambda each, tag: tag in each.tags),
        (asked.operations, lambda each, name: name in (each.id, each.key)),
        (asked.paths, lambda each, pattern: fnmatchcase(each.path, pattern)),
    )
    for wanted, meets in tests:
        if wanted:
            found = [each for each in found if any(meets(each, one) for one in wanted)]
    methods = ("get", "post") if asked.post else ("get",)
    chosen = [each for each in found if each.method in methods]
    if len(chosen) > MAX_TOOLS:
        tags = _short(tag for tag, _ in Counter(tag for each in chosen for tag in each.tags).most_common())
        raise SettingsError(
            f"{description.file}: {len(chosen):,} operations, and {MAX_TOOLS} are the most at a time: choose by "
            f"--operation, --path or --tag" + (f" ({tags})" if tags else "")
        )
    return chosen, [each for each in found if each.method not in methods]


def _must_know(option: str, wanted: Sequence[str], known: Collection[str]) -> None:
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known)[:5_000], SHOWN, 0.5) or sorted(known)
            raise SettingsError(f"{option} {name}: the description has none such; it has {_short(near) or 'no names'}")


def _short(names: Iterable[str]) -> str:
    listed = [str(neutral(name))[:80] for name in names]
    return ", ".join(listed[:SHOWN]) + (f" and {len(listed) - SHOWN:,} more" if len(listed) > SHOWN else "")


def _plans(
    description: Description,
    chosen: Sequence[Operation],
    asked: Asked,
    whence: str | None,
    gaps: Mapping[str, list[str]],
) -> list[Planned]:
    """What can be known of each operation; why some cannot be asked goes to `gaps`."""
    plans = []
    for operation in chosen:
        try:
            part = validated(OperationPart, operation.own, "operation")
            base = base_of(description, operation, part, asked.server, whence)
            where, answer = placed(description, operation, part), answered(description, part)
            key = _without_key(where, key_of(description, part))
        except Unmapped as error:
            gaps[operation.key].append(f"not written: {error}")
            continue
        plan = Planned(operation, part, base, where, answer, key)
        plan.look_for_pages(description)
        plans.append(plan)
    return plans


def _without_key(where: Placed, key: Key | None) -> Key | None:
    """The operation's key, which is no parameter: that of its security, or a parameter that has the name of one."""
    for each in list(where.given):
        if each.place not in ("query", "header") or each.leaf.many:
            continue
        name = each.theirs[0]
        mine = key is not None and (key.place, key.name.lower()) == (each.place, name.lower())
        if not mine and not is_key(name):
            continue
        if key is None:
            key = Key(each.place, name, "", each.leaf.required)
            where.gaps.append(f"parameter {name}: taken for a key, by its name")
        elif not mine and each.leaf.required:
            raise Unmapped(f"it wants {key.name} and {name} together")
        elif not mine:
            where.gaps.append(f"parameter {name}: left out, as a second key")
        where.given.remove(each)
    return key


def _provider(identity: str, plans: list[Planned], gaps: Mapping[str, list[str]]) -> Provider:
    """The provider of the plans. Those that want another key, or want it at another host, are taken out and told."""
    wanted = Counter(mine for plan in plans if (mine := _wanted(plan)) is not None)
    auth: Auth | None = None
    chosen, whys = None, {}
    for (key, host), _ in wanted.most_common():
        required = any(plan.key.required for plan in plans if plan.key is not None and _wanted(plan) == (key, host))
        try:
            auth, chosen = auth_of(replace(key, required=required), host, identity), (key, host)
            break
        except Unmapped as error:
            whys[key] = str(error)
    for plan in list(plans):
        mine = _wanted(plan)
        if plan.key is None or mine is None or mine == chosen:
            continue
        why = whys.get(mine[0], "a provider has one key, at one host: import it into a folder of its own")
        if plan.key.required:
            gaps[plan.operation.key].append(f"not written: {why}")
            plans.remove(plan)
        else:
            plan.gaps.append(f"asked without the key {plan.key.name}: {why}")
    hosts = tuple(dict.fromkeys(plan.base.host for plan in plans))
    return Provider(
        id=identity, title="-", source="-", data_licence="-", attribution="-", say_source=True, hosts=hosts, auth=auth
    )


def _wanted(plan: Planned) -> tuple[Key, Host] | None:
    """The key of a plan, whether required or not, and where it goes."""
    return None if plan.key is None else (replace(plan.key, required=True), plan.base.host)
