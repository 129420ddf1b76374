"""One dataset repository on the Hub, as a publisher sees it: who may write, what is there, one commit, one tag.

Every failure is a HubError that says what to do next and never holds the token. Requests that change nothing are
tried again when the Hub is busy; a commit never is, since one whose answer was lost may be there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from builder.errors import HubError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

TIMEOUT_SECONDS = 120.0
"""Without an answer for so long, a request has failed. The client's own default is to wait for ever."""

TRIES = 5
LONGEST_WAIT = 60.0
"""Seconds that the Hub may ask us to wait; a longer wait is the user's to decide."""

Made = TypeVar("Made")

REMEDIES = {
    401: "set HF_TOKEN to a valid token",
    403: "use a token with the right to write there",
    404: "check the name, and that the token may see it",
    429: "the Hub asks for fewer requests: run the same command again later",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a commit. `sha256` is that of a large file's content, None for one that lies in git itself."""

    size: int
    blob: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Refs:
    """Where the branch `main` and the tags point."""

    head: str
    tags: Mapping[str, str]


class Remote:
    """A dataset repository. `api` may belong to another Hub than the public one."""

    def __init__(
        self, repo: str, api: HfApi, token: str, pause: Callable[[float], None] = time.sleep, trusted: bool = False
    ) -> None:
        self.repo = repo
        self.trusted = trusted
        """Whether the token was given to a workflow, to write to this very repository."""
        self._api = api
        self._token = token
        self._pause = pause

    @classmethod
    def open(
        cls,
        repo: str,
        token: str,
        endpoint: str | None = None,
        timeout: float = TIMEOUT_SECONDS,
        pause: Callable[[float], None] = time.sleep,
        trusted: bool = False,
    ) -> Remote:
        """The repository of that name, which need not be there yet."""
        from huggingface_hub import HfApi, set_client_factory
        from huggingface_hub.utils._http import default_client_factory

        def limited() -> Any:
            client = default_client_factory()
            client.timeout = timeout
            return client

        set_client_factory(limited)
        return cls(repo, HfApi(endpoint=endpoint, token=token), token, pause, trusted)

    def who(self) -> dict[str, Any]:
        """The token's owner, as the Hub describes it."""
        return self._read("asking whose token this is", self._api.whoami)

    def is_private(self) -> bool | None:
        """None when there is no such dataset, or the token may not see it."""
        try:
            info = self._read(f"reading {self.repo}", lambda: self._api.dataset_info(self.repo))
        except _Answered as error:
            if error.absent:
                return None
            raise
        return bool(info.private)

    def other_kind(self) -> str | None:
        """The kind of repository that has the name, when it is no dataset."""
        for kind in ("model", "space"):
            there = partial(self._api.repo_exists, self.repo, repo_type=kind)
            if self._read(f"looking for {self.repo}", there):
                return kind
        return None

    def create(self, private: bool) -> None:
        """Make the repository."""
        self._read(
            f"creating {self.repo}",
            lambda: self._api.create_repo(self.repo, repo_type="dataset", private=private, exist_ok=True),
        )

    def refs(self) -> Refs:
        found = self._read(
            f"reading the refs of {self.repo}", lambda: self._api.list_repo_refs(self.repo, repo_type="dataset")
        )
        heads = [branch.target_commit for branch in found.branches if branch.name == "main"]
        if not heads:
            raise HubError(f"{self.repo} has no branch `main`: make one on its page")
        return Refs(heads[0], {tag.name: tag.target_commit for tag in found.tags})

    def tree(self, revision: str) -> dict[str, Entry]:
        """Files of a commit by path."""
        from huggingface_hub.hf_api import RepoFile

        found = self._read(
            f"listing {self.repo} at {revision}",
            lambda: list(self._api.list_repo_tree(self.repo, recursive=True, revision=revision, repo_type="dataset")),
        )
        return {
            item.path: Entry(item.size, item.blob_id, item.lfs.sha256 if item.lfs else None)
            for item in found
            if isinstance(item, RepoFile)
        }

    def commits(self) -> list[tuple[str, str]]:
        """Id and title of the commits of `main`, the newest first."""
        found = self._read(
            f"reading the history of {self.repo}",
            lambda: self._api.list_repo_commits(self.repo, repo_type="dataset"),
        )
        return [(commit.commit_id, commit.title) for commit in found]

    def pull_requests(self) -> list[tuple[int, str]]:
        """Number and title of those that are open."""
        found = self._read(
            f"reading the pull requests of {self.repo}",
            lambda: list(
                self._api.get_repo_discussions(
                    self.repo, repo_type="dataset", discussion_type="pull_request", discussion_status="open"
                )
            ),
        )
        return [(item.num, item.title) for item in found]

    def commit(
        self,
        additions: Mapping[str, Path],
        deletions: Sequence[str],
        *,
        title: str,
        parent: str,
        pull_request: bool = False,
    ) -> tuple[str, str | None]:
        """One commit on a known parent. Returns its id, and the address of its pull request.

        Raises HubError with status 409 or 412 when `main` is no longer at the parent; `unknown` of any error
        tells whether the commit may be there all the same.
        """
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        operations = [CommitOperationDelete(path, is_folder=False) for path in deletions]
        operations += [CommitOperationAdd(path, str(file)) for path, file in sorted(additions.items())]  # type: ignore[misc]

        def send() -> Any:
            return self._api.create_commit(
                self.repo,
                operations,
                commit_message=title,
                repo_type="dataset",
                parent_commit=parent,
                create_pr=pull_request,
            )

        made = self._again(f"committing to {self.repo}", send, (429,))
        return made.oid, made.pr_url

    def tag(self, name: str, commit: str) -> None:
        """Make a tag. Raises HubError with status 409 when there is one of that name."""
        self._again(
            f"tagging {self.repo}",
            lambda: self._api.create_tag(self.repo, tag=name, revision=commit, repo_type="dataset", exist_ok=False),
            (429,),
        )

    def _read(self, what: str, action: Callable[[], Made]) -> Made:
        return self._again(what, action, (429, 500, 502, 503, 504, None))

    def _again(self, what: str, action: Callable[[], Made], statuses: Sequence[int | None]) -> Made:
        """Try again on these answers (None: on no answer), waiting as the Hub asks."""
        wait = 1.0
        for _ in range(TRIES - 1):
            try:
                with self._translated(what):
                    return action()
            except _Answered as error:
                asked = error.retry_after
                if error.status not in statuses or (asked or 0) > LONGEST_WAIT:
                    raise
                self._pause(wait if asked is None else asked)
                wait *= 2
        with self._translated(what):
            return action()

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled, RepositoryNotFoundError

        try:
            yield
        except HubError:
            raise
        except OfflineModeIsEnabled as error:
            raise HubError("HF_HUB_OFFLINE is set: unset it to publish", 400) from error
        except Exception as error:
            # The client raises RuntimeError for uploads, ConnectionError for Xet, ValueError for the card.
            answer = next((e for e in _causes(error) if isinstance(e, HfHubHTTPError)), None)
            status = answer.response.status_code if answer is not None else None
            if answer is None and isinstance(error, ValueError):
                status = 400
            remedy = REMEDIES.get(status or 0) or (
                "mend what it says, then run the same command again"
                if status is not None and status < 500
                else "run the same command again: it goes on from what is there"
            )
            told = f"HTTP {status}" if status is not None else "no answer"
            after = answer.response.headers.get("Retry-After") if answer is not None else None
            message = f"{what}: {told}: {self._text(error)} ({remedy})"
            seconds = float(after) if after and after.isdigit() else None
            raise _Answered(message, status, seconds, isinstance(error, RepositoryNotFoundError)) from None

    def _text(self, error: BaseException) -> str:
        """An error's first words, without the token."""
        texts = [" ".join(str(each).split()) for each in _causes(error)]
        text = next((text for text in texts if text), type(error).__name__)
        return text.replace(self._token, "***")[:300]


class _Answered(HubError):
    """A HubError with the seconds that the Hub asked to wait, and whether it means that there is no such repository.

    The Hub answers 401 or 404 alike for what is not there and for what a token may not see.
    """

    def __init__(self, message: str, status: int | None, retry_after: float | None, absent: bool) -> None:
        super().__init__(message, status)
        self.retry_after = retry_after
        self.absent = absent


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
