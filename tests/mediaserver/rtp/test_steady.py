"""A stream in its steady state must be told from one that is not by its speed alone: every script is played
twice, with and without `RtpWire.steady`, and all that can be heard and counted must be the same."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from mediaserver.media.g711 import CODECS
from mediaserver.rtp.incoming import Incoming
from mediaserver.rtp.packets import RtpPacket
from mediaserver.rtp.telephone_events import EVENT
from mediaserver.rtp.wire import RtpStream, RtpWire
from tests.loopback import own_loopback

HOST = own_loopback(85)
TICK = 20_000_000
START = 1_000_000_000_000
MS = 1_000_000
TICKS = 60
EVENT_AT = 30


@dataclass
class Script:
    """What arrives: (ns after START, packet, from the foreign socket?), and what is done before a tick."""

    arrivals: list[tuple[int, bytes, bool]] = field(default_factory=list)
    acts: dict[int, Callable[[RtpStream], object]] = field(default_factory=dict)
    codec: str = "PCMU"


def audio(n: int, law: str = "PCMU") -> bytes:
    t = np.arange(n * 160, n * 160 + 160) / 8_000
    said = 6_000 * np.sin(2 * np.pi * 500 * t) * (np.sin(2 * np.pi * 1.3 * t) > -0.3)
    return CODECS[law].encode(np.asarray(said, np.int16)).tobytes()


def line(
    ticks: int = TICKS,
    sequence: int = 500,
    timestamp: int = 8_000,
    seed: int = 1,
    law: str = "PCMU",
    spread_ms: float = 2.0,
    change: Callable[[int, RtpPacket], list[tuple[float, RtpPacket]]] | None = None,
) -> Script:
    """A packet every 20 ms with a little jitter; `change` may replace one by others, ms later."""
    rng, script = random.Random(seed), Script(codec=law)
    kind = CODECS[law].payload_type
    for n in range(ticks):
        packet = RtpPacket(
            kind, (sequence + n) & 0xFFFF, (timestamp + n * 160) & 0xFFFFFFFF, 77, audio(n, law)
        )
        due = n * TICK + 3 * MS + int(rng.random() * spread_ms * MS)
        for later, other in change(n, packet) if change is not None else [(0.0, packet)]:
            script.arrivals.append((due + int(later * MS), bytes(other), False))
    return script


def only_at(
    number: int, instead: Callable[[RtpPacket], list[tuple[float, RtpPacket]]]
) -> Callable[[int, RtpPacket], list[tuple[float, RtpPacket]]]:
    return lambda n, packet: instead(packet) if n == number else [(0.0, packet)]


def but(packet: RtpPacket, **other: Any) -> RtpPacket:
    values = {name: getattr(packet, name) for name in RtpPacket.__slots__}
    return RtpPacket(**{**values, **other})


def play(script: Script, monkeypatch: pytest.MonkeyPatch, steady: bool) -> tuple[list[Any], list[bool]]:
    """All that can be seen of the stream, tick by tick; and when it was steady."""
    with monkeypatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: 0)  # packets arrive when `receive` is called
        if not steady:
            patch.setattr(Incoming, "enter_steady", lambda *_: None)
        now = START
        made = RtpWire(HOST, (21_400, 21_599), now_ns=lambda: now)
        phone, foreign = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        try:
            for sock in (phone, foreign):
                sock.bind((HOST, 0))
            stream = made.open()
            law = CODECS[script.codec]
            address = phone.getsockname()
            stream.configure(address, law.name, law.payload_type, 101)
            stream.proven(HOST)
            seen: list[Any] = []
            stream.on_digit = lambda *digit: seen.append(digit)
            lanes, was_steady = [stream.lane.number], list[bool]()
            queue = sorted(script.arrivals, key=lambda arrival: arrival[0])
            for n in range(TICKS + 5):
                tick = START + (n + 1) * TICK
                if n in script.acts:
                    script.acts[n](stream)
                while queue and START + queue[0][0] <= tick:
                    at, data, is_foreign = queue.pop(0)
                    (foreign if is_foreign else phone).sendto(data, (HOST, stream.local_port))
                    now = START + at
                    made.receive(now)
                now = tick
                made.receive(now)
                was_steady.append(stream.incoming.steady)
                incoming = stream.incoming
                heard = (incoming.last_heard or START) - START
                seen.append((made.read(lanes, now).tobytes(), heard, incoming.early_ns))
                if n % 16 == 7:
                    seen.append(figures(stream, address, foreign.getsockname()))
            seen.append(figures(stream, address, foreign.getsockname()))
            receiver, jitter = stream.incoming.receiver, stream.incoming.jitter
            seen.append(
                [
                    getattr(receiver, name)
                    for name in receiver.__slots__
                    if name not in ("locked", "announced")
                ]
            )
            seen.append(
                (jitter.position, jitter.head, jitter.early_ns(), jitter.target_ns, stream.voice.past)
            )
            return seen, was_steady
        finally:
            made.close()
            phone.close()
            foreign.close()


def figures(stream: RtpStream, *addresses: Any) -> dict[str, Any]:
    """Statistics; addresses as their place in the list, since ports differ from run to run."""
    remote = addresses.index(stream.remote) if stream.remote in addresses else stream.remote
    return {**stream.stats().as_dict(), "remote": remote, "read": stream.frames_read}


def late(packet: RtpPacket) -> list[tuple[float, RtpPacket]]:
    return [(45.0, packet)]


def twice(packet: RtpPacket) -> list[tuple[float, RtpPacket]]:
    return [(0.0, packet), (1.0, packet)]


def from_there_on(
    **other: Callable[[RtpPacket], Any],
) -> Callable[[int, RtpPacket], list[tuple[float, RtpPacket]]]:
    return lambda n, packet: [
        (0.0, but(packet, **{k: f(packet) for k, f in other.items()}) if n >= EVENT_AT else packet)
    ]


def with_foreign() -> Script:
    script = line()
    stolen = bytes(RtpPacket(0, 530, 8_000 + 30 * 160, 77, bytes(160)))
    script.arrivals += [(EVENT_AT * TICK + k * MS, stolen, True) for k in range(1, 5)]
    return script


def with_key() -> Script:
    script = line()
    for k in range(5):
        event = EVENT.pack(5, 0x8A if k == 4 else 10, k * 160 + 160)
        packet = RtpPacket(101, 900 + k, 8_000 + EVENT_AT * 160, 77, event)
        script.arrivals.append((EVENT_AT * TICK + k * TICK + MS, bytes(packet), False))
    return script


def with_act(act: Callable[[RtpStream], object]) -> Script:
    script = line()
    script.acts[EVENT_AT] = act
    return script


def other_law(stream: RtpStream) -> None:
    assert stream.remote is not None
    stream.configure(stream.remote, "PCMA", 8, 101)


def hold(stream: RtpStream) -> None:
    assert stream.remote is not None
    stream.configure(stream.remote, "PCMU", 0, 101, direction="sendonly")


def halves(n: int, packet: RtpPacket) -> list[tuple[float, RtpPacket]]:
    """From the event on packets of 10 ms."""
    if n < EVENT_AT:
        return [(0.0, packet)]
    first = EVENT_AT + 500
    return [
        (
            10.0 * k,
            but(
                packet,
                sequence=first + 2 * (n - EVENT_AT) + k,
                timestamp=packet.timestamp + 80 * k,
                payload=packet.payload[80 * k : 80 * k + 80],
            ),
        )
        for k in range(2)
    ]


SCRIPTS: dict[str, Callable[[], Script]] = {
    "clean": line,
    "a-law": lambda: line(law="PCMA"),
    "loss": lambda: line(change=only_at(EVENT_AT, lambda _: [])),
    "reordered": lambda: line(change=only_at(EVENT_AT, lambda p: [(21.5, p)])),
    "late": lambda: line(change=only_at(EVENT_AT, late)),
    "twice": lambda: line(change=only_at(EVENT_AT, twice)),
    "marker": lambda: line(change=only_at(EVENT_AT, lambda p: [(0.0, but(p, marker=True))])),
    "comfort noise": lambda: line(
        change=only_at(EVENT_AT, lambda p: [(0.0, but(p, payload_type=13, payload=b"@"))])
    ),
    "unknown type": lambda: line(change=only_at(EVENT_AT, lambda p: [(0.0, but(p, payload_type=99))])),
    "ssrc": lambda: line(change=from_there_on(ssrc=lambda _: 78)),
    "time stamp leap": lambda: line(change=from_there_on(timestamp=lambda p: p.timestamp + 100_000)),
    "sequence leap": lambda: line(change=from_there_on(sequence=lambda p: p.sequence + 20_000)),
    "sequence wrap": lambda: line(sequence=0xFFFF - EVENT_AT),
    "sequence wrap, lost": lambda: line(sequence=0x10000 - EVENT_AT, change=only_at(EVENT_AT, lambda _: [])),
    "time stamp wrap": lambda: line(timestamp=(-EVENT_AT * 160) & 0xFFFFFFFF),
    "stall": lambda: line(
        change=lambda n, p: [(max(0.0, 20.0 * (EVENT_AT + 8 - n)), p)] if n >= EVENT_AT else [(0.0, p)]
    ),
    "end": lambda: line(ticks=EVENT_AT),
    "foreign": with_foreign,
    "key": with_key,
    "10 ms": lambda: line(change=halves),
    "other law": lambda: with_act(other_law),
    "hold": lambda: with_act(hold),
    "tick moved": lambda: with_act(lambda stream: stream.incoming.moved(START + (EVENT_AT + 1) * TICK)),
    "much jitter": lambda: line(spread_ms=60.0, seed=3),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_but_speed_tells_the_steady_state(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, never = play(SCRIPTS[name](), monkeypatch, steady=False)
    seen, was_steady = play(SCRIPTS[name](), monkeypatch, steady=True)
    assert not any(never)
    assert sum(was_steady[5:EVENT_AT]) > (0 if name == "much jitter" else 20)
    assert len(seen) == len(plain)
    for tick, (got, wanted) in enumerate(zip(seen, plain, strict=True)):
        assert got == wanted, tick


@pytest.mark.parametrize("seed", range(12))
def test_nor_does_it_on_a_bad_line(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)

    def spoil(_: int, packet: RtpPacket) -> list[tuple[float, RtpPacket]]:
        match rng.randrange(20):
            case 0:
                return []
            case 1:
                return twice(packet)
            case 2:
                return [(rng.random() * 60, packet)]
            case 3:
                return [(0.0, but(packet, marker=True))]
            case _:
                return [(0.0, packet)]

    script = line(change=spoil, seed=seed, sequence=0x10000 - rng.randrange(60))
    plain, _ = play(script, monkeypatch, steady=False)
    seen, was_steady = play(script, monkeypatch, steady=True)
    assert any(was_steady)
    assert seen == plain


def test_a_stream_is_steady_again_soon_after_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("loss", "marker", "ssrc", "sequence wrap"):
        _, was_steady = play(SCRIPTS[name](), monkeypatch, steady=True)
        assert not all(was_steady[EVENT_AT - 2 : EVENT_AT + 12]) and any(was_steady[EVENT_AT + 3 : TICKS])


def test_many_streams_in_one_round_keep_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """One of them is special in every tick."""
    results = []
    for steady in (False, True):
        with monkeypatch.context() as patch:
            patch.setattr(time, "time_ns", lambda: 0)
            if not steady:
                patch.setattr(Incoming, "enter_steady", lambda *_: None)
            now = START
            made = RtpWire(HOST, (21_600, 21_999), now_ns=lambda: START)
            phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            phone.bind((HOST, 0))
            streams = [made.open() for _ in range(80)]  # more than there are rows at first
            lanes = [stream.lane.number for stream in streams]
            for i, stream in enumerate(streams):
                law = CODECS["PCMA" if i % 3 else "PCMU"]
                stream.configure(phone.getsockname(), law.name, law.payload_type, 101)
            frames = []
            for n in range(40):
                for i, stream in enumerate(streams):
                    law = stream.voice.codec
                    packet = RtpPacket(
                        law.payload_type, n, n * 160, 1_000 + i, audio(n + i, law.name), i == n + 20
                    )
                    if i != n + 40:
                        phone.sendto(bytes(packet), (HOST, stream.local_port))
                now += TICK
                made.receive(now)
                frames.append(made.read(lanes, now).tobytes())
            steadies = sum(stream.incoming.steady for stream in streams)
            assert (steadies > 60) if steady else not steadies
            results.append((frames, [{**s.stats().as_dict()} for s in streams]))
            made.close()
            phone.close()
    assert results[0] == results[1]


def test_looking_at_a_steady_stream_leaves_it_steady(monkeypatch: pytest.MonkeyPatch) -> None:
    script = line()
    for n in range(10, TICKS):
        script.acts[n] = lambda stream: (stream.stats(), stream.frames_read, stream.played())
    seen, was_steady = play(script, monkeypatch, steady=True)
    unseen, _ = play(line(), monkeypatch, steady=False)
    assert seen == unseen and all(was_steady[5:TICKS])


def test_packets_of_strangers_throw_no_stream_off_the_batched_path(monkeypatch: pytest.MonkeyPatch) -> None:
    script = line()
    for n in range(10, TICKS):
        odd = b"x" if n % 2 else bytes(RtpPacket(0, 500 + n, 8_000 + n * 160, 99, bytes(160)))
        script.arrivals.append((n * TICK + MS, odd, True))
    seen, was_steady = play(script, monkeypatch, steady=True)
    unseen, _ = play(line(), monkeypatch, steady=False)
    assert all(was_steady[5:TICKS])
    heard, unheard = ([frame for frame, *_ in filter(_is_frame, run)] for run in (seen, unseen))
    assert heard == unheard


def _is_frame(what: Any) -> bool:
    return isinstance(what, tuple) and isinstance(what[0], bytes)
