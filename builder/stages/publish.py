"""Publish: a release that verifies, to the Hub, by a token of the environment; then loaded from there and compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from builder.errors import ReleaseError, SettingsError
from builder.hub.loading import check_loading
from builder.hub.manifest import read_manifest
from builder.hub.publish import Local, OnStep, Preview, Published, preview, publish
from builder.hub.remote import Remote
from builder.hub.rights import Token, trusted_token
from builder.records.releases import CheckReport, Manifest

REPO = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)

Verify = Callable[[Path], CheckReport]


@dataclass(frozen=True, slots=True)
class Target:
    """Where to publish, and how."""

    repo: str
    """`ORG/NAME`"""
    public: bool = False
    pull_request: bool = False

    def token(self, environment: Mapping[str, str]) -> Token:
        """The right to write there: by the workflow's own identity if `HF_OIDC_RESOURCE` is set, else of `HF_TOKEN`.

        Raises SettingsError without one or for an odd name, HubError when the Hub does not trust the workflow.
        """
        if not REPO.fullmatch(self.repo):
            raise SettingsError(f"--repo: {self.repo!r} is no dataset on the Hub (write ORG/NAME)")
        resource = environment.get("HF_OIDC_RESOURCE", "").strip()
        if resource:
            if resource != f"datasets/{self.repo}":
                raise SettingsError(f"HF_OIDC_RESOURCE is {resource!r}, not datasets/{self.repo}: correct one of them")
            return Token(trusted_token(resource), trusted=True)
        token = environment.get("HF_TOKEN", "").strip()
        if not token:
            raise SettingsError("HF_TOKEN is not set: put a token with the right to write there into the environment")
        return Token(token)

    def open(self, token: Token, environment: Mapping[str, str]) -> Remote:
        """The repository, which need not be there yet."""
        endpoint = environment.get("HF_ENDPOINT") or None
        return Remote.open(self.repo, token.text, endpoint, trusted=token.trusted)


def preview_release(folder: Path, target: Target, environment: Mapping[str, str], verify: Verify) -> Preview:
    """What publishing would change. Nothing is."""
    manifest, remote, _ = _sound(folder, verify, target, environment)
    return preview(Local.of(folder, manifest), remote, public=target.public, pull_request=target.pull_request)


def publish_release(
    folder: Path,
    target: Target,
    environment: Mapping[str, str],
    verify: Verify,
    on_step: OnStep = lambda text: None,
) -> Published:
    """Publish the release in `folder` after it verifies; running again after any failure goes on from what is there.

    Raises ReleaseError, SettingsError or HubError, each with what to do next.
    """
    manifest, remote, token = _sound(folder, verify, target, environment)
    if target.repo not in (folder / "README.md").read_text(encoding="utf-8"):
        on_step(f"note: the card's snippets load another dataset than {target.repo} (`repository` in release.toml)")
    done = publish(
        Local.of(folder, manifest), remote, public=target.public, pull_request=target.pull_request, on_step=on_step
    )
    if done.tag is not None:
        rows = check_loading(folder, manifest, target.repo, done.tag, {**environment, "HF_TOKEN": token.text})
        on_step(f"loaded {', '.join(f'{count:,} {config}' for config, count in rows.items())} rows by {done.tag}")
    return done


def _sound(
    folder: Path, verify: Verify, target: Target, environment: Mapping[str, str]
) -> tuple[Manifest, Remote, Token]:
    """The release's manifest, its target and the token, the cheap questions first."""
    manifest = read_manifest(folder)
    token = target.token(environment)
    remote = target.open(token, environment)
    try:
        report = verify(folder)
    except OSError as error:
        raise ReleaseError(f"{folder}: {error.strerror or error} (take a sound copy)") from error
    if not report.ok:
        more = f" (and {len(report.problems) - 1} more)" if report.problems[1:] else ""
        raise ReleaseError(
            f"{folder} does not verify, so it is not published: {report.problems[0]}{more}. "
            f"`dive-builder verify {folder}` lists all"
        )
    return manifest, remote, token
