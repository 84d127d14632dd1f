"""Placing calls to phones that registered here and to SIP addresses, for whoever places calls at all.

It finds the address and lets the user agent call it. It must never decide whom to call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mediaserver.errors import CallError
from sip.calls.leg import SipLeg
from sip.calls.outgoing import nobody_listens
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent
from sip.messages.grammar import ParseError
from sip.messages.uri import Uri


class SipCarrier:
    """Implements mediaserver.calls.protocols.Carrier."""

    name = "sip"

    def __init__(self, agent: SipAgent, registrar: Registrar) -> None:
        self._agent = agent
        self._registrar = registrar

    def serves(self, to: str) -> bool:
        """Addresses and our extensions; it has no trunk for numbers."""
        return ":" in to or "@" in to or self._registrar.knows(to)

    async def place(
        self, to: str, caller: str, *, timeout_s: float, on_ringing: Callable[[], object] = nobody_listens
    ) -> SipLeg:
        """Call an extension or a sip: address and wait for the answer. `caller`: a SIP address, or a
        name or number at ours; empty: this server. `on_ringing`: it rings there; called at most once.

        Raises CallError with the SIP code (480: the extension is not registered), CapacityError when no RTP
        port is free. Cancelling the task cancels the call.
        """
        address, at = self._address(to)
        if _is_address(caller):
            return await self._agent.call(
                address, at=at, from_uri=caller, timeout=timeout_s, on_ringing=on_ringing
            )
        user = caller.replace(" ", "") or None
        return await self._agent.call(address, at=at, username=user, timeout=timeout_s, on_ringing=on_ringing)

    def _address(self, to: str) -> tuple[str, tuple[str, str, int] | None]:
        """Whom to call, and where that is if it is not where the address says."""
        if ":" in to or "@" in to:
            return to, None
        bindings = self._registrar.lookup(to, asyncio.get_running_loop().time())
        if not bindings:
            raise CallError(f"the phone of extension {to} is not registered", 480)
        contact, received = bindings[0].contact, bindings[0].received
        # A phone behind NAT names a host that means nothing here; and an extension is the phone that
        # registered, never somebody else whom the operator does not let us call.
        elsewhere = received is not None and contact.address != received[1]
        return str(contact), received if elsewhere else None


def _is_address(caller: str) -> bool:
    """Whether this is more than a name or number, which may hold any character."""
    try:
        Uri.parse(caller)
    except ParseError:
        return "@" in caller
    return True
