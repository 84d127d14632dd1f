"""A recording that lies at an address, piece by piece, as whoever stores it wants it.

What is no audio is never handed on: providers answer with XML or a page of HTML where a recording is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from mediaserver.errors import FetchError, FetchFault, ProviderFault, TelephonyError
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.protocols import Downloader
from mediaserver.fetching.request import FetchRequest

MOST_BYTES = 1 << 30
"""Of a recording: nine hours of mono WAV at 16 kHz."""
WITHIN_S = 600.0
WAITING = 8
"""Pieces that are there and not asked for: more are not read from the socket meanwhile."""


async def pieces(
    downloader: Downloader, request: FetchRequest, *, most_bytes: int = MOST_BYTES, within_s: float = WITHIN_S
) -> AsyncIterator[bytes]:
    """WAV or MP3, as it comes. Raises TelephonyError."""
    came: asyncio.Queue[bytes | None] = asyncio.Queue()
    room = asyncio.Semaphore(WAITING)
    head = bytearray()
    audio = False

    async def take(piece: bytes) -> None:
        nonlocal audio
        if not audio:
            if len(head) >= 4:
                return  # a page of something else: not kept
            head.extend(piece)
            if len(head) < 4 or not is_audio(bytes(head[:4])):
                return
            audio, piece = True, bytes(head)
        if piece:
            await room.acquire()
            came.put_nowait(piece)

    fetching = asyncio.create_task(
        downloader.download(request, take, most_bytes=most_bytes, within_s=within_s),
        name="fetching a provider's recording",
    )
    fetching.add_done_callback(lambda _: came.put_nowait(None))
    try:
        while (piece := await came.get()) is not None:
            room.release()
            yield piece
        try:
            answer = await fetching
        except FetchError as error:
            raise fault_of(error, "the recording") from None
        if not answer.ok or not audio:
            raise _no_recording(answer)
    finally:
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)


def is_audio(head: bytes) -> bool:
    """By the first four octets: RIFF (WAV), ID3 or the sync word of an MPEG frame (MP3)."""
    return head[:4] == b"RIFF" or head[:3] == b"ID3" or (head[0] == 0xFF and head[1] & 0xE0 == 0xE0)


def fault_of(error: FetchError, what: str) -> TelephonyError:
    """What a fetch that failed is to whoever asks a provider. `what`: "Plivo", "the recording"."""
    if error.kind in (FetchFault.REFUSED_ADDRESS, FetchFault.BAD_REQUEST):
        return TelephonyError(f"{what} cannot be had: {error}", ProviderFault.REFUSED)
    kind = ProviderFault.LIMIT if error.kind is FetchFault.BUSY else ProviderFault.DOWN
    unsent = error.kind in (FetchFault.DNS, FetchFault.TLS, FetchFault.CIRCUIT_OPEN, FetchFault.BUSY)
    return TelephonyError(f"{what} cannot be had: {error}", kind, maybe=not unsent)


def _no_recording(answer: FetchAnswer) -> TelephonyError:
    match answer.status:
        case 401 | 403:
            return TelephonyError(
                f"the provider does not hand out the recording ({answer.status}): its address may have run "
                "out, or the account may not fetch it",
                ProviderFault.KEY,
                code=str(answer.status),
            )
        case 404 | 410:
            return TelephonyError(
                "the provider has no such recording any more", ProviderFault.REFUSED, code=str(answer.status)
            )
        case 429:
            return TelephonyError("the provider hands out no more recordings now (429)", ProviderFault.LIMIT)
        case status if status >= 500:
            return TelephonyError(f"the provider's store of recordings fails ({status})", ProviderFault.DOWN)
        case status:
            return TelephonyError(
                f"what came in the recording's place ({status}, {answer.content_type[:60] or 'of no type'}) "
                "is no WAV and no MP3",
                ProviderFault.REFUSED,
                code=str(status),
            )
