"""All calls' RTP and RTCP sockets behind one epoll, and the batched work between packets and frames.

Driven by the media clock: it has no task, thread or timer of its own, and never blocks. A native module can
take its place by implementing mediaserver.media.leg.Wire (and `open` for signalling).
"""

from __future__ import annotations

import functools
import itertools
import logging
import random
import select
import socket
import struct
import time
from collections.abc import Callable, Container, Sequence

import numpy as np
import numpy.typing as npt

from mediaserver.media.leg import Frame
from mediaserver.media.narrowband import Mend, NarrowBand
from mediaserver.media.time import FRAME_SAMPLES, NARROW_SAMPLES, SECOND_NS
from mediaserver.media.tones import ToneDetector
from mediaserver.rtp.dtls import DtlsIdentity
from mediaserver.rtp.families import PortFamilies
from mediaserver.rtp.liveness import SilenceLimits
from mediaserver.rtp.packets import Address
from mediaserver.rtp.plans import Lines, Plan, Plans
from mediaserver.rtp.ports import PortPool
from mediaserver.rtp.secured import Receive
from mediaserver.rtp.stats import RtpStats
from mediaserver.rtp.steady import MAX_AGE_NS, PACKET, SteadyStreams
from mediaserver.rtp.stream import RtpStream
from mediaserver.rtp.watching import PacketLook

log = logging.getLogger(__name__)

__all__ = ["RtpStats", "RtpStream", "RtpWire"]

_SWEEP_NS = 250_000_000
"""How often deadlines of seconds (RTCP, silence) are looked at."""
_LIMITS = SilenceLimits()
_MAX_DATAGRAM = 2_048
_ROUNDS = 16
"""Datagrams taken from one socket per call of `receive`, so that a flood of one call starves no other."""
_MOST_SINGLY = 128
"""Datagrams per call of `receive` that are looked at one by one (strangers' and odd ones); then what is left
waits for the next: a flood of many calls must not starve the rest."""
_STAMP = struct.Struct("@qq")
_STAMP_SPACE = socket.CMSG_SPACE(_STAMP.size)


class RtpWire:
    """Owns the sockets. Raises PortInUseError or CapacityError from `open`, nothing while running."""

    def __init__(
        self,
        host: str,
        port_range: tuple[int, int] = (10_000, 19_999),
        limits: SilenceLimits = _LIMITS,
        now_ns: Callable[[], int] = time.perf_counter_ns,
        band: NarrowBand | None = None,
        ports_ahead: int = 0,
        trusted: Container[str] = (),
    ) -> None:
        """Legs of other kinds may share the `band`. `ports_ahead`: pairs of sockets that are held ready.
        `trusted`: see `mediaserver.rtp.permission`."""
        self.host = host
        self.now_ns = now_ns
        self.limits = limits
        self.trusted = trusted
        self.on_withheld: Callable[[], None] | None = None
        """Audio of one more call is withheld."""
        self._pressed: set[RtpStream] = set()
        """Streams on which a key is down."""
        self._playing: set[RtpStream] = set()
        """Streams that play keys."""
        self._ears = ToneDetector()
        self._ports = PortFamilies(host, *port_range, ahead=ports_ahead, now_ns=now_ns)
        self._epoll = select.epoll()
        self._by_fd: dict[int, tuple[Receive, RtpStream, bool]] = {}
        self._streams: dict[int, RtpStream] = {}
        self._pools: dict[int, PortPool] = {}
        """Where the ports of each stream go back to."""
        self._band = band if band is not None else NarrowBand()
        self.steady = SteadyStreams()
        self._lanes: dict[int, RtpStream] = {}
        """The open streams by the numbers of their lanes."""
        self._next_lane = itertools.count()
        self.plans = Plans(self._lanes)
        self._cname = f"{random.SystemRandom().getrandbits(64):016x}@voiceforge"
        self._sweep_at = 0

    # -- calls come and go

    def open(self, local: str = "") -> RtpStream:
        """A stream on a fresh pair of ports. `local`: our address as the peer is told it, which has the
        family of its own. Raises CapacityError."""
        (rtp, rtcp), pool = self._ports.take(local)
        lane = next(self._next_lane)
        stream = RtpStream(self, lane, self._band.open(), self.steady, rtp, rtcp, self._cname)
        self._streams[stream.slot] = self._lanes[lane] = stream
        self._ears.reset(stream.slot)
        self._pools[stream.slot] = pool
        self.plans.clear()
        self.secured(stream)
        for half in (rtp, rtcp):
            self._epoll.register(half, select.EPOLLIN)
        return stream

    def secured(self, stream: RtpStream) -> None:
        """Called by `RtpStream.secure`."""
        rtp, rtcp = stream.receivers()
        self._by_fd[stream.rtp_socket.fileno()] = (rtp, stream, False)
        self._by_fd[stream.rtcp_socket.fileno()] = (rtcp, stream, True)

    def changed(self, stream: RtpStream) -> None:
        """Called by `RtpStream.configure`."""
        self.plans.clear()

    def watch(self, port: int, before: float, look: PacketLook) -> None:
        """Show the packets of the stream on a port of ours, unless that was opened later than `before`, in
        seconds of time.time: then it is another one's."""
        for stream in self._streams.values():
            if stream.local_port == port and stream.opened_at <= before:
                stream.watch(look)

    def unwatch(self, look: PacketLook) -> None:
        """It looks at no stream any more."""
        for stream in self._streams.values():
            stream.unwatch(look)

    def pressed(self, stream: RtpStream) -> None:
        """Called by the stream when a key is down."""
        self._pressed.add(stream)

    def plays(self, stream: RtpStream) -> None:
        """Called by `RtpStream.send_tone`."""
        self._playing.add(stream)

    def withheld(self, stream: RtpStream) -> None:
        """Called by `RtpStream.sweep`."""
        host = stream.remote[0] if stream.remote is not None else "?"
        log.warning(
            "audio for %s is withheld: the other side of a call named that host, signalling comes from "
            "elsewhere, and too little RTP or RTCP came from there. If it is a gateway that you trust, add "
            "it to rtp.trusted_networks; those of trunks and extensions (sip.trunks, sip.extensions) get all "
            "while they are heard once in half a minute",
            host,
        )
        if self.on_withheld is not None:
            self.on_withheld()

    def closed(self, stream: RtpStream) -> None:
        """Called by `RtpStream.close`."""
        for half in (stream.rtp_socket, stream.rtcp_socket):
            del self._by_fd[half.fileno()]
            self._epoll.unregister(half)
            half.close()
        self._pools.pop(stream.slot).give_back(stream.local_port)
        self._pressed.discard(stream)
        self._playing.discard(stream)
        del self._streams[stream.slot], self._lanes[stream.lane.number]
        self._band.close(stream.voice)
        self.plans.clear()

    def close(self) -> None:
        """Close all streams."""
        for stream in list(self._streams.values()):
            stream.close()
        self._ports.close()
        self._epoll.close()

    @functools.cached_property
    def identity(self) -> DtlsIdentity:
        """What we show in handshakes of DTLS. Making it takes tens of ms: ask once at the start."""
        return DtlsIdentity()

    @property
    def fingerprint(self) -> tuple[str, bytes]:
        """Of our certificate: the hash function, and its digest."""
        return "sha256", self.identity.fingerprint

    @property
    def active(self) -> int:
        """Streams that are open."""
        return len(self._streams)

    @property
    def free(self) -> int:
        """Port pairs that are left."""
        return self._ports.free

    # -- per tick: mediaserver.media.leg.Wire

    def receive(self, now_ns: int) -> None:
        """Take in all that has arrived. Arrival times are the kernel's, moved onto the clock of `now_ns`."""
        wall_ns = time.time_ns()
        by_fd, sources = self._by_fd, self.steady.sources
        singly = 0
        for _ in range(_ROUNDS):
            if singly >= _MOST_SINGLY:
                break
            ready = self._epoll.poll(0, 1_024)
            if not ready:
                break
            whence: list[tuple[RtpStream, Address]] = []
            slots: list[int] = []
            packets: list[bytes] = []
            stamps: list[bytes] = []
            for fd, _events in ready:
                entry = by_fd.get(fd)
                if entry is None:  # closed by a callback in this very round
                    continue
                receive, stream, is_rtcp = entry
                try:
                    data, extra, _flags, source = receive(_MAX_DATAGRAM, _STAMP_SPACE)
                except OSError:
                    continue
                if len(source) > 2:
                    source = source[:2]
                if is_rtcp:
                    singly += 1
                    stream.rtcp_arrived(data, source, now_ns, wall_ns)
                elif len(data) == PACKET and extra and source == sources[stream.slot]:
                    whence.append((stream, source))
                    slots.append(stream.slot)
                    packets.append(data)
                    stamps.append(extra[0][2])
                else:
                    singly += 1
                    if stream.is_report(data):
                        stream.rtcp_arrived(data, source, now_ns, wall_ns)
                        continue
                    stamp = extra[0][2] if extra else None
                    stream.rtp_arrived(data, source, _arrival(stamp, now_ns, wall_ns))
            if slots:
                odd, wrapped = self.steady.take(slots, packets, stamps, now_ns, wall_ns)
                for slot in wrapped:
                    self._streams[slot].incoming.leave_steady()
                for i in odd:
                    stream, source = whence[i]
                    if not stream.closed and stream.is_report(packets[i]):
                        stream.rtcp_arrived(packets[i], source, now_ns, wall_ns)
                    elif not stream.closed:
                        stream.rtp_arrived(packets[i], source, _arrival(stamps[i], now_ns, wall_ns))
        if self._pressed:
            for stream in list(self._pressed):
                if not stream.poll_digits(now_ns):
                    self._pressed.discard(stream)
        if now_ns >= self._sweep_at:
            self._sweep_at = now_ns + _SWEEP_NS
            for stream in list(self._streams.values()):
                stream.sweep(now_ns, wall_ns)

    def read(self, lanes: Sequence[int], now_ns: int) -> npt.NDArray[np.int16]:
        """The next 20 ms of each lane, [N, 320] int16 at 16 kHz; what is missing is concealed."""
        plan = self.plans.of(lanes)
        out = self._read_all(plan, now_ns)
        if plan.ears:
            frames = out if len(plan.ears) == len(out) else out[[i for i, _ in plan.ears]]
            for tone in self._ears.process(plan.ear_slots, frames):
                plan.ears[tone.row][1].tone_heard(tone.digit, tone.ago, tone.duration_ms)
        return out

    def _read_all(self, plan: Plan, now_ns: int) -> npt.NDArray[np.int16]:
        heard = plan.heard
        if heard.present is None:
            return self._read_narrow(heard, now_ns)
        out = np.zeros((len(plan.lanes), FRAME_SAMPLES), np.int16)
        if heard.present:
            out[heard.present] = self._read_narrow(heard, now_ns)
        for i, stream in plan.heard_wide:
            frame = stream.incoming.read_wide(now_ns)
            if frame is not None:
                out[i] = frame
        return out

    def _read_narrow(self, heard: Lines, now_ns: int) -> npt.NDArray[np.int16]:
        """The next 20 ms of streams of G.711, [N, 320]."""
        streams = heard.streams
        if not streams:
            return np.zeros((0, FRAME_SAMPLES), np.int16)
        codes, irregular = self.steady.play(heard.rows, now_ns)
        mends: list[Mend] = []
        if irregular:
            chunks = [self._read_one(streams[i], i, mends, now_ns) for i in irregular]
            codes[irregular] = np.frombuffer(b"".join(chunks), np.uint8).reshape(-1, NARROW_SAMPLES)
        return self._band.widen(heard.rows, codes, heard.a_law, mends)

    def _read_one(self, stream: RtpStream, at: int, mends: list[Mend], now_ns: int) -> bytes:
        """The next frame of a stream that is not steady."""
        incoming = stream.incoming
        octets = incoming.pop(now_ns)
        codes, plain = self._band.take(stream.voice, at, octets, incoming.missing, mends)
        if plain:
            incoming.enter_steady(stream.outgoing.remote)
        return codes

    def write(self, lanes: Sequence[int], frames: Sequence[Frame | None], now_ns: int) -> None:
        """Send 20 ms on each lane: a frame [320] int16, or None for silence, which goes out as well so that
        the far end's buffer and NAT stay open."""
        plan = self.plans.of(lanes)
        if self._playing:
            frames = self._with_tones(lanes, frames)
        for i, stream in plan.spoken_wide:
            stream.outgoing.send_frame(frames[i], now_ns)
        spoken = plan.spoken
        if spoken.present is not None:
            frames = [frames[i] for i in spoken.present]
        payloads = self._band.narrow(spoken.voices, spoken.rows, spoken.a_law, frames)
        for outgoing, payload in zip(plan.outgoing, payloads, strict=True):
            outgoing.send(payload, now_ns)

    def _with_tones(self, lanes: Sequence[int], frames: Sequence[Frame | None]) -> list[Frame | None]:
        """The frames, with keys in place of those of whoever plays some."""
        out = list(frames)
        for i, lane in enumerate(lanes):
            stream = self._lanes.get(lane)
            if stream in self._playing and stream is not None:
                tone = stream.outgoing.tones.next_frame()
                if tone is not None:
                    out[i] = tone
                if not stream.outgoing.tones.active:
                    self._playing.discard(stream)
        return out

    def early_ns(self, lane: int) -> int | None:
        """How much earlier the lane's tick could come and still find its packets; None when not known."""
        stream = self._lanes.get(lane)
        return stream.incoming.early_ns if stream is not None else None

    def moved(self, lane: int, now_ns: int) -> None:
        """The lane's tick was moved."""
        stream = self._lanes.get(lane)
        if stream is not None:
            stream.incoming.moved(now_ns)


def _arrival(stamp: bytes | None, now_ns: int, wall_ns: int) -> int:
    """The kernel's time stamp on the clock of `now_ns`."""
    if stamp is None:
        return now_ns
    seconds, rest = _STAMP.unpack(stamp)
    age = wall_ns - seconds * SECOND_NS - rest
    return now_ns - age if 0 < age < MAX_AGE_NS else now_ns
