"""Wide-band codecs over real loopback sockets, on a clock of the test's own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest

from mediaserver.media.g711 import PCMU
from mediaserver.media.time import distance_32
from mediaserver.media.wideband import WIDE_CODECS, WideCodec
from mediaserver.rtp.packets import HEADER, RtpPacket
from mediaserver.rtp.stream import RtpStream
from mediaserver.rtp.telephone_events import EVENT
from tests.mediaserver.rtp.test_wire import HOST, TICK, Bench, Phone

NUMBER = {"PCMU": 0, "PCMA": 8, "G722": 9, "opus": 107, "L16": 108}
WIDE = ("G722", "opus", "L16")
Audio = npt.NDArray[np.int16]


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


def chord(ticks: int, *pitches: int) -> Audio:
    """Sines of these Hz, [ticks, 320], with a tremolo so that places in it can be told apart."""
    t = np.arange(ticks * 320) / 16_000
    tremolo = 0.6 + 0.4 * np.sin(2 * np.pi * 3.1 * t + 4 * t * t)
    sound = sum(np.sin(2 * np.pi * pitch * t) for pitch in pitches) * tremolo
    return np.asarray(np.rint(6_000 / len(pitches) * sound), np.int16).reshape(ticks, -1)


def configure(stream: RtpStream, to: tuple[str, int], codec: str, **more: object) -> None:
    events = 102 if codec == "opus" else 101
    clocks = ((102, 48_000),) if codec == "opus" else ()
    arguments: dict[str, object] = {"event_clocks": clocks} | more
    stream.configure(to, codec, NUMBER[codec], events, **arguments)  # type: ignore[arg-type]
    stream.proven(HOST, verified=True)


class Line:
    """A stream that speaks and one that hears, with a network between them that may do anything."""

    def __init__(self, bench: Bench, codec: str) -> None:
        self.bench = bench
        self.near, self.far = bench.wire.open(), bench.wire.open()
        self.relay = Phone()
        bench.phones.append(self.relay)
        configure(self.near, self.relay.address, codec, rtcp_port=self.relay.rtcp_port)
        configure(self.far, self.relay.address, codec)
        self.sent: list[RtpPacket] = []

    def say(self, said: Audio, network: Callable[[int, bytes], list[bytes]] | None = None) -> Audio:
        """What is heard of it, as much as was said."""
        near, far = [self.near.lane.number], [self.far.lane.number]
        wire, clock, heard = self.bench.wire, self.bench.clock, []
        for n, frame in enumerate(said):
            wire.write(near, [frame], clock.now)
            for packet in self.relay.received():
                self.sent.append(packet)
                for data in [bytes(packet)] if network is None else network(n, bytes(packet)):
                    self.relay.rtp.sendto(data, (HOST, self.far.local_port))
            clock.now += TICK
            wire.receive(clock.now)
            heard.append(wire.read(far, clock.now)[0])
        return np.concatenate(heard)


def likeness(heard: Audio, said: Audio, within: int = 1_600) -> float:
    """The best correlation over all delays up to `within` samples, -1 to 1, of all but the beginning."""
    part = said.reshape(-1)[3_200 : len(heard) - within].astype(float)
    there = heard[3_200:].astype(float)
    size = 1 << (len(there) + len(part)).bit_length()
    products = np.fft.irfft(np.fft.rfft(there, size) * np.conj(np.fft.rfft(part, size)), size)[:within]
    power = np.cumsum(np.concatenate((np.zeros(1), there**2)))
    energy = power[len(part) : len(part) + within] - power[:within]
    return float((products / np.sqrt(energy * (part**2).sum() + 1)).max())


def level(audio: Audio) -> float:
    return float(np.sqrt(np.mean(audio.astype(float) ** 2)))


def power_at(heard: Audio, pitch: int) -> float:
    """The share of what is heard that is at this pitch."""
    spectrum = np.abs(np.fft.rfft(heard.astype(float))) ** 2
    at = pitch * len(heard) // 16_000
    return float(spectrum[at - 40 : at + 40].sum() / spectrum.sum())


@pytest.mark.parametrize("codec", WIDE)
def test_what_is_said_is_heard_in_wide_band(bench: Bench, codec: str) -> None:
    said = chord(75, 900, 5_200)  # the telephone's band ends at 3,400 Hz
    line = Line(bench, codec)
    heard = line.say(said)
    assert likeness(heard, said) > 0.9
    assert power_at(heard[8_000:], 5_200) > 0.2
    stats = line.far.stats()
    assert stats.codec == codec
    assert (stats.packets, stats.lost, stats.concealed, stats.late) == (75, 0, 0, 0)
    assert stats.mos is not None and stats.mos > 4
    assert stats.jitter_ms < 5


@pytest.mark.parametrize("codec", WIDE)
def test_timestamps_are_in_the_codecs_clock(bench: Bench, codec: str) -> None:
    line = Line(bench, codec)
    line.say(chord(10, 700))
    steps = {(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in zip(line.sent, line.sent[1:], strict=False)}
    assert steps == {WIDE_CODECS[codec.upper()].clock // 50}
    assert [packet.marker for packet in line.sent] == [True] + [False] * 9


@pytest.mark.parametrize("codec", WIDE)
def test_silence_is_sent_and_heard_as_such(bench: Bench, codec: str) -> None:
    line = Line(bench, codec)
    heard = line.say(np.zeros((50, 320), np.int16))
    assert len(line.sent) == 50
    assert np.abs(heard.astype(int)).max() < 16


@pytest.mark.parametrize("codec", WIDE)
def test_timestamps_may_wrap(bench: Bench, codec: str) -> None:
    line = Line(bench, codec)
    factor = WIDE_CODECS[codec.upper()].clock // 8_000
    line.near.outgoing.sender.timestamp = (2**32 - factor * 160 * 30) // factor
    said = chord(75, 800)
    assert likeness(line.say(said), said) > 0.9
    assert line.far.stats().concealed == 0


@pytest.mark.parametrize("codec", WIDE)
def test_lost_packets_are_concealed(bench: Bench, codec: str) -> None:
    line, lost = Line(bench, codec), {30, 31, 45, 60}
    said = chord(80, 500)
    heard = line.say(said, lambda n, data: [] if n in lost else [data])
    assert line.far.stats().lost == 4
    assert line.far.stats().concealed == 4
    around = heard.reshape(80, 320)[28:62].astype(float)
    assert np.sqrt((around**2).mean(axis=1)).min() > 0.2 * level(heard[9_600:])


def test_single_losses_of_opus_are_recovered_from_the_packet_after(bench: Bench) -> None:
    line = Line(bench, "opus")
    line.near.outgoing.expect_loss(20.0)
    speech = chord(100, 220, 440, 880)
    line.say(speech, lambda n, data: [] if n % 10 == 5 else [data])
    stats = line.far.stats()
    assert stats.lost == 9 or stats.lost == 10
    assert stats.recovered >= 5
    assert stats.mos is not None and stats.mos > 3.5, "what was recovered is not heard as lost"


@pytest.mark.parametrize("codec", WIDE)
def test_packets_in_disorder_are_put_in_order(bench: Bench, codec: str) -> None:
    held: list[bytes] = []

    def swap(n: int, data: bytes) -> list[bytes]:
        """Each tenth comes after the one behind it."""
        if n % 10 == 5:
            held.append(data)
            return []
        return [data, held.pop()] if held else [data]

    line, said = Line(bench, codec), chord(150, 600)
    heard = line.say(said, swap)
    assert line.far.stats().reordered >= 10
    assert likeness(heard[24_000:], said.reshape(-1)[24_000:]) > 0.9


def opus_packets(said: Audio, milliseconds: float) -> list[bytes]:
    """By FFmpeg's wrapper: packets of another length than ours."""
    from av import AudioFrame, CodecContext

    encoder = CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 16_000, "mono", "s16"
    encoder.time_base, encoder.options = Fraction(1, 16_000), {"frame_duration": f"{milliseconds:g}"}
    size, flat, found = int(16 * milliseconds), said.reshape(-1), []
    for at in range(0, len(flat) - size + 1, size):
        frame = AudioFrame.from_ndarray(flat[at : at + size].reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 16_000, at
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return found


@pytest.mark.parametrize("milliseconds", [2.5, 5, 10, 40, 60])
def test_opus_packets_of_any_length_are_played(bench: Bench, milliseconds: float) -> None:
    said = chord(90, 700)
    packets = opus_packets(said, milliseconds)
    stream, phone = bench.wire.open(), Phone()
    bench.phones.append(phone)
    configure(stream, phone.address, "opus")
    lanes, heard, sent = [stream.lane.number], [], 0
    for n in range(90):
        while sent < len(packets) and (sent + 1) * milliseconds <= (n + 1) * 20:
            phone.send(stream, packets[sent], int(sent * milliseconds * 48), 107)
            sent += 1
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        heard.append(bench.wire.read(lanes, bench.clock.now)[0])
    assert likeness(np.concatenate(heard), said, 3_200) > 0.85
    assert stream.stats().late == 0


@pytest.mark.parametrize("codec", [*WIDE, "PCMU"])
def test_rubbish_of_the_right_kind_harms_nobody(bench: Bench, codec: str) -> None:
    rng = random.Random(7)
    stream, phone = bench.wire.open(), Phone()
    bench.phones.append(phone)
    configure(stream, phone.address, codec, others=[(number, name) for name, number in NUMBER.items()])
    lanes = [stream.lane.number]
    for n in range(400):
        kind = rng.choice(list(NUMBER.values())) if n > 200 else NUMBER[codec]
        phone.send(stream, rng.randbytes(rng.choice((0, 1, 2, 7, 160, 640, 1_400))), n * 960, kind)
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        assert bench.wire.read(lanes, bench.clock.now).shape == (1, 320)
        bench.wire.write(lanes, [None], bench.clock.now)
    assert stream.stats().packets > 300


def test_what_comes_in_another_codec_is_understood(bench: Bench) -> None:
    said = chord(75, 700)
    stream, phone = bench.wire.open(), Phone()
    bench.phones.append(phone)
    configure(stream, phone.address, "opus", others=[(0, "PCMU")])
    lanes, heard = [stream.lane.number], []
    for n, frame in enumerate(said):
        phone.send(stream, PCMU.encode(frame[::2]).tobytes(), n * 160, 0)
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        heard.append(bench.wire.read(lanes, bench.clock.now)[0])
        bench.wire.write(lanes, [frame], bench.clock.now)
    assert likeness(np.concatenate(heard), said) > 0.95
    assert {packet.payload_type for packet in phone.received()} == {107}, "ours stays what was agreed on"


@pytest.mark.parametrize(
    ("before", "after"), [("PCMU", "G722"), ("G722", "opus"), ("opus", "PCMA"), ("PCMU", "PCMA")]
)
def test_a_call_changes_its_codec_without_a_gap(bench: Bench, before: str, after: str) -> None:
    line = Line(bench, before)
    first, second = chord(60, 500), chord(60, 1_500)
    line.say(first)
    configure(line.far, line.relay.address, after)  # the far side answers; what was sent before is on its way
    held = line.say(chord(3, 500))
    configure(line.near, line.relay.address, after)
    heard = np.concatenate([held, line.say(second)])
    loud = np.sqrt((heard.reshape(-1, 320).astype(float) ** 2).mean(axis=1)) > 300
    assert len(loud) - loud.sum() <= 2, "a gap of more than 40 ms"
    assert power_at(heard[3_200:], 1_500) > 0.8, "nothing of what was said before is left"
    assert line.far.stats().codec == after


def test_an_old_codecs_packets_need_no_new_negotiation(bench: Bench) -> None:
    line = Line(bench, "PCMU")
    line.say(chord(50, 500))
    configure(line.far, line.relay.address, "G722")
    heard = line.say(chord(50, 500))
    assert level(heard) > 1_000
    assert line.far.stats().concealed == 0


def test_another_clock_is_another_source(bench: Bench) -> None:
    line = Line(bench, "PCMU")
    line.say(chord(5, 500))
    configure(line.near, line.relay.address, "opus")
    line.say(chord(5, 500))
    assert len({packet.ssrc for packet in line.sent}) == 2


@pytest.mark.parametrize(("codec", "clock"), [("opus", 48_000), ("G722", 8_000), ("L16", 8_000)])
def test_keys_are_in_the_clock_that_was_agreed_on(bench: Bench, codec: str, clock: int) -> None:
    line, digits = Line(bench, codec), []
    line.far.on_digit = lambda digit, t, ms: digits.append((digit, ms))
    line.say(chord(20, 500))
    line.near.send_digit("5", 100)
    line.say(chord(40, 500))
    assert digits == [("5", 100)]
    events = [packet for packet in line.sent if packet.payload_type in (101, 102)]
    assert max(EVENT.unpack(packet.payload)[2] for packet in events) == clock // 10
    assert len({packet.timestamp for packet in events}) == 1


def test_a_long_key_fits_the_field_at_48_khz(bench: Bench) -> None:
    line, digits = Line(bench, "opus"), []
    line.far.on_digit = lambda digit, t, ms: digits.append((digit, ms))
    line.near.send_digit("9", 5_000)
    line.say(chord(100, 500))
    assert digits == [("9", 1_360)]


@pytest.mark.parametrize("codec", ["PCMU", "G722"])
def test_comfort_noise_is_heard_at_its_level(bench: Bench, codec: str) -> None:
    stream, phone = bench.wire.open(), Phone()
    bench.phones.append(phone)
    configure(stream, phone.address, codec)
    wide: WideCodec | None = WIDE_CODECS.get(codec)
    encode = wide.encoder().encode if wide else lambda frame: PCMU.encode(frame[::2]).tobytes()
    lanes, heard = [stream.lane.number], []
    for n, frame in enumerate(chord(30, 500)):
        phone.send(stream, encode(frame), n * 160, NUMBER[codec])
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        bench.wire.read(lanes, bench.clock.now)
    phone.send(stream, bytes((50, 1, 2)), 30 * 160, 13)
    for _ in range(30):
        bench.clock.now += TICK
        bench.wire.receive(bench.clock.now)
        heard.append(bench.wire.read(lanes, bench.clock.now)[0])
    decibels = 20 * np.log10(level(np.concatenate(heard[10:])) / (32_768 / np.sqrt(2)))
    assert -54 < decibels < -49  # the rate conversion takes a share
    assert stream.stats().concealed == 0


@pytest.mark.parametrize("codec", ["PCMU", "G722"])
def test_comfort_noise_is_sent_where_it_was_agreed_on(bench: Bench, codec: str) -> None:
    stream, phone = bench.wire.open(), Phone()
    bench.phones.append(phone)
    configure(stream, phone.address, codec, comfort_noise=True)
    lanes = [stream.lane.number]
    loud = chord(5, 500)
    for frame in [*loud, *[None] * 30, *loud]:
        bench.wire.write(lanes, [frame], bench.clock.now)
        bench.clock.now += TICK
    packets = phone.received()
    noise = [packet for packet in packets if packet.payload_type == 13]
    audio = [packet for packet in packets if packet.payload_type == NUMBER[codec]]
    assert len(noise) == 3 and all(packet.payload == bytes((70,)) for packet in noise)
    assert 10 <= len(audio) <= 11, "the last of the filter's tail goes out as audio"
    assert [packet.marker for packet in audio[-5:]] == [True, False, False, False, False]
    assert audio[-1].timestamp - audio[0].timestamp & 0xFFFFFFFF == 39 * 160


def test_reports_are_in_the_codecs_clock(bench: Bench) -> None:
    line = Line(bench, "opus")
    line.say(chord(300, 500))
    reports = [part for part in line.relay.reports() if getattr(part, "ntp", None) is not None]
    assert reports
    newest = line.sent[-1]
    assert distance_32(newest.timestamp, reports[-1].timestamp) < 48_000 * 6  # type: ignore[union-attr]


def test_packets_that_are_not_whole_are_not_measured_by(bench: Bench) -> None:
    line = Line(bench, "opus")
    line.say(chord(30, 500))
    before = line.far.stats()
    line.relay.rtp.sendto(HEADER.pack(0x80, 107, 1, 2, 3)[:8], (HOST, line.far.local_port))
    bench.wire.receive(bench.clock.now)
    assert line.far.stats().packets == before.packets


@pytest.mark.parametrize("codec", ["PCMU", *WIDE])
def test_keys_as_sounds_are_played_and_heard(bench: Bench, codec: str) -> None:
    line, heard = Line(bench, codec), []
    configure(line.far, line.relay.address, codec, listening=True)
    line.far.on_tone = lambda digit, t, ms: heard.append((digit, t // 320, ms))
    line.say(chord(20, 500))
    for digit in "1#":
        line.near.send_tone(digit, 100)
    back = line.say(chord(60, 500))
    assert [digit for digit, _, _ in heard] == ["1", "#"]
    assert all(80 <= ms <= 120 for _, _, ms in heard)
    assert 20 <= heard[0][1] <= 24, "when it was pressed"
    assert power_at(back[-6_400:], 500) > 0.8, "then the audio goes on"
    assert line.far.stats().digits == 2


def test_who_is_not_listened_to_presses_no_keys(bench: Bench) -> None:
    line, heard = Line(bench, "PCMU"), []
    line.far.on_tone = lambda digit, t, ms: heard.append(digit)
    line.near.send_tone("5")
    line.say(chord(30, 500))
    assert heard == []


@pytest.mark.parametrize(("codec", "clock_factor"), [("PCMU", 1), ("G722", 1), ("L16", 2), ("opus", 6)])
def test_sources_are_compared_by_the_clock_of_what_comes(bench: Bench, codec: str, clock_factor: int) -> None:
    stream = bench.wire.open()
    configure(stream, (HOST, 4_000), codec)
    assert stream.incoming.lock.clock_factor == clock_factor


def test_of_silence_next_to_nothing_is_sent_where_that_was_wished(bench: Bench) -> None:
    sent = {}
    for dtx in (False, True):
        phone = Phone()
        bench.phones.append(phone)
        stream = bench.wire.open()
        configure(stream, phone.address, "opus", dtx=dtx)
        for frame in chord(10, 440):
            stream.write(frame)
        phone.received()
        for _ in range(50):
            stream.write(None)
        sent[dtx] = len(phone.received())
        stream.write(chord(1, 440)[0])
        [talk] = phone.received()
        assert talk.marker is dtx
    assert sent[False] == 50 and 0 < sent[True] < 15
