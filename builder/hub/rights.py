"""Whether a token may publish: asked before anything is sent, since a bad token fails late and in odd ways."""

from __future__ import annotations

from typing import Any

from builder.errors import HubError
from builder.hub.remote import Remote

WRITE = {"repo.write"}
PROPOSE = {"repo.write", "discussion.write"}
"""Permissions of a fine-grained token, one of which a commit or a pull request needs."""


def check_right(remote: Remote, pull_request: bool = False) -> str:
    """The name of the token's owner. Raises HubError when it may not write to the repository."""
    who = remote.who()
    name, namespace = str(who.get("name", "?")), remote.repo.split("/")[0]
    token = (who.get("auth") or {}).get("accessToken") or {}
    role = token.get("role")
    if role == "read":
        raise _refused(f"the token of {name} may only read", remote)
    if role == "fineGrained" and "fineGrained" in token:
        wanted = PROPOSE if pull_request else WRITE
        if not wanted & _permissions(token["fineGrained"] or {}, remote.repo):
            raise _refused(f"the fine-grained token of {name} lacks {' or '.join(sorted(wanted))}", remote)
    if namespace != name and not pull_request:
        roles = {org.get("name"): org.get("roleInOrg") for org in who.get("orgs") or ()}
        if namespace not in roles:
            raise _refused(f"{name} is not a member of {namespace}", remote)
        if roles[namespace] == "read":
            raise _refused(f"{name} may only read in {namespace}", remote)
    return name


def _permissions(token: dict[str, Any], repo: str) -> set[str]:
    """Permissions that count for the repository: its own, those of its owner, and global ones."""
    found: set[str] = set(token.get("global") or ())
    for scope in token.get("scoped") or ():
        if (scope.get("entity") or {}).get("name") in (repo, repo.split("/")[0]):
            found |= set(scope.get("permissions") or ())
    return found


def _refused(why: str, remote: Remote) -> HubError:
    return HubError(f"{why}: set HF_TOKEN to a token with the right to write to {remote.repo}", 403)
