"""All calls' RTP and RTCP sockets behind one epoll, and the batched work between packets and frames.

Driven by the media clock: it has no task, thread or timer of its own, and never blocks. A native module can
take its place by implementing mediaserver.media.clock.Wire (and `open` for signalling).
"""

from __future__ import annotations

import random
import select
import socket
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaserver.media.g711 import PCMA, PCMU
from mediaserver.media.leg import Frame
from mediaserver.media.resample import Downsampler, Upsampler
from mediaserver.media.time import FRAME_NS, FRAME_SAMPLES, NARROW_SAMPLES, SECOND_NS, WRAP_16, WRAP_32
from mediaserver.rtp.jitter import CONCEAL
from mediaserver.rtp.packets import HEADER, Address
from mediaserver.rtp.plans import Plans, Streamed
from mediaserver.rtp.ports import PortPool
from mediaserver.rtp.steady import MAX_AGE_NS, PACKET, SteadyStreams
from mediaserver.rtp.stream import RtpStats, RtpStream

__all__ = ["RtpStats", "RtpStream", "RtpWire", "Streamed"]

_SWEEP_NS = 250_000_000
"""How often deadlines of seconds (RTCP, silence) are looked at."""
_MAX_DATAGRAM = 2_048
_ROUNDS = 16
"""Datagrams taken from one socket per call of `receive`, so that a flood of one call starves no other."""
_STAMP = struct.Struct("@qq")
_STAMP_SPACE = socket.CMSG_SPACE(_STAMP.size)
_SILENCE = {law: bytes([law.silence]) * NARROW_SAMPLES for law in (PCMU, PCMA)}
_ZERO_FRAME: Frame = np.zeros(FRAME_SAMPLES, np.int16)
_ZERO_FRAME.setflags(write=False)

Receive = Callable[[int, int], tuple[bytes, list[tuple[int, int, bytes]], int, Any]]


class RtpWire:
    """Owns the sockets. Raises PortInUseError or CapacityError from `open`, nothing while running."""

    def __init__(
        self,
        host: str,
        port_range: tuple[int, int] = (10_000, 19_999),
        media_timeout_s: float = 15.0,
        now_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self.host = host
        self.now_ns = now_ns
        self.media_timeout_ns = int(media_timeout_s * 1e9)
        """Zero switches the silence timeout off."""
        self.pressed: set[RtpStream] = set()
        """Streams on which a key is down."""
        self._ports = PortPool(host, *port_range)
        self._epoll = select.epoll()
        self._by_fd: dict[int, tuple[Receive, RtpStream, bool]] = {}
        self._streams: dict[int, RtpStream] = {}
        self._slots: list[int] = []
        self.steady = SteadyStreams()
        self.plans = Plans()
        self._up = Upsampler()
        self._down = Downsampler()
        self._cname = f"{random.SystemRandom().getrandbits(64):016x}@voiceforge"
        self._sweep_at = 0

    # -- calls come and go

    def open(self) -> RtpStream:
        """A stream on a fresh pair of ports. Raises CapacityError."""
        rtp, rtcp = self._ports.take()
        slot = self._slots.pop() if self._slots else len(self._streams)
        stream = RtpStream(self, slot, rtp, rtcp, self._cname, self.now_ns())
        self.steady.open(slot)
        self._up.reset(slot)
        self._down.reset(slot)
        self._streams[slot] = stream
        self.plans.clear()
        for half, is_rtcp in ((rtp, False), (rtcp, True)):
            self._by_fd[half.fileno()] = (half.recvmsg, stream, is_rtcp)
            self._epoll.register(half, select.EPOLLIN)
        return stream

    def closed(self, stream: RtpStream) -> None:
        """Called by `RtpStream.close`."""
        if stream.configured and stream.remote_rtcp is not None:
            self._send_rtcp(stream, stream.rtcp.bye(stream.sender))
        for half in (stream.rtp_socket, stream.rtcp_socket):
            del self._by_fd[half.fileno()]
            self._epoll.unregister(half)
            half.close()
        self._ports.give_back(stream.local_port)
        self.pressed.discard(stream)
        del self._streams[stream.slot]
        self._slots.append(stream.slot)
        self.plans.clear()
        stream.sending = stream.receiving = False

    def close(self) -> None:
        """Close all streams."""
        for stream in list(self._streams.values()):
            stream.close()
        self._epoll.close()

    @property
    def active(self) -> int:
        """Streams that are open."""
        return len(self._streams)

    @property
    def free(self) -> int:
        """Port pairs that are left."""
        return self._ports.free

    # -- per tick: mediaserver.media.clock.Wire

    def receive(self, now_ns: int) -> None:
        """Take in all that has arrived. Arrival times are the kernel's, moved onto the clock of `now_ns`."""
        wall_ns = time.time_ns()
        by_fd, sources = self._by_fd, self.steady.sources
        for _ in range(_ROUNDS):
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
                    stream.rtcp_arrived(data, source, now_ns, wall_ns)
                elif len(data) == PACKET and extra and source == sources[stream.slot]:
                    whence.append((stream, source))
                    slots.append(stream.slot)
                    packets.append(data)
                    stamps.append(extra[0][2])
                else:
                    stamp = extra[0][2] if extra else None
                    stream.rtp_arrived(data, source, _arrival(stamp, now_ns, wall_ns))
            if slots:
                for i in self.steady.take(slots, packets, stamps, now_ns, wall_ns):
                    stream, source = whence[i]
                    if not stream.closed:
                        stream.rtp_arrived(packets[i], source, _arrival(stamps[i], now_ns, wall_ns))
        if self.pressed:
            for stream in list(self.pressed):
                stream.digits_heard(stream.digits_in.poll(now_ns), now_ns)
                if not stream.digits_in.pressed:
                    self.pressed.discard(stream)
        if now_ns >= self._sweep_at:
            self._sweep_at = now_ns + _SWEEP_NS
            self._sweep(now_ns, wall_ns)

    def read(self, legs: Sequence[Streamed], now_ns: int) -> npt.NDArray[np.int16]:
        """The next 20 ms of each leg, [N, 320] int16 at 16 kHz; what is missing is concealed, a leg without
        a stream is silent. Legs must differ; a list that was given once must not be changed."""
        plan = self.plans.of(legs)
        streams = plan.streams
        out = None if plan.present is None else np.zeros((len(legs), FRAME_SAMPLES), np.int16)
        if not streams:
            return np.zeros((0, FRAME_SAMPLES), np.int16) if out is None else out
        codes, irregular = self.steady.play(plan.rows, now_ns)
        odd: list[tuple[int, RtpStream, bytes]] = []
        if irregular:
            chunks = [self._read_one(streams[i], i, odd, now_ns) for i in irregular]
            codes[irregular] = np.frombuffer(b"".join(chunks), np.uint8).reshape(-1, NARROW_SAMPLES)
        audio = PCMU.to_float.take(codes)
        if plan.a_law:
            audio[plan.a_law] = PCMA.to_float[codes[plan.a_law]]
        for i, stream, what in odd:
            if len(what) == NARROW_SAMPLES and stream.gap is not None and stream.jitter.missing is None:
                stream.gap.join(audio[i])
                stream.gap = None
            else:
                stream.conceal(what or None, audio[i])
        wide = self._up.process(plan.rows, audio)
        if out is None:
            return wide
        out[plan.present] = wide
        return out

    def _read_one(
        self, stream: RtpStream, i: int, odd: list[tuple[int, RtpStream, bytes]], now_ns: int
    ) -> bytes:
        """The next frame of a stream that is not steady; what is to be done to its audio goes to `odd`."""
        jitter = stream.jitter
        stream.frames_read_before += 1
        chunk = jitter.pop(now_ns)
        if chunk is None:
            stream.past = stream.gap = None
        elif not chunk:
            odd.append((i, stream, CONCEAL))
        elif jitter.missing is not None:
            odd.append((i, stream, jitter.missing))
            return chunk
        else:
            past = stream.past
            stream.past = (chunk, past[0], past[1]) if past is not None else (chunk, chunk, chunk)
            if stream.gap is not None:
                odd.append((i, stream, chunk))
            else:
                stream.enter_steady()
            return chunk
        return _SILENCE[stream.codec]

    def write(self, legs: Sequence[Streamed], frames: Sequence[Frame | None], now_ns: int) -> None:
        """Send 20 ms of each leg: a frame [320] int16, or None for silence, which goes out as well so that
        the far end's buffer and NAT stay open. Legs must differ."""
        plan = self.plans.of(legs)
        streams = plan.streams
        if plan.present is not None:
            frames = [frames[i] for i in plan.present]
        audio: list[Frame] = []
        speaking: list[RtpStream] = []
        for stream, frame in zip(streams, frames, strict=True):
            if frame is None:
                if not stream.speaking:
                    self._send(stream, _SILENCE[stream.codec], now_ns)
                    continue
                stream.speaking = False
                frame = _ZERO_FRAME  # lets the filter's tail out, once
            elif not stream.speaking:
                stream.speaking = True
                self._down.reset(stream.slot)
            audio.append(frame)
            speaking.append(stream)
        if not audio:
            return
        rows, a_law = plan.rows, plan.a_law
        if len(speaking) < len(streams):
            rows = np.array([stream.slot for stream in speaking], np.intp)
            a_law = [i for i, stream in enumerate(speaking) if stream.codec is PCMA]
        batch = np.concatenate(audio).reshape(len(audio), FRAME_SAMPLES)
        narrow = self._down.process(rows, batch)
        codes = PCMU.encode(narrow)
        if a_law:
            codes[a_law] = PCMA.encode(narrow[a_law])
        octets = codes.tobytes()
        send, at = self._send, 0
        for stream in speaking:
            send(stream, octets[at : at + NARROW_SAMPLES], now_ns)
            at += NARROW_SAMPLES

    def early_ns(self, leg: Streamed) -> int | None:
        """How much earlier the leg's tick could come and still find its packets; None when not known."""
        stream = leg.stream
        return stream.jitter.early_ns() if stream is not None else None

    def moved(self, leg: Streamed, now_ns: int) -> None:
        """The leg's tick was moved."""
        stream = leg.stream
        if stream is not None:
            stream.jitter.moved(now_ns)

    # -- inside

    def _send(self, stream: RtpStream, payload: bytes, now_ns: int) -> None:
        sender = stream.sender
        timestamp = sender.timestamp
        late = now_ns - stream.written_at - FRAME_NS
        if late > 0 and stream.written_at:
            if late > stream.lateness_ns:
                stream.lateness_ns = late
            if late > FRAME_NS // 2:
                # Ticks were left out: the time line goes on, so that the far end hears a gap, not a delay.
                timestamp += (late + FRAME_NS // 2) // FRAME_NS * NARROW_SAMPLES
                stream.pending = b""
                stream.marker = 0x80
        stream.written_at = now_ns
        stream.frames_written += 1
        sender.timestamp = (timestamp + NARROW_SAMPLES) & WRAP_32
        remote = stream.remote
        if not stream.sending or remote is None:
            return
        event = None
        if stream.dialling:
            event = stream.digits_out.tick(timestamp & WRAP_32)
            stream.dialling = stream.digits_out.active
        if event is not None:
            stream.pending = b""
            kind = stream.telephone_event_pt
            if kind is None:
                return
            kind |= 0x80 if event.marker else 0
            packet = sender.packet(event.payload, kind, event.timestamp)
        elif stream.octets_per_packet == NARROW_SAMPLES:
            sequence = sender.sequence
            sender.sequence = (sequence + 1) & WRAP_16
            sender.packets += 1
            sender.octets += NARROW_SAMPLES
            kind = stream.payload_type | stream.marker
            stream.marker = 0
            packet = HEADER.pack(0x80, kind, sequence, timestamp & WRAP_32, sender.ssrc) + payload
        else:
            self._send_repacked(stream, payload, timestamp, remote)
            return
        try:
            stream.sendto(packet, remote)
        except OSError:
            stream.send_errors += 1

    def _send_repacked(
        self, stream: RtpStream, payload: bytes, timestamp: int, remote: tuple[str, int]
    ) -> None:
        """Packets of another length than our frames."""
        size = stream.octets_per_packet
        first = timestamp - len(stream.pending)
        pending = stream.pending + payload
        while len(pending) >= size:
            kind = stream.payload_type | stream.marker
            stream.marker = 0
            packet = stream.sender.packet(pending[:size], kind, first)
            pending = pending[size:]
            first += size
            try:
                stream.sendto(packet, remote)
            except OSError:
                stream.send_errors += 1
        stream.pending = pending

    def _sweep(self, now_ns: int, wall_ns: int) -> None:
        for stream in list(self._streams.values()):
            if not stream.configured:
                continue
            if not stream.receiving:
                stream.heard_at = now_ns  # nothing is expected while held
            elif (
                self.media_timeout_ns
                and now_ns - stream.last_heard >= self.media_timeout_ns
                and not stream.silent
            ):
                stream.fell_silent()
            elif stream.silent and now_ns - stream.last_heard < self.media_timeout_ns:
                stream.silent = False
            if now_ns >= stream.rtcp.deadline and not stream.closed:
                sent = stream.sender.packets != stream.reported_packets
                stream.reported_packets = stream.sender.packets
                report = stream.rtcp.report(stream.sender, stream.receiver, now_ns, wall_ns, sent)
                self._send_rtcp(stream, report)

    def _send_rtcp(self, stream: RtpStream, data: bytes) -> None:
        if stream.remote_rtcp is None or stream.remote_rtcp[0] in ("0.0.0.0", "::"):
            return
        try:
            stream.rtcp_socket.sendto(data, stream.remote_rtcp)
        except (OSError, OverflowError):
            stream.send_errors += 1


def _arrival(stamp: bytes | None, now_ns: int, wall_ns: int) -> int:
    """The kernel's time stamp on the clock of `now_ns`."""
    if stamp is None:
        return now_ns
    seconds, rest = _STAMP.unpack(stamp)
    age = wall_ns - seconds * SECOND_NS - rest
    return now_ns - age if 0 < age < MAX_AGE_NS else now_ns
