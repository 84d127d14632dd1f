"""A SIP call as a leg: audio in and out, digits, hold, and its end.

It joins the signalling of one call (`Session`) to its RTP stream. It must never parse SIP or decide what the
call is connected to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from mediaserver.errors import CallError
from mediaserver.media.leg import (
    Digit,
    Direction,
    Ended,
    Frame,
    Hold,
    Lane,
    LegStats,
    Termination,
    TransferAsked,
)
from mediaserver.media.leg_events import LegEvents
from mediaserver.media.time import FRAME_SAMPLES
from mediaserver.sdp.audio import AudioStream, Figures, leg_stats
from mediaserver.sdp.negotiation import Negotiated
from mediaserver.sdp.offer_answer import ACTIVE, HOLD
from sip.calls.info_dtmf import relay_body
from sip.messages.message import Message

SAME_PRESS_S = 0.5
"""The same digit by two of INFO, RFC 4733 and its sound within this time is one press."""


class Signalling(Protocol):
    """What a leg asks of the call that it is the audio of."""

    @property
    def negotiated(self) -> Negotiated | None:
        """What both sides agreed on; None until they did."""

    def ring(self) -> None: ...
    async def progress(self) -> bool: ...
    async def answer(self) -> None: ...
    def hangup(self, why: Termination) -> None: ...
    def audio_stays_away(self) -> None:
        """Neither audio nor RTCP came for longer than it should."""

    def cannot_encrypt(self, why: str) -> None:
        """Audio was to be encrypted, and the handshake failed."""

    async def renegotiate(self, direction: str) -> None: ...
    def send_info_digit(self, digit: str, duration_ms: int) -> None: ...
    async def hand_over(self, to: str, timeout_s: float) -> None: ...
    def address_at_peer(self, user: str) -> str:
        """Somebody whom the other side knows by a number or name."""


class SipLeg(LegEvents):
    """Implements mediaserver.media.leg.Leg."""

    kind = "sip"

    def __init__(self, session: Signalling, direction: Direction, call_id: str, remote: str) -> None:
        super().__init__()
        self._session: Signalling = session
        self.direction = direction
        self.ref = call_id
        """The Call-ID."""
        self._rfc4733 = False
        self._press = ("", "", 0.0)
        """The last key: by what it came, which, and when."""
        self._final_stats = LegStats()
        self._stream: AudioStream | None = None
        self.remote = remote
        """The other side's signalling address, host:port."""
        self.answer_headers: list[tuple[str, str]] = []
        """Headers of the final response to our INVITE, in order; empty for incoming calls."""
        self.post_dial_delay_s: float | None = None
        """Outgoing: INVITE to the first ringing (or later) response."""
        self.proven = direction is Direction.OUTBOUND
        """The other side is where its messages come from; of a datagram's sender that is not known before its
        ACK."""
        self.setup_s: float | None = None
        """Outgoing: INVITE to 200. Incoming: INVITE to our 200."""
        self.termination: Termination | None = None
        self.labels: dict[str, str] = {}
        """What else is to be kept of it among its figures: the trunk that carried it."""
        self.number_of: Callable[[str], str] = str
        """A number as its far end writes it, as we write it."""
        self.address_of: Callable[[str], str] | None = None
        """The address of a number at its far end; None: at the domain that the far end names as its own."""
        self.on_ended: Callable[[LegStats], None] | None = None
        """Told its last figures once, when it is over: whoever lent the leg has its place back."""

    # -- the Leg protocol

    @property
    def lane(self) -> Lane | None:
        return self._stream.lane if self._stream is not None else None

    def read(self) -> Frame | None:
        return self._stream.read() if self._stream is not None else None

    def write(self, frame: Frame) -> None:
        if self._stream is not None:
            self._stream.write(frame)

    def clear(self) -> int:
        return self._stream.clear() if self._stream is not None else 0

    def written(self) -> int:
        return self._stream.written() if self._stream is not None else 0

    def played(self) -> int:
        return self._stream.played() if self._stream is not None else 0

    async def answer(self) -> None:
        """Accept the incoming call.

        Returns when the caller has proven that it is where its messages come from: with its ACK, or with its
        first audio, should that be faster. Raises CallError when the call is over, ends before that or no
        codec fits, CapacityError when no RTP port is free.
        """
        await self._session.answer()

    async def hangup(self, why: Termination) -> None:
        """End or refuse the call: BYE, CANCEL or an error response, with a Reason header (RFC 3326)."""
        self._session.hangup(why)

    # -- more than a Leg

    @property
    def stream(self) -> AudioStream | None:
        """The RTP stream; None until the call has one."""
        return self._stream

    @property
    def codec(self) -> str:
        """The codec agreed on; empty until then."""
        return self.negotiated.codec if self.negotiated is not None else ""

    @property
    def negotiated(self) -> Negotiated | None:
        """What both sides agreed on; None until they did."""
        return self._session.negotiated

    async def ring(self) -> None:
        """Tell the caller that it rings (180)."""
        self._session.ring()

    async def progress(self) -> bool:
        """Let the caller hear us before the answer (183 with our description, RFC 3262), for an announcement
        that costs it nothing, or for what somebody further on plays.

        Returns when it can hear us. False when it cannot before the answer: its side knows no reliable
        provisional responses and has not proven where it is, so that nothing may be sent there; let it ring.
        Raises CallError and CapacityError as `answer` does.
        """
        return await self._session.progress()

    async def hold(self) -> None:
        """Put the far end on hold. Raises CallError when it refuses."""
        await self._session.renegotiate(HOLD)

    async def resume(self) -> None:
        """Take the far end off hold. Raises CallError when it refuses."""
        await self._session.renegotiate(ACTIVE)

    async def refer(self, to: str, timeout_s: float) -> None:
        """Have the far end call somebody itself (REFER); see `Referable` and `SentRefers.hand_over`."""
        if ":" not in to:
            to = f"sip:{to}" if "@" in to else (self.address_of or self._session.address_at_peer)(to)
        await self._session.hand_over(to, timeout_s)

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        """Press a key: RFC 4733 when the far end takes it, else INFO (application/dtmf-relay), else as a
        sound (see `digit_refused`)."""
        negotiated = self.negotiated
        if negotiated is None or negotiated.telephone_event_pt is None or self._stream is None:
            self._session.send_info_digit(digit, duration_ms)
        else:
            self._stream.send_digit(digit, duration_ms)

    def stats(self) -> LegStats:
        """Of the stream, also after its end; `detail` is its own `as_dict`."""
        if self.termination is None and self._stream is not None:
            return leg_stats(self._stream.stats(), self.labels)
        return self._final_stats

    # -- called by the session

    def opened(self, stream: AudioStream) -> None:
        """The call has its stream."""
        if self._stream is None:
            self._stream = stream
            stream.on_digit = self._digit_by_rtp
            stream.on_tone = self._digit_by_tone
            stream.on_silent = self._session.audio_stays_away
            stream.on_insecure = self._session.cannot_encrypt

    def digit_by_info(self, digit: str, duration_ms: int) -> None:
        """A digit came by INFO; ignored once RFC 4733 was seen, which is the better of the two."""
        if self._rfc4733 or self._is_twin("INFO", digit):
            return
        self._deliver(
            Digit(digit, self._stream.frames_read * FRAME_SAMPLES if self._stream else 0, duration_ms)
        )

    def digit_refused(self, digit: str, duration_ms: int) -> None:
        """The far end does not take keys by INFO: press it as a sound."""
        if self._stream is not None and self.termination is None:
            self._stream.send_tone(digit, duration_ms)

    def held(self, held: bool) -> None:
        self._deliver(Hold(held))

    def transfer_asked(self, asked: TransferAsked) -> bool:
        """The far end wants a transfer. Whether anybody was told."""
        told = self._on_event is not None
        if told:
            self._deliver(asked)
        return told

    def ended(self, why: Termination, stats: Figures | None) -> None:
        """The call is over. Only the first call counts."""
        if self.termination is not None:
            return
        self.termination = why
        self._final_stats = (
            LegStats(detail=dict(self.labels)) if stats is None else leg_stats(stats, self.labels)
        )
        if self._stream is not None:
            self._stream.on_digit = self._stream.on_tone = None
            self._stream.on_silent = self._stream.on_heard = None
            self._stream.on_insecure = None
        self._session = _Over(self._session.negotiated)
        on_ended, self.on_ended = self.on_ended, None
        if on_ended is not None:
            on_ended(self._final_stats)
        self._deliver(Ended(why))

    def took_headers(self, message: Message) -> None:
        self.answer_headers = message.headers

    # -- inside

    def _digit_by_rtp(self, digit: str, t: int, duration_ms: int) -> None:
        first, self._rfc4733 = not self._rfc4733, True
        if self._is_twin("RTP", digit) and first:
            return
        self._deliver(Digit(digit, t, duration_ms))

    def _digit_by_tone(self, digit: str, t: int, duration_ms: int) -> None:
        """A digit was heard as a sound; ignored once RFC 4733 was seen."""
        if not self._rfc4733 and not self._is_twin("tone", digit):
            self._deliver(Digit(digit, t, duration_ms))

    def _is_twin(self, way: str, digit: str) -> bool:
        """Whether the same press came another way a moment ago; if not, it is remembered."""
        now = time.monotonic()
        before, same, at = self._press
        if before != way and same == digit and now - at < SAME_PRESS_S:
            return True
        self._press = (way, digit, now)
        return False


class _Over:
    """The signalling of a call that is over. The leg lets go of its own, so that each is gone with its last
    user and none waits for the garbage collector."""

    def __init__(self, negotiated: Negotiated | None) -> None:
        self.negotiated = negotiated

    def ring(self) -> None:
        """Nobody hears it."""

    async def progress(self) -> bool:
        raise CallError("the call is over", 487)

    async def answer(self) -> None:
        raise CallError("the call is over; nothing is left to answer", 487)

    def hangup(self, why: Termination) -> None:
        """It is over."""

    def audio_stays_away(self) -> None:
        """As it should."""

    def cannot_encrypt(self, why: str) -> None:
        """Nothing is said any more."""

    async def renegotiate(self, direction: str) -> None:
        raise CallError("the call is over", 481)

    def send_info_digit(self, digit: str, duration_ms: int) -> None:
        relay_body(digit, duration_ms)

    async def hand_over(self, to: str, timeout_s: float) -> None:
        raise CallError("the call is over", 481)

    def address_at_peer(self, user: str) -> str:
        return f"sip:{user}@anonymous.invalid"
