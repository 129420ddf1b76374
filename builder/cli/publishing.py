"""`diff` and `publish`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.cli.choosing import settings_of
from builder.cli.output import print_json
from builder.cli.parser import Invocation, Verbs, add_json, add_settings

if TYPE_CHECKING:
    from pathlib import Path

    from builder.hub.publish import Preview
    from builder.records.releases import CheckReport

SHOWN = 20
"""Paths of a dry run printed of each kind."""


def add_verbs(verbs: Verbs) -> None:
    diff = verbs.add(
        "diff",
        "say what changed between two releases: ids with reasons, figures, tools, new bytes",
        run_diff,
        "--json lists every id; the text is that of a changelog.",
    )
    diff.add_argument("before", metavar="A", type=_path, help="folder of a release")
    diff.add_argument("after", metavar="B", type=_path, help="folder of a later one")
    add_json(diff)
    publish = verbs.add(
        "publish",
        "publish a release on the Hub: verified, one commit, one tag, loaded from there again",
        run_publish,
        "The token is read from HF_TOKEN. A run after any failure goes on from what is there.",
    )
    publish.add_argument("release", metavar="RELEASE", type=_path, help="folder of the release")
    publish.add_argument(
        "--repo", metavar="ORG/NAME", required=True, help="the dataset; made, private, if it is not there"
    )
    publish.add_argument("--pr", action="store_true", help="open a pull request instead of committing to main")
    publish.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    publish.add_argument("--public", action="store_true", help="publish where all can read")
    add_settings(publish)


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


def run_diff(options: Invocation) -> int:
    """`diff`"""
    from builder.hub.changelog import section
    from builder.stages.diff import diff

    found = diff(options.before, options.after)
    if options.json:
        print_json(found.model_dump(mode="json"))
    else:
        print(section(found), end="")
    return 0


def run_publish(options: Invocation) -> int:
    """`publish`"""
    import os

    from builder.stages.making import verify_release
    from builder.stages.publish import Target, preview_release, publish_release

    target = Target(options.repo, public=options.public, pull_request=options.pr)
    settings = settings_of(options)

    def verify(folder: Path) -> CheckReport:
        return verify_release(folder, settings)

    if options.dry_run:
        print("\n".join(_preview_lines(preview_release(options.release, target, os.environ, verify), options.repo)))
        return 0
    done = publish_release(options.release, target, os.environ, verify, on_step=print)
    where = done.pull_request or f"{options.repo} {done.tag} at {done.commit}"
    print(f"{'published' if done.changed else 'nothing to do'}: {where}")
    return 0


def _preview_lines(found: Preview, repo: str) -> list[str]:
    plan = found.plan
    if found.published:
        return [f"{repo} holds this version already: nothing would change"]
    lines = [f"as {found.user}: {repo} {'is there' if found.exists else 'would be created'}"]
    for what, paths in (("add", plan.added), ("delete", plan.deleted), ("leave alone", plan.kept)):
        lines += [f"  {what} {path}" for path in paths[:SHOWN]]
        if paths[SHOWN:]:
            lines.append(f"  {what} {len(paths) - SHOWN} more")
    return [
        *lines,
        f"{len(plan.added)} to add, {len(plan.deleted)} to delete, {plan.same} the same; nothing was changed",
    ]
