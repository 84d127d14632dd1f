"""Who is heard."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediaserver.media.time import SECOND_NS
from mediaserver.rtp.packets import HEADER, MAX_DROPOUT, Address
from mediaserver.rtp.source_lock import GAP_NS, SILENT_NS, Heard, SourceLock
from tests.mediaserver.rtp.guarded import ANNOUNCED, ELSEWHERE, MALLORY, NATTED, PRIVATE, TICK, Stream, spaced


def test_the_announced_address_is_heard_from_its_first_packet_on() -> None:
    stream = Stream()
    assert stream.talk(ANNOUNCED, 0, 50) == 50
    assert stream.talk(MALLORY, 0, 50, ssrc=99) == 0
    assert stream.lock.foreign == 50 and stream.lock.locked == ANNOUNCED


@pytest.mark.parametrize(("source", "lost"), [(NATTED, 2), (MALLORY, 4)])
def test_others_must_send_in_sequence_first_strangers_longer(source: Address, lost: int) -> None:
    stream = Stream()
    assert stream.talk(source, 10, 50) == 50 - lost
    assert stream.lock.locked == source


def test_one_packet_from_anyone_takes_nothing() -> None:
    stream = Stream(announced=PRIVATE, signalled="192.0.2.1")
    rng = random.Random(1)
    for n in range(200):
        assert not stream.take((f"198.51.100.{n}", 9_000), rng.getrandbits(16), rng.getrandbits(32))
    assert stream.lock.locked is None
    assert stream.talk(NATTED, 0, 50) == 48


def test_a_stranger_who_sends_first_loses_to_the_host_of_signalling_when_that_speaks() -> None:
    stream = Stream(announced=PRIVATE, signalled="192.0.2.1")
    assert stream.talk(MALLORY, 0, 50, ssrc=99) == 46
    got = 0
    for n in range(20):
        stream.now += TICK
        stream.take(MALLORY, 50 + n, ssrc=99)
        got += stream.take(NATTED, n, ssrc=7)
    assert got == 18 and stream.lock.locked == NATTED
    assert stream.talk(MALLORY, 70, 50, ssrc=99) == 0


@pytest.mark.parametrize("first", [MALLORY, NATTED])
def test_and_everybody_loses_to_the_announced_address(first: Address) -> None:
    stream = Stream()
    stream.talk(first, 0, 500, ssrc=99)
    assert stream.talk(ANNOUNCED, 0, 50) == 49
    assert stream.lock.locked == ANNOUNCED
    assert not stream.take(first, 500, ssrc=99)


def test_signalling_that_is_proven_later_counts_from_then_on() -> None:
    stream = Stream(announced=PRIVATE)
    stream.talk(NATTED, 0, 20)
    stream.lock.signalling_is(NATTED[0])
    assert stream.talk((NATTED[0], 5_000), 0, 50, ssrc=99) == 0, "its equal"


def test_a_nat_that_gives_another_port_in_mid_call_heals() -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 65_500, 100)
    stream.now += 10 * GAP_NS  # nothing is open any more
    assert stream.talk(ANNOUNCED, 65_600, 50) == 50
    assert stream.talk(ELSEWHERE, 65_650, 50) == 48
    assert stream.lock.locked == ELSEWHERE
    assert stream.talk((ELSEWHERE[0], 9_999), 65_702, 50) == 48, "and once more, with a packet lost"


@pytest.mark.parametrize(("sequence", "ssrc"), [(150, 8), (9_000, 7), (100, 7)])
def test_what_does_not_go_on_from_the_stream_moves_nothing(sequence: int, ssrc: int) -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 150)
    stream.now += 10 * GAP_NS
    stream.talk(ANNOUNCED, 150, 1)
    assert stream.talk(MALLORY, sequence, 50, ssrc) == 0
    assert stream.talk(ANNOUNCED, 151, 10) == 10


def test_nor_does_a_copy_of_the_stream_while_its_place_speaks() -> None:
    stream = Stream()
    for n in range(200):
        stream.now += TICK
        assert stream.take(ANNOUNCED, n)
        assert not stream.take(MALLORY, n + 1)
    assert stream.lock.locked == ANNOUNCED


@pytest.mark.parametrize("music", [False, True])
def test_a_hold_of_a_second_behind_a_nat_costs_the_caller_no_more_than_the_usual_proof(music: bool) -> None:
    """Its private address is announced, the music server's, and its own again."""
    stream = Stream(announced=PRIVATE, signalled=NATTED[0])
    assert stream.talk(NATTED, 0, 50) == 48
    stream.expect(ELSEWHERE)
    if music:
        assert stream.talk(ELSEWHERE, 0, 50, ssrc=8) == 50
    assert stream.talk(NATTED, 50, 50) == 0, "what it sends meanwhile is late"
    stream.expect(PRIVATE)
    assert stream.talk(NATTED, 100, 50) == 48
    if music:
        assert stream.talk(ELSEWHERE, 50, 50, ssrc=8) == 0


def test_and_a_place_left_stays_refused_when_yet_another_address_is_announced() -> None:
    stream = Stream(announced=PRIVATE, signalled=NATTED[0])
    stream.talk(NATTED, 0, 50)
    stream.expect(ELSEWHERE)
    stream.expect(("10.0.0.8", 4_000))
    assert stream.talk(NATTED, 50, 50) == 0


def test_silence_alone_opens_no_lock() -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 10)
    stream.now += 20 * GAP_NS
    assert stream.talk(NATTED, 10_000, 100, ssrc=99) == 0


def test_a_late_packet_of_the_place_just_left_locks_nobody_out() -> None:
    stream = Stream(signalled="192.0.2.1")
    stream.talk(ANNOUNCED, 0, 100)
    stream.expect(PRIVATE)
    assert not stream.take(ANNOUNCED, 100)
    stream.expect(PRIVATE)  # and the same once more
    assert stream.talk(ANNOUNCED, 101, 20) == 0
    assert stream.talk(NATTED, 0, 999, ssrc=8) == 997
    assert not stream.take(ANNOUNCED, 130)


def test_nor_does_that_of_a_place_left_before_the_last() -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 100)
    stream.expect(PRIVATE)
    stream.expect(ELSEWHERE)
    assert stream.talk(ANNOUNCED, 100, 20) == 0
    assert stream.talk(ELSEWHERE, 0, 100, ssrc=8) == 100


def test_back_where_it_was_it_is_heard_at_once() -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 100)
    stream.expect(ELSEWHERE)
    stream.talk(ELSEWHERE, 100, 20)
    stream.expect(ANNOUNCED)
    assert stream.talk(ANNOUNCED, 120, 20) == 20


def test_whoever_announced_another_address_and_stays_where_it_was_is_heard_again() -> None:
    stream = Stream(announced=PRIVATE)
    stream.talk(NATTED, 0, 20)
    stream.expect((PRIVATE[0], 4_002))
    seconds = 4
    got = stream.talk(NATTED, 20, 50 * seconds)
    assert 40 <= got <= 50


def test_after_a_renegotiation_a_phone_that_lost_its_place_is_heard_at_another() -> None:
    stream = Stream(announced=PRIVATE, signalled="192.0.2.1")
    stream.talk(NATTED, 0, 50)
    stream.expect(PRIVATE)
    assert stream.talk(NATTED, 50, 20) == 20, "it stays where it is"
    stream.expect(PRIVATE)
    assert stream.talk((NATTED[0], 5_555), 9_000, 20, ssrc=8) == 20 - SILENT_NS // TICK
    assert stream.lock.moves == 1


def test_and_not_while_its_place_speaks() -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 50)
    stream.expect(ANNOUNCED)
    for n in range(50, 100):
        stream.now += TICK
        assert stream.take(ANNOUNCED, n)
        assert not stream.take(MALLORY, n, ssrc=99)


def test_a_forged_packet_of_the_announced_address_locks_nobody_out() -> None:
    stream = Stream(announced=PRIVATE, signalled="192.0.2.1")
    stream.talk(PRIVATE, 0, 1, ssrc=99)
    assert stream.talk(NATTED, 0, 50) == 48
    stream.talk(PRIVATE, 0, 2, ssrc=99)
    got = stream.talk(NATTED, 50, 50)
    assert got == 50 - SILENT_NS // TICK, "nor do two of them: whom they displaced comes back"


def test_packets_of_another_kind_than_was_agreed_do_not_count() -> None:
    stream = Stream()
    for n in range(50):
        assert not stream.take(ANNOUNCED, n, kind=18)
    assert stream.lock.locked is None


def test_many_sources_do_not_keep_a_better_one_from_being_learnt() -> None:
    stream = Stream(announced=PRIVATE, signalled="192.0.2.1")
    rng = random.Random(2)
    got = 0
    for n in range(30):
        stream.now += TICK
        for _ in range(20):
            stream.take((f"198.51.100.{rng.randrange(250)}", rng.randrange(1_024, 65_535)), n, 99)
        got += stream.take(NATTED, n)
    assert got == 28


def test_loss_and_repetition_do_not_keep_a_source_from_being_learnt() -> None:
    stream = Stream()
    for n in (1, 1, 2, 4, 4, 7, 8):
        stream.now += TICK
        stream.take(MALLORY, n)
    assert stream.lock.locked == MALLORY


def test_rtcp_is_taken_from_where_the_audio_comes() -> None:
    stream = Stream(announced=PRIVATE, signalled="192.0.2.1")
    assert stream.lock.knows(PRIVATE[0]) and stream.lock.knows("192.0.2.1")
    assert not stream.lock.knows(MALLORY[0])
    stream.talk(NATTED, 0, 5)
    assert stream.lock.knows("192.0.2.1") and not stream.lock.knows(PRIVATE[0])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.binary(max_size=40), st.booleans(), st.sampled_from([NATTED, MALLORY])), max_size=40
    )
)
def test_no_datagram_makes_the_lock_raise(datagrams: list[tuple[bytes, bool, Address]]) -> None:
    lock = SourceLock()
    lock.expect(ANNOUNCED, frozenset({0}), 0, 0)
    for n, (data, headed, source) in enumerate(datagrams):
        lock.admit(b"\x80\x00" + data if headed else data, source, n, 5, lambda: Heard(0, 0, 0))


@pytest.mark.parametrize(
    ("numbers", "locks"),
    [
        ([1, 4, 7, 10, 13], True),
        ([1, 5, 9, 13, 17], False),
        ([9, 8, 7, 6, 5], False),
        ([65_534, 65_535, 0, 1, 2], True),
        ([5, 5, 5, 5, 5], False),
    ],
)
def test_a_sequence_may_lack_two_packets_in_a_row(numbers: list[int], locks: bool) -> None:
    assert spaced(Stream(), MALLORY, numbers) == [False, False, False, False, locks]


@pytest.mark.parametrize(("apart_ns", "locks"), [(SECOND_NS - 1, True), (SECOND_NS, False)])
def test_and_pause_for_less_than_a_second(apart_ns: int, locks: bool) -> None:
    assert spaced(Stream(), MALLORY, range(5), apart_ns)[-1] is locks


def test_a_sequence_is_of_one_stream() -> None:
    stream = Stream()
    assert stream.talk(MALLORY, 0, 4, ssrc=99) == 0
    assert stream.talk(MALLORY, 4, 4, ssrc=98) == 0
    assert stream.talk(MALLORY, 8, 1, ssrc=98) == 1


@pytest.mark.parametrize(
    ("data", "passes"),
    [
        (HEADER.pack(0x80, 0, 1, 1, 7), True),
        (HEADER.pack(0xB0, 0, 1, 1, 7), True),  # padding, extension: the receiver's to read
        (HEADER.pack(0x80, 0x80 | 101, 1, 1, 7), True),  # with the marker
        (HEADER.pack(0x80, 0, 1, 1, 7)[:-1], False),
        (HEADER.pack(0x00, 0, 1, 1, 7), False),
        (HEADER.pack(0xC0, 0, 1, 1, 7), False),
        (HEADER.pack(0x80, 8, 1, 1, 7), False),
        (b"", False),
    ],
)
def test_only_rtp_of_what_was_agreed_is_heard(data: bytes, passes: bool) -> None:
    stream = Stream()
    assert stream.lock.admit(data, ANNOUNCED, 1, None, lambda: Heard(0, 0, 0)) is passes
    assert stream.lock.foreign == (not passes)


@pytest.mark.parametrize(("silent_ns", "stays"), [(GAP_NS, True), (GAP_NS + 1, False)])
def test_a_negotiation_after_a_silence_finds_the_lock_open(silent_ns: int, stays: bool) -> None:
    stream = Stream()
    stream.talk(NATTED, 0, 10)
    stream.now += silent_ns
    stream.expect(ANNOUNCED)
    assert (stream.lock.locked == NATTED) is stays


@pytest.mark.parametrize(("after_ns", "got"), [(GAP_NS - 11 * TICK - 1, 1), (GAP_NS - 11 * TICK, 0)])
def test_for_some_seconds_after_a_negotiation_a_silent_place_may_be_replaced(after_ns: int, got: int) -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 50)
    stream.expect(ANNOUNCED)
    stream.now += after_ns
    assert sum(spaced(stream, MALLORY, range(900, 911), ssrc=99)) == got


def test_the_first_negotiation_opens_nothing() -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 5)
    assert stream.talk(MALLORY, 900, 20, ssrc=99) == 0


@pytest.mark.parametrize(("after_ns", "got"), [(GAP_NS - TICK, 2), (GAP_NS - 2 * TICK, 1)])
def test_packets_of_a_place_that_was_left_are_late_for_as_long(after_ns: int, got: int) -> None:
    stream = Stream(signalled=ANNOUNCED[0])
    stream.talk(ANNOUNCED, 0, 50)
    stream.expect(PRIVATE)
    stream.now += after_ns
    assert sum(spaced(stream, ANNOUNCED, range(50, 54))) == got


def test_four_strangers_at_a_time_are_looked_at_and_who_was_silent_longest_gives_way() -> None:
    places = [(f"198.51.100.{9 - n}", 9_000) for n in range(5)]
    for count, locked in ((4, places[0]), (5, None)):
        stream = Stream()
        for n in range(5):
            for source in places[:count]:
                spaced(stream, source, [n], 2_000)
        assert stream.lock.locked == locked
    stream = Stream()
    for source in places[:4]:
        spaced(stream, source, range(4), 2_000)
    spaced(stream, places[0], [3], 2_000)  # a repetition is no sign of life
    spaced(stream, places[4], [0], 2_000)
    assert spaced(stream, places[0], [4]) == [False] and spaced(stream, places[2], [4]) == [True]


def test_who_is_locked_by_one_packet_is_not_sure_and_by_a_sequence_it_is() -> None:
    stream = Stream(signalled=NATTED[0], announced=ELSEWHERE)
    assert stream.talk(ELSEWHERE, 0, 1) == 1
    assert (stream.lock.confirmed, stream.lock.knows(NATTED[0])) == (False, True)
    assert stream.talk(ELSEWHERE, 1, 1) == 1
    assert (stream.lock.confirmed, stream.lock.knows(NATTED[0])) == (True, False)
    known = Stream(announced=PRIVATE, signalled=NATTED[0])
    assert known.talk(NATTED, 0, 3) == 1 and known.lock.confirmed


def test_moves_are_counted() -> None:
    stream = Stream()
    stream.talk(MALLORY, 0, 10, ssrc=1)
    assert stream.lock.moves == 0
    stream.talk(NATTED, 0, 10, ssrc=2)
    stream.talk(ANNOUNCED, 0, 10, ssrc=3)
    assert stream.lock.moves == 2


@pytest.mark.parametrize(
    ("sequence", "timestamp", "moves"),
    [
        (1, 160, True),
        (MAX_DROPOUT - 3, 160, True),
        (MAX_DROPOUT, 160, False),
        (1, 60 * 8_000 - 161 * 3, True),
        (1, 60 * 8_000, False),
        (-3, 160, False),
    ],
)
def test_a_stream_goes_on_within_a_minute_and_a_burst_of_loss(
    sequence: int, timestamp: int, moves: bool
) -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 100)
    stream.now += 10 * GAP_NS
    last = Heard(stream.now - 1, 99, 99 * 160)
    for n in range(3):
        numbers = (99 + sequence + n) & 0xFFFF, 99 * 160 + timestamp + 160 * n
        moved = stream.lock.admit(
            HEADER.pack(0x80, 0, *numbers, 7), ELSEWHERE, stream.now + n * TICK, 7, lambda: last
        )
        assert moved is (moves and n == 2)


def test_who_began_before_the_locked_place_fell_silent_is_counted_from_then_on() -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 50)
    stream.now += 10 * GAP_NS
    assert spaced(stream, ELSEWHERE, [50, 51]) == [False, False]
    assert spaced(stream, ANNOUNCED, [50]) == [True]
    assert spaced(stream, ELSEWHERE, [52, 53, 54, 55]) == [False, False, False, True]


@pytest.mark.parametrize(("silent_s", "ahead_s", "moves"), [(40, 40, True), (40, 99, True), (40, 101, False)])
@pytest.mark.parametrize("clock_factor", [1, 2, 6])
def test_time_is_that_of_the_streams_own_clock(
    clock_factor: int, silent_s: int, ahead_s: int, moves: bool
) -> None:
    """48,000 Hz with Opus."""
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 100)
    stream.lock.clock_factor = clock_factor
    stream.now += silent_s * SECOND_NS
    last = Heard(stream.now - silent_s * SECOND_NS, 99, 1_000)
    admitted = []
    for n in range(3):
        stamp = 1_000 + (ahead_s * 8_000 + 160 * n) * clock_factor
        data = HEADER.pack(0x80, 0, 100 + n, stamp, 7)
        admitted.append(stream.lock.admit(data, ELSEWHERE, stream.now + n * TICK, 7, lambda: last))
    assert admitted == [False, False, moves]


@pytest.mark.parametrize("silent_s", [65, 1_800])
@pytest.mark.parametrize("clock_goes_on", [True, False])
def test_who_was_muted_for_long_behind_a_nat_that_forgot_it_is_heard_again(
    silent_s: int, clock_goes_on: bool
) -> None:
    """Some phones stop the clock of their stream with the packets."""
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 50)
    stream.now += silent_s * SECOND_NS
    later = 50 * silent_s if clock_goes_on else 0
    assert resumed(stream, ELSEWHERE, 50, later) == 48
    assert stream.lock.locked == ELSEWHERE


@pytest.mark.parametrize(("number", "later_s"), [(50, 65 + 61), (50, -61), (50 + MAX_DROPOUT, 65)])
def test_a_stream_that_cannot_be_its_own_moves_nothing_after_a_silence(number: int, later_s: int) -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 50)
    stream.now += 65 * SECOND_NS
    assert resumed(stream, MALLORY, number, 50 * later_s + 50 - number) == 0


def test_nor_does_another_stream_however_long_the_silence() -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 50)
    stream.now += 1_800 * SECOND_NS
    assert resumed(stream, MALLORY, 50, 0, ssrc=8) == 0


def resumed(stream: Stream, source: Address, first: int, later: int, ssrc: int = 7) -> int:
    """50 packets, numbered from `first` on, whose clock is `later` packets ahead of their numbers."""
    got = 0
    for n in range(first, first + 50):
        stream.now += TICK
        data = HEADER.pack(0x80, 0, n & 0xFFFF, (n + later) * 160 & 0xFFFFFFFF, ssrc) + bytes(160)
        if source == stream.lock.locked or stream.lock.admit(
            data, source, stream.now, stream.ssrc, lambda: stream._heard
        ):
            got += 1
    return got
