"""Whose addresses may be fetched from: everybody's on the internet, and what the operator listed of the rest.

A listed network, or address, is open to every name that leads there. A listed name opens no more than private
addresses, and to itself alone: whoever keeps its DNS chooses which machine of the house is asked, and shall
not choose this machine or a cloud's metadata. DECISIONS.md, "What users name is fetched by one client".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mediaserver.addresses import Address, Network, address_of, networks_of
from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.address_kinds import AddressKind, kind_of
from mediaserver.fetching.hosts import canonical_host
from mediaserver.host_port import host_port, split_port

BAD_PORTS = frozenset(
    (1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104)
    + (109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514)
    + (515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723)
    + (2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080)
)
"""Ports of protocols that could take a request for one of theirs (WHATWG Fetch, "bad port")."""
LOCAL_NAMES = frozenset("localhost local localdomain internal intranet private corp home lan".split())
"""Last parts of names that the internet's DNS does not have (:rfc:`6761` 6.3, :rfc:`6762` 3 and appendix G,
:rfc:`8375`; `internal` by ICANN's resolution of 2024)."""
_OF_NAMES = (AddressKind.PRIVATE, AddressKind.SHARED)


@dataclass(frozen=True, slots=True)
class AllowEntry:
    """One entry of `fetch.allow`: a network, or the name of a host."""

    network: Network | None
    name: str = ""
    port: int | None = None
    """None: all but bad ones."""

    @classmethod
    def parse(cls, text: str) -> AllowEntry:
        """`10.0.0.0/8`, `127.0.0.1`, `127.0.0.1:9000`, `[::1]:9000`, `crm.internal`, `crm.internal:8443`.
        Raises ValueError in words."""
        try:
            return cls(networks_of([text])[0])
        except ValueError:
            pass
        try:
            host, port = split_port(text)
            if port is not None and not 0 < port < 65_536:
                raise ValueError
            name = canonical_host(f"[{host}]" if ":" in host else host)
        except ValueError:
            raise ValueError(
                'must be a host, an address or a network, such as "crm.internal", "127.0.0.1:9000" or '
                '"10.0.0.0/8"'
            ) from None
        address = address_of(name)
        return cls(None, name, port) if address is None else cls(networks_of([name])[0], "", port)

    def fits(self, port: int) -> bool:
        return self.port is None or self.port == port


class AddressRule:
    """Pure: nothing is looked up. Hosts are canonical (`mediaserver.fetching.hosts`)."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        """Raises ValueError for an entry that cannot be read."""
        self._entries = tuple(AllowEntry.parse(text) for text in allow)

    def check_port(self, host: str, port: int) -> None:
        """Raises FetchError for a port that no web server has, unless it is listed with its host."""
        if port in BAD_PORTS and not any(
            entry.port == port and self._names(entry, host) for entry in self._entries
        ):
            raise FetchError(
                f"port {port} belongs to another protocol than HTTP; list {host_port(host, port)} in "
                "fetch.allow if it does not",
                FetchFault.REFUSED_ADDRESS,
            )

    def check_name(self, host: str, port: int) -> None:
        """Raises FetchError for a name that by definition is no host's of the internet, where nothing is
        listed that it could lead to. A public name may lead to a private address all the same: see
        `check`."""
        if not _is_local(host) or any(
            entry.fits(port) and (entry.network is not None or entry.name == host) for entry in self._entries
        ):
            return
        raise FetchError(
            f"{host} is a name of this machine or of a local network, which is not fetched from; if that is "
            "meant, list it in fetch.allow",
            FetchFault.REFUSED_ADDRESS,
        )

    def check(self, host: str, port: int, address: Address) -> None:
        """Whether `address`, which `host` is or leads to, may be dialled. Raises FetchError."""
        kind = kind_of(address)
        if kind is AddressKind.PUBLIC or self._network_listed(address, port):
            return
        opened = _OF_NAMES + ((AddressKind.LOOPBACK,) if _is_localhost(host) else ())
        named = self._name_listed(host, port)
        if named and kind in opened:
            return
        leads = f"{host} is" if address_of(host) is not None else f"{host} leads to"
        article = "an" if kind[0] in "aeiou" else "a"
        which = f"its address {address}" if named else "it"
        raise FetchError(
            f"{leads} {article} {kind} address, which is not fetched from; if that is meant, list {which} in "
            "fetch.allow",
            FetchFault.REFUSED_ADDRESS,
        )

    def may_dial(self, address: Address, port: int) -> bool:
        """The last look before a socket is made, when no name is known any more: whether any host could
        lead there."""
        kind = kind_of(address)
        if kind is AddressKind.PUBLIC or self._network_listed(address, port):
            return True
        names = [entry.name for entry in self._entries if entry.name and entry.fits(port)]
        if kind in _OF_NAMES:
            return bool(names)
        return kind is AddressKind.LOOPBACK and any(map(_is_localhost, names))

    def lists(self, host: str, port: int) -> bool:
        """Whether the operator wrote down this host: its name, or the address or a network of it."""
        address = address_of(host)
        if address is None:
            return self._name_listed(host, port)
        return self._network_listed(address, port)

    def _name_listed(self, host: str, port: int) -> bool:
        return any(entry.name == host and entry.fits(port) for entry in self._entries)

    def _network_listed(self, address: Address, port: int) -> bool:
        return any(
            entry.network is not None and address in entry.network and entry.fits(port)
            for entry in self._entries
        )

    @staticmethod
    def _names(entry: AllowEntry, host: str) -> bool:
        address = address_of(host)
        if entry.network is not None:
            return address is not None and address in entry.network
        return entry.name == host


def _is_local(host: str) -> bool:
    """No name of the public DNS: one word alone, or below one of the `LOCAL_NAMES`."""
    return "." not in host or host.rpartition(".")[2] in LOCAL_NAMES or host.endswith(".home.arpa")


def _is_localhost(host: str) -> bool:
    """This machine by definition (:rfc:`6761` 6.3)."""
    return host == "localhost" or host.endswith(".localhost")
