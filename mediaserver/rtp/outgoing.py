"""The outgoing direction of one stream: packets of the negotiated length, their time line, and digits.

It sends on a socket that it is given and must never block or raise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mediaserver.media.comfort_noise import SENT_LEVEL
from mediaserver.media.g711 import Codec
from mediaserver.media.leg import Frame
from mediaserver.media.marks import MOST_UNHEARD, UNHEARD_MS
from mediaserver.media.narrowband import silence_of
from mediaserver.media.time import (
    FRAME_NS,
    FRAME_SAMPLES,
    NARROW_SAMPLES,
    SAMPLES_PER_MS,
    WRAP_16,
    WRAP_32,
)
from mediaserver.media.tones import TonePlayer
from mediaserver.media.wideband import WideCodec, WideEncoder
from mediaserver.rtp.format import COMFORT_NOISE, Format
from mediaserver.rtp.packets import HEADER, Address, RtpSender
from mediaserver.rtp.permission import Permission, Sending
from mediaserver.rtp.secured import SecuredSend
from mediaserver.rtp.telephone_events import DigitSender

FAR_BUFFER_MS = 40
"""A phone's jitter buffer and sound card on a path without jitter."""

_MARKER = 0x80

COMFORT_EVERY = 10
"""Frames of silence (200 ms) for one packet of comfort noise, so that NATs stay open, too."""
HUSH = b""
"""In place of octets: nothing is said."""
_COMFORT = bytes([SENT_LEVEL])
_SILENT: Frame = np.zeros(FRAME_SAMPLES, np.int16)

Send = Callable[[bytes, Address], int]
"""As `socket.sendto`; 0: it was not sent."""
Protect = Callable[[bytes], bytes]
"""A packet, encrypted."""


class Metered:
    """Sends what an allowance lets pass."""

    def __init__(self, send: Send, permission: Permission) -> None:
        self._send = send
        self.permission = permission

    def __call__(self, packet: bytes, remote: Address) -> int:
        return self._send(packet, remote) if self.permission.spend(len(packet)) else 0


class Outgoing:
    """20 ms of octets in per tick, packets out."""

    __slots__ = (
        "_asked",
        "_blocked",
        "_clock_factor",
        "_comfort",
        "_encoder",
        "_encoder_of",
        "_format",
        "_marker",
        "_metered",
        "_octets_per_packet",
        "_plain",
        "_played",
        "_protect",
        "_sending",
        "_sendto",
        "_target",
        "_withheld_from",
        "_written_at",
        "digits",
        "errors",
        "frames",
        "lateness_ns",
        "pending",
        "remote",
        "sender",
        "tones",
    )

    def __init__(self, sendto: Send, permission: Permission) -> None:
        self._plain = self._sendto = sendto
        self._metered = Metered(sendto, permission)
        self._protect: Protect | None = None
        self._blocked = False
        """Nothing is sent until there are keys."""
        self._asked = Sending.NOTHING
        self._sending = Sending.NOTHING
        self._target: Address | None = None
        """`remote` while something may be sent there."""
        self._withheld_from: int | None = None
        """Samples that were on the wire when the permission went; None while there is one."""
        self._format = Format()
        self._octets_per_packet = self._format.octets_per_packet
        self._clock_factor = 1
        """Timestamp units in 1/8 ms."""
        self._encoder: WideEncoder | None = None
        self._encoder_of: WideCodec | None = None
        self._comfort: int | None = None
        """Frames of silence so far, where comfort noise goes out in their place; None: nowhere."""
        self._marker = _MARKER
        self._written_at = 0
        self._played = 0
        self.sender = RtpSender()
        self.digits = DigitSender()
        self.tones = TonePlayer()
        self.remote: Address | None = None
        self.pending = b""
        """Encoded audio that does not fill a packet yet."""
        self.frames = 0
        """Written so far, sent or not."""
        self.lateness_ns = 0
        """The longest that a frame came after its due time."""
        self.errors = 0

    def configure(self, format: Format, remote: Address) -> None:
        """What was negotiated, the first time or again. Raises EngineMissingError where the codec's library
        is missing."""
        if not format.continues(self._format):
            self.pending = b""
            self._marker = _MARKER
        if format.sending and not self._format.sending:
            self._marker = _MARKER
        codec = format.codec
        if not isinstance(codec, WideCodec):
            self._encoder = self._encoder_of = None
        elif codec is not self._encoder_of:
            self._encoder, self._encoder_of = codec.encoder(), codec
        if self._encoder is not None:
            self._encoder.limit(format.bitrate)
            self._encoder.leave_silence_out(format.dtx)
        self._clock_factor = format.clock_factor
        self._comfort = 0 if format.comfort_noise else None
        if format.telephone_event_pt is not None:
            self.digits.clock_factor = format.event_factor(format.telephone_event_pt)
        self._format = format
        self._octets_per_packet = format.octets_per_packet
        self.move(remote)

    def move(self, remote: Address) -> None:
        """Send there from now on."""
        self.remote = remote
        self._aim()

    def permit(self, sending: Sending) -> None:
        """What may be sent to `remote`. What is withheld is not heard, and its time passes all the same."""
        self._asked = sending
        self._sending = sending = Sending.NOTHING if self._blocked else sending
        send: Send = self._metered if sending is Sending.ALLOWANCE else self._plain
        self._sendto = send if self._protect is None else SecuredSend(send, self._protect)
        if sending is Sending.NOTHING:
            self._withhold()
        elif self._withheld_from is not None:
            self._withheld_from = None
            self._marker = _MARKER
        self._aim()

    def through(self, sendto: Send) -> None:
        """Send by that from now on."""
        self._plain, self._metered = sendto, Metered(sendto, self._metered.permission)
        self.permit(self._asked)

    def protect(self, protect: Protect | None) -> None:
        """Encrypt what is sent from now on; None: it is sent as it is."""
        self._protect, self._blocked = protect, False
        self.permit(self._asked)

    def block(self) -> None:
        """Send nothing until `protect`."""
        self._blocked = True
        self.permit(self._asked)

    @property
    def withheld(self) -> bool:
        """What is written is not sent, since nothing may be."""
        return self._withheld_from is not None

    def _withhold(self) -> None:
        if self._withheld_from is None:
            self._withheld_from = self._sent
            self.pending = b""

    @property
    def wide(self) -> bool:
        """Frames are to be given to `send_frame`, not octets of the bank to `send`."""
        return self._encoder is not None

    def expect_loss(self, percent: float) -> None:
        """What the far end says of what it gets."""
        if self._encoder is not None:
            self._encoder.expect_loss(percent)

    def send_frame(self, frame: Frame | None, now_ns: int) -> None:
        """The next 20 ms in a wide-band codec; None is silence."""
        if frame is None and self._comfort is not None:
            self.send(HUSH, now_ns)
        elif self._encoder is not None:
            self.send(self._encoder.encode(_SILENT if frame is None else frame), now_ns)

    def _aim(self) -> None:
        may = self._format.sending and self._sending is not Sending.NOTHING
        self._target = self.remote if may else None

    def stop(self) -> None:
        """The socket is going to be closed."""
        self._format = Format()
        self._aim()

    def clear(self) -> int:
        """Drop audio that does not fill a packet yet. Returns the 16 kHz samples that were written so far,
        less what was dropped; all of that is on the wire. Digits stay: who talks over an agent's words does
        not take back the keys that were pressed."""
        sent = self._sent
        self.pending = b""
        return sent

    @property
    def _sent(self) -> int:
        return self.frames * FRAME_SAMPLES - 2 * len(self.pending)

    def played(self, rtt_ms: float | None, far_jitter_ms: float | None) -> int:
        """16 kHz samples since the first write that the peer has heard, as far as is known: half of the
        round trip and its buffer's depth, guessed from the jitter that it reports, have not been heard."""
        unheard_ms: float = UNHEARD_MS
        if rtt_ms is not None:
            unheard_ms = rtt_ms / 2 + FAR_BUFFER_MS + 2 * (far_jitter_ms or 0.0)
        unheard = min(int(unheard_ms * SAMPLES_PER_MS), MOST_UNHEARD)
        # An estimate that changes must not take back what was said to be heard.
        sent = self._sent if self._withheld_from is None else self._withheld_from
        self._played = max(self._played, sent - unheard)
        return self._played

    def send(self, payload: bytes, now_ns: int) -> None:
        """The next 20 ms."""
        sender = self.sender
        timestamp = sender.timestamp
        late = now_ns - self._written_at - FRAME_NS
        if late > 0 and self._written_at:
            if late > self.lateness_ns:
                self.lateness_ns = late
            if late > FRAME_NS // 2:
                # Ticks were left out: the time line goes on, so that the far end hears a gap, not a delay.
                timestamp += (late + FRAME_NS // 2) // FRAME_NS * NARROW_SAMPLES
                self.pending = b""
                self._marker = _MARKER
        self._written_at = now_ns
        self.frames += 1
        sender.timestamp = (timestamp + NARROW_SAMPLES) & WRAP_32
        remote, format = self._target, self._format
        if remote is None:
            return
        event = self.digits.tick(timestamp & WRAP_32) if self.digits.active else None
        if event is not None:
            self.pending = b""
            kind = format.telephone_event_pt
            if kind is None:
                return
            kind |= _MARKER if event.marker else 0
            packet = sender.packet(event.payload, kind, event.timestamp * self.digits.clock_factor)
        elif self._comfort is not None and self._is_hushed(payload):
            if not self._comfort_due():
                return
            packet = sender.packet(_COMFORT, COMFORT_NOISE, timestamp * self._clock_factor)
        elif not payload:  # silence that the encoder leaves out: the talk that follows is marked
            self._marker = _MARKER
            return
        elif self._octets_per_packet == NARROW_SAMPLES:
            sequence = sender.sequence
            sender.sequence = (sequence + 1) & WRAP_16
            sender.packets += 1
            sender.octets += len(payload)
            kind = format.payload_type | self._marker
            self._marker = 0
            stamp = timestamp * self._clock_factor & WRAP_32
            packet = HEADER.pack(0x80, kind, sequence, stamp, sender.ssrc) + payload
        else:
            self._send_repacked(payload, timestamp, remote)
            return
        try:
            if not self._sendto(packet, remote):
                self._withhold()
        except OSError:
            self.errors += 1

    def _is_hushed(self, payload: bytes) -> bool:
        """Whether nothing is said in these 20 ms; counts them."""
        hushed = payload is HUSH or payload is self._silence_of_law
        if hushed:
            self._comfort = (self._comfort or 0) + 1
            self.pending = b""
            self._marker = _MARKER  # of the talk that follows (RFC 3551 section 4.1)
        else:
            self._comfort = 0
        return hushed

    def _comfort_due(self) -> bool:
        """Whether this one of the silent frames is told of."""
        return self._comfort is not None and self._comfort % COMFORT_EVERY == 1

    @property
    def _silence_of_law(self) -> bytes | None:
        codec = self._format.codec
        return silence_of(codec) if isinstance(codec, Codec) else None

    def _send_repacked(self, payload: bytes, timestamp: int, remote: Address) -> None:
        """Packets of another length than our frames."""
        size = self._octets_per_packet
        first = timestamp - len(self.pending)
        pending = self.pending + payload
        while len(pending) >= size:
            kind = self._format.payload_type | self._marker
            self._marker = 0
            packet = self.sender.packet(pending[:size], kind, first * self._clock_factor)
            pending = pending[size:]
            first += size
            try:
                if not self._sendto(packet, remote):
                    self._withhold()
            except OSError:
                self.errors += 1
        self.pending = pending
