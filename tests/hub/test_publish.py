"""Publishing to a Hub on loopback: whatever fails, nothing changed or exactly the release is there, rightly tagged."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main
from builder.errors import HubError, ReleaseError
from builder.hub.loading import check_loading
from builder.hub.manifest import FILE, file_entry, manifest_text, read_manifest
from builder.records.releases import CheckReport, Problem
from builder.stages.publish import Target, publish_release
from builder.testing.small_recipe import tiny_pool
from tests.hub.loopback import ZERO, Blob, Fault, Hub, Repo

TOKEN = "hf_secret"
ROOT = Path(__file__).parents[2]


def environment(hub: Hub, home: Path, token: str | None = TOKEN) -> dict[str, str]:
    """That of a fresh machine with a token."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith("HF_") and not n.lower().endswith("_proxy")}
    kept |= {"HF_ENDPOINT": hub.url, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", "PYTHONPATH": str(ROOT)}
    return kept if token is None else {**kept, "HF_TOKEN": token}


class Publisher:
    """The process that publishes; started anew after it was killed."""

    def __init__(self, hub: Hub, home: Path) -> None:
        self.hub, self.home = hub, home
        self._process: subprocess.Popen[str] | None = None

    def send(self, folder: Path, repo: str, **more: Any) -> None:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.hub.publisher"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
                env=environment(self.hub, self.home, token=None),
            )  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"folder": str(folder), "repo": repo, **more}) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self._process is not None and self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        hub.user(TOKEN)
        yield hub


@pytest.fixture(scope="module")
def publisher(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    publisher = Publisher(hub, tmp_path_factory.mktemp("home"))
    yield publisher
    publisher.kill()


@pytest.fixture
def repo(hub: Hub, request: pytest.FixtureRequest) -> Iterator[str]:
    """A name of its own for each test, and a Hub without faults."""
    name = hashlib.sha256(request.node.name.encode()).hexdigest()[:12]
    hub.requests.clear()
    yield f"org/data-{name}"
    assert all(fault.times == 0 for fault in hub.faults), "a fault was never met"
    hub.faults.clear()


def run(publisher: Publisher, folder: Path, repo: str, **more: Any) -> dict[str, Any]:
    publisher.send(folder, repo, **more)
    return publisher.answer()


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def published(hub: Hub, repo: str, folder: Path, tag: str = "v1.0.0") -> None:
    """Exactly the release is there, in one commit on what was there, and the tag points to it."""
    there = hub.repos[repo]
    assert there.files(tag) == contents(folder)
    assert set(there.tags) >= {tag}
    titles = [commit.title for commit in there.commits.values()]
    assert len([title for title in titles if title.startswith(f"Release {tag} ")]) == 1, titles


def started(hub: Hub, repo: str, **files: bytes) -> Repo:
    """A repository that is there already, with other people's files."""
    there = hub.repos[repo] = Repo(private=True)
    there.commit({".gitattributes": Blob(b"", large=False)}, "initial commit")
    if files:
        there.commit({n.replace("__", "/"): Blob(c, n.endswith("parquet")) for n, c in files.items()}, "files")
    return there


def test_a_release_is_one_commit_and_a_tag(hub: Hub, publisher: Publisher, release: Path, repo: str) -> None:
    done = run(publisher, release, repo)
    assert done.get("error") is None
    published(hub, repo, release)
    there = hub.repos[repo]
    assert there.private
    assert (done["commit"], done["tag"], done["changed"]) == (there.head, "v1.0.0", True)
    assert there.tags == {"v1.0.0": there.head}
    commits = [path for method, path in hub.writes() if "/commit/" in path]
    assert len(commits) == 1


def test_a_second_run_changes_nothing(hub: Hub, publisher: Publisher, release: Path, repo: str) -> None:
    run(publisher, release, repo)
    hub.requests.clear()
    done = run(publisher, release, repo)
    assert (done["changed"], done["tag"]) == (False, "v1.0.0")
    assert hub.writes() == []


def test_old_shards_go_and_other_peoples_files_stay(hub: Hub, publisher: Publisher, release: Path, repo: str) -> None:
    there = started(hub, repo, sft__train_old_parquet=b"PAR1", notes=b"mine")
    there.commit({"sft/train-00001-of-00002.parquet": Blob(b"PAR1", large=True)}, "an older release")
    run(publisher, release, repo)
    assert there.files("v1.0.0") == {**contents(release), "notes": b"mine"}


def test_a_dry_run_tells_and_changes_nothing(hub: Hub, publisher: Publisher, release: Path, repo: str) -> None:
    told = run(publisher, release, repo, dry_run=True)
    assert (told["user"], told["exists"], told["published"]) == ("ada", False, False)
    assert set(told["plan"]["added"]) == set(contents(release))
    there = started(hub, repo, sft__old=b"x", notes=b"mine", LICENSE=(release / "LICENSE").read_bytes())
    told = run(publisher, release, repo, dry_run=True)
    assert (told["plan"]["deleted"], told["plan"]["same"]) == (["sft/old"], 1)
    assert told["plan"]["kept"] == [".gitattributes", "notes"]
    assert hub.writes() == []
    assert len(there.commits) == 2


@pytest.mark.parametrize("status", [409, 412, 500, 503])
def test_a_refused_commit_is_tried_after_a_look(
    hub: Hub, publisher: Publisher, release: Path, repo: str, status: int
) -> None:
    hub.faults.append(Fault("POST", "/commit/", status=status))
    assert run(publisher, release, repo)["changed"]
    published(hub, repo, release)


def test_a_lost_answer_is_looked_for_and_not_repeated(hub: Hub, publisher: Publisher, release: Path, repo: str) -> None:
    hub.faults.append(Fault("POST", "/commit/", lost=True))
    done = run(publisher, release, repo)
    published(hub, repo, release)
    assert any("holds the release already" in step for step in done["steps"])
    assert len([path for _, path in hub.writes() if "/commit/" in path]) == 1


def test_a_head_that_moved_elsewhere_is_built_on(hub: Hub, publisher: Publisher, release: Path, repo: str) -> None:
    there = started(hub, repo)
    other = {"notes": Blob(b"theirs", large=False)}
    hub.faults.append(Fault("POST", "/commit/", before=lambda: there.commit(other, "somebody's notes")))
    run(publisher, release, repo)
    assert there.files("v1.0.0") == {**contents(release), "notes": b"theirs"}


def test_a_head_where_somebody_changed_the_same_is_left_alone(
    hub: Hub, publisher: Publisher, release: Path, repo: str
) -> None:
    there = started(hub, repo)
    other = {"README.md": Blob(b"theirs", large=False)}
    hub.faults.append(Fault("POST", "/commit/", before=lambda: there.commit(other, "somebody's card")))
    done = run(publisher, release, repo)
    assert "somebody else changed README.md meanwhile" in done["error"]
    assert (there.files(), there.tags) == ({"README.md": b"theirs"}, {})
    assert run(publisher, release, repo)["changed"]
    published(hub, repo, release)


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 403}, {"lost": True}], ids=str)
def test_a_commit_without_its_tag_is_tagged_by_the_next_run(
    hub: Hub, publisher: Publisher, release: Path, repo: str, fault: dict[str, Any]
) -> None:
    hub.faults.append(Fault("POST", "/tag/", **fault))
    first = run(publisher, release, repo)
    head = hub.repos[repo].head
    if "lost" in fault:
        assert first["changed"]
    else:
        assert "error" in first and hub.repos[repo].tags == {}
        hub.requests.clear()
        run(publisher, release, repo)
        assert [method for method, path in hub.writes() if "/tag/" not in path] == []
    assert hub.repos[repo].tags == {"v1.0.0": head}
    published(hub, repo, release)


def test_the_right_commit_is_tagged_when_others_went_on(
    hub: Hub, publisher: Publisher, release: Path, repo: str
) -> None:
    hub.faults.append(Fault("POST", "/tag/", status=500))
    run(publisher, release, repo)
    there = hub.repos[repo]
    ours = there.head
    there.commit({"README.md": Blob(b"edited", large=False)}, "a better card")
    run(publisher, release, repo)
    assert there.tags == {"v1.0.0": ours}
    assert there.files()["README.md"] == b"edited"


def test_a_tag_that_somebody_else_made_first_is_not_taken_for_ours(
    hub: Hub, publisher: Publisher, release: Path, repo: str
) -> None:
    there = started(hub, repo)
    theirs = there.head
    hub.faults.append(Fault("POST", "/tag/", before=lambda: there.tags.update({"v1.0.0": theirs})))
    done = run(publisher, release, repo)
    assert f"points to {theirs}" in done["error"]
    assert there.tags == {"v1.0.0": theirs}


def test_an_interrupted_upload_goes_on(hub: Hub, publisher: Publisher, release: Path, repo: str) -> None:
    hub.objects.clear()
    hub.reached.clear()
    hub.faults.append(Fault("PUT", "/objects/", hang=True, times=2))
    publisher.send(release, repo)
    assert hub.reached.wait(60)
    publisher.kill()
    for fault in hub.faults:
        fault.times = 0
    there = hub.repos[repo]
    assert (there.files(), there.tags) == ({}, {})
    sent = set(hub.objects)
    hub.requests.clear()
    run(publisher, release, repo)
    published(hub, repo, release)
    again = {path.rsplit("/", 1)[1] for method, path in hub.requests if method == "PUT"}
    assert again and not again & sent


def test_an_upload_that_is_refused_leaves_the_branch(hub: Hub, publisher: Publisher, release: Path, repo: str) -> None:
    hub.objects.clear()
    hub.faults.append(Fault("PUT", "/objects/", status=403))
    done = run(publisher, release, repo)
    assert "HTTP 403" in done["error"]
    assert (hub.repos[repo].files(), hub.repos[repo].tags) == ({}, {})
    run(publisher, release, repo)
    published(hub, repo, release)


@pytest.mark.parametrize("words", ["whoami", "/refs", "repos/create", "/commit/", "/tag/", "/tree/"])
def test_a_hub_that_asks_to_wait_is_waited_for(
    hub: Hub, publisher: Publisher, release: Path, repo: str, words: str
) -> None:
    method = "GET" if words in ("whoami", "/refs", "/tree/") else "POST"
    after = "0" if words == "/tree/" else "7"
    hub.faults.append(Fault(method, words, status=429, headers={"Retry-After": after}))
    done = run(publisher, release, repo)
    published(hub, repo, release)
    # The client itself waits for listings.
    assert done["waits"] == ([] if words == "/tree/" else [7.0])


def test_a_hub_that_asks_to_wait_too_long_is_told(hub: Hub, publisher: Publisher, release: Path, repo: str) -> None:
    hub.faults.append(Fault("POST", "/commit/", status=429, headers={"Retry-After": "3600"}))
    done = run(publisher, release, repo)
    assert (done["status"], done["waits"]) == (429, [])
    assert "run the same command again later" in done["error"]
    assert hub.repos[repo].files() == {}


def test_a_hub_that_hangs_is_given_up(hub: Hub, publisher: Publisher, release: Path, repo: str) -> None:
    hub.faults.append(Fault("GET", "whoami", hang=True, times=5))
    done = run(publisher, release, repo, timeout=0.2)
    assert "no answer" in done["error"] and "whose token" in done["error"]
    assert repo not in hub.repos


def test_a_hub_that_hangs_on_the_commit_is_looked_at_again(
    hub: Hub, publisher: Publisher, release: Path, repo: str
) -> None:
    hub.faults.append(Fault("POST", "/commit/", hang=True))
    assert run(publisher, release, repo, timeout=1.0)["changed"]
    published(hub, repo, release)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_one_clear_error_and_nothing_changes(
    hub: Hub, publisher: Publisher, release: Path, repo: str, status: int
) -> None:
    there = started(hub, repo)
    hub.faults.append(Fault("POST", "/commit/", status=status))
    done = run(publisher, release, repo)
    assert done["status"] == status
    assert f"committing to {repo}: HTTP {status}" in done["error"]
    assert TOKEN not in done["error"] and "\n" not in done["error"]
    assert (there.files(), there.tags) == ({}, {})


@pytest.mark.parametrize(
    ("token", "user", "words"),
    [
        ("hf_unknown", None, "HTTP 401"),
        ("hf_reader", {"role": "read"}, "may only read"),
        ("hf_stranger", {"orgs": {}}, "is not a member of org"),
        ("hf_guest", {"orgs": {"org": "read"}}, "may only read in org"),
        ("hf_narrow", {"role": "fineGrained", "fine": {"scoped": []}}, "lacks repo.write"),
        (
            "hf_elsewhere",
            {
                "role": "fineGrained",
                "fine": {"scoped": [{"entity": {"name": "other"}, "permissions": ["repo.write"]}]},
            },
            "lacks repo.write",
        ),
    ],
)
def test_a_token_without_the_right_is_told_before_anything_is_sent(
    hub: Hub, publisher: Publisher, release: Path, repo: str, token: str, user: dict[str, Any] | None, words: str
) -> None:
    if user is not None:
        hub.user(token, "eve", **user)
    done = run(publisher, release, repo, token=token)
    assert words in done["error"] and token not in done["error"]
    assert hub.writes() == []


def test_a_fine_grained_token_for_the_organisation_will_do(
    hub: Hub, publisher: Publisher, release: Path, repo: str
) -> None:
    scope = {"entity": {"type": "org", "name": "org"}, "permissions": ["repo.write"]}
    hub.user("hf_fine", "eve", "fineGrained", fine={"scoped": [scope]})
    assert run(publisher, release, repo, token="hf_fine")["changed"]


def test_what_is_no_dataset_is_told(hub: Hub, publisher: Publisher, release: Path, repo: str) -> None:
    hub.models.add(repo)
    assert "is a model, not a dataset" in run(publisher, release, repo)["error"]
    assert hub.writes() == []


def test_nothing_becomes_public_unasked(hub: Hub, publisher: Publisher, release: Path, repo: str) -> None:
    started(hub, repo).private = False
    assert "say --public" in run(publisher, release, repo)["error"]
    assert run(publisher, release, repo, public=True)["changed"]
    assert run(publisher, release, f"{repo}-new", public=True)["changed"]
    assert not hub.repos[f"{repo}-new"].private


def test_a_published_version_never_changes(
    hub: Hub, publisher: Publisher, release: Path, repo: str, tmp_path: Path
) -> None:
    run(publisher, release, repo)
    other = altered(release, tmp_path / "other", "1.0.0")
    assert "is published and is another release" in run(publisher, other, repo)["error"]
    assert "v0.9.0 is lower" in run(publisher, altered(release, tmp_path / "lower", "0.9.0"), repo)["error"]
    published(hub, repo, release)
    higher = altered(release, tmp_path / "higher", "1.1.0")
    assert run(publisher, higher, repo)["changed"]
    published(hub, repo, higher, "v1.1.0")
    published(hub, repo, release)


def altered(release: Path, folder: Path, version: str) -> Path:
    """Another release, whose licence says more."""
    shutil.copytree(release, folder)
    with (folder / "LICENSE").open("a", encoding="utf-8") as file:
        file.write("More.\n")
    manifest = read_manifest(folder)
    files = {**manifest.files, "LICENSE": file_entry(folder / "LICENSE", None)}
    body = manifest.model_copy(update={"files": files, "version": version})
    (folder / FILE).write_text(manifest_text(body), encoding="utf-8")
    return folder


@pytest.mark.parametrize("lost", [False, True])
def test_a_pull_request_is_opened_once(hub: Hub, publisher: Publisher, release: Path, repo: str, lost: bool) -> None:
    assert "takes no pull request" in run(publisher, release, repo, pull_request=True)["error"]
    there = started(hub, repo)
    head = there.head
    if lost:
        hub.faults.append(Fault("POST", "/commit/", lost=True))
    done = run(publisher, release, repo, pull_request=True)
    assert (done["tag"], len(there.pulls), there.head, there.tags) == (None, 1, head, {})
    assert there.files("refs/pr/1") == contents(release)
    assert not run(publisher, release, repo, pull_request=True)["changed"]
    assert len(there.pulls) == 1
    there.head = there.pulls[0]
    run(publisher, release, repo)
    assert there.tags == {"v1.0.0": there.head}


def publish(hub: Hub, release: Path, repo: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The command, as a workflow or a person runs it; `more` is put into its environment, and empty texts leave it."""
    settings = folder / "settings.toml"
    smoke = (resources.files("builder") / "profiles" / "smoke.toml").read_text(encoding="utf-8")
    pool = {"specs": str(tiny_pool()), "cache": str(folder / "cache")}
    lines = [f"pool.{key} = {json.dumps(value)}" for key, value in pool.items()]
    settings.write_text("\n".join([*lines, smoke.replace("[engine]", "[engine]\nworkers = 1")]), encoding="utf-8")
    words = ["publish", str(release), "--repo", repo, "--settings", str(settings)]
    env = {name: text for name, text in {**environment(hub, folder / "home"), **more}.items() if text}
    return subprocess.run(
        [sys.executable, "-m", "builder.cli", *words], env=env, capture_output=True, text=True, check=False, cwd=folder
    )


def test_the_command_publishes_and_loads_what_it_published(hub: Hub, release: Path, repo: str, tmp_path: Path) -> None:
    done = publish(hub, release, repo, tmp_path)
    assert done.returncode == 0, done.stderr
    published(hub, repo, release)
    counts = {"rl": 6, "sft": 16, "sft_hermes": 16, "sft_sharegpt": 16, "tasks": 16, "tools": 2}
    assert f"loaded {', '.join(f'{n} {config}' for config, n in counts.items())} rows by v1.0.0" in done.stdout
    assert done.stdout.splitlines()[-1] == f"published: {repo} v1.0.0 at {hub.repos[repo].head}"
    assert TOKEN not in done.stdout + done.stderr


def test_a_trusted_workflow_publishes_without_a_token(hub: Hub, release: Path, repo: str, tmp_path: Path) -> None:
    started(hub, repo)
    hub.publishers["workflow-identity"] = f"datasets/{repo}"
    identity = {"HF_TOKEN": "", "HF_OIDC_RESOURCE": f"datasets/{repo}", "HF_OIDC_ID_TOKEN": "workflow-identity"}
    done = publish(hub, release, repo, tmp_path, **identity)
    assert done.returncode == 0, done.stderr
    published(hub, repo, release)
    assert "hf_jwt_short" not in done.stdout + done.stderr


def test_a_workflow_that_is_not_trusted_changes_nothing(hub: Hub, release: Path, repo: str, tmp_path: Path) -> None:
    there = started(hub, repo)
    head = there.head
    identity = {"HF_OIDC_RESOURCE": f"datasets/{repo}", "HF_OIDC_ID_TOKEN": "somebody-else"}
    done = publish(hub, release, repo, tmp_path, **identity)
    assert done.returncode == 1 and "add the workflow under Trusted Publishers" in done.stderr
    done = publish(hub, release, repo, tmp_path, **{**identity, "HF_OIDC_RESOURCE": "datasets/org/other"})
    assert done.returncode == 2 and f"not datasets/{repo}: correct one of them" in done.stderr
    assert there.head == head and there.tags == {}


def test_what_loads_differently_is_told(
    hub: Hub, release: Path, repo: str, tmp_path: Path, publisher: Publisher
) -> None:
    """Somebody moved the tag to an emptier commit, where a config has fewer rows."""
    run(publisher, release, repo)
    there = hub.repos[repo]
    path = "rl/train-00000-of-00001.parquet"
    other = there.files()["rl/test-00000-of-00001.parquet"]
    hub.objects[Blob(other, True).sha256] = other
    there.tags["v1.0.0"] = there.commit({path: Blob(other, large=True)}, "fewer rows")
    manifest = read_manifest(release)
    with pytest.raises(HubError, match="rl/train loads 2 rows, and not the 4 of the release"):
        check_loading(release, manifest, repo, "v1.0.0", environment(hub, tmp_path))
    with pytest.raises(HubError, match="does not load"):
        check_loading(release, manifest, repo, "v9.9.9", environment(hub, tmp_path))


@pytest.mark.parametrize(
    ("words", "token", "message"),
    [
        (["--repo", "org/x"], None, "HF_TOKEN is not set"),
        (["--repo", "x"], TOKEN, "is no dataset on the Hub (write ORG/NAME)"),
    ],
)
def test_the_command_asks_for_what_it_needs(
    release: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    token: str | None,
    message: str,
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    if token is not None:
        monkeypatch.setenv("HF_TOKEN", token)
    assert main(["publish", str(release), *words]) == 2
    assert message in capsys.readouterr().err


def test_a_release_edited_by_hand_is_not_published(hub: Hub, release: Path, repo: str, tmp_path: Path) -> None:
    def verify(folder: Path) -> CheckReport:
        problem = Problem(where="LICENSE", row="", reason="was altered")
        return CheckReport(name="x", version="1.0.0", files=1, rows={}, replayed=0, calls=0, problems=(problem,))

    with pytest.raises(ReleaseError, match="does not verify, so it is not published: LICENSE: was altered"):
        publish_release(release, Target(repo), environment(hub, tmp_path), verify)
    assert hub.requests == []
    assert ZERO not in hub.repos
