"""Publish a release: one commit on a known parent, then a tag on that very commit, then a look at what is there.

Each step first looks whether it was done, by this run or by one before it, so a run after any failure goes on
from what is there, and a second run changes nothing. A commit whose answer was lost is looked for, never repeated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from builder.errors import HubError
from builder.hub.manifest import FILE, file_entry
from builder.hub.remote import Entry, Remote
from builder.hub.rights import check_right
from builder.hub.schemas import SCHEMAS
from builder.recipe.versions import parse
from builder.records.releases import FileEntry, Manifest

COMMITS = 4
"""Tries of the one commit, each after a new look at what is there."""

OnStep = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Local:
    """The release to publish."""

    folder: Path
    version: str
    files: Mapping[str, FileEntry]
    """Every file, the manifest too."""

    @classmethod
    def of(cls, folder: Path, manifest: Manifest) -> Local:
        return cls(folder, manifest.version, {**manifest.files, FILE: file_entry(folder / FILE, None)})

    @property
    def tag(self) -> str:
        return f"v{self.version}"

    @property
    def title(self) -> str:
        """Title of the commit, by which it is found again: no other release has this digest."""
        return f"Release {self.tag} ({self.files[FILE].sha256[:12]})"

    def holds(self, path: str, entry: Entry) -> bool:
        """Whether a file there is the one here."""
        here = self.files[path]
        if here.bytes != entry.size:
            return False
        if entry.sha256 is not None:
            return entry.sha256 == here.sha256
        content = (self.folder / path).read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == entry.blob

    def is_ours(self, path: str) -> bool:
        """Whether a path belongs to a release, this or an earlier one; others' files are left alone."""
        top, _, rest = path.partition("/")
        return path in self.files or (
            bool(rest) and (top in SCHEMAS or any(p.startswith(f"{top}/") for p in self.files))
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a commit on a tree would change."""

    added: tuple[str, ...]
    deleted: tuple[str, ...]
    same: int
    """Files that are there already."""
    kept: tuple[str, ...]
    """Files of others."""

    @classmethod
    def of(cls, local: Local, tree: Mapping[str, Entry]) -> Plan:
        there = {path for path in local.files if path in tree and local.holds(path, tree[path])}
        foreign = [path for path in tree if path not in local.files]
        return cls(
            added=tuple(sorted(local.files.keys() - there)),
            deleted=tuple(sorted(path for path in foreign if local.is_ours(path))),
            same=len(there),
            kept=tuple(sorted(path for path in foreign if not local.is_ours(path))),
        )

    @property
    def empty(self) -> bool:
        return not self.added and not self.deleted


@dataclass(frozen=True, slots=True)
class Preview:
    """What `--dry-run` tells."""

    user: str
    exists: bool
    published: bool
    """The version is there already, as it is here."""
    plan: Plan


@dataclass(frozen=True, slots=True)
class Published:
    """Where the release is now."""

    commit: str
    tag: str | None
    """None for a pull request, which is tagged by a run after it was merged."""
    pull_request: str | None
    changed: bool
    """False when everything was there already."""


def preview(local: Local, remote: Remote, *, public: bool = False, pull_request: bool = False) -> Preview:
    """What publishing would do, with all checks before it; nothing is changed."""
    user = check_right(remote, pull_request)
    if not _exists(remote, public=public, pull_request=pull_request):
        return Preview(user, exists=False, published=False, plan=Plan.of(local, {}))
    published = _published(local, remote) is not None
    return Preview(user, exists=True, published=published, plan=Plan.of(local, remote.tree(remote.refs().head)))


def publish(
    local: Local,
    remote: Remote,
    *,
    public: bool = False,
    pull_request: bool = False,
    on_step: OnStep = lambda text: None,
) -> Published:
    """Bring the release to the Hub; what is done already is not done again. Raises HubError.

    After an error the branch is as before, or holds exactly the release; running again goes on from there.
    """
    user = check_right(remote, pull_request)
    on_step(f"the token of {user} may write to {remote.repo}")
    if not _exists(remote, public=public, pull_request=pull_request):
        remote.create(private=not public)
        on_step(f"created {remote.repo}, {'public' if public else 'private'}")
    done = _published(local, remote)
    if done is not None:
        on_step(f"{local.tag} is there already")
        return Published(done, local.tag, None, changed=False)
    if pull_request:
        return _open_pull_request(local, remote, on_step)
    commit = _commit(local, remote, on_step)
    _require_whole(local, remote, commit)
    _tag(local, remote, commit)
    on_step(f"tagged {commit} as {local.tag}")
    _require_whole(local, remote, local.tag)
    return Published(commit, local.tag, None, changed=True)


def _exists(remote: Remote, *, public: bool, pull_request: bool) -> bool:
    private = remote.is_private()
    if private is None:
        kind = remote.other_kind()
        if kind is not None:
            raise HubError(f"{remote.repo} is a {kind}, not a dataset: choose another name with --repo")
        if pull_request:
            raise HubError(f"{remote.repo} is not there, so it takes no pull request: publish without --pr first")
        return False
    if private and public:
        raise HubError(f"{remote.repo} is private: make it public in its settings, or publish without --public")
    if not private and not public:
        raise HubError(f"{remote.repo} is public: say --public to publish where all can read")
    return True


def _published(local: Local, remote: Remote) -> str | None:
    """The commit that has this version's tag; None without the tag. Raises HubError when it holds something else."""
    tags = remote.refs().tags
    if local.tag in tags:
        plan = Plan.of(local, remote.tree(tags[local.tag]))
        if plan.empty:
            return tags[local.tag]
        raise HubError(
            f"{local.tag} of {remote.repo} is published and is another release ({_some(plan)} differ): "
            "a version never changes, so build this one under a higher number"
        )
    for tag in tags:
        if _is_version(tag) and parse(tag[1:]) > parse(local.version):
            raise HubError(f"{remote.repo} has {tag}, and {local.tag} is lower: build this one under a higher number")
    return None


def _is_version(tag: str) -> bool:
    parts = tag.removeprefix("v").split(".")
    return tag.startswith("v") and len(parts) == 3 and all(p.isdigit() and str(int(p)) == p for p in parts)


def _commit(local: Local, remote: Remote, on_step: OnStep) -> str:
    """The commit that holds the release: one that is there, or a new one."""
    before: tuple[str, dict[str, Entry]] | None = None
    last: HubError | None = None
    for _ in range(COMMITS):
        head = remote.refs().head
        tree = remote.tree(head)
        plan = Plan.of(local, tree)
        landed = head if plan.empty else _landed(local, remote)
        if landed is not None:
            on_step(f"the commit {landed} holds the release already")
            return landed
        if before is not None and before[0] != head:
            _require_untouched(local, before[1], tree)
        before = head, tree
        on_step(f"committing on {head}: {len(plan.added)} files new, {len(plan.deleted)} gone, {plan.same} the same")
        try:
            files = {path: local.folder / path for path in plan.added}
            return remote.commit(files, plan.deleted, title=local.title, parent=head)[0]
        except HubError as error:
            if error.status not in (409, 412) and not error.unknown:
                raise
            last = error
            on_step(f"{error}; looking what is there")
    assert last is not None
    raise last


def _landed(local: Local, remote: Remote) -> str | None:
    """An earlier commit of exactly this release, which somebody may have built on since."""
    for commit, title in remote.commits():
        if title == local.title and Plan.of(local, remote.tree(commit)).empty:
            return commit
    return None


def _require_untouched(local: Local, before: Mapping[str, Entry], after: Mapping[str, Entry]) -> None:
    """Refuse to go on when somebody else changed what the release would replace."""
    changed = sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path) and local.is_ours(path)
    )
    if changed:
        raise HubError(
            f"somebody else changed {', '.join(changed[:3])}{' ...' if changed[3:] else ''} meanwhile: look at the "
            "repository, then run the same command again to replace it"
        )


def _tag(local: Local, remote: Remote, commit: str) -> None:
    """Tag the commit, and read the tag back: an answer may be lost, and a tag of that name may be another's."""
    failed: HubError | None = None
    try:
        remote.tag(local.tag, commit)
    except HubError as error:
        if error.status != 409 and not error.unknown:
            raise
        failed = error
    target = remote.refs().tags.get(local.tag)
    if target == commit:
        return
    if target is None:
        raise failed or HubError(f"{local.tag} was made and is not there: run the same command again")
    raise HubError(
        f"{local.tag} of {remote.repo} points to {target}, not to {commit}: delete that tag on the repository's "
        "page if it is wrong, then run the same command again"
    )


def _open_pull_request(local: Local, remote: Remote, on_step: OnStep) -> Published:
    for _ in range(COMMITS):
        for number, title in remote.pull_requests():
            if title == local.title:
                on_step(f"pull request {number} is open already")
                return Published(f"refs/pr/{number}", None, f"refs/pr/{number}", changed=False)
        head = remote.refs().head
        plan = Plan.of(local, remote.tree(head))
        if plan.empty:
            raise HubError(f"`main` of {remote.repo} holds the release already: publish without --pr to tag it")
        try:
            files = {path: local.folder / path for path in plan.added}
            commit, address = remote.commit(files, plan.deleted, title=local.title, parent=head, pull_request=True)
        except HubError as error:
            if error.status not in (409, 412) and not error.unknown:
                raise
            last = error
            on_step(f"{error}; looking what is there")
            continue
        on_step(f"opened {address}")
        _require_whole(local, remote, commit)
        return Published(commit, None, address, changed=True)
    raise last


def _require_whole(local: Local, remote: Remote, revision: str) -> None:
    """Compare what is there, file by file, with the manifest's digests."""
    plan = Plan.of(local, remote.tree(revision))
    if not plan.empty:
        raise HubError(f"{remote.repo} at {revision} is not the release: {_some(plan)} differ. Run the command again")


def _some(plan: Plan) -> str:
    paths = [*plan.added, *plan.deleted]
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if paths[3:] else "")
