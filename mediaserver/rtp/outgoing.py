"""The outgoing direction of one stream: packets of the negotiated length, their time line, and digits.

It sends on a socket that it is given and must never block or raise.
"""

from __future__ import annotations

from collections.abc import Callable

from mediaserver.media.marks import MOST_UNHEARD, UNHEARD_MS
from mediaserver.media.time import (
    FRAME_NS,
    FRAME_SAMPLES,
    NARROW_SAMPLES,
    SAMPLES_PER_MS,
    WRAP_16,
    WRAP_32,
)
from mediaserver.rtp.format import Format
from mediaserver.rtp.packets import HEADER, Address, RtpSender
from mediaserver.rtp.permission import Permission, Sending
from mediaserver.rtp.telephone_events import DigitSender

FAR_BUFFER_MS = 40
"""A phone's jitter buffer and sound card on a path without jitter."""

_MARKER = 0x80

Send = Callable[[bytes, Address], int]
"""As `socket.sendto`; 0: it was not sent."""


class Metered:
    """Sends what an allowance lets pass."""

    def __init__(self, send: Send, permission: Permission) -> None:
        self._send = send
        self._permission = permission

    def __call__(self, packet: bytes, remote: Address) -> int:
        return self._send(packet, remote) if self._permission.spend(len(packet)) else 0


class Outgoing:
    """20 ms of octets in per tick, packets out."""

    __slots__ = (
        "_format",
        "_marker",
        "_metered",
        "_octets_per_packet",
        "_plain",
        "_played",
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
    )

    def __init__(self, sendto: Send, permission: Permission) -> None:
        self._plain = self._sendto = sendto
        self._metered = Metered(sendto, permission)
        self._sending = Sending.NOTHING
        self._target: Address | None = None
        """`remote` while something may be sent there."""
        self._withheld_from: int | None = None
        """Samples that were on the wire when the permission went; None while there is one."""
        self._format = Format()
        self._octets_per_packet = self._format.octets_per_packet
        self._marker = _MARKER
        self._written_at = 0
        self._played = 0
        self.sender = RtpSender()
        self.digits = DigitSender()
        self.remote: Address | None = None
        self.pending = b""
        """Encoded audio that does not fill a packet yet."""
        self.frames = 0
        """Written so far, sent or not."""
        self.lateness_ns = 0
        """The longest that a frame came after its due time."""
        self.errors = 0

    def configure(self, format: Format, remote: Address) -> None:
        """What was negotiated, the first time or again."""
        if not format.continues(self._format):
            self.pending = b""
        if format.sending and not self._format.sending:
            self._marker = _MARKER
        self._format = format
        self._octets_per_packet = format.octets_per_packet
        self.move(remote)

    def move(self, remote: Address) -> None:
        """Send there from now on."""
        self.remote = remote
        self._aim()

    def permit(self, sending: Sending) -> None:
        """What may be sent to `remote`. What is withheld is not heard, and its time passes all the same."""
        self._sending = sending
        self._sendto = self._metered if sending is Sending.ALLOWANCE else self._plain
        if sending is Sending.NOTHING:
            self._withhold()
        elif self._withheld_from is not None:
            self._withheld_from = None
            self._marker = _MARKER
        self._aim()

    @property
    def withheld(self) -> bool:
        """What is written is not sent, since nothing may be."""
        return self._withheld_from is not None

    def _withhold(self) -> None:
        if self._withheld_from is None:
            self._withheld_from = self._sent
            self.pending = b""

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
            packet = sender.packet(event.payload, kind, event.timestamp)
        elif self._octets_per_packet == NARROW_SAMPLES:
            sequence = sender.sequence
            sender.sequence = (sequence + 1) & WRAP_16
            sender.packets += 1
            sender.octets += NARROW_SAMPLES
            kind = format.payload_type | self._marker
            self._marker = 0
            packet = HEADER.pack(0x80, kind, sequence, timestamp & WRAP_32, sender.ssrc) + payload
        else:
            self._send_repacked(payload, timestamp, remote)
            return
        try:
            if not self._sendto(packet, remote):
                self._withhold()
        except OSError:
            self.errors += 1

    def _send_repacked(self, payload: bytes, timestamp: int, remote: Address) -> None:
        """Packets of another length than our frames."""
        size = self._octets_per_packet
        first = timestamp - len(self.pending)
        pending = self.pending + payload
        while len(pending) >= size:
            kind = self._format.payload_type | self._marker
            self._marker = 0
            packet = self.sender.packet(pending[:size], kind, first)
            pending = pending[size:]
            first += size
            try:
                if not self._sendto(packet, remote):
                    self._withhold()
            except OSError:
                self.errors += 1
        self.pending = pending
