"""A model hub by the published interface of huggingface.co: what it says about a repository, and its files.

Files of more than `LARGE` bytes are kept as with git LFS: the hub sends whoever asks to another host, whose
address works only as it was given, and which refuses a second way of saying who one is. It cuts connections,
corrupts files and has had too many requests as a test wants it.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web

TOKEN = "hf_abcdefghijklmnopqrstuvwxyz01234567"
LARGE = 1_000
UNKNOWN = "Repository not found"


@dataclass
class Repository:
    """One repository at one commit."""

    files: dict[str, bytes]
    licence: str = "mit"
    gated: bool = False
    private: bool = False
    """Only for who has a token: others are told that it is not there."""

    @property
    def commit(self) -> str:
        parts = (f"{name}\0".encode() + data for name, data in sorted(self.files.items()))
        return hashlib.sha1(b"".join(parts)).hexdigest()


@dataclass
class Hub:
    """What it has, what it does wrong, and what it was asked."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    address: str = ""
    store: str = ""
    """The host of the large files."""
    cut_after: dict[str, list[int]] = field(default_factory=dict)
    """File -> after how many bytes the connection is cut, request by request; past the list it is not."""
    corrupt: Counter[str] = field(default_factory=Counter)
    """File -> how often it comes with wrong contents."""
    refuse: list[int] = field(default_factory=list)
    """Statuses of the next requests for files."""
    may_read: bool = True
    """Whether the token's owner was let in to gated repositories."""
    ranges: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    """Contents given, by file."""

    # -- what it says about a repository ------------------------------------------------------------------

    async def info(self, request: web.Request) -> web.Response:
        repo = self._repository(request)
        if isinstance(repo, web.Response):
            return repo
        if request.match_info.get("revision", "main") not in ("main", repo.commit):
            return _refusal(404, "RevisionNotFound", "Invalid rev id")
        siblings = []
        for name, data in repo.files.items():
            sibling: dict[str, object] = {"rfilename": name}
            if request.query.get("blobs") in ("true", "True", "1"):
                sibling |= {"size": len(data), "blobId": _blob(data)}
                if len(data) > LARGE:
                    sibling["lfs"] = {"sha256": _sha(data), "size": len(data), "pointerSize": 134}
            siblings.append(sibling)
        told = {
            "id": request.match_info["owner"] + "/" + request.match_info["name"],
            "sha": repo.commit,
            "private": repo.private,
            "gated": "manual" if repo.gated else False,
            "tags": [f"license:{repo.licence}"],
            "cardData": {"license": repo.licence},
            "siblings": siblings,
        }
        return web.json_response(told)

    # -- its files ----------------------------------------------------------------------------------------

    async def resolve(self, request: web.Request) -> web.StreamResponse:
        if self.refuse:
            status = self.refuse.pop(0)
            return _refusal(status, "", "no", {"Retry-After": "0"} if status == 429 else {})
        repo = self._repository(request)
        if isinstance(repo, web.Response):
            return repo
        if repo.gated and not (self._known(request) and self.may_read):
            return _refusal(
                403 if self._known(request) else 401, "GatedRepo", "Access to model is restricted"
            )
        if request.match_info["revision"] not in ("main", repo.commit):
            return _refusal(404, "RevisionNotFound", "Invalid rev id")
        name = request.match_info["path"]
        data = repo.files.get(name)
        if data is None:
            return _refusal(404, "EntryNotFound", "Entry not found")
        headers = {"X-Repo-Commit": repo.commit}
        if len(data) <= LARGE:
            return await self._give(request, name, data, {**headers, "ETag": f'"{_blob(data)}"'})
        headers |= {
            "X-Linked-Size": str(len(data)),
            "X-Linked-ETag": f'"{_sha(data)}"',
            "Location": f"{self.store}/{_sha(data)}?signature={_signature(data)}",
        }
        return web.Response(status=302, headers=headers)

    async def stored(self, request: web.Request) -> web.StreamResponse:
        """The other host's."""
        if "Authorization" in request.headers:
            return web.Response(status=400, text="Only one auth mechanism allowed")
        for repo in self.repositories.values():
            for name, data in repo.files.items():
                if _sha(data) == request.match_info["sha"]:
                    if request.query.get("signature") != _signature(data):
                        return web.Response(status=403, text="SignatureDoesNotMatch")
                    return await self._give(request, name, data, {"ETag": f'"{_sha(data)}"'})
        return web.Response(status=404, text="NoSuchKey")

    async def _give(
        self, request: web.Request, name: str, data: bytes, headers: dict[str, str]
    ) -> web.StreamResponse:
        if request.method == "HEAD":
            return web.Response(headers={**headers, "Content-Length": str(len(data))})
        self.asked[name] += 1
        if self.corrupt[name] > 0:
            self.corrupt[name] -= 1
            data = bytes(len(data))
        begin, status = 0, 200
        if wanted := request.headers.get("Range"):
            self.ranges.append(wanted)
            begin, status = int(wanted.removeprefix("bytes=").partition("-")[0]), 206
            if begin >= len(data):
                return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
            headers |= {"Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"}
        rest = data[begin:]
        cuts = self.cut_after.get(name)
        response = web.StreamResponse(status=status, headers=headers)
        response.content_length = len(rest)
        await response.prepare(request)
        if cuts:
            await response.write(rest[: cuts.pop(0)])
            assert request.transport is not None
            request.transport.close()
            return response
        await response.write(rest)
        await response.write_eof()
        return response

    def _repository(self, request: web.Request) -> Repository | web.Response:
        """Without a token what is not there and what is private look alike."""
        given = request.headers.get("Authorization")
        if given is not None and not self._known(request):
            return _refusal(401, "", "Invalid credentials in Authorization header")
        name = f"{request.match_info['owner']}/{request.match_info['name']}"
        repo = self.repositories.get(name)
        if repo is None or (repo.private and given is None):
            return _refusal(401 if given is None else 404, "RepoNotFound", UNKNOWN)
        return repo

    def _known(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {TOKEN}"


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub on two free ports of this machine, on a thread of its own: those who ask it block."""
    hub = Hub()
    loop = asyncio.new_event_loop()
    up, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        said, kept = web.Application(), web.Application()
        said.router.add_get("/api/models/{owner}/{name}", hub.info)
        said.router.add_get("/api/models/{owner}/{name}/revision/{revision}", hub.info)
        said.router.add_get("/{owner}/{name}/resolve/{revision}/{path:.+}", hub.resolve)
        kept.router.add_get("/{sha}", hub.stored)
        runners, addresses = [], []
        for app in (said, kept):
            runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
            await runner.setup()
            runners.append(runner)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            addresses.append(f"http://127.0.0.1:{port}")
        hub.address, hub.store = addresses
        up.set()
        await over.wait()
        for runner in runners:
            await runner.cleanup()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    up.wait(20)
    try:
        yield hub
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(20)


def _refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    told = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {}), **(headers or {})}
    return web.json_response({"error": message}, status=status, headers=told)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _blob(data: bytes) -> str:
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()


def _signature(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
