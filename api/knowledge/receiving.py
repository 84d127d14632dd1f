"""Takes documents that are handed in or named: in bounds of size, of time and of what others hand in."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDict

from api.context import CONTEXT
from api.knowledge.models import DocumentFields, DocumentWanted
from api.routing.binding import body_of, query_of, too_large
from api.routing.expecting import go_on
from api.routing.problems import Problem
from mediaserver.errors import CapacityError, FetchError
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.request import FetchRequest
from pipelines.knowledge.desk import KnowledgeDesk
from pipelines.knowledge.documents import KINDS, MOST_BYTES

CONSUMES = ("multipart/form-data", "application/json")
JSON_BYTES = 4 << 20
ALL_BYTES = 3 * MOST_BYTES
"""Of all documents that are handed in at a time."""
MOST_FIELDS = 8
FIELD_BYTES = 4096
PART_BYTES = 64 << 10
STALLED_S = 30.0
FETCHED_S = 30.0
_OF_TYPE = {
    "text/html": "HTML", "application/xhtml+xml": "HTML", "text/markdown": "Markdown",
    "text/x-markdown": "Markdown", "text/plain": "text", "application/pdf": "PDF",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReceivedDocument:
    data: bytes
    kind: str
    """One of KINDS."""
    name: str
    language: str
    """Empty: nobody says."""


@asynccontextmanager
async def received_document(request: web.Request, desk: KnowledgeDesk) -> AsyncIterator[ReceivedDocument]:
    """Counts as being handed in until the block is left. Raises Problem and CapacityError."""
    taken = _Taken(desk)
    try:
        if request.content_type == "multipart/form-data":
            yield await _form(request, taken)
        else:
            wanted = cast(DocumentWanted, await body_of(request, DocumentWanted, JSON_BYTES))
            if bool(wanted.text) == bool(wanted.url):
                raise unfit("text", "give a text, or a url that it is fetched from")
            yield await (_fetched(taken, wanted) if wanted.url else _typed(taken, wanted))
    finally:
        desk.handed_in -= taken.size


def unfit(field: str, problem: str) -> Problem:
    return Problem(422, "document_unfit", f"{field}: {problem}", [{"field": field, "problem": problem}])


class _Taken:
    """The bytes of one document."""

    def __init__(self, desk: KnowledgeDesk) -> None:
        self.desk = desk
        self.size = 0
        self._parts: list[bytes] = []

    async def take(self, data: bytes) -> None:
        """Raises Problem, and CapacityError when others have taken the room."""
        self.size += len(data)
        self.desk.handed_in += len(data)
        if self.size > MOST_BYTES:
            raise too_large(MOST_BYTES)
        if self.desk.handed_in > ALL_BYTES:
            raise CapacityError("other documents are being handed in; try again in a moment")
        self._parts.append(data)

    def data(self) -> bytes:
        return b"".join(self._parts)


async def _typed(taken: _Taken, wanted: DocumentWanted) -> ReceivedDocument:
    if not wanted.name.strip():
        raise unfit("name", "a text needs a name, under which it is quoted")
    await taken.take(wanted.text.encode())
    kind = "Markdown" if wanted.format == "markdown" else "text"
    return ReceivedDocument(taken.data(), kind, wanted.name.strip(), wanted.language)


async def _fetched(taken: _Taken, wanted: DocumentWanted) -> ReceivedDocument:
    request = FetchRequest(wanted.url, headers={"Accept": ", ".join(_OF_TYPE)})
    try:
        answer = await taken.desk.downloader.download(
            request, taken.take, most_bytes=MOST_BYTES, within_s=FETCHED_S
        )
    except FetchError as error:
        raise unfit("url", str(error)) from None
    if not answer.ok:
        raise unfit(
            "url", f"it answers {answer.status}: look whether it opens in a browser without a sign-in"
        )
    kind = _OF_TYPE.get(answer.content_type) or KINDS.get(_suffix(wanted.url))
    if kind is None:
        said = answer.content_type or "of no type"
        raise unfit("url", f"what is there is {said[:60]}; a page, text, Markdown or PDF can be read")
    data = taken.data() if kind == "PDF" else await asyncio.to_thread(_in_utf8, taken.data(), answer)
    return ReceivedDocument(data, kind, wanted.name.strip() or _name_of(wanted.url), wanted.language)


def _in_utf8(data: bytes, answer: FetchAnswer) -> bytes:
    """Text as its answer says that it is written; what says nothing is UTF-8."""
    if answer.charset in ("utf-8", "utf8", "utf-16", "utf-16le"):
        return data
    # In parts: Python's lock is held for as long as one takes, and some charsets are slow.
    decoder = codecs.getincrementaldecoder(answer.charset)("replace")
    parts = (data[at : at + PART_BYTES] for at in range(0, len(data), PART_BYTES))
    return b"".join([*(decoder.decode(part).encode() for part in parts), decoder.decode(b"", True).encode()])


def _suffix(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).suffix.lower()


def _name_of(url: str) -> str:
    """Host and path, as people know it."""
    parts = urlsplit(url)
    told = f"{parts.hostname or ''}{unquote(parts.path).rstrip('/')}"
    return "".join(each for each in told if each.isprintable())[:200] or url[:200]


async def _form(request: web.Request, taken: _Taken) -> ReceivedDocument:
    """:rfc:`7578`. One part named `file` is the document, all else are fields."""
    if request.content_length is not None and request.content_length > MOST_BYTES + JSON_BYTES:
        raise too_large(MOST_BYTES)
    await go_on(request)
    request.app[CONTEXT].prove(request)  # uploads have limits of their own
    fields: MultiDict[str] = MultiDict()
    file = ""
    try:
        parts = await request.multipart()
        while (part := await _within(parts.next())) is not None:
            if not isinstance(part, BodyPartReader):
                raise Problem(400, "bad_request", "A form within a form is not read.")
            if part.name == "file":
                if file:
                    raise Problem(400, "bad_request", "Send one file.")
                file = PurePosixPath((part.filename or "").replace("\\", "/")).name or "file"
                while chunk := await _within(part.read_chunk(64 << 10)):
                    await taken.take(chunk)
            elif len(fields) < MOST_FIELDS:
                fields.add(part.name or "", await _field(part))
            else:
                raise Problem(400, "bad_request", f"A form has at most {MOST_FIELDS} fields.")
    except (ValueError, AssertionError, RuntimeError, HttpProcessingError) as error:
        said = " ".join(str(error).split())[:100]
        raise Problem(400, "bad_request", f"The form cannot be read: {said}.") from None
    if not file:
        raise unfit("file", "the form has no file: name its part `file`")
    wanted = cast(DocumentFields, query_of(fields, DocumentFields))
    kind = KINDS.get(PurePosixPath(file).suffix.lower())
    if kind is None:
        raise unfit("file", f"of what kind it is cannot be told: its name ends in one of {', '.join(KINDS)}")
    name = wanted.name.strip() or "".join(each for each in file if each.isprintable())[:200]
    return ReceivedDocument(taken.data(), kind, name, wanted.language)


async def _field(part: BodyPartReader) -> str:
    content = bytearray()
    while chunk := await _within(part.read_chunk(FIELD_BYTES)):
        content += chunk
        if len(content) > FIELD_BYTES:
            raise Problem(413, "too_large", f"A field of a form has at most {FIELD_BYTES >> 10} KiB.")
    return content.decode()  # what is no UTF-8 is a ValueError


async def _within(coming: Any) -> Any:
    try:
        async with asyncio.timeout(STALLED_S):
            return await coming
    except TimeoutError:
        raise Problem(408, "timeout", f"Nothing more of the body came for {STALLED_S:g} s.") from None
