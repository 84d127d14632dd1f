"""What some servers need that others do not, by the address of the peer. Nobody has any until somebody says
so (`SipAgent.quirks`).
"""

from __future__ import annotations

from typing import Protocol


class PeerQuirks(Protocol):
    """Asked of each request, so each answer is cheap. `host`: an IP address, or a name that we call."""

    def stays_on_datagrams(self, host: str) -> bool:
        """Whether requests too long for a datagram go there by UDP all the same (not :rfc:`3261` 18.1.1)."""

    def forces_rport(self, host: str) -> bool:
        """Whether its requests are answered to the port that they come from, whatever their Via says."""

    def contact_user(self, host: str) -> str:
        """User part of our Contact for it; empty: none."""


class NoQuirks:
    """Of peers that keep to the RFCs."""

    def stays_on_datagrams(self, host: str) -> bool:
        return False

    def forces_rport(self, host: str) -> bool:
        return False

    def contact_user(self, host: str) -> str:
        return ""


NO_QUIRKS: PeerQuirks = NoQuirks()
