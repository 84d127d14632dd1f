"""One call's RTP stream: everything the wire keeps per call, and the rare events of its life.

The batched work of every tick is in `mediaserver.rtp.wire`, which reaches into these attributes on purpose.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mediaserver.media.concealment import Concealment
from mediaserver.media.g711 import CODECS, PCMU, Codec
from mediaserver.media.leg import Frame
from mediaserver.media.time import (
    FRAME_MS,
    FRAME_SAMPLES,
    NARROW_PER_MS,
    NARROW_SAMPLES,
    SAMPLES_PER_MS,
    samples_in,
)
from mediaserver.rtp.jitter import JitterBuffer
from mediaserver.rtp.mos import mos
from mediaserver.rtp.packets import Address, RtpReceiver, RtpSender
from mediaserver.rtp.rtcp import RtcpSession
from mediaserver.rtp.telephone_events import DigitHeard, DigitReceiver, DigitSender

if TYPE_CHECKING:
    from mediaserver.rtp.wire import RtpWire

log = logging.getLogger(__name__)

COMFORT_NOISE = 13
"""Static payload type of :rfc:`3389`: the sender is silent."""
UNHEARD_MS = 80
"""What was sent and is not heard yet, until RTCP tells of the path: network, phone's buffer, sound card."""
FAR_BUFFER_MS = 40
"""A phone's jitter buffer and sound card on a path without jitter."""
MOST_UNHEARD_MS = 1_000
_MIN_PTIME, _MAX_PTIME = 10, 60
_NOWHERE = ("0.0.0.0", "::")


@dataclass(slots=True)
class RtpStats:
    """A stream's figures so far; times in milliseconds."""

    codec: str
    packets: int
    octets: int
    sent: int
    send_errors: int
    lost: int
    loss_pct: float
    duplicates: int
    reordered: int
    late: int
    concealed: int
    """Frames of 20 ms that were made up in whole or in part."""
    inserted: int
    skipped: int
    """Frames by which the jitter buffer moved playout back and forward."""
    jitter_ms: float
    buffer_ms: float
    rtt_ms: float | None
    remote_lost: int | None
    remote_loss_pct: float | None
    remote_jitter_ms: float | None
    """What the peer's RTCP says of our packets; None before its first report."""
    mos: float
    digits: int
    foreign_packets: int
    invalid_packets: int
    source_changes: int
    lateness_ms: float
    """The longest that one of our packets followed its predecessor's due time."""

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)


class RtpStream:
    """Made by `RtpWire.open`. Callbacks are called from within `RtpWire.receive`."""

    # More attributes than instances can share a dictionary for: without slots each call would have its own.
    __slots__ = (
        "closed",
        "codec",
        "configured",
        "dialling",
        "digits",
        "digits_in",
        "digits_out",
        "frames_read_before",
        "frames_written",
        "gap",
        "_jitter",
        "jitter_source",
        "heard_at",
        "heard_of_us",
        "lateness_ns",
        "local_port",
        "marker",
        "octets_per_packet",
        "on_digit",
        "on_silent",
        "past",
        "payload_type",
        "pending",
        "ptime_ms",
        "_receiver",
        "receiving",
        "remote",
        "remote_rtcp",
        "reported_packets",
        "rtcp",
        "rtcp_socket",
        "rtp_socket",
        "send_errors",
        "sender",
        "sending",
        "sendto",
        "silent",
        "slot",
        "speaking",
        "steady",
        "telephone_event_pt",
        "wire",
        "written_at",
    )

    def __init__(
        self, wire: RtpWire, slot: int, rtp: socket.socket, rtcp: socket.socket, cname: str, now: int
    ) -> None:
        self.on_digit: Callable[[str, int, int], None] | None = None
        """(digit, position in 16 kHz samples since the first read, duration in ms)"""
        self.on_silent: Callable[[], None] | None = None
        """No RTP came for the media timeout; called once per silence."""
        self.wire = wire
        self.slot = slot
        self.rtp_socket = rtp
        self.rtcp_socket = rtcp
        self.sendto = rtp.sendto
        self.local_port: int = rtp.getsockname()[1]
        self.closed = False

        self.codec: Codec = PCMU
        self.configured = False
        self.payload_type = -1
        self.telephone_event_pt: int | None = None
        self.ptime_ms = FRAME_MS
        self.octets_per_packet = NARROW_SAMPLES
        self.receiving = False
        self.sending = False
        self.remote: Address | None = None
        self.remote_rtcp: Address | None = None

        self.steady = False
        """`RtpWire.steady` does the work of the next two; `past` and `frames_read_before` are of before."""
        self._receiver = RtpReceiver()
        self.sender = RtpSender()
        self.rtcp = RtcpSession(cname, now)
        self._jitter = JitterBuffer(self._is_quiet)
        self.jitter_source = 0
        """The receiver's `source_changes` that the jitter buffer has seen."""
        self.digits_in = DigitReceiver()
        self.digits_out = DigitSender()
        self.dialling = False
        """`digits_out` may have something to send."""
        self.digits = 0

        self.frames_read_before = 0
        """Frames read, but for those of the steady time that lasts."""
        self.frames_written = 0
        self.heard_of_us = 0
        """As `played` said last."""
        self.gap: Concealment | None = None
        self.past: tuple[bytes, bytes, bytes] | None = None
        """The last three frames played, newest first; None after silence."""
        self.speaking = False
        """The last outgoing frame was audio, so the filter has a tail."""
        self.pending = b""
        """Encoded audio that does not fill a packet yet."""
        self.marker = 0x80
        self.written_at = 0
        self.lateness_ns = 0
        self.send_errors = 0
        self.reported_packets = 0
        self.heard_at = now
        self.silent = False

    # -- what is elsewhere while the stream is steady

    @property
    def receiver(self) -> RtpReceiver:
        if self.steady:
            self.leave_steady()
        return self._receiver

    @property
    def jitter(self) -> JitterBuffer:
        if self.steady:
            self.leave_steady()
        return self._jitter

    @property
    def frames_read(self) -> int:
        """Frames of 20 ms since the stream was opened."""
        if self.steady:
            self.leave_steady()
        return self.frames_read_before

    @property
    def last_heard(self) -> int:
        """When the last packet came or silence was forgiven, ns."""
        return self.wire.steady.last_heard(self.slot) if self.steady else self.heard_at

    def enter_steady(self) -> None:
        """After a whole frame was read: leave the work to `RtpWire.steady`, if nothing is special."""
        self.wire.steady.enter(self, self._receiver, self._jitter)

    def leave_steady(self) -> None:
        """Take the work back."""
        self.wire.steady.leave(self, self._receiver, self._jitter)

    # -- negotiation

    def configure(
        self,
        remote: Address,
        codec: str,
        payload_type: int,
        telephone_event_pt: int | None = None,
        ptime_ms: int = FRAME_MS,
        direction: str = "sendrecv",
        rtcp_port: int | None = None,
    ) -> None:
        """What was negotiated, the first time or again. `direction` is ours, as in our SDP. Raises
        KeyError for a codec other than PCMU and PCMA."""
        law = CODECS[codec.upper()]
        if self.steady:
            self.leave_steady()
        self.wire.plans.clear()
        if law is not self.codec or payload_type != self.payload_type:
            self.jitter.reset()
            self.pending = b""
            self.past = self.gap = None
        self.codec = law
        self.payload_type = payload_type
        self.telephone_event_pt = telephone_event_pt
        self.ptime_ms = min(max(ptime_ms, _MIN_PTIME), _MAX_PTIME)
        self.octets_per_packet = self.ptime_ms * NARROW_PER_MS
        accepted = {payload_type, COMFORT_NOISE}
        if telephone_event_pt is not None:
            accepted.add(telephone_event_pt)
        self.receiver.expect(remote, frozenset(accepted))
        self.remote = self.receiver.locked or remote
        self.remote_rtcp = (remote[0], rtcp_port or remote[1] + 1)
        self.receiving = direction in ("sendrecv", "recvonly")
        # Port 0 or an address of zeroes is the old way to say hold (RFC 3264, section 8.4).
        reachable = remote[0] not in _NOWHERE and 0 < remote[1] < 65_535
        sending = direction in ("sendrecv", "sendonly") and reachable
        if sending and not self.sending:
            self.marker = 0x80
        self.sending = sending
        self.configured = True
        self.heard_at = self.wire.now_ns()
        self.silent = False

    # -- the seam of mediaserver.media.leg.Leg, for legs that are not read in batches

    @property
    def stream(self) -> RtpStream:
        return self

    def read(self) -> Frame | None:
        """The next 20 ms, concealed and resampled; silence is a frame of zeros."""
        frame: Frame = self.wire.read([self], self.wire.now_ns())[0]
        return frame

    def write(self, frame: Frame | None) -> None:
        """Send 20 ms; None is silence."""
        self.wire.write([self], [frame], self.wire.now_ns())

    def clear(self) -> int:
        """Drop what does not fill a packet yet, and digits not begun. Returns the 16 kHz samples that were
        written since the stream was opened, less what was dropped; all of that is on the wire."""
        dropped = len(self.pending) * 2
        self.pending = b""
        self.digits_out.clear()
        return self.frames_written * FRAME_SAMPLES - dropped

    def played(self) -> int:
        """16 kHz samples since the first write that the peer has heard, as far as is known: half of RTCP's
        round trip and its buffer's depth, guessed from the jitter it reports, have not been heard yet."""
        rtt_ms, jitter_ms = self.rtcp.rtt_ms, self.rtcp.remote_jitter_ms
        unheard_ms: float = UNHEARD_MS
        if rtt_ms is not None:
            unheard_ms = min(rtt_ms / 2 + FAR_BUFFER_MS + 2 * (jitter_ms or 0.0), MOST_UNHEARD_MS)
        sent = self.frames_written * FRAME_SAMPLES - 2 * len(self.pending)
        # An estimate that changes must not take back what was said to be heard.
        self.heard_of_us = max(self.heard_of_us, sent - int(unheard_ms * SAMPLES_PER_MS))
        return self.heard_of_us

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        """Queue a digit; it replaces the audio while it lasts. Raises ValueError for what is no digit."""
        self.digits_out.put(digit, duration_ms)
        self.dialling = True

    def stats(self) -> RtpStats:
        receiver, rtcp, jitter = self.receiver, self.rtcp, self.jitter
        expected = receiver.received + receiver.lost
        loss_pct = 100.0 * receiver.lost / expected if expected else 0.0
        jitter_ms = receiver.jitter / NARROW_PER_MS
        buffer_ms = max(jitter.delay_ms, jitter.target_ns / 1e6)
        # What the buffer could not wait for sounds like loss, too.
        heard_loss = 100.0 * min(1.0, (receiver.lost + jitter.late) / expected) if expected else 0.0
        delay_ms = (rtcp.rtt_ms or 0.0) / 2 + buffer_ms + self.ptime_ms
        return RtpStats(
            codec=self.codec.name,
            packets=receiver.received,
            octets=receiver.octets,
            sent=self.sender.packets,
            send_errors=self.send_errors,
            lost=receiver.lost,
            loss_pct=round(loss_pct, 3),
            duplicates=receiver.duplicates,
            reordered=receiver.reordered,
            late=jitter.late,
            concealed=jitter.concealed,
            inserted=jitter.inserted,
            skipped=jitter.skipped,
            jitter_ms=round(jitter_ms, 3),
            buffer_ms=round(buffer_ms, 1),
            rtt_ms=None if rtcp.rtt_ms is None else round(rtcp.rtt_ms, 3),
            remote_lost=rtcp.remote_lost,
            remote_loss_pct=None if rtcp.remote_loss_pct is None else round(rtcp.remote_loss_pct, 2),
            remote_jitter_ms=rtcp.remote_jitter_ms,
            mos=round(mos(heard_loss, delay_ms), 2),
            digits=self.digits,
            foreign_packets=receiver.foreign,
            invalid_packets=receiver.invalid,
            source_changes=receiver.source_changes,
            lateness_ms=round(self.lateness_ns / 1e6, 3),
        )

    def close(self) -> None:
        """Say BYE by RTCP and give the ports back. Idempotent."""
        if not self.closed:
            if self.steady:
                self.leave_steady()
            self.closed = True
            self.wire.closed(self)

    # -- incoming datagrams, from RtpWire.receive

    def rtp_arrived(self, data: bytes, source: Address, arrived: int) -> None:
        receiver = self.receiver
        payload = receiver.receive(data, source, arrived)
        if payload is None:
            return
        self.heard_at = arrived
        if receiver.source_changes != self.jitter_source:
            self.jitter_source = receiver.source_changes
            self.jitter.reset()
        if source != self.remote:
            self.remote = source  # answer where the media comes from (RFC 4961), NATs included
            if self.remote_rtcp is not None and self.remote_rtcp[0] != source[0]:
                self.remote_rtcp = (source[0], source[1] + 1)
        if not self.receiving:
            return
        kind = receiver.payload_type
        if kind == self.payload_type:
            self.jitter.push(receiver.timestamp, payload, arrived, int(receiver.measure(arrived)))
        elif kind == self.telephone_event_pt:
            self.jitter.pause()
            heard = self.digits_in.push(receiver.timestamp, payload, arrived)
            self.digits_heard(heard, arrived)
            if self.digits_in.pressed:
                self.wire.pressed.add(self)
        else:
            self.jitter.pause()

    def rtcp_arrived(self, data: bytes, source: Address, now: int, wall_ns: int) -> None:
        hosts = {address[0] for address in (self.receiver.locked, self.receiver.announced) if address}
        if source[0] not in hosts:
            self.receiver.foreign += 1
        elif self.rtcp.receive(data, self.sender, now, wall_ns):
            self.remote_rtcp = source

    def digits_heard(self, heard: tuple[DigitHeard, ...], now: int) -> None:
        for digit in heard:
            self.digits += 1
            if self.on_digit is None:
                continue
            ago = samples_in(max(0, now - digit.began))
            position = max(0, self.frames_read * FRAME_SAMPLES - ago)
            try:
                self.on_digit(digit.digit, position, digit.duration_ms)
            except Exception:  # a listener must not end the tick of all other calls
                log.exception("on_digit failed")

    def fell_silent(self) -> None:
        self.silent = True
        if self.on_silent is not None:
            try:
                self.on_silent()
            except Exception:  # as above
                log.exception("on_silent failed")

    # -- concealment, called by RtpWire.read for single rows

    def conceal(self, known: bytes | None, row: npt.NDArray[np.float32]) -> None:
        """Fill the row [160], or what of it is not known, and keep it as history."""
        if self.gap is None:
            if self.past is None:
                self.past = (bytes([self.codec.silence]) * NARROW_SAMPLES,) * 3
            history = np.frombuffer(b"".join(reversed(self.past)), np.uint8)
            self.gap = Concealment(self.codec.to_float[history])
        made = self.gap.frame()
        if known is None:
            row[:] = made
        else:
            holes = np.frombuffer(known, np.uint8) == 0
            row[holes] = made[holes]
        frame = self.codec.encode(row.astype(np.int16)).tobytes()
        past = self.past or (frame, frame, frame)
        self.past = (frame, past[0], past[1])

    def _is_quiet(self, frame: bytes) -> bool:
        return self.codec.peak(frame) < 512  # about -36 dBFS
