"""One request and its answer over aiohttp, redirects followed: nothing is judged here but what comes back.

All that aiohttp raises becomes a FetchError with words of ours, without a cause: its own texts hold whole
addresses, secrets in the query included.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from aiohttp import ClientSession, ClientTimeout, hdrs
from multidict import CIMultiDict
from yarl import URL

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.decoding import ACCEPTED, BodyReader
from mediaserver.fetching.protocols import Take
from mediaserver.fetching.redirects import MOST, STATUSES, next_method, next_url, too_many
from mediaserver.fetching.trace_context import tell_trace_context
from mediaserver.printable import printable

MOST_KEPT_HEADERS = 64
MOST_KEPT = 16_384
"""Characters of headers that are kept; aiohttp reads 8 KB of each, and 64 of them."""
USER_AGENT = "VoiceForge"
_LEFT_OUT = {"set-cookie", "set-cookie2"}


class HopHeaders(Protocol):
    def headers(self, url: URL) -> CIMultiDict[str]:
        """What is said there, secrets included. Asked for each address anew. Raises FetchError for one to
        which we do not go, or a secret does not."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message. Its address may have secrets in its query: it is never shown."""

    method: str
    url: URL
    body: bytes
    follow: bool = True
    """Where an answer redirects, go there."""
    status_only: bool = False
    """Leave the answer's body unread."""

    def __repr__(self) -> str:
        return f"Sent({self.method} {self.url.host})"


@dataclass(frozen=True, slots=True)
class RawAnswer:
    status: int
    headers: dict[str, str]
    body: bytes


async def exchange(
    session: ClientSession,
    sent: Sent,
    going: HopHeaders,
    connect_s: float,
    most_bytes: int,
    take: Take | None = None,
) -> RawAnswer:
    """`take`: gets the body of the answer piece by piece, which is empty then. Raises FetchError. How long it
    takes in all is the caller's to bound."""
    had_body = bool(sent.body)
    for _ in range(MOST + 1):
        try:
            headers = going.headers(sent.url)
            if had_body and not sent.body:
                headers.popall(hdrs.CONTENT_TYPE, None)
            received = await _once(session, sent, headers, connect_s, most_bytes, take)
        except (aiohttp.ClientError, OSError, ValueError, RuntimeError) as error:
            # RuntimeError: the session was closed meanwhile.
            raise fault_of(error) from None
        if isinstance(received, RawAnswer):
            return received
        sent = received
    raise too_many()


async def _once(
    session: ClientSession,
    sent: Sent,
    headers: CIMultiDict[str],
    connect_s: float,
    most_bytes: int,
    take: Take | None,
) -> RawAnswer | Sent:
    """The answer, or what is to be sent next since it redirects."""
    headers[hdrs.ACCEPT_ENCODING] = ACCEPTED
    headers.setdefault(hdrs.USER_AGENT, USER_AGENT)
    tell_trace_context(headers)
    async with session.request(
        sent.method,
        sent.url,
        headers=headers,
        data=sent.body or None,
        allow_redirects=False,
        timeout=ClientTimeout(total=None, connect=connect_s),
        skip_auto_headers=(hdrs.CONTENT_TYPE,),
    ) as response:
        location = response.headers.get(hdrs.LOCATION)
        if sent.follow and response.status in STATUSES and location:
            return _redirected(sent, response.status, location)
        if sent.status_only:
            if not response.content.at_eof():
                response.close()
            return RawAnswer(response.status, _kept(response), b"")
        try:
            reader = BodyReader(response.headers.get(hdrs.CONTENT_ENCODING, ""), most_bytes)
            async for data in response.content.iter_any():
                for _ in reader.feed(data):
                    await asyncio.sleep(0)
                if take is not None:
                    await take(reader.taken())
            rest = reader.whole()
            if take is not None:
                await take(rest)
                rest = b""
            return RawAnswer(response.status, _kept(response), rest)
        except BaseException:
            response.close()  # what is still to come is not read
            raise


def _redirected(sent: Sent, status: int, location: str) -> Sent:
    method = next_method(status, sent.method)
    body = sent.body if method == sent.method else b""
    return Sent(method, next_url(sent.url, location), body, status_only=sent.status_only)


def _kept(response: aiohttp.ClientResponse) -> dict[str, str]:
    kept: dict[str, str] = {}
    size = 0
    for name, value in response.headers.items():
        name, value = printable(name.lower()), printable(value)
        size += len(name) + len(value)
        if size > MOST_KEPT or len(kept) >= MOST_KEPT_HEADERS:
            break
        if name not in _LEFT_OUT:
            kept[name] = f"{kept[name]}, {value}" if name in kept else value
    return kept


def fault_of(error: Exception) -> FetchError:
    """In words, by what aiohttp raised."""
    match error:
        case FetchError():
            return error
        case aiohttp.ClientConnectorCertificateError() | ssl.SSLCertVerificationError():
            why = printable(str(getattr(_certificate_error(error), "verify_message", "")))
            said = f": {why}" if why else ""
            return FetchError(f"the host's certificate is not to be trusted{said}", FetchFault.TLS)
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return FetchError("no encrypted connection could be agreed on (TLS)", FetchFault.TLS)
        case aiohttp.ConnectionTimeoutError():
            return FetchError("the host did not take the connection in time", FetchFault.TIMEOUT)
        case TimeoutError():
            return FetchError("the host did not answer in time", FetchFault.TIMEOUT)
        case aiohttp.ClientConnectorDNSError():
            return FetchError("the host's name cannot be looked up", FetchFault.DNS)
        case aiohttp.ClientConnectorError():
            return _unconnected(error.os_error)
        case ConnectionRefusedError():
            return _unconnected(error)
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError() | ConnectionError():
            return FetchError("the host closed the connection before it answered", FetchFault.CONNECTION)
        case aiohttp.ClientResponseError():
            return FetchError("the answer is no HTTP, or its headers are too large", FetchFault.BAD_ANSWER)
        case aiohttp.ClientPayloadError():
            return FetchError("the answer breaks off, or its chunks are wrong", FetchFault.BAD_ANSWER)
        case _:
            return FetchError("the request could not be sent", FetchFault.CONNECTION)


def _unconnected(error: OSError) -> FetchError:
    reason = os.strerror(error.errno).lower() if error.errno else "no address of it answers"
    return FetchError(f"the host cannot be connected to: {reason}", FetchFault.CONNECTION)


def _certificate_error(error: Exception) -> object:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return error.certificate_error
    return error
