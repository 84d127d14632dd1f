"""Calls in and out by PJSIP, for the switchboard; who may call is decided as for our own user agent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from mediaserver.calls.about import NOTHING, About
from mediaserver.calls.may_dial import MayDial
from mediaserver.calls.protocols import Behalf
from mediaserver.calls.wishes import NO_WISHES, Wishes
from mediaserver.errors import CallError
from mediaserver.host_port import host_port
from mediaserver.media.leg import Direction, EndedBy, Leg, Termination, Why
from sip.access.endpoints import Admitted
from sip.access.gate import Gate
from sip.calls.invitation import TRANSCRIPT_PURPOSE, came_directly, dialled_in, payer_of, who_calls
from sip.calls.on_behalf import on_behalf
from sip.messages.message import MOST_HOPS, Request, Response
from sip.messages.parsing import MessageError, parse
from sip.messages.uri import Uri, escape_user
from sip.pjsua2.leg import PjsuaLeg
from sip.pjsua2.stack import PjsuaStack, StackOptions
from sip.transport.connection import Source

log = logging.getLogger(__name__)


class PjsuaInvitation:
    """Implements mediaserver.calls.protocols.Invitation."""

    about: About = NOTHING
    replaces: Leg | None = None

    def __init__(self, request: Request, source: Source, leg: PjsuaLeg, caller: Admitted) -> None:
        self.leg = leg
        self.dialled = dialled_in(request)
        self.from_uri = who_calls(request, caller)
        self.to_uri = str(request.to.uri)
        self.source_host = source.host
        self.hops_left = MOST_HOPS if request.max_forwards is None else request.max_forwards
        self.reach: MayDial = caller.reach
        self.payer = payer_of(caller)
        self.shown_as = ""
        self._direct = came_directly(request, source)

    def announce(self, url: str) -> None:
        """To a caller that sent its INVITE itself; see SipInvitation."""
        if self._direct:
            self.leg.answer_lines.append(("Call-Info", f"<{url}>;purpose={TRANSCRIPT_PURPOSE}"))


class PjsuaDoor:
    """Takes calls by PJSIP, and is the Carrier that places them (mediaserver.calls.protocols). It is no
    registrar and has no trunks: it calls SIP addresses."""

    name = "pjsua2"

    def __init__(
        self,
        options: StackOptions,
        gate: Gate,
        invited: Callable[[PjsuaInvitation], None],
        *,
        silence_s: float,
        longest_s: float,
    ) -> None:
        """`silence_s`, `longest_s`: see PjsuaLeg."""
        self._options = options
        self._gate = gate
        self._on_invite = invited
        self._silence_s, self._longest_s = silence_s, longest_s
        self.stack = PjsuaStack(options, self._invited)
        self._closed = False

    async def start(self) -> None:
        """Raises StartupError."""
        await self.stack.start()

    async def stop(self) -> None:
        self._closed = True
        await self.stack.stop()

    # -- in

    def _invited(self, number: int, message: str, host_and_port: str) -> None:
        leg = self._leg(Direction.INBOUND, host_and_port)
        leg.is_call(self.stack, number)
        self.stack.listen(number, leg.told)
        try:
            request = parse(message.encode("utf-8", "surrogateescape"))
        except MessageError as error:
            log.info("an INVITE from %s cannot be read: %s", host_and_port, error)
            leg.refuse(400, [])
            return
        if not isinstance(request, Request):
            return
        leg.ref = request.call_id
        source = _source(request, host_and_port)
        if self._closed:
            leg.refuse(503, [("Retry-After", "5")])
            return
        caller = self._gate.admit(request, source, asyncio.get_running_loop().time())
        if isinstance(caller, Response):
            leg.refuse(caller.status, [line for line in caller.headers if line[0].endswith("-Authenticate")])
            return
        self._on_invite(PjsuaInvitation(request, source, leg, caller))

    # -- out

    def serves(self, to: str) -> bool:
        return ":" in to or "@" in to

    async def place(
        self,
        to: str,
        caller: str,
        *,
        timeout_s: float,
        on_ringing: Callable[[], object] = lambda: None,
        on_early: Callable[[Leg], object] = lambda leg: None,
        hops: int = MOST_HOPS,
        about: About = NOTHING,
        behalf: Behalf | None = None,
        trunk: str = "",
        wishes: Wishes = NO_WISHES,
    ) -> PjsuaLeg:
        """See Carrier. PJSIP sets Max-Forwards itself: a call that has no hop left is not placed, others
        begin anew. What they play before they answer is not heard."""
        if trunk:
            raise CallError(f"{to} is called directly, not by the trunk {trunk}: PJSIP has none")
        if hops < 1:
            raise CallError("the call has gone over too many servers, maybe in a circle", 483)
        uri = to if to.startswith(("sip:", "sips:")) else f"sip:{to}"
        leg = self._leg(Direction.OUTBOUND, Uri.parse(uri).address, on_ringing)
        leg.is_call(self.stack, self.stack.call(uri, self._from(caller), on_behalf(behalf), leg.told))
        try:
            async with asyncio.timeout(timeout_s):
                await leg.until_up()
        except TimeoutError:
            leg.end(Termination(EndedBy.SERVER, Why.NO_ANSWER, 408))
            raise CallError(f"nobody answered within {timeout_s:g} s", 408) from None
        except BaseException:
            leg.end(Termination(EndedBy.SERVER, Why.CANCELLED))
            raise
        return leg

    def _from(self, caller: str) -> str:
        if caller.startswith(("sip:", "sips:")):
            return f"<{caller}>"
        user, options = escape_user(caller.replace(" ", "")), self._options
        here = host_port(options.public_host or options.host, options.port)
        return f"<sip:{user}@{here}>" if user else f"<sip:{here}>"

    def _leg(
        self, direction: Direction, remote: str, on_ringing: Callable[[], object] = lambda: None
    ) -> PjsuaLeg:
        return PjsuaLeg(
            direction,
            remote,
            silence_s=self._silence_s,
            longest_s=self._longest_s,
            on_ringing=on_ringing,
        )


def _source(request: Request, host_and_port: str) -> Source:
    """PJSIP writes IPv6 with brackets, and says the transport nowhere but in the topmost Via."""
    host, _, port = host_and_port.rpartition(":")
    transport = "UDP" if request.via.transport.upper() == "UDP" else "TCP"
    return Source(transport, host.strip("[]"), int(port) if port.isdigit() else 0)
