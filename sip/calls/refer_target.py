"""Whom a transfer is to reach: an address of ours, a number, or an address elsewhere. Pure; it permits
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mediaserver.addresses import is_address, unmapped
from mediaserver.media.leg import Direction
from sip.calls.core import Core
from sip.calls.dialog import Dialog
from sip.messages.grammar import ParseError
from sip.messages.uri import Uri
from sip.transport.default_ports import DEFAULT_PORT, TLS_PORT

LONGEST_ADDRESS = 256
_NUMBER = re.compile(r"\+?[0-9*#]{1,40}")
_SEPARATORS = str.maketrans("", "", "-.()")
"""Visual separators of a tel: URI (:rfc:`3966` section 5.1.1)."""


class ReferSender(Protocol):
    """Whoever asks."""

    direction: Direction
    """Of its call, or of its request."""
    number_of: Callable[[str], str]
    """A number as it writes it, as we write it."""


@dataclass(frozen=True, slots=True)
class ReferTarget:
    address: str
    """As invitations name whom they want: user@host."""
    here: bool
    """It is one of this server's, or a number."""
    ways: tuple[str, ...]
    """As what it may be called from here, the best first: a number or an extension, or an address."""

    @classmethod
    def of(cls, core: Core, dialog: Dialog, asker: ReferSender, uri: Uri) -> ReferTarget:
        """Raises ParseError: 404 for an address that names nobody."""
        ours = dialog.local.uri.host.lower()
        if uri.scheme == "tel":
            number = asker.number_of(uri.opaque.partition(";")[0].translate(_SEPARATORS))
            return cls(f"{number}@{ours}"[:LONGEST_ADDRESS], True, (number,))
        user, host = uri.unescaped_user, uri.host.lower()
        if not user or "@" in user or len(user) + len(host) >= LONGEST_ADDRESS:
            # With a second @ what may be called would be another address than the one that is asked about.
            raise ParseError("Refer-To names nobody", 404)
        number = asker.number_of(user) if _NUMBER.fullmatch(user) else ""
        if _is_here(core, dialog, asker, uri):
            return cls(f"{number or user}@{host}", True, (number or user,))
        port = f":{uri.port}" if uri.port is not None else ""
        transport = f";transport={uri.transport}" if uri.transport is not None else ""
        address = f"{uri.scheme}:{user}@{host}{port}{transport}"
        # A carrier or PBX names a number at itself, or at its domain, as it does in its calls.
        theirs = number and host in (dialog.remote.uri.host.lower(), *(each.lower() for each in dialog.hosts))
        return cls(f"{number or user}@{host}", False, (number, address) if theirs else (address,))


def _is_here(core: Core, dialog: Dialog, asker: ReferSender, uri: Uri) -> bool:
    """Whether an address is this server's: by number, by the name that this peer is told, or by the one that
    it called us by."""
    transport, host = core.transport, uri.host.lower()
    port = uri.port or (TLS_PORT if uri.scheme == "sips" or uri.transport == "tls" else DEFAULT_PORT)
    if is_address(uri.address) and transport.is_us(unmapped(uri.address), port):
        return True
    if uri.port not in (None, transport.port, transport.tls_port):
        return False
    named = {transport.local_host(each) for each in dialog.hosts[-1:]}
    if asker.direction is Direction.INBOUND:
        named.add(dialog.local.uri.address)
    if dialog.way is not None:  # a page knows us by the name that stands in its address bar
        named.add(getattr(dialog.way.flow.connection, "known_as", ""))
    return host in {each.lower() for each in named} or uri.address in named
