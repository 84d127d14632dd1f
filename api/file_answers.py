"""Files of this server as answers: in parts where parts are asked for, and not again where they are known
(:rfc:`9110` 13 and 14).

All reading is done in threads: a disk that is slow must hold up no call.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import BinaryIO

from aiohttp import ETag, web

from api.ranges import UnsatisfiableError, range_of
from api.routing.problems import Problem
from api.tidy import SAFE_HEADERS

CHUNK_BYTES = 128 << 10
"""Read at once: four seconds of mono, two of stereo."""


async def file_answer(
    request: web.Request, path: Path, folder: Path, content_type: str, name: str = ""
) -> web.StreamResponse:
    """A file that lies in this folder. `name`: under which a browser saves it. Raises Problem (404) when it
    is not there, or lies elsewhere."""
    file = await asyncio.to_thread(opened, path, folder)
    if file is None:
        raise Problem(404, "not_found", "The file is not on this server any more.")
    try:
        return await _answered(request, file, content_type, name)
    finally:
        file.close()  # at once: whoever is cancelled here must leave nothing open


def opened(path: Path, folder: Path) -> BinaryIO | None:
    """A regular file whose real place is inside the folder's; None where it is not."""
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(folder.resolve(strict=True)):
            return None
        # Not waited for: a pipe in the place of a file would never open.
        number = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (OSError, ValueError, RuntimeError):
        return None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        return None
    return os.fdopen(number, "rb", 0)


async def _answered(request: web.Request, file: BinaryIO, content_type: str, name: str) -> web.StreamResponse:
    found = os.fstat(file.fileno())
    size, tag = found.st_size, f"{found.st_mtime_ns:x}-{found.st_size:x}"
    changed = datetime.fromtimestamp(int(found.st_mtime), UTC)
    headers = SAFE_HEADERS | {
        "Content-Type": content_type,
        "Accept-Ranges": "bytes",
        "ETag": f'"{tag}"',
        "Last-Modified": format_datetime(changed, usegmt=True),
    }
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if _was_changed(request, tag, changed):
        raise Problem(412, "precondition_failed", "The file is another one than you know.")
    if _is_known(request, tag, changed):
        return web.Response(status=304, headers=headers)
    wanted = None
    if request.method == "GET" and _may_be_parted(request, tag, changed):
        try:
            wanted = range_of(request.headers.get("Range", ""), size)
        except UnsatisfiableError:
            whole = {"Content-Range": f"bytes */{size}"}
            raise Problem(
                416, "range_not_satisfiable", f"The file has {size} octets.", {"size": size}, whole
            ) from None
    if wanted is not None:
        headers["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    response = web.StreamResponse(status=200 if wanted is None else 206, headers=headers)
    part = range(size) if wanted is None else wanted
    response.content_length = len(part)
    await response.prepare(request)
    if request.method != "HEAD":
        await written(response, file, part)
    return response


async def written(response: web.StreamResponse, file: BinaryIO, part: range) -> None:
    """This part of a file, as the rest of an answer that has begun."""
    await asyncio.to_thread(file.seek, part.start)
    left = len(part)
    while left and (chunk := await asyncio.to_thread(file.read, min(left, CHUNK_BYTES))):
        await response.write(chunk)
        left -= len(chunk)
    if not left:
        await response.write_eof()


def _was_changed(request: web.Request, tag: str, changed: datetime) -> bool:
    """If-Match, else If-Unmodified-Since, does not hold (:rfc:`9110` 13.1.1, 13.1.4)."""
    if (match := request.if_match) is not None:
        return not _among(match, tag, weak=False)
    since = request.if_unmodified_since
    return since is not None and changed > since


def _is_known(request: web.Request, tag: str, changed: datetime) -> bool:
    """If-None-Match, else If-Modified-Since (:rfc:`9110` 13.1.2, 13.1.3)."""
    if (none_match := request.if_none_match) is not None:
        return _among(none_match, tag, weak=True)
    since = request.if_modified_since
    return since is not None and changed <= since


def _may_be_parted(request: web.Request, tag: str, changed: datetime) -> bool:
    """If-Range: parts are for those alone who have the rest of the same file (:rfc:`9110` 13.1.5)."""
    given = request.headers.get("If-Range")
    if given is None:
        return True
    if given.startswith(('"', "W/")):
        return given == f'"{tag}"'
    return request.if_range is not None and changed == request.if_range


def _among(tags: Sequence[ETag], tag: str, *, weak: bool) -> bool:
    return any(each.value in ("*", tag) and (weak or not each.is_weak) for each in tags)
