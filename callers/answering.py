"""A phone that is called: it rings, answers, and has its audio over the measuring wire.

The other side of `calling`; it must never be imported by the server either.
"""

from __future__ import annotations

import asyncio
import sys
from types import TracebackType

from callers.calling import IMPATIENT, MeasuredCall
from callers.rtp import MeasuringWire
from mediaserver.errors import VoiceForgeError
from sip.calls.invitation import SipInvitation
from sip.calls.user_agent import SipAgent

RINGS_S = 1.0
"""Before it is answered, as by somebody who sits beside it."""
BUSY = 486


class AnsweringParty:
    """`async with AnsweringParty(host, port) as phone: call, caller = await phone.answered()`: one call at a
    time, for any user part. Raises PortInUseError when it is entered while another program has the port."""

    def __init__(self, host: str, port: int, *, rings_s: float = RINGS_S) -> None:
        """`port`: for UDP and TCP; 0: any that is free."""
        self.host = host
        self.port = port
        self.wire = MeasuringWire(host)
        self._agent = SipAgent(host=host, port=port, wire=self.wire, on_invite=self._ring, timing=IMPATIENT)
        self._rings_s = rings_s
        self._answered: asyncio.Queue[tuple[MeasuredCall, str]] = asyncio.Queue()
        self._busy: SipInvitation | None = None

    async def __aenter__(self) -> AnsweringParty:
        # As in CallingParty: the wire's thread must get the interpreter within a fraction of a packet.
        sys.setswitchinterval(0.0005)
        try:
            await self._agent.start()
        except BaseException:
            await asyncio.to_thread(self.wire.close)
            raise
        self.port = self._agent.transport.port
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._agent.stop()
        await asyncio.to_thread(self.wire.close)

    async def answered(self) -> tuple[MeasuredCall, str]:
        """The next call once it is up, and who calls."""
        return await self._answered.get()

    async def _ring(self, call: SipInvitation) -> None:
        if self._busy is not None and self._busy.leg.termination is None:
            call.reject(BUSY)
            return
        self._busy = call
        try:
            await call.leg.ring()
            await asyncio.sleep(self._rings_s)
            await call.leg.answer()
        except VoiceForgeError:
            return  # the caller gave up, or no codec fits: the leg has said so to the far end
        stream = call.leg.stream
        if stream is not None:
            answered = MeasuredCall(call.leg, self.wire.at(stream.local_port), self.wire, call.source_host)
            self._answered.put_nowait((answered, call.from_uri))
