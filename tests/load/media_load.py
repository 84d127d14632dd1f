"""How many calls one core carries: wire, clock, echo and voice detection against a sender process.

    python -m tests.load.media_load --calls 200 --seconds 10 [--codec opus] [--vad silero|standin|none]
        [--srtp SUITE]

The server half is pinned to one core and does nothing but media; the sender half (another process, another
core) sends a packet per call every 20 ms, spread over the 20 ms, and counts the echoes. Fails when sends are
late, packets were lost on either way, or voices were not listened to.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: a tick must not wake a thread pool

import argparse
import asyncio
import gc
import json
import multiprocessing
import resource
import select
import socket
import sys
import time
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import numpy.typing as npt

from mediaserver.media.clock import MediaClock
from mediaserver.media.collector import Collector
from mediaserver.media.encryption import MasterKey, SrtpKeys, SrtpSuite
from mediaserver.media.g711 import PCMU
from mediaserver.media.hearing import SWITCH_S, VoiceDetector
from mediaserver.media.leg import Frame, Lane, LegEvent, Voice
from mediaserver.media.time import FRAME_SAMPLES
from mediaserver.media.wideband import WIDE_CODECS
from mediaserver.rtp.packets import HEADER
from mediaserver.rtp.srtp import SrtpSender
from mediaserver.rtp.wire import RtpWire

HOST = "127.0.0.81"
NUMBERS = {"PCMU": 0, "G722": 9, "opus": 107, "L16": 108}
TICK_NS = 20_000_000
SLOTS = 40
"""Groups of calls that the sender spreads over 20 ms."""


SEND_LATE_P99_MS = 5.0
ON_THE_WAY = 50
"""Packets of a call that may be unanswered when the sender stops: a second, for the tick in which the clock
began and those that nobody waited for."""


class StandIn:
    """Costs about what Silero's matrix form costs (22 us per 32 ms chunk) and says nothing useful."""

    chunk_samples = 512

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        self._weights = rng.standard_normal((320, 1_024)).astype(np.float32)
        self._count = 0

    def open(self) -> int:
        self._count += 1
        return self._count - 1

    def close(self, slot: int) -> None: ...

    def reset(self, slot: int) -> None: ...

    def process(self, slots: list[int], frames: npt.NDArray[np.int16]) -> tuple[list[int], list[float]]:
        level = np.tanh(frames.astype(np.float32) @ self._weights).mean(axis=1)
        rows = [i for i in range(len(slots)) if i % 8 < 5]
        return rows, level[rows].tolist()


class Echo:
    def __init__(self) -> None:
        self._frame: Frame | None = None
        self.voiced = 0

    def on_frame(self, frame: Frame) -> None:
        self._frame = frame

    def next_frame(self, t: int) -> Frame | None:
        return self._frame

    def on_event(self, event: LegEvent) -> None:
        if isinstance(event, Voice) and event.probability > 0.5:
            self.voiced += 1


class BareLeg:
    """A leg without signalling."""

    def __init__(self, wire: RtpWire) -> None:
        self.stream = wire.open()

    @property
    def lane(self) -> Lane | None:
        return self.stream.lane

    def read(self) -> Frame | None:
        return self.stream.read()

    def write(self, frame: Frame) -> None:
        self.stream.write(frame)


def speech_like(seconds: int = 4) -> npt.NDArray[np.int16]:
    """Bursts of a harmonic tone with pauses, 8 kHz."""
    t = np.arange(seconds * 8_000) / 8_000
    voice = sum(np.sin(2 * np.pi * 140 * h * t) / h for h in range(1, 12))
    return np.asarray(4_000 * voice * (np.sin(2 * np.pi * 0.7 * t) > 0), np.int16)


def payloads(codec: str) -> tuple[list[bytes], int, int]:
    """Packets of 20 ms of speech, their payload type, and the steps of their timestamps."""
    narrow = speech_like()
    if codec == "PCMU":
        codes = PCMU.encode(narrow).tobytes()
        return [codes[i : i + 160] for i in range(0, len(codes), 160)], 0, 160
    wide = WIDE_CODECS[codec.upper()]
    encoder = wide.encoder()
    frames = np.repeat(narrow, 2).reshape(-1, FRAME_SAMPLES)
    return [encoder.encode(frame) for frame in frames], NUMBERS[codec], wide.clock // 50


def sender(
    pipe: Connection,
    core: int,
    ports: list[int],
    seconds: float,
    suite: SrtpSuite | None,
    codec: str,
) -> None:
    """The other end of all calls; sends its findings through the pipe."""
    os.sched_setaffinity(0, {core})
    gc.disable()
    chunks, kind, step = payloads(codec)
    epoll = select.epoll()
    socks: list[socket.socket] = []
    by_fd: dict[int, int] = {}
    for i, _port in enumerate(ports):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        sock.bind((HOST, 0))
        epoll.register(sock, select.EPOLLIN)
        by_fd[sock.fileno()] = i
        socks.append(sock)
    pipe.send([sock.getsockname()[1] for sock in socks])
    pipe.recv()  # the other side has configured its streams
    count = len(ports)
    secured = [SrtpSender(keys_of(suite).theirs) for _ in ports] if suite is not None else []
    got = [0] * count
    first_at = [0] * count
    last_seq = [-1] * count
    gaps = 0
    spans: list[int] = []
    lateness: list[int] = []
    begun = time.perf_counter_ns() + TICK_NS
    for n in range(int(seconds * 50)):
        chunk = chunks[n % len(chunks)]
        for slot in range(SLOTS):
            due = begun + n * TICK_NS + slot * TICK_NS // SLOTS
            while (wait := due - time.perf_counter_ns()) > 0:
                for fd, _ in epoll.poll(min(wait / 1e9, 0.001)):
                    i = by_fd[fd]
                    data = socks[i].recv(2_048)
                    now = time.perf_counter_ns()
                    if data[1] & 0x7F == kind:
                        got[i] += 1
                        seq = data[2] << 8 | data[3]
                        if last_seq[i] >= 0 and seq != (last_seq[i] + 1) & 0xFFFF:
                            gaps += 1
                        last_seq[i] = seq
                        if first_at[i]:
                            spans.append(now - first_at[i])
                        first_at[i] = now
            lateness.append(time.perf_counter_ns() - due)
            for i in range(slot, count, SLOTS):
                packet = HEADER.pack(0x80, kind, n & 0xFFFF, n * step, 1_000 + i) + chunk
                if secured:
                    packet = secured[i].protect(packet)
                socks[i].sendto(packet, (HOST, ports[i]))
    pipe.send(
        {
            "sent_per_call": int(seconds * 50),
            "echoed_least": min(got),
            "sequence_gaps": gaps,
            "sender_late_p99_ms": round(float(np.percentile(lateness, 99)) / 1e6, 3),
            "interval_p99_ms": round(float(np.percentile(spans, 99)) / 1e6, 3) if spans else None,
            "interval_max_ms": round(max(spans) / 1e6, 3) if spans else None,
        }
    )


def detector_named(name: str) -> VoiceDetector | None:
    if name == "silero":
        from pipelines.engines.builtin import VAD, registry
        from pipelines.engines.protocols import Kind

        return registry().make(Kind.VAD, VAD)
    return StandIn() if name == "standin" else None


def resident_kb() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 1_024


def keys_of(suite: SrtpSuite) -> SrtpKeys:
    """Those of all calls: what encrypting costs does not depend on them."""
    ours, theirs = (MasterKey(suite, bytes((n,)) * suite.master_octets) for n in (1, 2))
    return SrtpKeys(ours, theirs)


async def measure(
    calls: int,
    seconds: float,
    vad: str,
    phases: int,
    threaded: bool,
    profile: bool,
    suite: SrtpSuite | None = None,
    codec: str = "PCMU",
) -> dict[str, Any]:
    """Run the server half and return all figures."""
    cores = sorted(os.sched_getaffinity(0))
    detector = detector_named(vad)
    if threaded:
        sys.setswitchinterval(SWITCH_S)
    wire = RtpWire(HOST, (10_000, 19_999))
    clock = MediaClock(detector, phases, threaded_hearing=threaded)
    warm = [BareLeg(wire) for _ in range(8)]
    wire.read([leg.stream.lane.number for leg in warm], 1)
    before = resident_kb()
    legs = [BareLeg(wire) for _ in range(calls)]
    echoes = [Echo() for _ in legs]
    for leg, echo in zip(legs, echoes, strict=True):
        clock.attach(leg, echo)
    idle_kb = (resident_kb() - before) / calls
    for leg in warm:
        leg.stream.close()
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    ports = [leg.stream.local_port for leg in legs]
    handed = (theirs, cores[-1], ports, seconds, suite, codec)
    process = context.Process(target=sender, args=handed, daemon=True)
    process.start()
    os.sched_setaffinity(0, {cores[0]})
    loop = asyncio.get_running_loop()
    for leg, port in zip(legs, await loop.run_in_executor(None, ours.recv), strict=True):
        leg.stream.secure(keys_of(suite) if suite is not None else None)
        leg.stream.configure((HOST, port), codec, NUMBERS[codec], 101, 20)
        leg.stream.proven(HOST)
    collector = Collector()
    collector.start()
    clock.beside = (collector,)
    clock.start()
    ours.send("go")
    await asyncio.sleep(1.5)  # calls settle in their phases
    clock.start_lateness.reset()
    clock.send_lateness.reset()
    frames, busy, wall = clock.frames, clock.busy_ns, time.perf_counter_ns()
    cpu = time.process_time_ns()
    profiler = None
    if profile:
        import cProfile

        profiler = cProfile.Profile()
        profiler.enable()
    await asyncio.sleep(seconds - 2.0)
    if profiler is not None:
        profiler.disable()
        profiler.print_stats("tottime")
    cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
    frames, busy = clock.frames - frames, clock.busy_ns - busy
    starts, sends = clock.start_lateness.as_dict(), clock.send_lateness.as_dict()
    stalls, skipped = clock.stalls, clock.skipped_phases
    stats = [leg.stream.stats() for leg in legs]  # before the sender stops
    far = await loop.run_in_executor(None, ours.recv)
    clock.stop()
    collector.stop()
    process.join()
    result = {
        "calls": calls,
        "codec": codec,
        "vad": vad,
        "encryption": stats[0].encryption if stats else None,
        "seconds": round(wall / 1e9, 2),
        "cpu_share": round(cpu / wall, 3),
        "us_per_call_tick": round(cpu / 1e3 / max(1, frames), 2),
        "us_tick_wall": round(busy / 1e3 / max(1, frames), 2),
        "lost_packets": sum(s.lost for s in stats),
        "late_packets": sum(s.late for s in stats),
        "concealed_frames": sum(s.concealed for s in stats),
        "inserted_frames": sum(s.inserted for s in stats),
        "foreign_packets": sum(s.foreign_packets for s in stats),
        "start_lateness": starts,
        "send_lateness": sends,
        "stalls": stalls,
        "skipped_phases": skipped,
        "unheard_frames": clock.unheard_frames,
        "moves": clock.moves,
        "calls_per_phase": [phase.size for phase in clock._phases],
        "idle_kb_per_call": round(idle_kb, 1),
        "resident_kb_per_call": round((resident_kb() - before) / calls, 1),
        "voiced_chunks": sum(echo.voiced for echo in echoes),
        **far,
    }
    wire.close()
    return result


def faults(result: dict[str, Any]) -> list[str]:
    """Why the run does not pass, in words."""
    late = result["send_lateness"]["p99_ms"]
    unanswered = result["sent_per_call"] - result["echoed_least"]
    checks = (
        (late > SEND_LATE_P99_MS, f"send lateness p99 {late} ms, over {SEND_LATE_P99_MS:g}"),
        (result["lost_packets"] > 0, f"{result['lost_packets']} packets lost on the way in"),
        (result["sequence_gaps"] > 0, f"{result['sequence_gaps']} gaps in what came back"),
        (unanswered > ON_THE_WAY, f"{unanswered} packets of a call without an echo"),
        (result["unheard_frames"] > 0, f"{result['unheard_frames']} frames without voice detection"),
    )
    return [reason for failed, reason in checks if failed]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--codec", choices=tuple(NUMBERS), default="PCMU")
    parser.add_argument("--vad", choices=("silero", "standin", "none"), default="silero")
    parser.add_argument("--phases", type=int, default=4)
    parser.add_argument(
        "--threaded",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="detect voices on a thread of their own, as the server does",
    )
    parser.add_argument(
        "--srtp", choices=[suite.value for suite in SrtpSuite], help="encrypt the audio of all calls"
    )
    parser.add_argument("--uvloop", action="store_true", help="use uvloop's event loop")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    args = parser.parse_args()
    suite = SrtpSuite(args.srtp) if args.srtp else None
    job = measure(
        args.calls, args.seconds, args.vad, args.phases, args.threaded, args.profile, suite, args.codec
    )
    if args.uvloop:
        import uvloop

        result = uvloop.run(job)
    else:
        result = asyncio.run(job)
    found = faults(result)
    json.dump({**result, "faults": found}, sys.stdout, indent=1)
    sys.stdout.write("\n" + "".join(f"{fault}\n" for fault in found or ("passed",)))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
