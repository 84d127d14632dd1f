"""Where a SIP URI leads to: transport, address and port, the best first (:rfc:`3263` section 4).

    an address ──────────────────────────────────────────▶ that, at its port
    a name with a port ──────────────────────▶ A, AAAA ──▶ its addresses, at that port
    a name, transport known ────────▶ SRV ──▶ A, AAAA
    a name ──▶ NAPTR, else all SRV ─▶ SRV ──▶ A, AAAA;   without SRV its addresses, at the default port

What did not answer lately comes last for a while (4.3). What DNS names may not lead to this machine: only the
operator may. Nothing is sent here but questions to DNS.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from mediaserver.addresses import is_address, may_send_to, unmapped
from sip.messages.uri import Uri
from sip.transport.addresses import Reach, reach_of
from sip.transport.default_ports import default_port
from sip.transport.dns_records import Naptr, RecordSource, Srv

PATIENCE_S = 2.0
"""For all questions about one URI."""
MOST_PLACES = 10
AVOIDED_S = 60.0
MOST_AVOIDED = 512
_SERVICES = {"SIP+D2U": "UDP", "SIP+D2T": "TCP", "SIPS+D2T": "TLS"}
_PREFIXES = {"UDP": "_sip._udp", "TCP": "_sip._tcp", "TLS": "_sips._tcp"}

Addresses: TypeAlias = Callable[[str], Awaitable[Sequence[str]]]
"""All IP addresses of a host name that we can send to; none when it has none."""


class SipPlace(NamedTuple):
    """Where a request can be sent."""

    transport: str
    address: str
    port: int


class SipResolver:
    """`transports`: those that we have. `draw`: evenly from [0, 1)."""

    def __init__(
        self,
        records: RecordSource,
        addresses: Addresses,
        draw: Callable[[], float],
        transports: Sequence[str] = ("UDP", "TCP"),
    ) -> None:
        self._records = records
        self._addresses = addresses
        self._draw = draw
        self._transports = tuple(transports)
        self._avoided: dict[SipPlace, float] = {}

    async def places(self, uri: Uri, transport: str | None = None) -> list[SipPlace]:
        """Of a sip: or sips: URI, best first; empty when nobody can say. `transport`: wanted where the URI
        names none."""
        named = (uri.transport or transport or "").upper()
        if uri.scheme == "sips":
            named = "TLS"  # never in the clear, whatever is usual here
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = await self._found(uri, named)
        except TimeoutError:
            return []
        now = asyncio.get_running_loop().time()
        unique = list(dict.fromkeys(found))
        return sorted(unique, key=lambda place: self._avoided.get(place, 0.0) > now)[:MOST_PLACES]

    def failed(self, place: SipPlace) -> None:
        """Nothing came back from there, or it is out of order: others are asked first for a while."""
        now = asyncio.get_running_loop().time()
        self._avoided.pop(place, None)
        if len(self._avoided) >= MOST_AVOIDED:
            del self._avoided[next(iter(self._avoided))]
        self._avoided[place] = now + AVOIDED_S

    def worked(self, place: SipPlace) -> None:
        self._avoided.pop(place, None)

    def avoids(self, place: SipPlace) -> bool:
        """Whether it failed a moment ago."""
        return self._avoided.get(place, 0.0) > asyncio.get_running_loop().time()

    # -- inside

    async def _found(self, uri: Uri, named: str) -> list[SipPlace]:
        host = uri.address
        plain = named or "UDP"
        if is_address(host):
            return [SipPlace(plain, unmapped(host), uri.port or default_port(plain))]
        if uri.port is not None:
            return self._at(plain, await self._addresses(host), uri.port)
        if "." in host.strip("."):  # a name of the local network has no services
            served = False
            for transport, name in await self._services(host, named):
                if records := await self._records.srv(name):
                    served = True
                    if places := await self._by(transport, records, host):
                        return places
            if served:
                return []  # it says that none of its services is to be had
        return self._at(plain, await self._addresses(host), default_port(plain))

    async def _services(self, host: str, named: str) -> list[tuple[str, str]]:
        """Transports, each with the name of its SRV records, the one that the host likes best first."""
        if named:
            return [(named, f"{_PREFIXES[named]}.{host}")] if named in _PREFIXES else []
        liked = [
            (_SERVICES[each.service], each.replacement)
            for each in sorted(await self._records.naptr(host), key=_preference)
            if each.flags == "s" and each.replacement and _SERVICES.get(each.service) in self._transports
        ]
        return liked or [(each, f"{_PREFIXES[each]}.{host}") for each in self._transports if each != "TLS"]

    async def _by(self, transport: str, records: Iterable[Srv], host: str) -> list[SipPlace]:
        places: list[SipPlace] = []
        for record in in_turn(records, self._draw):
            if len(places) >= MOST_PLACES:
                break
            if not record.target or not record.port:
                continue  # it says that there is no such service
            known = (
                [unmapped(record.target)]
                if is_address(record.target)
                else await self._addresses(record.target)
            )
            others = [each for each in known if record.target == host or is_foreign(each)]
            places += self._at(transport, others, record.port)
        return places

    def _at(self, transport: str, addresses: Iterable[str], port: int) -> list[SipPlace]:
        return [SipPlace(transport, each, port) for each in addresses if may_send_to(each)]


_FOREIGN = (Reach.WORLD, Reach.SITE)


def is_foreign(address: str) -> bool:
    """Whether what DNS names may be there: not on this machine, nor on the wire beside it."""
    return reach_of(address) in _FOREIGN and may_send_to(address)


def service_name(uri: Uri, transport: str) -> str:
    """The name of the SRV records of a SIP URI; empty where there can be none. `transport`: where the URI
    names none."""
    host = uri.address
    if uri.port is not None or is_address(host) or "." not in host.strip("."):
        return ""
    named = "TLS" if uri.scheme == "sips" else (uri.transport or transport).upper()
    return f"{_PREFIXES[named]}.{host}" if named in _PREFIXES else ""


def in_turn(records: Iterable[Srv], draw: Callable[[], float]) -> list[Srv]:
    """By priority, and among equals by a draw in proportion to their weights (:rfc:`2782`); those of weight 0
    last, since they hardly ever come first."""

    def place(record: Srv) -> tuple[int, float]:
        return record.priority, -(draw() ** (1 / record.weight)) if record.weight else 0.0

    return sorted(records, key=place)


def _preference(record: Naptr) -> tuple[int, int]:
    return record.order, record.preference
