"""A call of PJSIP's as a leg. Everything here runs on the event loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from mediaserver.errors import CallError
from mediaserver.media.leg import (
    Digit,
    Direction,
    Ended,
    EndedBy,
    Frame,
    Hold,
    LegStats,
    Termination,
    Why,
)
from mediaserver.media.leg_events import LegEvents
from mediaserver.media.time import FRAME_MS
from mediaserver.rtp.mos import mos
from sip.calls.ending import reason_header, refusal_code, why_of
from sip.pjsua2.frames import FrameQueue
from sip.pjsua2.parameters import op_param
from sip.pjsua2.stack import PjFigures

KEYS = frozenset("0123456789*#ABCD")


def _nobody_listens() -> None:
    """Of ringing."""


class Stack(Protocol):
    """What a leg asks of PjsuaStack."""

    def do(self, number: int, what: Callable[[Any, Any], object]) -> None: ...


class PjsuaLeg(LegEvents):
    """Implements mediaserver.media.leg.Leg. Its audio is read and written by itself, not in batches."""

    kind = "sip"
    lane = None

    def __init__(
        self,
        direction: Direction,
        remote: str,
        *,
        ref: str = "",
        silence_s: float = 0.0,
        longest_s: float = 0.0,
        on_ringing: Callable[[], object] = _nobody_listens,
    ) -> None:
        """`silence_s`: it ends after so long without a packet, unless it is held. `longest_s`: it ends
        then."""
        super().__init__()
        self.direction = direction
        self.ref = ref
        self.remote = remote
        self.codec = ""
        self.termination: Termination | None = None
        self.heard, self.said = FrameQueue(), FrameQueue()
        self._stack: Stack | None = None
        self._number = 0
        self._silence_s, self._longest_s = silence_s, longest_s
        self._on_ringing = on_ringing
        self._up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._figures: PjFigures | None = None
        self._packets_at = (0, 0.0)
        """Packets at the last change of their number, and when that was."""
        self._held = False
        self._limit: asyncio.TimerHandle | None = None
        self.answer_lines: list[tuple[str, str]] = []
        """Headers of the 200 to come."""

    def is_call(self, stack: Stack, number: int) -> None:
        """Which of PJSIP's calls it is."""
        self._stack, self._number = stack, number
        self._do(lambda pj, call: call.use(self.heard, self.said))

    # -- the Leg protocol

    def read(self) -> Frame | None:
        return self.heard.take()

    def write(self, frame: Frame) -> None:
        self.said.put(frame)

    def clear(self) -> int:
        self.said.clear()
        return self.said.taken_samples

    def written(self) -> int:
        return self.said.put_samples

    def played(self) -> int:
        return self.said.taken_samples

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        if digit not in KEYS:
            raise ValueError(f"{digit!r} is no key")

        def press(pj: Any, call: Any) -> None:
            key = pj.CallSendDtmfParam()
            key.digits, key.duration, key.method = digit, duration_ms, pj.PJSUA_DTMF_METHOD_RFC2833
            call.sendDtmf(key)

        self._do(press)

    def stats(self) -> LegStats:
        detail = {"backend": "pjsua2", "codec": self.codec}
        if (known := self._figures) is None:
            return LegStats(detail=detail)
        expected = known.packets + known.lost
        loss_pct = 100.0 * known.lost / expected if expected else 0.0
        delay_ms = (known.rtt_ms or 0.0) / 2 + known.buffer_ms + FRAME_MS
        score = round(mos(loss_pct, delay_ms), 2) if known.packets else None
        return LegStats(
            known.packets,
            known.lost,
            round(loss_pct, 3),
            round(known.jitter_ms, 3),
            known.rtt_ms,
            score,
            detail={**detail, "buffer_ms": known.buffer_ms},
        )

    async def ring(self) -> None:
        self._answer_with(180)

    async def progress(self) -> bool:
        """Never: nothing is sent to a caller that has not proven where it is."""
        return False

    async def answer(self) -> None:
        """Returns with the caller's ACK. Raises CallError when the call is over or ends before that."""
        if self.termination is not None:
            raise CallError("the call is over; nothing is left to answer", 487)
        self._answer_with(200, self.answer_lines)
        await self.until_up()

    async def hangup(self, why: Termination) -> None:
        self.end(why)

    # -- more than a Leg

    def end(self, why: Termination) -> None:
        """As `hangup`, which never waits."""
        if self.termination is not None:
            return
        status = 0 if self._up.done() else refusal_code(why)
        lines = [("Reason", reason_header(why))]

        def bye(pj: Any, call: Any) -> None:
            call.hangup(op_param(pj, status, lines))

        self._do(bye)
        self._over(why)

    async def until_up(self) -> None:
        """Until it is answered on both sides. Raises CallError when it ends before that."""
        await asyncio.shield(self._up)

    def refuse(self, status: int, lines: list[tuple[str, str]]) -> None:
        """Answer with an error that has these headers; it is over."""
        self._do(lambda pj, call: call.hangup(op_param(pj, status, lines)))
        self._over(Termination(EndedBy.SERVER, why_of(status), status))

    def told(self, event: str, *values: Any) -> None:
        """By PJSIP's call; see PjCall."""
        if self.termination is not None:
            return
        match event, values:
            case "early", (status, _):
                if status == 180:
                    ringing, self._on_ringing = self._on_ringing, _nobody_listens
                    ringing()
            case "up", _:
                self._is_up()
            case "media", (codec, held):
                self.codec = codec
                if held != self._held:
                    self._held = held
                    self._deliver(Hold(held))
            case "digit", (digit, duration_ms):
                if digit in KEYS:
                    self._deliver(Digit(digit, self.heard.taken_samples, duration_ms))
            case "figures", (figures,):
                self._counted(figures)
            case "over", (status, reason):
                self._over(self._ended(status, reason))
            case _:
                raise ValueError(f"PJSIP's call told {event!r}")

    # -- inside

    def _answer_with(self, status: int, lines: list[tuple[str, str]] | None = None) -> None:
        self._do(lambda pj, call: call.answer(op_param(pj, status, lines or [])))

    def _do(self, what: Callable[[Any, Any], object]) -> None:
        if self._stack is not None and self.termination is None:
            self._stack.do(self._number, what)

    def _is_up(self) -> None:
        if self._up.done():
            return
        self._up.set_result(None)
        if self._longest_s:
            over = Termination(EndedBy.SERVER, Why.TIME_LIMIT)
            loop = asyncio.get_running_loop()
            self._limit = loop.call_later(self._longest_s, self.end, over)

    def _counted(self, figures: PjFigures) -> None:
        now = asyncio.get_running_loop().time()
        self._figures = figures
        if figures.packets != self._packets_at[0] or self._held or not self._packets_at[1]:
            self._packets_at = figures.packets, now
        elif self._silence_s and now - self._packets_at[1] > self._silence_s:
            self.end(Termination(EndedBy.NETWORK, Why.MEDIA_TIMEOUT))

    def _ended(self, status: int, reason: str) -> Termination:
        if self._up.done():
            by = EndedBy.PEER if status < 300 else EndedBy.NETWORK
            return Termination(by, Why.HANGUP if by is EndedBy.PEER else Why.LOST, status, reason)
        by = EndedBy.PEER if status != 408 else EndedBy.NETWORK
        return Termination(by, why_of(status), status, reason)

    def _over(self, why: Termination) -> None:
        self.termination = why
        if self._limit is not None:
            self._limit.cancel()
        if not self._up.done():
            self._up.set_exception(CallError(f"the call was not answered: {why}", why.code or 480))
            self._up.exception()  # nobody may wait for it
        self._stack = None
        self.said.clear()
        self._deliver(Ended(why))
