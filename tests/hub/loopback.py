"""A Hub on loopback that keeps real commits and tags in memory, and fails on demand.

It speaks what `huggingface_hub` and `datasets` ask of the real one (see the client's own requests in `requests`):
datasets with commits, trees, tags and pull requests; LFS uploads to a second origin by signed links; private
repositories; and faults that a test puts in the way of a request.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

ZERO = "0" * 40


@dataclass(frozen=True, slots=True)
class Blob:
    """A file's content."""

    content: bytes
    large: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def oid(self) -> str:
        """Id in git: of the content, or of the pointer to it."""
        body = self.content
        if self.large:
            body = f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {len(body)}\n".encode()
        return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()


@dataclass(frozen=True, slots=True)
class Commit:
    parent: str
    title: str
    tree: Mapping[str, Blob]


@dataclass(slots=True)
class Repo:
    private: bool
    commits: dict[str, Commit] = field(default_factory=dict)
    head: str = ZERO
    tags: dict[str, str] = field(default_factory=dict)
    pulls: list[str] = field(default_factory=list)

    def commit(self, changes: Mapping[str, Blob | None], title: str, *, branch: bool = True) -> str:
        """A commit on the head; None deletes a path."""
        tree = dict(self.commits[self.head].tree) if self.commits else {}
        for path, blob in changes.items():
            tree.pop(path, None)
            if blob is not None:
                tree[path] = blob
        listed = sorted((path, blob.oid) for path, blob in tree.items())
        oid = hashlib.sha1(json.dumps([self.head, title, listed]).encode()).hexdigest()
        self.commits[oid] = Commit(self.head, title, tree)
        if branch:
            self.head = oid
        return oid

    def resolve(self, revision: str) -> str | None:
        known = {"main": self.head, **self.tags}
        known |= {f"refs/pr/{number}": oid for number, oid in enumerate(self.pulls, 1)}
        return revision if revision in self.commits else known.get(revision)

    def files(self, revision: str = "main") -> dict[str, bytes]:
        oid = self.resolve(revision)
        assert oid is not None
        return {path: blob.content for path, blob in self.commits[oid].tree.items() if path != ".gitattributes"}


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` requests whose method and path hold these words."""

    method: str
    words: str
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    lost: bool = False
    """Done, but the answer never comes."""
    hang: bool = False
    before: Callable[[], object] | None = None
    """Somebody else is quicker."""
    times: int = 1


class Hub:
    """Use as a context manager; `url` is the endpoint."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.models: set[str] = set()
        self.objects: dict[str, bytes] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.publishers: dict[str, str] = {}
        """Trusted publishers: identity tokens of workflows, and what each may write to."""
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self.reached = threading.Event()
        """Set when a request hangs."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runners: list[web.AppRunner] = []
        self.url = self.origin = ""

    def __enter__(self) -> Hub:
        self._thread.start()
        self.url = self._start(self._hub_routes())
        self.origin = self._start(
            [
                web.put("/objects/{sha}", self._put_object),
                web.get("/objects/{sha}", self._get_object),
            ]
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for runner in self._runners:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _start(self, routes: list[web.RouteDef]) -> str:
        async def start() -> str:
            app = web.Application(middlewares=[self._middleware], client_max_size=1 << 30)
            app.add_routes(routes)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            self._runners.append(runner)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            return f"http://127.0.0.1:{runner.addresses[0][1]}"

        return asyncio.run_coroutine_threadsafe(start(), self._loop).result()

    def user(self, token: str, name: str = "ada", role: str = "write", **more: Any) -> None:
        """Make a token known."""
        access = {"role": role, **({"fineGrained": more.pop("fine")} if "fine" in more else {})}
        orgs = [{"name": org, "roleInOrg": kind} for org, kind in more.pop("orgs", {"org": "admin"}).items()]
        self.tokens[token] = {"type": "user", "name": name, "orgs": orgs, "auth": {"accessToken": access}}

    def writes(self) -> list[tuple[str, str]]:
        """Requests that changed something."""
        quiet = ("validate-yaml", "preupload", "paths-info", "objects/batch")
        return [(m, p) for m, p in self.requests if m not in ("GET", "HEAD") and not any(word in p for word in quiet)]

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests.append((request.method, request.path))
        fault = next(
            (f for f in self.faults if f.times and f.method == request.method and f.words in request.path), None
        )
        if fault is None:
            return await handler(request)
        fault.times -= 1
        if fault.before is not None:
            fault.before()
        if fault.hang:
            self.reached.set()
            await asyncio.sleep(3600)
        if fault.status is not None:
            return web.json_response({"error": "as asked"}, status=fault.status, headers=fault.headers)
        answer = await handler(request)
        if fault.lost and request.transport is not None:
            request.transport.abort()
        return answer

    def _hub_routes(self) -> list[web.RouteDef]:
        api, repo = "/api/datasets/{org}/{name}", "/datasets/{org}/{name}"
        return [
            web.get("/api/whoami-v2", self._who),
            web.post("/oauth/token", self._exchange),
            web.post("/api/repos/create", self._create),
            web.post("/api/validate-yaml", self._validate),
            web.get("/api/models/{org}/{name}", self._model),
            web.get("/api/spaces/{org}/{name}", self._absent),
            web.get(api, self._info),
            web.get(api + "/revision/{revision:.+}", self._info),
            web.get(api + "/refs", self._refs),
            web.get(api + "/commits/{revision}", self._commits),
            web.get(api + "/discussions", self._discussions),
            web.get(api + "/tree/{rest:.+}", self._tree),
            web.post(api + "/paths-info/{revision:.+}", self._paths),
            web.post(api + "/preupload/{revision}", self._preupload),
            web.post(api + "/commit/{revision}", self._commit),
            web.post(api + "/tag/{revision}", self._tag),
            web.post(repo + ".git/info/lfs/objects/batch", self._batch),
            web.post(repo + ".git/info/lfs/verify", self._verify),
            web.get(repo + "/resolve/{rest:.+}", self._resolve),
        ]

    # What a request is about.

    def _token(self, request: web.Request) -> dict[str, Any] | None:
        return self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))

    def _repo(self, request: web.Request) -> Repo:
        repo = self.repos.get(f"{request.match_info['org']}/{request.match_info['name'].removesuffix('.git')}")
        known = self._token(request)
        if request.headers.get("Authorization") and known is None:
            raise _error(web.HTTPUnauthorized, None, "Invalid credentials in Authorization header")
        if repo is None or (repo.private and known is None):
            raise _error(web.HTTPUnauthorized if known is None else web.HTTPNotFound, "RepoNotFound")
        return repo

    def _writable(self, request: web.Request) -> Repo:
        repo, known = self._repo(request), self._token(request)
        if known is None or known["auth"]["accessToken"]["role"] == "read":
            raise _error(web.HTTPForbidden, None, "you need write access")
        if self.repos.get(known.get("resource", "").removeprefix("datasets/"), repo) is not repo:
            raise _error(web.HTTPForbidden, None, "this token is for another repository")
        return repo

    def _at(self, repo: Repo, revision: str) -> str:
        oid = repo.resolve(revision)
        if oid is None:
            raise _error(web.HTTPNotFound, "RevisionNotFound")
        return oid

    def _split(self, repo: Repo, rest: str) -> tuple[str, str]:
        """Commit and path of `REVISION/PATH`."""
        for revision in sorted([*repo.commits, *repo.tags, "main"], key=len, reverse=True):
            if rest == revision or rest.startswith(f"{revision}/"):
                return self._at(repo, revision), rest[len(revision) + 1 :]
        raise _error(web.HTTPNotFound, "RevisionNotFound")

    # Answers.

    async def _who(self, request: web.Request) -> web.Response:
        known = self._token(request)
        if known is None or "resource" in known:
            raise _error(web.HTTPUnauthorized, None, "Invalid credentials in Authorization header")
        return web.json_response(known)

    async def _exchange(self, request: web.Request) -> web.Response:
        """A workflow's identity against a token for one repository, which is nobody's: `whoami` does not know it."""
        body = await request.json()
        assert body["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange"
        if self.publishers.get(body["subject_token"]) != body["resource"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.tokens["hf_jwt_short"] = {"auth": {"accessToken": {"role": "write"}}, "resource": body["resource"]}
        return web.json_response({"access_token": "hf_jwt_short", "token_type": "bearer", "expires_in": 3600})

    async def _create(self, request: web.Request) -> web.Response:
        body = await request.json()
        name = f"{body['organization']}/{body['name']}"
        assert body["type"] == "dataset"
        if name in self.repos:
            return web.json_response({"error": "exists", "url": f"{self.url}/datasets/{name}"}, status=409)
        repo = self.repos[name] = Repo(private=body.get("visibility") == "private" or bool(body.get("private")))
        repo.commit({".gitattributes": Blob(b"*.parquet filter=lfs\n", large=False)}, "initial commit")
        return web.json_response({"url": f"{self.url}/datasets/{name}"})

    async def _validate(self, request: web.Request) -> web.Response:
        content = (await request.json())["content"]
        if not content.startswith("---\n"):
            return web.json_response({"errors": [{"message": "there is no front matter"}]}, status=400)
        return web.json_response({"warnings": []})

    async def _model(self, request: web.Request) -> web.Response:
        name = f"{request.match_info['org']}/{request.match_info['name']}"
        if name not in self.models:
            return await self._absent(request)
        return web.json_response({"id": name, "modelId": name, "sha": ZERO, "private": False})

    async def _absent(self, request: web.Request) -> web.Response:
        raise _error(web.HTTPNotFound, "RepoNotFound")

    async def _info(self, request: web.Request) -> web.Response:
        repo = self._repo(request)
        oid = self._at(repo, request.match_info.get("revision", "main"))
        return web.json_response(
            {
                "id": f"{request.match_info['org']}/{request.match_info['name']}",
                "sha": oid,
                "private": repo.private,
                "tags": [],
                "siblings": [{"rfilename": path} for path in repo.commits[oid].tree],
            }
        )

    async def _refs(self, request: web.Request) -> web.Response:
        repo = self._repo(request)
        tags = [{"name": t, "ref": f"refs/tags/{t}", "targetCommit": oid} for t, oid in sorted(repo.tags.items())]
        main = {"name": "main", "ref": "refs/heads/main", "targetCommit": repo.head}
        return web.json_response({"branches": [main], "converts": [], "tags": tags})

    async def _commits(self, request: web.Request) -> web.Response:
        repo, listed = self._repo(request), []
        oid = self._at(repo, request.match_info["revision"])
        while oid != ZERO:
            title = repo.commits[oid].title
            listed.append({"id": oid, "title": title, "message": "", "authors": [], "date": "2026-01-01T00:00:00.000Z"})
            oid = repo.commits[oid].parent
        return web.json_response(listed)

    async def _discussions(self, request: web.Request) -> web.Response:
        repo = self._repo(request)
        name = f"{request.match_info['org']}/{request.match_info['name']}"
        found = [
            {
                "title": repo.commits[oid].title,
                "num": number,
                "createdAt": "2026-01-01T00:00:00.000Z",
                "status": "open",
                "repo": {"name": name, "type": "dataset"},
                "isPullRequest": True,
            }
            for number, oid in enumerate(repo.pulls, 1)
        ]
        return web.json_response({"discussions": found, "count": len(found), "start": 0})

    async def _tree(self, request: web.Request) -> web.Response:
        repo = self._repo(request)
        oid, folder = self._split(repo, request.match_info["rest"])
        beginning = f"{folder}/" if folder else ""
        tree = {p: b for p, b in repo.commits[oid].tree.items() if p.startswith(beginning)}
        if folder and not tree:
            raise _error(web.HTTPNotFound, "EntryNotFound")
        entries = [_entry(path, blob) for path, blob in sorted(tree.items())]
        if request.query.get("recursive", "").lower() not in ("true", "1"):
            inner = {path[len(beginning) :].split("/")[0] for path in tree if "/" in path[len(beginning) :]}
            entries = [entry for entry in entries if "/" not in entry["path"][len(beginning) :]]
            entries += [
                {"type": "directory", "oid": ZERO, "size": 0, "path": beginning + name} for name in sorted(inner)
            ]
        return web.json_response(entries)

    async def _paths(self, request: web.Request) -> web.Response:
        repo = self._repo(request)
        tree = repo.commits[self._at(repo, request.match_info["revision"])].tree
        body = await request.json() if request.content_type == "application/json" else await request.post()
        paths = body["paths"] if isinstance(body, dict) else body.getall("paths")
        return web.json_response([_entry(path, tree[path]) for path in paths if path in tree])

    async def _preupload(self, request: web.Request) -> web.Response:
        repo, answers = self._writable(request), []
        tree = repo.commits[repo.head].tree
        for file in (await request.json())["files"]:
            blob, large = tree.get(file["path"]), file["path"].endswith(".parquet")
            oid = None if blob is None else blob.sha256 if blob.large else blob.oid
            mode = "lfs" if large else "regular"
            answers.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": oid})
        return web.json_response({"files": answers})

    async def _batch(self, request: web.Request) -> web.Response:
        self._writable(request)
        objects = []
        for wanted in (await request.json())["objects"]:
            answer = {"oid": wanted["oid"], "size": wanted["size"]}
            if wanted["oid"] not in self.objects:
                verify = str(request.url).removesuffix("objects/batch") + "verify"
                put = f"{self.origin}/objects/{wanted['oid']}?signature=signed"
                answer["actions"] = {"upload": {"href": put}, "verify": {"href": verify}}
            objects.append(answer)
        return web.json_response({"transfer": "basic", "objects": objects})

    async def _verify(self, request: web.Request) -> web.Response:
        body = await request.json()
        there = self.objects.get(body["oid"])
        return web.json_response({}, status=200 if there is not None and len(there) == body["size"] else 404)

    async def _put_object(self, request: web.Request) -> web.Response:
        self._require_signed(request)
        content = await request.read()
        if hashlib.sha256(content).hexdigest() != request.match_info["sha"]:
            raise web.HTTPBadRequest
        self.objects[request.match_info["sha"]] = content
        return web.Response()

    async def _get_object(self, request: web.Request) -> web.Response:
        self._require_signed(request)
        return web.Response(body=self.objects[request.match_info["sha"]])

    @staticmethod
    def _require_signed(request: web.Request) -> None:
        """Another origin: it must never be shown the Hub's credentials."""
        if "Authorization" in request.headers or request.query.get("signature") != "signed":
            raise web.HTTPForbidden

    async def _commit(self, request: web.Request) -> web.Response:
        wants_pull = request.query.get("create_pr") == "1"
        repo = self._writable(request)
        changes: dict[str, Blob | None] = {}
        header: dict[str, Any] = {}
        for line in (await request.read()).splitlines():
            item = json.loads(line)
            value = item["value"]
            if item["key"] == "header":
                header = value
            elif item["key"] == "file":
                changes[value["path"]] = Blob(base64.b64decode(value["content"]), large=False)
            elif item["key"] == "lfsFile":
                changes[value["path"]] = Blob(self.objects[value["oid"]], large=True)
            elif item["key"] == "deletedFile":
                if value["path"] not in repo.commits[repo.head].tree:
                    raise _error(web.HTTPNotFound, "EntryNotFound")
                changes[value["path"]] = None
        if header.get("parentCommit", repo.head) != repo.head:
            return web.json_response({"error": "the branch moved"}, status=412)
        oid = repo.commit(changes, header["summary"], branch=not wants_pull)
        body = {"success": True, "commitOid": oid, "commitUrl": f"{self._page(request)}/commit/{oid}"}
        if wants_pull:
            repo.pulls.append(oid)
            body["pullRequestUrl"] = f"{self._page(request)}/discussions/{len(repo.pulls)}"
        return web.json_response(body)

    def _page(self, request: web.Request) -> str:
        return f"{self.url}/datasets/{request.match_info['org']}/{request.match_info['name']}"

    async def _tag(self, request: web.Request) -> web.Response:
        repo, name = self._writable(request), (await request.json())["tag"]
        if name in repo.tags:
            return web.json_response({"error": "the tag exists"}, status=409)
        repo.tags[name] = self._at(repo, request.match_info["revision"])
        return web.json_response({})

    async def _resolve(self, request: web.Request) -> web.Response:
        repo = self._repo(request)
        oid, path = self._split(repo, request.match_info["rest"])
        blob = repo.commits[oid].tree.get(path)
        if blob is None:
            raise _error(web.HTTPNotFound, "EntryNotFound", headers={"X-Repo-Commit": oid})
        headers = {"X-Repo-Commit": oid, "ETag": f'"{blob.sha256 if blob.large else blob.oid}"'}
        if blob.large:
            headers |= {
                "X-Linked-Etag": headers["ETag"],
                "X-Linked-Size": str(len(blob.content)),
                "Location": f"{self.origin}/objects/{blob.sha256}?signature=signed",
            }
            return web.Response(status=302, headers=headers)
        return web.Response(body=blob.content, headers=headers)


def _entry(path: str, blob: Blob) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "oid": blob.oid, "size": len(blob.content), "path": path}
    if blob.large:
        entry["lfs"] = {"oid": blob.sha256, "size": len(blob.content), "pointerSize": 130}
    return entry


def _error(
    kind: type[web.HTTPException], code: str | None, message: str = "", headers: Mapping[str, str] | None = None
) -> web.HTTPException:
    answer = {"X-Error-Message": message, **(headers or {})}
    return kind(headers={**answer, "X-Error-Code": code} if code else answer)
