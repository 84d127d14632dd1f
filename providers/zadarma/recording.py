"""A recording, fetched from the address that Zadarma names, piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from mediaserver.errors import FetchError, ProviderFault, TelephonyError
from mediaserver.fetching.protocols import Downloader
from mediaserver.fetching.request import FetchRequest

MOST_BYTES = 512 << 20
WITHIN_S = 300.0
PIECES = 16
"""That wait for whoever reads; then the download does."""


async def recorded(downloader: Downloader, link: str, api: str) -> AsyncIterator[bytes]:
    """`api`: the interface that named the address; nothing is fetched from elsewhere. Raises
    TelephonyError."""
    if not _theirs(link, api):
        raise TelephonyError("Zadarma names no address of its own for this recording", ProviderFault.REFUSED)
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(PIECES)

    async def fetch() -> None:
        try:
            answer = await downloader.download(
                FetchRequest(link, redirects=False), pieces.put, most_bytes=MOST_BYTES, within_s=WITHIN_S
            )
            if not answer.ok:
                raise TelephonyError(
                    f"the recording cannot be had from Zadarma ({answer.status})",
                    ProviderFault.REFUSED if answer.status < 500 else ProviderFault.DOWN,
                    code=str(answer.status),
                )
        except FetchError as error:
            raise TelephonyError(f"the recording cannot be had: {error}", ProviderFault.DOWN) from None
        finally:
            # Whoever reads may be gone, and the queue full for ever.
            if not pieces.full():
                pieces.put_nowait(None)

    fetching = asyncio.create_task(fetch())
    try:
        while not (fetching.done() and pieces.empty()):
            piece = await pieces.get() if not fetching.done() else pieces.get_nowait()
            if piece is not None:
                yield piece
        await fetching
    finally:
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)


def _theirs(link: str, api: str) -> bool:
    """Whether it lies where the interface does, or beside it under Zadarma's own domain."""
    there, named = urlsplit(api), urlsplit(link)
    host = named.hostname or ""
    if (named.scheme, named.netloc) == (there.scheme, there.netloc):
        return True
    return named.scheme == "https" and host.endswith(".zadarma.com") and not named.username
