"""Audio that is handed in: as a form, as the body itself, or by its address. It goes to a file piece by
piece, and the file goes with the request, however that ends.

What a client says that it sends is believed of raw samples alone, which nothing else can tell.
"""

from __future__ import annotations

import asyncio
import shutil
import struct
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from aiohttp import BodyPartReader, web
from aiohttp.helpers import parse_mimetype
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDict
from pydantic import BaseModel

from api.access.asker import asker
from api.context import CONTEXT
from api.routing.binding import body_of, query_of
from api.routing.expecting import go_on
from api.routing.problems import Problem
from api.speech.asked import speech_desk
from api.speech_desk import SpeechDesk
from mediaserver.errors import CapacityError
from mediaserver.fetching.request import FetchRequest
from pipelines.audio.decoding import LEAST_RATE, MOST_RATE

M = TypeVar("M", bound=BaseModel)

STALLED_S = 20.0
"""A body of which nothing comes for so long is given up."""
WHOLE_S = 900.0
"""All of a body."""
BATCH = 256 << 10
"""Bytes that are written at a time, on a thread."""
FIELD_BYTES = 16 << 10
"""Of a field of a form."""
MOST_FIELDS = 40
JSON_BYTES = 16 << 10
FETCHED_S = 120.0
"""To get a recording from its address."""
CONSUMES = ("multipart/form-data", "application/json", "audio/*", "application/octet-stream")
_RAW = {
    "audio/pcm": (1, 16, 16_000),
    "audio/basic": (7, 8, 8_000),
    "audio/pcmu": (7, 8, 8_000),
    "audio/pcma": (6, 8, 8_000),
}
"""WAVE's code of the format, bits of a sample, and the usual rate."""


@dataclass(slots=True)
class HandedIn:
    """A file, and what else was said."""

    path: Path
    folder: Path
    """Of this request, for what is made of it."""


@asynccontextmanager
async def received(
    request: web.Request, model: type[M], most: int | None = None
) -> AsyncIterator[tuple[HandedIn, M]]:
    """The audio, and what is wished of it: in the fields of the form, the query, or beside `url` in JSON.
    `most`: bytes of it, where that is less than the settings allow. Raises Problem; whoever asks is told
    before more is read than may be."""
    desk = speech_desk(request)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(415, "unsupported_media_type", "Send the audio as it is, without a Content-Encoding.")
    allowed = desk.settings.upload_mb << 20
    most = allowed if most is None else min(most, allowed)
    if request.content_length is not None and request.content_length > most + JSON_BYTES:
        raise _too_large(most)
    folder = Path(await asyncio.to_thread(_made, desk.uploads))
    handed_in = _Upload(desk, folder / "audio", most)
    try:
        wish = await _read(request, handed_in, model)
        yield HandedIn(handed_in.path, folder), wish
    finally:
        desk.uploading -= handed_in.size
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, True))


async def _read(request: web.Request, upload: _Upload, model: type[M]) -> M:
    """The wish; the audio is in the file then."""
    kind = request.content_type
    if kind in ("multipart/form-data", "application/octet-stream") or kind.startswith("audio/"):
        await go_on(request)
    if kind == "multipart/form-data":
        return cast(M, query_of(await _form(request, upload), model))
    if kind == "application/json":
        wish = cast(M, await body_of(request, model, JSON_BYTES))
        url = getattr(wish, "url", "")
        if not url:
            raise Problem(400, "bad_request", 'Name the address of the audio in "url", or send it as a form.')
        await _fetched(request, upload, url)
        return wish
    if kind.startswith("audio/") or kind == "application/octet-stream":
        wish = cast(M, query_of(request.query, model))
        await upload.take(request, _stalling(request.content.iter_chunked(BATCH)), _raw_header(request))
        return wish
    raise Problem(
        415, "unsupported_media_type", f"Send the audio as one of {', '.join(CONSUMES)}.", list(CONSUMES)
    )


async def _form(request: web.Request, upload: _Upload) -> MultiDict[str]:
    """:rfc:`7578`. One part named `file` is the audio, all else are fields."""
    fields: MultiDict[str] = MultiDict()
    found = False
    try:
        parts = await request.multipart()
        while (part := await _within(parts.next())) is not None:
            if not isinstance(part, BodyPartReader):
                raise Problem(400, "bad_request", "A form within a form is not read.")
            name = part.name or ""
            if name == "file":
                if found:
                    raise Problem(400, "bad_request", "Send one file.")
                found = True
                await upload.take(request, _chunks(part), b"")
            else:
                if len(fields) >= MOST_FIELDS:
                    raise Problem(400, "bad_request", f"A form has at most {MOST_FIELDS} fields.")
                fields.add(name.removesuffix("[]"), await _field(part))
    except (ValueError, AssertionError, RuntimeError, HttpProcessingError) as error:
        raise Problem(
            400, "bad_request", f"The form cannot be read: {' '.join(str(error).split())[:100]}."
        ) from None
    if fields.get("url") and not found:
        await _fetched(request, upload, fields["url"])
    elif not found:
        raise Problem(400, "bad_request", "The form has no file: name its part `file`.", [_fault("file")])
    return fields


async def _field(part: BodyPartReader) -> str:
    content = bytearray()
    async for chunk in _chunks(part):
        content += chunk
        if len(content) > FIELD_BYTES:
            raise Problem(413, "too_large", f"A field of a form has at most {FIELD_BYTES >> 10} KiB.")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Problem(400, "bad_request", "A field of the form is not UTF-8.") from None


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    """As they are sent: no encoding of a part is undone."""
    while chunk := await _within(part.read_chunk(64 << 10)):
        yield chunk


async def _stalling(chunks: Any) -> AsyncIterator[bytes]:
    iterator = aiter(chunks)
    while chunk := await _within(anext(iterator, b"")):
        yield chunk


async def _within(coming: Any) -> Any:
    try:
        async with asyncio.timeout(STALLED_S):
            return await coming
    except TimeoutError:
        raise Problem(408, "timeout", f"Nothing more of the body came for {STALLED_S:g} s.") from None


class _Upload:
    """A file that is being written, in bounds."""

    def __init__(self, desk: SpeechDesk, path: Path, most: int) -> None:
        self.desk = desk
        self.path = path
        self.most = most
        self.size = 0
        """Bytes that count as being handed in."""

    async def take(self, request: web.Request, chunks: AsyncIterator[bytes], before: bytes) -> None:
        """Raises Problem."""
        request.app[CONTEXT].prove(request)  # uploads have limits of their own
        until = asyncio.get_running_loop().time() + WHOLE_S
        with await asyncio.to_thread(self.path.open, "wb") as file:
            held = [before]
            async for chunk in chunks:
                self.grow(len(chunk))
                held.append(chunk)
                if sum(map(len, held)) >= BATCH:
                    await asyncio.to_thread(file.write, b"".join(held))
                    held.clear()
                if asyncio.get_running_loop().time() > until:
                    raise Problem(408, "timeout", f"The audio was not here within {WHOLE_S:g} s.")
            await asyncio.to_thread(_finish, file, b"".join(held))

    def grow(self, more: int) -> None:
        """So many bytes more. Raises Problem, and CapacityError when others have taken the room."""
        self.size += more
        self.desk.uploading += more
        if self.size > self.most:
            raise _too_large(self.most)
        if self.desk.uploading > self.desk.settings.uploads_mb << 20:
            raise CapacityError("too much is being handed in at the same time; try again in a moment")


async def _fetched(request: web.Request, upload: _Upload, url: str) -> None:
    """Get the audio from where it is. Raises FetchError."""
    desk = upload.desk
    downloader = desk.downloader if asker(request).admin else desk.for_keys
    file = await asyncio.to_thread(upload.path.open, "wb")
    try:

        async def take(data: bytes) -> None:
            upload.grow(len(data))
            await asyncio.to_thread(file.write, data)

        answer = await downloader.download(
            FetchRequest(url), take, most_bytes=upload.most, within_s=FETCHED_S
        )
    finally:
        await asyncio.to_thread(file.close)
    if not answer.ok:
        raise Problem(422, "url_not_fetched", f"The address of the audio answers {answer.status}.")


def _raw_header(request: web.Request) -> bytes:
    """A WAVE header for samples that come bare, by what is said of them; nothing for all else. Raises
    Problem: what is said wrongly would be heard too fast, too slowly or as noise."""
    told = _RAW.get(request.content_type)
    if told is None:
        return b""
    code, bits, usual_rate = told
    said = parse_mimetype(request.headers.get("Content-Type", "")).parameters
    rate = _number(said, "rate", usual_rate, LEAST_RATE, MOST_RATE)
    channels = _number(said, "channels", 1, 1, 2)
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", code, channels, rate, rate * block, block, bits)
    unknown = b"\xff\xff\xff\xff"
    return b"RIFF" + unknown + b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + unknown


def _number(said: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    """A parameter of a media type. Raises Problem."""
    given = said.get(name, str(usual))
    if not (given.isascii() and given.isdigit() and len(given) < 7 and least <= int(given) <= most):
        raise Problem(400, "bad_request", f"{name} of the Content-Type is a number from {least} to {most}.")
    return int(given)


def _finish(file: BinaryIO, rest: bytes) -> None:
    file.write(rest)
    file.flush()


def _made(uploads: Path) -> str:
    uploads.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.mkdtemp(dir=uploads)


def _fault(field: str) -> dict[str, str]:
    return {"field": field, "problem": "it is needed"}


def _too_large(most: int) -> Problem:
    said = f"A recording has at most {most >> 20} MiB: send it as MP3 or Ogg."
    return Problem(413, "too_large", said, {"limit_bytes": most})
