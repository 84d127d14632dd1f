"""The measuring caller's RTP sockets: sends on an absolute 20 ms schedule, stamps what arrives in the kernel.

One thread with a wheel of twenty 1 ms slots serves all streams, so that neither the event loop nor the number
of calls moves a packet. It must never buffer, conceal or repair: what it reports is what was on the wire.
"""

from __future__ import annotations

import random
import select
import socket
import struct
import threading
import time
from array import array
from collections import deque
from collections.abc import Callable, Sequence
from itertools import count
from typing import Protocol

from callers.g722 import G722, G722Line
from callers.keypress import DIGITS, KeyPacket, keypresses
from callers.mixing import Mixer
from callers.opus import TICKS, CallerOpus
from callers.playing import Playing, packets
from callers.reception import NS_PER_MS, Reception, percentile
from callers.reports import reported, sender_report
from callers.sound import LEVELS, PACKET, PCMA, PCMU, SILENCE, Samples, decode, encode
from callers.srtp import CallerSecurity, SrtpError
from callers.voiced import THRESHOLD_DB, Arrival, Clip, threshold
from mediaserver.errors import CapacityError
from mediaserver.media.encryption import Encrypting, SrtpKeys
from mediaserver.media.leg import Frame, Lane, LegStats

SLOTS = 20
PORTS = (20_000, 30_000)
"""Even ports are tried from here; outside the server's range and outside the ephemeral one."""
SO_TIMESTAMPNS = 35
SO_MEMINFO = 55
_STAMP = struct.Struct("qq")
_HEADER = struct.Struct("!BBHII")
RTCP_EVERY_S = 5.0
TRUSTED_LATE_MS = 5.0
"""The instrument kept time when 99 % of its packets left within this of their due time."""
VOICED_PACKET_SHARE = 10
"""One sample in this many above the threshold makes a packet voiced, for deciding when to talk."""
LOUD = {
    kind: bytes(int(abs(int(level)) >= threshold(THRESHOLD_DB)) for level in levels)
    for kind, levels in LEVELS.items()
}
"""For each codec a table code word -> 1 when its level reaches the threshold, else 0."""


class _Turning(Protocol):
    """Between G.711, in which all is kept here, and another codec on the wire."""

    def outward(self, payload: bytes, kind: int) -> bytes: ...

    def inward(self, payload: bytes) -> bytes: ...


class MeasuringStream:
    """One call's RTP and RTCP socket pair.

    `say`, `keep_saying`, `press` and the counters may be used from the event loop's thread while the wire's
    thread sends; `arrivals` and `departures` are complete once the stream is closed.
    """

    def __init__(self, wire: MeasuringWire, rtp: socket.socket, rtcp: socket.socket, keep: bool) -> None:
        self._wire = wire
        self._rtp, self._rtcp = rtp, rtcp
        self._keep = keep
        self.local_port: int = rtp.getsockname()[1]
        self.kind = PCMU
        """The codec, as its static payload type."""
        self.payload_type = PCMU
        self._kinds = {PCMU: PCMU, PCMA: PCMA}
        self._wide: _Turning | None = None
        """Turns what is said and heard, where the call is in G.722 or Opus."""
        self._wide_type = G722
        """The payload type that it is for."""
        self._ticks = 1
        """Of the RTP clock, for each sample at 8 kHz; G.722 counts by 8 kHz (RFC 3551 section 4.5.2)."""
        self.telephone_event_pt: int | None = None
        self._events: set[int | None] = set()
        """Payload types of digits that come."""
        self._remote: tuple[str, int] | None = None
        self._rtcp_remote: tuple[str, int] | None = None
        self._sending = False
        self._slot: int | None = None
        self._sequence = random.randrange(30_000)
        self._timestamp = random.getrandbits(31)
        self._ssrc = random.getrandbits(32)
        self._marker = True
        self._speech: deque[bytes] = deque()
        self._playing: Playing | None = None
        self._endless: list[bytes] = []
        self._endless_at = 0
        self._press: deque[KeyPacket | None] = deque()
        self._press_timestamp = 0
        self.mixer: Mixer | None = None
        """The surroundings and the line of this caller."""
        self.reception = Reception()
        self.arrivals: list[Arrival] = []
        self.departures: list[Arrival] = []
        self.sent = 0
        self.send_errors = 0
        self.socket_drops = 0
        self.voiced_packets = 0
        self.first_voiced_ns: int | None = None
        self.last_voiced_ns: int | None = None
        self.run_began_ns: int | None = None
        """Start of the far end's present (or last) stretch of voice, holes under 300 ms bridged."""
        self.far_lost: int | None = None
        """Packets of ours that the far end's RTCP reports as lost (RFC 3550 section 6.4.1)."""
        self.far_jitter_ms: float | None = None
        self.digits_heard = ""
        self.on_digit: Callable[[str, int, int], None] | None = None
        self.on_tone: Callable[[str, int, int], None] | None = None
        self.on_silent: Callable[[], None] | None = None
        self.on_heard: Callable[[], None] | None = None
        """Of nobody's interest here: who calls is not told by its own instrument."""
        self.on_insecure: Callable[[str], None] | None = None
        self._digit_timestamp: int | None = None
        self._reported_at = 0.0
        self._closed = False
        self._security: CallerSecurity | None = None
        self.rejected = 0
        """Packets that were not encrypted by the far end's key."""

    # What the signalling side sets -----------------------------------------------------------------

    @property
    def remote(self) -> tuple[str, int] | None:
        """Where audio is sent."""
        return self._remote

    def configure(
        self,
        remote: tuple[str, int],
        codec: str,
        payload_type: int,
        telephone_event_pt: int | None,
        ptime_ms: int,
        direction: str,
        rtcp_port: int | None,
        others: Sequence[tuple[int, str]] = (),
        events_in: int | None = None,
        *,
        event_clocks: Sequence[tuple[int, int]] = (),
        comfort_noise: bool = False,
        bitrate: int | None = None,
        dtx: bool = False,
        listening: bool = False,
    ) -> None:
        """Send there, always 20 ms to a packet, once `secure` has told how. `codec`: PCMU, PCMA, G722 or
        opus."""
        self.kind = PCMA if codec == "PCMA" else PCMU
        self._turn(codec, payload_type)
        self.payload_type = payload_type
        self.telephone_event_pt = telephone_event_pt
        self._kinds = {payload_type: self.kind, PCMU: PCMU, PCMA: PCMA}
        if self._wide is not None:
            self._kinds[self._wide_type] = PCMU
        self._events = {telephone_event_pt, events_in} - {None}
        self._remote = remote
        self._rtcp_remote = (remote[0], rtcp_port or remote[1] + 1)
        self._sending = direction in ("sendrecv", "sendonly")

    def _turn(self, codec: str, payload_type: int) -> None:
        """Begin to turn between G.711 and that codec, go on with it, or leave it."""
        if codec == "opus":
            self._wide = self._wide if isinstance(self._wide, CallerOpus) else CallerOpus()
            self._wide_type, self._ticks = payload_type, TICKS
            return
        self._ticks = 1
        if codec == "G722":
            self._wide = self._wide if isinstance(self._wide, G722Line) else G722Line()
            self._wide_type = G722
        else:
            self._wide = None

    def secure(self, how: Encrypting | None) -> None:
        """Encrypt from now on; None: do not. It begins to send: the wire's own thread would send what comes
        before in plain."""
        keys = how if isinstance(how, SrtpKeys) else None  # no handshake was offered
        if keys != (self._security.keys if self._security is not None else None):
            self._security = CallerSecurity(keys) if keys is not None else None
            self._ssrc = random.getrandbits(32)
        if self._slot is None and not self._closed:
            self._wire.begin(self)

    def use_ice(self, session: object) -> None:
        """An instrument neither offers nor answers it."""

    def proven(self, host: str | None, received: int | None = None, *, verified: bool = False) -> None:
        """An instrument sends to whom it is pointed at."""

    def send_digit(self, digit: str, duration_ms: int = 100) -> None:
        self.press(digit, duration_ms)

    def send_tone(self, digit: str, duration_ms: int = 100) -> None:
        """An instrument plays what it is given to say."""

    def stats(self) -> LegStats:
        heard = self.reception
        return LegStats(
            packets=heard.received, lost=heard.lost, jitter_ms=heard.jitter_ms, detail=heard.as_dict()
        )

    def silent_s(self) -> float | None:
        """An instrument asks nobody for signs of life."""
        return 0.0

    # The server's clock reads and writes frames; here the wire's own thread does, and nothing is buffered.

    def read(self) -> Frame | None:
        return None

    def write(self, frame: Frame) -> None:
        pass

    def clear(self) -> int:
        return 0

    def written(self) -> int:
        return 0

    def played(self) -> int:
        return 0

    @property
    def lane(self) -> Lane | None:
        return None

    @property
    def left(self) -> bool:
        """There are no handshakes here."""
        return False

    @property
    def frames_read(self) -> int:
        return 0

    # What the caller does --------------------------------------------------------------------------

    def say(self, clip: Clip) -> Playing:
        """Play a clip from the next packet on. Replaces what was playing."""
        playing = Playing(clip)
        self._playing = None
        self._speech = deque(packets(clip.samples, self.kind))
        self._playing = playing
        return playing

    def keep_saying(self, samples: Samples) -> None:
        """Play over and over, beginning at a random packet so that many calls do not speak in step."""
        self._endless = packets(samples, self.kind)
        self._endless_at = random.randrange(len(self._endless))

    def press(self, digits: str, press_ms: int = 100, pause_ms: int = 100) -> None:
        """Queue keypresses as RFC 4733 events, three end packets each. Raises ValueError on other keys."""
        self._press.extend(list(keypresses(digits, press_ms, pause_ms)))

    @property
    def pressing(self) -> bool:
        return bool(self._press)

    @property
    def playing(self) -> Playing | None:
        return self._playing

    def silent_for_ms(self, now_ns: int) -> float:
        """Since the far end's last voiced packet; infinite when it never spoke."""
        return float("inf") if self.last_voiced_ns is None else (now_ns - self.last_voiced_ns) / NS_PER_MS

    # The wire's thread -----------------------------------------------------------------------------

    def tick(self) -> int:
        """Send this stream's packet of this 20 ms. Returns the time it was handed to the kernel."""
        payload_type, marker, timestamp = self.payload_type, self._marker, self._timestamp
        playing, spoken = self._playing, False
        event = self._press.popleft() if self._press else None
        if event is not None and self.telephone_event_pt is not None:
            if event.marker:
                self._press_timestamp = timestamp
            payload_type, marker, timestamp = self.telephone_event_pt, event.marker, self._press_timestamp
            payload = bytes(event)
        else:
            self._marker = False
            if playing is not None:
                payload, spoken = self._speech.popleft(), True
            elif self._endless:
                payload = self._endless[self._endless_at]
                self._endless_at = (self._endless_at + 1) % len(self._endless)
            else:
                payload = SILENCE[self.kind] * PACKET
        leaves = True
        if (mixer := self.mixer) is not None and payload_type == self.payload_type:
            mixed = mixer.sent(decode(payload, self.kind))
            leaves = mixed is not None
            payload = payload if mixed is None else encode(mixed, self.kind)
        said = payload
        if self._wide is not None and payload_type == self.payload_type:
            payload = self._wide.outward(payload, self.kind)
        now = time.monotonic_ns()
        if self._sending and leaves and self._remote is not None:
            header = _HEADER.pack(
                0x80, payload_type | marker << 7, self._sequence, timestamp & 0xFFFFFFFF, self._ssrc
            )
            packet = header + payload
            if (security := self._security) is not None:
                packet = security.ours.protect(packet)
            try:
                self._rtp.sendto(packet, self._remote)
                self.sent += 1
            except OSError:
                self.send_errors += 1
        if self._keep:
            heard = said if event is None and leaves else SILENCE[self.kind] * PACKET
            self.departures.append(Arrival(now, self._sequence, heard, self.kind))
        self._sequence = self._sequence + 1 & 0xFFFF
        self._timestamp += PACKET * self._ticks
        if spoken and playing is not None:
            playing.sent_ns.append(now)
            if not self._speech:
                playing.done = True
                self._playing = None
        return now

    def arrived(self, at_ns: int, data: bytes) -> None:
        """One datagram on the RTP port; anything that is not RTP version 2 is ignored."""
        if (security := self._security) is not None:
            try:
                data = security.theirs.unprotect(data)
            except SrtpError:
                self.rejected += 1
                return
        if len(data) < 12 or data[0] >> 6 != 2:
            return
        flags, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
        start, end = 12 + 4 * (flags & 15), len(data) - (data[-1] if flags & 0x20 else 0)
        if flags & 0x10:
            if len(data) < start + 4:
                return
            start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4])
        payload, payload_type = data[start:end], second & 127
        self.reception.add(at_ns, bool(second >> 7), sequence, timestamp // self._ticks, ssrc)
        if payload_type in self._events:
            self._key(payload, timestamp)
        kind = self._kinds.get(payload_type)
        if kind is None or not payload:
            return
        if self._wide is not None and payload_type == self._wide_type:
            payload = self._wide.inward(payload)
        if self.mixer is not None:
            self.mixer.heard(decode(payload, kind))
        if self._keep:
            self.arrivals.append(Arrival(at_ns, sequence, payload, kind))
        elif self.voiced_packets > 4:
            return
        if payload.translate(LOUD[kind]).count(1) * VOICED_PACKET_SHARE >= len(payload):
            self.voiced_packets += 1
            if self.first_voiced_ns is None:
                self.first_voiced_ns = at_ns
            if self.last_voiced_ns is None or at_ns - self.last_voiced_ns > 300 * NS_PER_MS:
                self.run_began_ns = at_ns
            self.last_voiced_ns = at_ns

    def _key(self, payload: bytes, timestamp: int) -> None:
        if len(payload) >= 4 and payload[0] < len(DIGITS) and timestamp != self._digit_timestamp:
            self._digit_timestamp = timestamp
            self.digits_heard += DIGITS[payload[0]]

    def report(self, now_s: float) -> None:
        """Exchange RTCP: read what came, send a sender report with a CNAME (RFC 3550 section 6)."""
        security = self._security
        while True:
            try:
                data = self._rtcp.recv(2048)
            except OSError:
                break
            if security is not None:
                try:
                    data = security.theirs.unprotect_rtcp(data)
                except SrtpError:
                    self.rejected += 1
                    continue
            for lost, jitter_ms in reported(data, self._ssrc):
                self.far_lost, self.far_jitter_ms = lost, jitter_ms
        if self._rtcp_remote is None or now_s - self._reported_at < RTCP_EVERY_S:
            return
        self._reported_at = now_s
        packet = sender_report(self._ssrc, self._timestamp, self.sent)
        if security is not None:
            packet = security.ours.protect_rtcp(packet)
        try:
            self._rtcp.sendto(packet, self._rtcp_remote)
        except OSError:
            self.send_errors += 1

    def receive(self, clock_offset_ns: int) -> None:
        """Take one datagram; epoll names the socket again while there are more."""
        try:
            data, extra, _, _ = self._rtp.recvmsg(2048, 64)
        except OSError:
            return
        if extra:
            seconds, nanos = _STAMP.unpack_from(extra[0][2])
            at_ns = seconds * 1_000_000_000 + nanos + clock_offset_ns
        else:
            at_ns = time.monotonic_ns()
        self.arrived(at_ns, data)

    def fileno(self) -> int:
        return self._rtp.fileno()

    @property
    def slot(self) -> int | None:
        return self._slot

    @slot.setter
    def slot(self, slot: int | None) -> None:
        self._slot = slot

    def close(self) -> None:
        """Stop sending and free the ports. Idempotent."""
        if not self._closed:
            self._closed = True
            self._wire.end(self)

    def shut(self) -> None:
        """The wire's last act on a stream: count what the kernel dropped, close the sockets."""
        self.report(self._reported_at)
        try:
            info = self._rtp.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36)
            self.socket_drops = struct.unpack("9I", info)[8]
        except OSError:
            pass
        self._rtp.close()
        self._rtcp.close()


class MeasuringWire:
    """All streams of a measuring caller, and the thread that keeps their time."""

    def __init__(self, host: str = "127.0.0.1", *, keep_audio: bool = True) -> None:
        """`keep_audio`: remember every packet for analysis; off for load, where only counters are kept."""
        self.host = host
        self.keep_audio = keep_audio
        self._ports = count(PORTS[0] + 2 * random.randrange(1000), 2)
        self._poll = select.epoll()
        self._streams: dict[int, MeasuringStream] = {}
        self._by_port: dict[int, MeasuringStream] = {}
        self._slots: list[tuple[MeasuringStream, ...]] = [()] * SLOTS
        self._change = threading.Lock()
        self._quit = threading.Event()
        self.late_ms: array[float] = array("f")
        """How long after its due time each packet was handed to the kernel."""
        self.streams_at_once = 0
        self._thread = threading.Thread(target=self._run, name="measuring-wire", daemon=True)
        self._thread.start()

    @property
    def fingerprint(self) -> None:
        """The instrument has no DTLS."""
        return None

    def open(self, local: str = "") -> MeasuringStream:
        """Bind the next free even port and the odd one above it. Raises CapacityError. `local` is always
        `host` here."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        for port in self._ports:
            if port >= PORTS[1]:
                break
            rtp = socket.socket(family, socket.SOCK_DGRAM)
            rtcp = socket.socket(family, socket.SOCK_DGRAM)
            try:
                rtp.bind((self.host, port))
                rtcp.bind((self.host, port + 1))
            except OSError:
                rtp.close()
                rtcp.close()
                continue
            rtp.setblocking(False)
            rtcp.setblocking(False)
            rtp.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            stream = MeasuringStream(self, rtp, rtcp, self.keep_audio)
            self.adopt(stream)
            return stream
        raise CapacityError(f"no free pair of UDP ports in {PORTS[0]}-{PORTS[1]} on {self.host}")

    def adopt(self, stream: MeasuringStream) -> None:
        """Hear a stream from now on; what its socket already has comes first."""
        with self._change:
            self._streams[stream.fileno()] = self._by_port[stream.local_port] = stream
            self._poll.register(stream.fileno(), select.EPOLLIN)

    def at(self, port: int) -> MeasuringStream:
        """The open stream of that port. Raises KeyError."""
        return self._by_port[port]

    def begin(self, stream: MeasuringStream) -> None:
        """Give a stream the emptiest slot: it sends from its next turn on."""
        with self._change:
            emptiest = min(len(slot) for slot in self._slots)
            slot = random.choice([i for i, s in enumerate(self._slots) if len(s) == emptiest])
            stream.slot = slot
            self._slots[slot] = (*self._slots[slot], stream)
            self.streams_at_once = max(self.streams_at_once, sum(map(len, self._slots)))

    def halt(self, stream: MeasuringStream) -> None:
        """Stop sending; what arrives is still counted."""
        with self._change:
            if stream.slot is not None:
                self._slots[stream.slot] = tuple(s for s in self._slots[stream.slot] if s is not stream)
                stream.slot = None

    def end(self, stream: MeasuringStream) -> None:
        self.halt(stream)
        with self._change:
            if self._streams.pop(stream.fileno(), None) is not None:
                del self._by_port[stream.local_port]
                self._poll.unregister(stream.fileno())
                stream.shut()

    def close(self) -> None:
        """Stop the thread and close every stream."""
        self._quit.set()
        self._thread.join()
        for stream in list(self._streams.values()):
            stream.close()
        self._poll.close()

    def _run(self) -> None:
        began = time.monotonic_ns()
        turn = 0
        while not self._quit.is_set():
            turn += 1
            due = began + turn * NS_PER_MS
            wait = due - time.monotonic_ns()
            if wait > 0:
                time.sleep(wait / 1e9)
            for stream in self._slots[turn % SLOTS]:
                self.late_ms.append((stream.tick() - due) / NS_PER_MS)
            offset = time.monotonic_ns() - time.time_ns()
            with self._change:
                for descriptor, _ in self._poll.poll(0):
                    self._streams[descriptor].receive(offset)
                if turn % 250 == 0:
                    for stream in self._streams.values():
                        stream.report(due / 1e9)

    def clock_quality(self) -> dict[str, float | bool | None]:
        """Whether the figures can be believed: the instrument's own lateness in ms."""
        late = self.late_ms[:]
        p99 = percentile(late, 99)
        return {
            "send_late_p50_ms": percentile(late, 50),
            "send_late_p99_ms": p99,
            "send_late_max_ms": percentile(late, 100),
            "trusted": p99 is None or p99 < TRUSTED_LATE_MS,
        }
