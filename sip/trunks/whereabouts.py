"""Where trunks are that name no networks of their own: the addresses of their hosts, by which their calls are
known. Names are looked up now and then; what was known stays while nobody can say.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

from mediaserver.addresses import is_address, unmapped
from mediaserver.calls.may_dial import AGENTS, MayDial
from sip.access.endpoints import Network, Trunk
from sip.calls.peer_quirks import PeerQuirks
from sip.trunks.board import TrunkBoard
from sip.trunks.peers import TrunkPeers
from sip.trunks.spec import TrunkSpec

log = logging.getLogger(__name__)

REFRESH_S = 60.0
MOST_ADDRESSES = 32
"""Of one trunk."""

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""All addresses of a host name; raises OSError when there are none."""


class Whereabouts:
    """Of the trunks of one board. `endpoints` is what the gate is to know."""

    def __init__(self, board: TrunkBoard, resolve: Resolve | None = None) -> None:
        self._board = board
        self._resolve = resolve or system_addresses
        self._known: dict[str, tuple[str, ...]] = {}
        """By host name."""
        self._again = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []
        board.on_change(self._again.set)

    def on_change(self, tell: Callable[[], None]) -> None:
        """`tell` is called when the board has changed, or an address."""
        self._listeners.append(tell)
        self._board.on_change(tell)

    def endpoints(self) -> list[Trunk]:
        """The trunks that may call us. One of which neither networks nor a header nor an address is known is
        not among them: it would be everybody."""
        found = []
        for spec in self._board.specs():
            networks = self._networks(spec)
            name, _, value = spec.header.partition(":")
            header = (name.strip(), value.strip()) if spec.header else None
            reach = AGENTS if spec.may_dial is None else MayDial(spec.may_dial)
            if networks or header is not None:
                found.append(Trunk(spec.name, networks, header, reach=reach, media=spec.media))
        return found

    def quirks(self) -> PeerQuirks:
        """What the trunks need, by where they are."""
        return TrunkPeers.of(self._board.specs(), self._networks)

    async def run(self) -> None:
        """Look names up until cancelled."""
        while True:
            self._again.clear()
            if await self.refresh():
                for tell in self._listeners:
                    tell()
            try:
                async with asyncio.timeout(REFRESH_S):
                    await self._again.wait()
            except TimeoutError:
                continue

    async def refresh(self) -> bool:
        """Whether an address is known that was not, or one no longer."""
        wanted = {host for spec in self._board.specs() for host in _hosts(spec) if not is_address(host)}
        found = dict(zip(wanted, await asyncio.gather(*map(self._addresses, wanted)), strict=True))
        changed = found != self._known
        self._known = found
        return changed

    async def _addresses(self, host: str) -> tuple[str, ...]:
        try:
            return tuple(sorted(set(await self._resolve(host))))[:MOST_ADDRESSES]
        except (OSError, UnicodeError) as error:
            known = self._known.get(host)
            if known is None:
                log.warning(
                    "the trunk host %s has no address (%s): it cannot call us until it has", host, error
                )
            return known or ()

    def _networks(self, spec: TrunkSpec) -> tuple[Network, ...]:
        if spec.networks or spec.header:
            return tuple(ipaddress.ip_network(text, strict=False) for text in spec.networks)
        addresses = [each for host in _hosts(spec) for each in self._of(host)]
        return tuple(ipaddress.ip_network(each) for each in addresses)

    def _of(self, host: str) -> Iterable[str]:
        return (unmapped(host),) if is_address(host) else self._known.get(host, ())


async def system_addresses(host: str) -> list[str]:
    """What the system's resolver says."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    return [unmapped(str(each[4][0]).partition("%")[0]) for each in answers]


def _hosts(spec: TrunkSpec) -> list[str]:
    """Whose addresses stand for the trunk; none where it says itself where it calls from."""
    if spec.networks or spec.header:
        return []
    return list(dict.fromkeys(uri.address for uri in (spec.target, spec.next_hop)))
