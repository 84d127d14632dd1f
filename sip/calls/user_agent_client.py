"""Requests of ours outside of calls, and the way to whom they go: OPTIONS, REGISTER, addresses, proxies.

It asks and returns the final answer. It must never keep a registration or a call: who asked does.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from mediaserver.errors import CallError
from sip.calls.core import Core, Credentials
from sip.calls.flow import FEW, SipFlow
from sip.messages.grammar import ParseError
from sip.messages.headers import NameAddr
from sip.messages.message import MOST_HOPS, Request, Response
from sip.messages.uri import Uri, escape_user
from sip.transactions.requests import Hop
from sip.transactions.transaction import Cause
from sip.transport.resolver import SipPlace

NEXT_S = 1.8
"""So long a server may be silent before the next one of the same name is asked."""


@dataclass(slots=True)
class Numbering:
    """What the requests of one purpose have in common (10.2, 8.1.1.4 and 8.1.1.5)."""

    call_id: str = field(default_factory=lambda: secrets.token_hex(16))
    cseq: int = 0


def _at(named: Hop, place: SipPlace, host: str) -> Hop:
    """`host`: of the URI. By TLS the certificate has to be for that, also where only DNS asked for TLS."""
    domain = host if place.transport == "TLS" else ""
    return replace(
        named, transport=place.transport, host=place.address, port=place.port, service=False, domain=domain
    )


class UserAgentClient:
    """The client side of the agent, but for INVITE."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def options(self, uri: str, *, proxy: str | None = None, transport: str = "udp") -> Response:
        """Ask what `uri` can do; its final response. Raises CallError when none comes."""
        target, hops, routes = await self.ways(uri, proxy, transport)

        def ask(hop: Hop) -> Awaitable[Response]:
            caller = str(self.caller(None, None, hop.host).with_tag(secrets.token_hex(8)))
            lines = [("From", caller), ("To", f"<{target}>"), ("Accept", "application/sdp")]
            return self.ask("OPTIONS", target, hop, routes, lines, None)

        return await self.first_of(hops, ask)

    async def ping(self, uri: Uri, flow: SipFlow) -> bool:
        """Ask a registered phone for a sign of life; whether one came."""
        who = self.caller(None, None, flow.host)
        lines = [("From", str(who.with_tag(secrets.token_hex(8)))), ("To", f"<{uri}>")]
        try:
            await self.ask("OPTIONS", uri, flow.hop(FEW), (), lines, None)
        except CallError:
            return False
        return True

    async def register(
        self,
        uri: str,
        username: str,
        password: str,
        expires: int = 3600,
        *,
        proxy: str | None = None,
        transport: str = "udp",
    ) -> int:
        """Register `uri` (sip:extension@domain) with its registrar; 0 takes it back.

        Returns the seconds granted. Raises CallError when refused.
        """
        address_of_record, (hop, *_), routes = await self.ways(uri, proxy, transport)
        target = Uri(address_of_record.scheme, host=address_of_record.host, port=address_of_record.port)
        secure = target.scheme == "sips"
        scheme, _, rest = self._core.contact(hop.transport, hop.host, secure).partition(":")
        contact = f"{scheme}:{escape_user(username)}@{rest}"
        who = NameAddr("", address_of_record)
        lines = [
            ("From", str(who.with_tag(secrets.token_hex(8)))),
            ("To", str(who)),
            ("Contact", contact),
            ("Expires", str(expires)),
        ]
        response = await self.ask("REGISTER", target, hop, routes, lines, Credentials(username, password))
        if response.status >= 300:
            raise CallError(f"not registered: {response.status} {response.reason}", response.status)
        granted = [
            int(c.params.get("expires") or expires) for c in response.contacts if c.uri.user == username
        ]
        return min(granted, default=expires)

    async def inquire(
        self,
        method: str,
        uri: str,
        lines: Sequence[tuple[str, str]],
        *,
        who: str | None,
        proxy: str | None,
        transport: str,
    ) -> Response:
        """The final response, challenges and all. Raises CallError when none comes."""
        target, hops, routes = await self.ways(uri, proxy, transport)

        def ask(hop: Hop) -> Awaitable[Response]:
            caller = self.caller(who, None, hop.host)
            to = caller if method == "REGISTER" else NameAddr("", target)
            own = [("From", str(caller.with_tag(secrets.token_hex(8)))), ("To", str(to))]
            return self.ask(method, target, hop, routes, [*own, *lines], None)

        return await self.first_of(hops, ask)

    async def ask(
        self,
        method: str,
        target: Uri,
        hop: Hop,
        routes: Sequence[str],
        lines: Sequence[tuple[str, str]],
        credentials: Credentials | None,
        numbering: Numbering | None = None,
    ) -> Response:
        """A request outside dialogs, with one answer to each kind of challenge."""
        numbers, tried = numbering or Numbering(), set[tuple[int, str]]()
        while True:
            numbers.cseq += 1
            headers = [("Max-Forwards", str(MOST_HOPS)), *(("Route", route) for route in routes), *lines]
            headers += [("Call-ID", numbers.call_id), ("CSeq", f"{numbers.cseq} {method}")]
            request = Request(method, target, headers)
            if credentials is not None:
                credentials.sign(request)
            final: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

            def answered(response: Response, final: asyncio.Future[Response] = final) -> None:
                if response.status >= 200 and not final.done():
                    final.set_result(response)

            def failed(cause: Cause, final: asyncio.Future[Response] = final) -> None:
                if not final.done():
                    final.set_exception(CallError(self._core.unreached(hop, cause), cause.value))

            client = self._core.request(request, hop, answered, failed)
            response = await final
            if credentials is None:
                return response
            if response.status not in (401, 407):
                credentials.accepted(response)
                return response
            if not credentials.answer(client.request, response, tried):
                return response

    async def ways(
        self, uri: str, proxy: str | None, transport: str | None, routes: Sequence[str] = ()
    ) -> tuple[Uri, list[Hop], list[str]]:
        """The target, where the request can go first, the best way first (RFC 3263), and the Route it
        carries. Raises CallError."""
        target, first, lines = self.plan(uri, proxy, routes)
        return target, await self.hops_to(first, transport), lines

    async def hops_to(self, uri: Uri, transport: str | None) -> list[Hop]:
        """Where a request to that URI can go, the best way first; there is one at least. `transport`: wanted
        where the URI names none. Raises CallError."""
        named = self._core.hop(uri, transport)
        places = await self._core.transport.resolver.places(uri, transport)
        if not places:
            raise CallError(f"there is no host {named.host}; check the address", 503)
        return [_at(named, each, uri.address) for each in places]

    def plan(self, uri: str, proxy: str | None, routes: Sequence[str] = ()) -> tuple[Uri, Uri, list[str]]:
        """The target, who gets the request first, and the Route it carries. `routes`: those that a registrar
        gave us, behind our own proxy (RFC 3608 6.1). Raises CallError."""
        try:
            target = Uri.parse(uri if ":" in uri.partition("@")[0] else f"sip:{uri}")
            first = NameAddr.parse(routes[0]).uri if routes else None
            if proxy is None:
                return target, first or target, list(routes)
            next_hop = Uri.parse(proxy if proxy.startswith(("sip:", "sips:")) else f"sip:{proxy}")
        except ParseError as error:
            raise CallError(
                f"{uri!r} is not a SIP address ({error}); write it like sip:demo@127.0.0.1"
            ) from error
        lr = Uri(
            next_hop.scheme, host=next_hop.host, port=next_hop.port, params={**next_hop.params, "lr": None}
        )
        if first is not None and (first.host, first.port) == (next_hop.host, next_hop.port):
            return target, next_hop, list(routes)
        return target, next_hop, [f"<{lr}>", *routes]

    async def first_of(self, hops: Sequence[Hop], ask: Callable[[Hop], Awaitable[Response]]) -> Response:
        """What the first of them answers that works (RFC 3263 4.3). Raises CallError when none does."""
        for hop in hops[:-1]:
            with contextlib.suppress(TimeoutError, CallError):
                async with asyncio.timeout(NEXT_S):
                    response = await ask(hop)
                if response.status != 503:
                    return response
            self._core.transport.resolver.failed(SipPlace(hop.transport, hop.host, hop.port))
        return await ask(hops[-1])

    def caller(self, from_uri: str | None, username: str | None, towards: str) -> NameAddr:
        if from_uri is None:
            user = escape_user(username or "voiceforge")
            return NameAddr("", Uri("sip", user, host=self._core.transport.local_host(towards)))
        try:
            # A bare URI: what follows a semicolon in its user part or after its host is its own.
            uri = Uri.parse(from_uri if ":" in from_uri.partition("@")[0] else f"sip:{from_uri}")
            return NameAddr("", uri.without_headers())
        except ParseError as error:
            raise CallError(f"{from_uri!r} is not a SIP address ({error})") from error
