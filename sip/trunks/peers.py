"""The quirks of trunks by their addresses, for the layers below, which know no trunk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mediaserver.addresses import Network, address_of, within
from sip.calls.peer_quirks import NO_QUIRKS, PeerQuirks
from sip.trunks.spec import Quirks, TrunkSpec


@dataclass(frozen=True, slots=True)
class _Peer:
    hosts: frozenset[str]
    networks: tuple[Network, ...]
    quirks: Quirks


class TrunkPeers:
    """Implements sip.calls.peer_quirks.PeerQuirks for the trunks of one moment; never changes."""

    def __init__(
        self, specs: Iterable[TrunkSpec], networks: Callable[[TrunkSpec], tuple[Network, ...]]
    ) -> None:
        """`networks`: where a trunk is."""
        self._peers = [
            _Peer(frozenset({spec.target.address, spec.next_hop.address}), networks(spec), spec.quirks)
            for spec in specs
            if spec.quirks != Quirks(md5_only=spec.quirks.md5_only)
        ]

    def stays_on_datagrams(self, host: str) -> bool:
        return any(not quirks.udp_to_tcp for quirks in self._of(host))

    def forces_rport(self, host: str) -> bool:
        return any(quirks.force_rport for quirks in self._of(host))

    def contact_user(self, host: str) -> str:
        return next((quirks.contact_user for quirks in self._of(host) if quirks.contact_user), "")

    def _of(self, host: str) -> list[Quirks]:
        if not self._peers:
            return []
        address = address_of(host)
        return [peer.quirks for peer in self._peers if host in peer.hosts or within(address, peer.networks)]

    @staticmethod
    def of(specs: Iterable[TrunkSpec], networks: Callable[[TrunkSpec], tuple[Network, ...]]) -> PeerQuirks:
        """None of them cost anything where no trunk has any."""
        peers = TrunkPeers(specs, networks)
        return peers if peers._peers else NO_QUIRKS
