"""Whether a token may publish: asked before anything is sent, since a bad token fails late and in odd ways."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from builder.errors import HubError
from builder.hub.remote import Remote

WRITE = {"repo.write"}
PROPOSE = {"repo.write", "discussion.write"}
"""Permissions of a fine-grained token, one of which a commit or a pull request needs."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the Hub."""

    text: str = field(repr=False)
    trusted: bool = False
    """Given to a workflow for an hour, to write to one repository: it has no owner whose rights could be asked."""


def trusted_token(resource: str) -> str:
    """A token for `datasets/ORG/NAME`, by the identity of the workflow that this runs in (trusted publishing).

    The client reads `HF_OIDC_RESOURCE`, and `HF_OIDC_ID_TOKEN` outside GitHub, from the environment. Raises HubError
    when the Hub does not trust the workflow with that repository; there is no fallback to another token.
    """
    from huggingface_hub import get_token
    from huggingface_hub.errors import HfHubHTTPError, OIDCError

    try:
        token = get_token()
    except (HfHubHTTPError, OIDCError, OSError) as error:
        status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
        raise HubError(
            f"no token for {resource} by the workflow's identity: {' '.join(str(error).split())[:300]} (add the "
            "workflow under Trusted Publishers in the settings of the dataset, and give it `id-token: write`)",
            status,
        ) from None
    if not token:
        raise HubError(f"no token for {resource} by the workflow's identity (set HF_TOKEN, and no HF_OIDC_RESOURCE)")
    return token


def check_right(remote: Remote, pull_request: bool = False) -> str:
    """The name of the token's owner. Raises HubError when it may not write to the repository."""
    if remote.trusted:
        return "this workflow"
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
