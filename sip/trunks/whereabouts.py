"""Where trunks are that name no networks of their own: the addresses of their hosts, and of those that SRV
records name for them, by which their calls are known. Names are looked up now and then; what was known stays
while nobody can say.

What DNS makes of a name must not open more than the world: SRV records that name this machine, or the
wire beside it, do not count, since whoever has the domain would have them call by the trunk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence

from mediaserver.addresses import Network, is_address, networks_of, unmapped
from mediaserver.calls.may_dial import AGENTS, MayDial
from sip.access.endpoints import Trunk
from sip.calls.peer_quirks import PeerQuirks
from sip.transport.dns_records import RecordSource
from sip.transport.name_servers import NoAddress, system_lookup
from sip.transport.resolver import is_foreign, service_name
from sip.trunks.board import TrunkBoard
from sip.trunks.peers import TrunkPeers
from sip.trunks.spec import TrunkSpec

log = logging.getLogger(__name__)

REFRESH_S = 60.0
MOST_ADDRESSES = 32
"""Of one name."""
MOST_OF_SERVICES = 64
"""Addresses of one trunk by its SRV records."""
MOST_LOOKUPS = 16
"""At a time."""

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""All addresses of a host name; raises OSError when there are none."""


class Whereabouts:
    """Of the trunks of one board. `endpoints` is what the gate is to know."""

    def __init__(
        self, board: TrunkBoard, resolve: Resolve = system_lookup, records: RecordSource | None = None
    ) -> None:
        """`records`: None: SRV records do not count."""
        self._board = board
        self._resolve = resolve
        self._records = records
        self._known: dict[str, tuple[str, ...]] = {}
        """By host name."""
        self._services: dict[str, tuple[str, ...]] = {}
        """The hosts of SRV records, by their names."""
        self._looking = asyncio.Semaphore(MOST_LOOKUPS)
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
            line = self._board.line(spec.name)
            # Whoever has the header may be anywhere: that is nobody to prove ourselves to.
            account = line.account if line is not None and header is None else None
            if networks or header is not None:
                found.append(
                    Trunk(spec.name, networks, header, reach=reach, media=spec.media, account=account)
                )
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
        specs = self._board.specs()
        names = {name for spec in specs for name in _services(spec)} if self._records is not None else set()
        services = dict(zip(names, await asyncio.gather(*map(self._served, names)), strict=True))
        hosts = {host for spec in specs for host in _hosts(spec)}
        wanted = {host for host in hosts.union(*services.values()) if not is_address(host)}
        found = dict(zip(wanted, await asyncio.gather(*map(self._addresses, wanted)), strict=True))
        changed = (found, services) != (self._known, self._services)
        for host in sorted(wanted - self._known.keys()):
            served = any(name.endswith(f".{host}") and services[name] for name in services)
            if not found[host] and not served:
                log.warning("the trunk host %s has no address: it cannot call us until it has", host)
        self._known, self._services = found, services
        return changed

    async def _addresses(self, host: str) -> tuple[str, ...]:
        try:
            async with self._looking:
                return tuple(sorted(set(await self._resolve(host))))[:MOST_ADDRESSES]
        except (OSError, UnicodeError, NoAddress):
            return self._known.get(host, ())

    async def _served(self, name: str) -> tuple[str, ...]:
        """The hosts that have this service, as long as the records say so."""
        assert self._records is not None  # else there are no names of services
        return tuple(sorted({each.target for each in await self._records.srv(name) if each.target}))

    def _networks(self, spec: TrunkSpec) -> tuple[Network, ...]:
        if spec.networks or spec.header:
            return networks_of(spec.networks)
        hosts = _hosts(spec)
        own = [each for host in hosts for each in self._of(host)]
        others = [host for name in _services(spec) for host in self._services.get(name, ())]
        served = [each for host in others if host not in hosts for each in self._of(host) if is_foreign(each)]
        return networks_of(dict.fromkeys([*own, *served[:MOST_OF_SERVICES]]))

    def _of(self, host: str) -> Iterable[str]:
        return (unmapped(host),) if is_address(host) else self._known.get(host, ())


def _hosts(spec: TrunkSpec) -> list[str]:
    """Whose addresses stand for the trunk; none where it says itself where it calls from."""
    if spec.networks or spec.header:
        return []
    return list(dict.fromkeys(uri.address for uri in (spec.target, spec.next_hop)))


def _services(spec: TrunkSpec) -> list[str]:
    """The names of the SRV records that say where the trunk is (:rfc:`3263`, section 4.2)."""
    if spec.networks or spec.header:
        return []
    names = [service_name(uri, spec.transport) for uri in (spec.target, spec.next_hop)]
    return [name for name in dict.fromkeys(names) if name]
