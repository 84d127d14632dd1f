"""A provider's stream and its leg: audio both ways, what the network does to it, marks, clear, keys."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from mediaserver.calls.first_leg import FirstLeg
from mediaserver.media.leg import Digit, Ended, EndedBy, Frame, Leg, Termination, Why
from mediaserver.media.stream_format import StreamFormat
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE, SAMPLES_PER_MS
from pipelines.conversation.gain import DUCKED
from providers.streams.dialect import Audio, Marked, Pressed, Started, Stopped, StreamFault
from providers.streams.media_stream import MediaStream
from providers.streams.twilio import TwilioDialect
from tests.providers.matrix import Feature
from tests.providers.streams.bench import Bench, Way, each_provider, frames_of, loud, tone
from tests.standins.media_stream_sides import SIDES, TwilioSide

HUNG_UP = Termination(EndedBy.AGENT, Why.COMPLETED)


@pytest.mark.parametrize("side", SIDES, ids=lambda each: each.kind)
def test_each_hears_the_other(side: type[TwilioSide]) -> None:
    bench = Bench(side())
    leg: Leg = bench.leg
    assert leg.kind == side.kind
    bench.end.says = iter(frames_of(bench.side.format, 50))
    bench.app.says.extend(tone(50))
    bench.run(1_600)
    assert sum(map(loud, bench.app.heard)) in range(48, 54)
    assert sum(map(loud, bench.heard_at_far_end())) in range(48, 54)
    assert not bench.end.refused


@each_provider(Feature.HEARD)
def test_what_was_said_counts_as_heard_once_the_provider_says_so(side: type[TwilioSide]) -> None:
    bench = Bench(side())
    bench.app.says.extend(tone(53))  # no whole number of pieces or marks
    bench.run(800)
    bench.way.still = True  # the rest is still on its way
    bench.run(260)
    said = bench.leg.written()
    bench.run(2_000)
    assert bench.leg.played() < said, "time alone does not make it heard"
    bench.way.still = False
    bench.run(1_000)
    assert bench.leg.played() >= said
    assert bench.end.marks, "the provider has echoed"


@each_provider(Feature.BARGE_IN)
def test_clear_drops_what_is_ahead_at_once_and_says_what_was_heard(side: type[TwilioSide]) -> None:
    bench = Bench(side())
    bench.app.says.extend(tone(100))
    bench.way.still = True
    bench.run(600)
    bench.way.still = False
    bench.run(300)  # half a second is in the provider's buffer now
    ahead = bench.end.ahead_ms
    assert ahead > 300
    bench.app.says.clear()
    heard = bench.leg.clear()
    assert heard <= bench.leg.written() - (ahead - 20) * SAMPLES_PER_MS
    for message in bench.way.come():
        bench.end.take(message, bench.now_ms)
    assert [each.dropped_ms for each in bench.end.clears] == [ahead]
    assert bench.end.ahead_ms == 0
    echoed = list(bench.end.due(bench.now_ms))
    assert echoed or not bench.side.marks_after_clear
    bench.bring(echoed)
    assert bench.leg.played() == heard, "marks that a clear echoes are not heard"
    bench.run(1_000)
    bench.leg.clear()  # of the tail of a filter
    bench.leg.clear()
    bench.run(20)
    assert len(bench.end.clears) < 3, "nothing was said since"


def test_what_is_said_is_taken_back_at_once_and_only_where_something_was_said() -> None:
    bench = Bench()
    assert bench.leg.take_back() is None, "nothing was said"
    bench.app.says.extend(tone(50))
    bench.run(400)
    heard = FirstLeg(bench.leg).take_back()
    assert heard is not None and 0 < heard <= bench.leg.written()
    for message in bench.way.come():
        bench.end.take(message, bench.now_ms)
    assert len(bench.end.clears) == 1 and bench.end.ahead_ms == 0
    assert bench.leg.take_back() is None, "it was taken back"


def test_after_a_clear_what_is_said_next_is_heard() -> None:
    bench = Bench()
    bench.app.says.extend(tone(20))
    bench.run(200)
    bench.leg.clear()
    bench.app.says.clear()
    bench.app.says.extend(tone(20))
    bench.run(400)
    said = bench.leg.written()
    bench.run(400)
    assert bench.leg.played() >= said


def test_jitter_of_200_ms_is_survived_and_the_delay_stays_small() -> None:
    bench = Bench(jitter_ms=200.0)
    bench.end.says = iter(frames_of(bench.side.format, 1_500))
    bench.run(30_000)
    figures = bench.figures()
    assert figures["buffer_ms"] <= 320
    assert sum(map(loud, bench.app.heard[500:])) >= 960, (
        "once it knows the network hardly anything is missing"
    )


def test_a_stall_of_2_s_ends_and_the_delay_comes_back_down() -> None:
    bench = Bench()
    bench.end.says = iter(frames_of(bench.side.format, 2_000))
    bench.run(2_000)
    before = bench.figures()["buffer_ms"]
    bench.end.stand_still(bench.now_ms, 2_000)
    bench.run(2_100)
    at_once = bench.figures()
    assert at_once["dropped"] > 0, "what is older than a second is left out"
    bench.run(12_000)
    after = bench.figures()
    assert after["buffer_ms"] <= before + 80
    assert not any(map(loud, bench.app.heard[110:195])) and all(map(loud, bench.app.heard[-300:]))


def test_a_hundred_stalls_leave_no_delay_behind() -> None:
    bench = Bench()
    bench.end.says = iter(frames_of(bench.side.format, 20_000))
    for _ in range(12):
        bench.end.stand_still(bench.now_ms, 2_000)
        bench.run(3_000)
    bench.run(15_000)
    assert bench.figures()["buffer_ms"] <= 260


def test_a_socket_that_does_not_drain_is_sent_no_more_and_the_figures_say_so() -> None:
    bench = Bench(holds_ms=200)
    bench.app.says.extend(tone(500))
    bench.run(400)
    bench.way.still = True
    bench.run(2_000)
    assert len(bench.way.waiting) <= 12, "10 of audio and a mark"
    bench.way.still = False
    bench.run(200)
    figures = bench.figures()
    assert 1_700 <= figures["undrained_ms"] <= 1_900
    assert bench.end.ahead_ms <= 220


def test_a_provider_that_gets_all_at_once_is_not_left_behind_for_ever() -> None:
    """A proxy has kept two seconds for it: the socket drained, and all is ahead in its buffer."""
    bench = Bench()
    bench.app.says.extend(tone(1_000))
    bench.run(2_000)
    bench.way.still = True
    bench.run(2_000)
    bench.way.still = False
    bench.run(20)
    assert bench.end.ahead_ms > 1_900
    bench.run(6_000)
    assert bench.end.ahead_ms <= 200
    assert 1_700 <= bench.figures()["left_out_ms"] <= 2_100
    assert all(map(loud, bench.heard_at_far_end()[-100:]))


def test_a_mark_that_comes_late_by_itself_leaves_nothing_out() -> None:
    """Only the way from the provider stands still: what we say is heard in time."""
    bench = Bench(jitter_ms=200.0)
    bench.app.says.extend(tone(1_000))
    bench.run(2_000)
    bench.end.stand_still(bench.now_ms, 2_000)
    bench.run(10_000)
    assert bench.figures()["left_out_ms"] == 0
    assert bench.end.most_ahead_ms <= 40


def test_the_providers_buffer_never_holds_more_than_200_ms() -> None:
    bench = Bench()
    bench.app.says.extend(tone(3_000))
    bench.run(60_000)
    assert bench.end.most_ahead_ms <= 200


# -- keys


@each_provider(Feature.KEYS_IN)
def test_a_key_is_told_once_for_each_press(side: type[TwilioSide]) -> None:
    bench = Bench(side())
    for digit in "1#1":
        bench.end.press(digit, bench.now_ms)
    bench.run(100)
    assert bench.app.keys == "1#1"


def test_what_is_no_key_is_a_fault_of_one_message() -> None:
    bench = Bench()
    with pytest.raises(StreamFault):
        bench.bring(['{"event":"dtmf","dtmf":{"digit":"x"}}'])
    assert bench.figures()["faults"] == 1


@each_provider(Feature.KEYS_OUT)
def test_a_key_goes_out_by_the_providers_word_or_as_a_sound(side: type[TwilioSide]) -> None:
    bench = Bench(side())
    bench.leg.send_digit("5", 100)
    bench.run(400)
    assert not bench.end.refused
    if bench.end.keys == "5":
        assert not any(map(loud, bench.heard_at_far_end()))
        return
    samples = np.concatenate(bench.heard_at_far_end()).astype(np.float64)
    spectrum = np.abs(np.fft.rfft(samples))
    hz = np.fft.rfftfreq(len(samples), 1 / bench.side.format.rate)
    loudest = sorted(hz[np.argsort(spectrum)[-12:]])
    assert all(abs(each - 770) < 15 or abs(each - 1_336) < 15 for each in loudest)


def test_what_is_no_key_is_not_pressed() -> None:
    bench = Bench()
    with pytest.raises(ValueError, match="no key"):
        bench.leg.send_digit("x")


# -- its beginning and end


def test_the_end_closes_the_stream_and_tells_whoever_has_the_call() -> None:
    bench = Bench()
    bench.leg.ended(HUNG_UP)
    bench.leg.ended(Termination(EndedBy.PEER, Why.HANGUP))
    assert bench.way.finished == HUNG_UP and bench.control.ends == [HUNG_UP]
    assert bench.app.events == [Ended(HUNG_UP)]
    bench.run(100)
    assert bench.wires.narrow.active == 0


def test_a_stream_that_comes_again_goes_on_with_the_call() -> None:
    bench = Bench()
    bench.app.says.extend(tone(200))
    bench.run(1_000)
    bench.way.still = True
    bench.run(200)
    sent = bench.figures()["sent_ms"]
    bench.leg.detach(bench.stream)
    assert not bench.leg.attached
    bench.run(400)
    assert bench.figures()["sent_ms"] == sent, "to nobody nothing is sent, and what was sent is not forgotten"
    heard = bench.leg.played()
    bench.way = Way()
    bench.stream = MediaStream(TwilioDialect(), bench.way)
    started = bench.stream.read(bench.side.opening("t")[1])
    assert isinstance(started, Started)
    bench.leg.attach(bench.stream)
    bench.stream.begin(bench.leg, started)
    bench.run(1_000)
    assert bench.leg.played() >= heard
    assert bench.figures()["streams"] == 2
    bench.run(2_000)
    assert bench.leg.played() > heard


def test_a_stream_in_the_other_law_is_translated() -> None:
    bench = Bench()
    a_law = StreamFormat.of("alaw")
    stream = MediaStream(TwilioDialect(), Way())
    stream.begin(bench.leg, Started("s", "c", format=a_law))
    for octets in frames_of(a_law, 20):
        stream.happened(Audio(octets))
    bench.run(400)
    assert sum(map(loud, bench.app.heard)) >= 17
    peak = max(int(np.abs(frame.astype(np.int32)).max()) for frame in bench.app.heard)
    assert 7_500 <= peak <= 8_600


def test_a_stream_of_another_kind_of_audio_is_refused() -> None:
    stream = MediaStream(TwilioDialect(), Way())
    with pytest.raises(StreamFault, match="pcm16/16000"):
        stream.begin(Bench().leg, Started("s", "c", format=StreamFormat.of("pcm16", 16_000)))


def test_audio_that_comes_out_of_order_is_left_out() -> None:
    bench = Bench()
    for number in (1, 2, 4, 3, 5):
        bench.stream.happened(Audio(frames_of(bench.side.format, 1)[0], None, number))
    assert bench.figures()["late"] == 1
    bench.stream.happened(Audio(frames_of(bench.side.format, 1)[0], None, 1_000))
    bench.stream.happened(Audio(frames_of(bench.side.format, 1)[0], None, 1))
    assert bench.figures()["late"] == 1, "a count that begins anew"


def test_marks_that_nobody_asked_for_mean_nothing() -> None:
    bench = Bench()
    bench.app.says.extend(tone(20))
    bench.run(100)
    for name in ("99", "", "1" * 1_000):
        bench.stream.happened(Marked(name))
    bench.run(1_000)
    assert bench.leg.played() <= bench.leg.written()


def sweep(ticks: int) -> list[Frame]:
    """Rises from 200 Hz, 10 Hz each frame: what is missing, or comes twice, shows."""
    hertz = np.repeat(200.0 + 10.0 * np.arange(ticks), FRAME_SAMPLES)
    wave = 8_000 * np.sin(2 * np.pi * np.cumsum(hertz) / SAMPLE_RATE)
    return list(np.rint(wave).astype(np.int16).reshape(ticks, FRAME_SAMPLES))


def pitches(heard: Sequence[Any], rate: int) -> list[int]:
    """Of each 20 ms in which something sounds, in steps of 10 Hz above 200."""
    found = []
    for piece in heard:
        samples = np.asarray(piece, np.float64)
        if np.abs(samples).max() > 300:
            spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), rate))
            found.append(round((int(spectrum.argmax()) - 200) / 10))
    return found


@each_provider(Feature.BARGE_IN)
def test_what_is_ahead_goes_on_quieter_and_no_word_is_lost_or_said_twice(side: type[TwilioSide]) -> None:
    bench = Bench(side())
    piece = bench.stream.dialect.piece_ms
    bench.app.says.extend(sweep(120))
    bench.run(1_000)
    bench.way.still = True
    bench.run(160)  # a jam: when it is over, so much is in the provider's buffer
    bench.way.still = False
    bench.run(800)  # and its marks tell so
    ahead = bench.end.ahead_ms
    assert ahead >= 100
    followed: list[bool] = []

    def duck() -> None:
        written = bench.leg.written()
        followed.append(FirstLeg(bench.leg).quieten(DUCKED))
        assert bench.leg.written() == written, "nothing is said anew"
        says = [frame for frame in bench.app.says if frame is not None]
        bench.app.says = deque(np.rint(frame * DUCKED).astype(np.int16) for frame in says)

    bench.app.at_next = duck
    before = len(bench.end.heard) + 1
    bench.run(20)
    assert followed == [True]
    assert len(bench.end.clears) == 1 and abs(bench.end.ahead_ms - ahead) <= piece
    assert bench.leg.played() < bench.leg.written() - ahead // 2 * SAMPLES_PER_MS, (
        "marks that a clear echoes are not heard"
    )
    bench.run(2_000)
    heard = bench.heard_at_far_end()
    loudest = [int(np.abs(np.asarray(each, np.int32)).max()) for each in heard[before:]]
    assert max(loudest[1:]) < 1_500, "what was ahead is as quiet as what follows"
    told = pitches(heard, bench.side.format.rate)
    jumps = [int(step) - 1 for step in np.diff(told[3:117])]
    assert sum(map(abs, jumps)) <= piece // 20, told
    assert bench.leg.played() >= 120 * FRAME_SAMPLES, "all of it was heard, and the provider said so"


def test_what_the_provider_holds_stays_as_it_is_while_its_marks_do_not_agree() -> None:
    bench = Bench(jitter_ms=200.0)
    bench.app.says.extend(tone(400))
    quietened = []
    for _ in range(20):
        bench.run(200)
        ahead = bench.end.ahead_ms
        quietened.append(bench.leg.quieten(DUCKED))
        for message in bench.way.come():
            bench.end.take(message, bench.now_ms)
        assert abs(bench.end.ahead_ms - ahead) <= 60, "neither a gap nor an echo of what was said"
    assert bench.end.sent_ms


@each_provider(Feature.BARGE_IN)
def test_nothing_is_cleared_where_nothing_is_known_to_be_ahead(side: type[TwilioSide]) -> None:
    """It would take the 20 ms or more that the provider's own playing needs, at every cough."""
    bench = Bench(side())
    bench.app.says.extend(sweep(150))
    bench.run(2_000)
    assert not FirstLeg(bench.leg).quieten(DUCKED)
    bench.run(2_000)
    assert not bench.end.clears
    told = pitches(bench.heard_at_far_end(), bench.side.format.rate)
    assert all(step == 1 for step in np.diff(told[3:147])), told
    assert bench.leg.played() >= 150 * FRAME_SAMPLES


def test_what_could_not_be_sent_again_does_not_bring_back_older_words() -> None:
    """The first duck's copies find a socket that takes nothing: only what is sent since may be repeated."""
    bench = Bench(holds_ms=300)
    bench.app.says.extend(sweep(200))
    bench.run(1_000)
    bench.way.still = True
    bench.run(160)
    bench.way.still = False
    bench.run(800)
    bench.way.still = True
    while bench.way.send(bench.stream.dialect.audio(bytes(160))):
        """Until it takes no more."""
    assert bench.leg.quieten(DUCKED), "something was ahead"
    assert bench.figures()["undrained_ms"] >= 120, "and could not be sent again"
    assert not bench.leg.quieten(DUCKED), "of what was sent since there is none"


def test_nothing_is_quietened_before_a_mark_has_come_back_nor_in_a_pause() -> None:
    bench = Bench()
    assert not bench.leg.quieten(DUCKED), "nothing is said"
    bench.app.says.extend(tone(6))
    bench.run(120)
    assert not bench.leg.quieten(DUCKED) and not bench.end.clears
    bench.run(400)
    assert not bench.leg.quieten(DUCKED) and not bench.end.clears, "its buffer has run empty"


@pytest.mark.parametrize(
    ("told", "counts"), [("9" * 22, 60_000), ("-5", 0), ("120", 120), ('"NaN"', None), ("1e400", None)]
)
def test_how_long_a_key_was_held_is_a_time_that_makes_sense(told: str, counts: int | None) -> None:
    """It is stored with the call."""
    bench = Bench(TwilioSide())
    bench.run(100)
    try:
        event = bench.stream.read(f'{{"event":"dtmf","dtmf":{{"digit":"5","duration":{told}}}}}')
    except StreamFault:
        assert counts is None
        return
    bench.stream.happened(event)
    (digit,) = [each for each in bench.app.events if isinstance(each, Digit)]
    assert digit.duration_ms == counts


def test_nothing_of_a_stream_that_was_stopped_is_heard() -> None:
    """Its leg waits for another, or for what becomes of the call elsewhere."""
    bench = Bench(TwilioSide())
    bench.run(100)
    bench.stream.happened(Stopped())
    before = bench.leg.heard_at
    bench.stream.happened(Audio(b"\x10" * 160))
    bench.stream.happened(Pressed("5", 100))
    assert bench.leg.heard_at == before and not bench.app.keys
