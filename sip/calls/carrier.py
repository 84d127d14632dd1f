"""Placing calls to phones that registered here and to SIP addresses, for whoever places calls at all.

It finds the address and lets the user agent call it. It must never decide whom to call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mediaserver.calls.about import NOTHING, About
from mediaserver.calls.protocols import Behalf
from mediaserver.calls.wishes import NO_WISHES, Wishes
from mediaserver.errors import CallError, UnreachableError
from mediaserver.media.leg import Leg
from sip.access.endpoints import Endpoints
from sip.calls.flow import SipFlow
from sip.calls.forked_call import Contact, ForkedCall
from sip.calls.leg import SipLeg
from sip.calls.on_behalf import on_behalf
from sip.calls.outgoing import OutgoingCall, nobody_hears, nobody_listens
from sip.calls.registrar import Binding, Registrar
from sip.calls.user_agent import CallOptions, SipAgent
from sip.messages.grammar import ParseError
from sip.messages.headers import WEB_SOCKETS
from sip.messages.message import MOST_HOPS
from sip.messages.uri import Uri
from sip.transport.default_ports import DEFAULT_PORT


class SipCarrier:
    """Implements mediaserver.calls.protocols.Carrier."""

    name = "sip"

    def __init__(self, agent: SipAgent, registrar: Registrar, endpoints: Endpoints | None = None) -> None:
        """`endpoints`: which extensions have media of their own."""
        self._agent = agent
        self._registrar = registrar
        self._endpoints = endpoints or Endpoints()

    def serves(self, to: str) -> bool:
        """Addresses and our extensions; it has no trunk for numbers."""
        return ":" in to or "@" in to or self._registrar.knows(to)

    async def place(
        self,
        to: str,
        caller: str,
        *,
        timeout_s: float,
        on_ringing: Callable[[], object] = nobody_listens,
        on_early: Callable[[Leg], object] = nobody_hears,
        hops: int = MOST_HOPS,
        about: About = NOTHING,
        behalf: Behalf | None = None,
        trunk: str = "",
        wishes: Wishes = NO_WISHES,
    ) -> SipLeg:
        """Call all phones of an extension, or a sip: address, and wait for the answer. `caller`: a SIP
        address, or a name or number at ours; empty: this server. `on_ringing`: it rings there; called at most
        once. `on_early`: what it plays before the answer can be heard; of several phones, the last to begin.
        `hops`: servers that the call may go over. `about`: not for phones. `behalf`: who
        had it called. `trunk`, `wishes`: there is nothing of that to a phone.

        Raises CallError with the SIP code (480: no phone of the extension can be reached), CapacityError when
        no RTP port is free. Cancelling the task cancels the call.
        """
        if trunk:
            raise CallError(f"{to} is called directly, not by the trunk {trunk}: trunks call numbers")
        options = CallOptions(timeout=timeout_s, on_ringing=on_ringing, on_early=on_early, hops=hops)
        options["headers"] = on_behalf(behalf)
        if _is_address(caller):
            options["from_uri"] = caller
        else:
            options["username"] = caller.replace(" ", "") or None
        if ":" in to or "@" in to:
            return await self._agent.call(to, **options)
        if (extension := self._endpoints.extension(to)) is not None:
            options["media"], options["reach"] = extension.media, extension.reach
        bindings = self._registrar.lookup(to, asyncio.get_running_loop().time())
        if not bindings:
            raise CallError(f"the phone of extension {to} is not registered", 480)
        options["extension"] = to
        contacts = [contact for binding in bindings if (contact := self._contact(binding, options))]
        if not contacts:
            raise CallError(f"the phone of extension {to} closed its connection; it must register again", 480)
        try:
            return await ForkedCall(contacts, timeout_s, on_ringing).place()
        except UnreachableError as error:
            raise UnreachableError(f"no phone of extension {to} can be reached: {error}", 480) from None

    def _contact(self, binding: Binding, options: CallOptions) -> Contact | None:
        """A phone to be called; None when the way to it is closed.

        It is called by the way that it registered: behind NAT its Contact means nothing here; and an
        extension is the phone that registered, never somebody else whom the operator does not let us call.
        """
        uri, flow = binding.contact, binding.received
        if flow is not None and flow.transport in WEB_SOCKETS:
            if flow.lost:
                return None  # never by what it calls itself: a page listens nowhere
        elif flow is not None and not binding.path and uri.address == flow.host:
            if flow.lost or _listens_elsewhere(uri, flow):
                flow = None
        if flow is not None and flow.lost:
            return None

        async def prepare(patience_s: float, on_ringing: Callable[[], object]) -> OutgoingCall:
            each = CallOptions(**options)
            each["timeout"], each["on_ringing"], each["at"] = patience_s, on_ringing, flow
            each["routes"] = binding.path if flow is not None else ()
            return await self._agent.prepare(str(uri), **each)

        return Contact(prepare, binding.q)


def _listens_elsewhere(uri: Uri, flow: SipFlow) -> bool:
    """A phone that no NAT hides, that registered by UDP and wants its calls by TCP or at another port."""
    if flow.transport != "UDP":
        return False
    return uri.transport == "tcp" or (flow.plain and (uri.port or DEFAULT_PORT) != flow.port)


def _is_address(caller: str) -> bool:
    """Whether this is more than a name or number, which may hold any character."""
    try:
        Uri.parse(caller)
    except ParseError:
        return "@" in caller
    return True
