"""What may take a call after a re-INVITE, and how whoever was displaced for it comes back."""

from __future__ import annotations

import pytest

from mediaserver.rtp.packets import Address
from mediaserver.rtp.source_lock import GAP_NS, SILENT_NS
from tests.mediaserver.rtp.guarded import ANNOUNCED, ELSEWHERE, MALLORY, NATTED, PRIVATE, TICK, Stream, spaced


@pytest.mark.parametrize(
    ("announced", "phone"), [(ANNOUNCED, ANNOUNCED), (PRIVATE, NATTED), (PRIVATE, ELSEWHERE)]
)
def test_bursts_between_the_packets_of_its_place_take_nothing(announced: Address, phone: Address) -> None:
    stream = Stream(announced, signalled=NATTED[0])
    stream.talk(phone, 0, 50)
    stream.expect(announced)
    for n in range(150):
        stream.now += TICK
        assert stream.take(phone, 50 + n)
        for k in range(9):
            assert not stream.take(MALLORY, 9 * n + k, ssrc=99)
    assert stream.lock.moves == 0


@pytest.mark.parametrize(("spoke_ns", "got"), [(SILENT_NS - 1_000, 1), (SILENT_NS, 0)])
def test_a_place_that_spoke_since_the_negotiation_was_not_left(spoke_ns: int, got: int) -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 50)
    stream.expect(ANNOUNCED)
    stream.now += spoke_ns - 1_000
    assert stream.take(ANNOUNCED, 50)
    assert sum(spaced(stream, MALLORY, range(900, 911), ssrc=99)) == got


def test_a_pause_of_a_fifth_of_a_second_is_needed() -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 50)
    stream.expect(ANNOUNCED)
    assert not any(spaced(stream, MALLORY, range(900, 905), (SILENT_NS - 1) // 4, ssrc=99))
    assert spaced(stream, MALLORY, [905], 4, ssrc=99) == [True]


def test_a_stranger_who_was_displaced_in_a_pause_of_speech_is_heard_at_once_when_it_goes_on() -> None:
    stream = Stream(announced=PRIVATE, signalled=NATTED[0])
    stream.talk(ELSEWHERE, 0, 50)
    stream.expect(PRIVATE)
    assert stream.talk(MALLORY, 900, 50, ssrc=99) == 40
    stream.expect(PRIVATE)
    got = 0
    for n in range(200):
        stream.now += TICK
        got += stream.take(ELSEWHERE, 50 + n)
        stream.take(MALLORY, 950 + n, ssrc=99)
    assert got == 198 and stream.lock.locked == ELSEWHERE
    stream.now += 2 * GAP_NS
    assert stream.talk(MALLORY, 1_200, 50, ssrc=99) == 0, "it has no right to come back"


@pytest.mark.parametrize("ssrc", [8, 99])
def test_but_not_beside_the_other_with_another_stream(ssrc: int) -> None:
    stream = Stream(announced=PRIVATE)
    stream.talk(ELSEWHERE, 0, 50)
    stream.expect(PRIVATE)
    stream.talk(MALLORY, 900, 50, ssrc=99)
    for n in range(50):
        stream.now += TICK
        assert not stream.take(ELSEWHERE, 50 + n, ssrc)
        assert stream.take(MALLORY, 950 + n, ssrc=99)
    assert stream.talk(ELSEWHERE, 100, 50, ssrc=8) == 50 - SILENT_NS // TICK, "it is when the other is silent"


def test_late_packets_of_a_place_that_was_left_do_not_keep_the_new_one_out() -> None:
    stream = Stream(announced=PRIVATE)
    stream.talk(ELSEWHERE, 0, 50)
    stream.expect(PRIVATE)
    assert stream.talk((ELSEWHERE[0], 9_999), 0, 20, ssrc=8) == 10
    assert spaced(stream, ELSEWHERE, range(50, 55), 2_000) == [False, False, True, True, True]
    assert stream.talk((ELSEWHERE[0], 9_999), 20, 20, ssrc=8) == 10


def test_a_moved_phone_is_heard_at_the_place_that_it_announced_from_its_first_packet_on() -> None:
    stream = Stream()
    stream.talk(ANNOUNCED, 0, 50)
    stream.expect(ELSEWHERE)
    assert stream.take(ELSEWHERE, 900, ssrc=8)
