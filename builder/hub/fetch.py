"""A published release back from the Hub into a fresh folder.

The folder and the client's cache are new: with a cache that holds another version, a Hub that cannot be reached
gives that one, with a warning only.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from builder.errors import HubError, ReleaseError
from builder.hub.manifest import read_manifest

REF = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)@(?P<revision>v(?P<version>\d+\.\d+\.\d+))", re.ASCII)
"""`ORG/NAME@v1.2.0`: a dataset and the tag of a version."""


def fetch(ref: str, folder: Path, environment: Mapping[str, str]) -> Path:
    """Download the version that `ref` names to `folder`, which must be empty or absent.

    The token is that of `HF_TOKEN`, if there is one. Raises ReleaseError for a ref that is none, or when what came is
    another version; HubError when it does not come. Whether the files are sound is for the caller to check.
    """
    found = REF.fullmatch(ref)
    if found is None:
        raise ReleaseError(f"{ref!r} is neither a folder nor a version on the Hub (write ORG/NAME@v1.0.0)")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    with tempfile.TemporaryDirectory(prefix="dive-builder-") as cache:
        try:
            snapshot_download(
                found["repo"],
                repo_type="dataset",
                revision=found["revision"],
                local_dir=folder,
                cache_dir=cache,
                endpoint=environment.get("HF_ENDPOINT") or None,
                token=environment.get("HF_TOKEN", "").strip() or False,
            )
        except (HfHubHTTPError, OSError, ValueError, RuntimeError) as error:
            status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
            told = " ".join(str(error).split()).replace(environment.get("HF_TOKEN") or "\0", "***")
            raise HubError(
                f"{ref} could not be downloaded: {told[:300]} (check name, tag, HF_TOKEN and network, then run again)",
                status,
            ) from None
    there = read_manifest(folder).version
    if there != found["version"]:
        raise ReleaseError(f"{ref} holds version {there}: the tag was moved (name a version that is as published)")
    return folder
