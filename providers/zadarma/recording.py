"""A recording, fetched from the address that Zadarma names, and from nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.fetching.protocols import Downloader
from mediaserver.fetching.request import FetchRequest
from providers.recordings import pieces


def recorded(downloader: Downloader, link: str, api: str) -> AsyncIterator[bytes]:
    """`api`: the interface that named the address. Raises TelephonyError."""
    if not _theirs(link, api):
        raise TelephonyError("Zadarma names no address of its own for this recording", ProviderFault.REFUSED)
    return pieces(downloader, FetchRequest(link, redirects=False))


def _theirs(link: str, api: str) -> bool:
    """Whether it lies where the interface does, or beside it under Zadarma's own domain."""
    try:
        there, named = urlsplit(api), urlsplit(link)
        host = named.hostname or ""
    except ValueError:
        return False
    if (named.scheme, named.netloc) == (there.scheme, there.netloc):
        return True
    return named.scheme == "https" and host.endswith(".zadarma.com") and not named.username
