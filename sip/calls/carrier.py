"""Placing calls to phones that registered here and to SIP addresses, for whoever places calls at all.

It finds the address and lets the user agent call it. It must never decide whom to call.
"""

from __future__ import annotations

import asyncio

from mediaserver.errors import CallError
from sip.calls.leg import SipLeg
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent


class SipCarrier:
    """Implements mediaserver.calls.protocols.Carrier."""

    name = "sip"

    def __init__(self, agent: SipAgent, registrar: Registrar) -> None:
        self._agent = agent
        self._registrar = registrar

    async def place(self, to: str, caller: str, *, timeout_s: float) -> SipLeg:
        """Call an extension or a sip: address and wait for the answer. `caller`: a SIP address, or a
        name or number at ours; empty: this server.

        Raises CallError with the SIP code (480: the extension is not registered), CapacityError when no RTP
        port is free. Cancelling the task cancels the call.
        """
        if ":" in caller or "@" in caller:
            return await self._agent.call(self._address(to), from_uri=caller, timeout=timeout_s)
        user = caller.replace(" ", "") or None
        return await self._agent.call(self._address(to), username=user, timeout=timeout_s)

    def _address(self, to: str) -> str:
        if ":" in to or "@" in to:
            return to
        bindings = self._registrar.lookup(to, asyncio.get_running_loop().time())
        if not bindings:
            raise CallError(f"the phone of extension {to} is not registered", 480)
        return str(bindings[0].contact)
