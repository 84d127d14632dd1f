"""Calls keep their messages whatever strangers send, and nothing grows without end."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from sip.tracing.kept import Kept, TraceLimits, size_of
from tests.sip.tracing.messages import said

CALL = uuid4()


class Calls:
    """Those that live."""

    def __init__(self, *live: UUID) -> None:
        self.live = set(live)

    def __call__(self, call: UUID) -> bool:
        return call in self.live


@pytest.fixture
def calls() -> Calls:
    return Calls(CALL)


@pytest.fixture
def kept(calls: Calls) -> Kept:
    return Kept(TraceLimits(first=2, latest=3, other_messages=10, other_of_one=3), calls)


def call(
    kept: Kept, t: float, *, call: UUID = CALL, call_id: str = "one", line: str = "", body: str = ""
) -> None:
    kept.add(said(t, line or f"INFO sip:{t} SIP/2.0", call_id=call_id, call=call, body=body), call_id)


def times(kept: Kept, call: UUID = CALL) -> list[float]:
    trace = kept.of_call(call)
    assert trace is not None
    return [message.t for message in trace]


def test_what_was_said_before_it_was_a_call_belongs_to_it(kept: Kept) -> None:
    kept.add(said(1), "one")
    kept.add(said(2, "SIP/2.0 401 Unauthorized", sent=True), "one")
    assert kept.of_call(CALL) is None
    kept.belongs("one", CALL)
    call(kept, 3)
    assert times(kept) == [1, 2, 3]
    assert {message.call for message in kept.everything()} == {CALL}
    assert kept.call_of("one") == CALL and kept.call_of("two") is None


def test_the_first_and_the_latest_of_a_call_stay(kept: Kept) -> None:
    kept.belongs("one", CALL)
    for t in range(10):
        call(kept, t)
    trace = kept.of_call(CALL)
    assert trace is not None and trace.left_out == 5
    assert times(kept) == [0, 1, 7, 8, 9]
    assert kept.size == trace.size == sum(map(size_of, trace))


def test_strangers_push_out_each_other_and_no_call(kept: Kept) -> None:
    kept.belongs("one", CALL)
    call(kept, 0)
    for t in range(1, 2_000):
        kept.add(said(t, "OPTIONS sip:x SIP/2.0", call_id=f"stranger {t}"), f"stranger {t}")
    assert times(kept) == [0]
    assert len(kept) == 11 and len(kept._others) == 10
    assert sorted(message.t for message in kept.everything()) == [0, *range(1_990, 2_000)]
    assert kept.bytes == sum(map(size_of, kept.everything()))


def test_strangers_have_room_for_so_many_bytes(calls: Calls) -> None:
    kept = Kept(TraceLimits(other_bytes=20_000), calls)
    for t in range(100):
        kept.add(said(t, call_id=f"{t}", body="x" * 3_000), f"{t}")
    assert kept.bytes <= 20_000 and len(kept) > 2


def test_one_stranger_fills_no_more_than_its_own_place(kept: Kept) -> None:
    kept.add(said(0, call_id="other"), "other")
    for t in range(1, 100):
        kept.add(said(t), "one")
    assert sorted(message.t for message in kept.everything()) == [0, 97, 98, 99]


def test_a_call_has_room_for_so_many_bytes(calls: Calls) -> None:
    kept = Kept(TraceLimits(call_bytes=10_000), calls)
    kept.belongs("one", CALL)
    for t in range(100):
        call(kept, t, body="x" * 3_000)
    trace = kept.of_call(CALL)
    assert trace is not None
    assert trace.size == kept.size <= 10_000
    assert trace.first[0].t == 0 and trace.left_out == 100 - len(list(trace))


def test_calls_that_are_over_make_room_for_those_that_live(calls: Calls) -> None:
    kept = Kept(TraceLimits(first=2, all_bytes=50_000), calls)
    kept.belongs("one", CALL)
    call(kept, 0)
    for i in range(50):
        over = UUID(int=i)
        kept.belongs(f"over {i}", over)
        call(kept, i, call=over, call_id=f"over {i}", body="x" * 2_000)
    assert kept.size <= 50_000 and times(kept) == [0]
    assert 5 < kept.calls < 30 and kept.call_of("over 49") is not None and kept.call_of("over 0") is None


def test_of_calls_that_live_the_longest_traces_give_way_first(calls: Calls) -> None:
    kept = Kept(TraceLimits(first=2, all_bytes=50_000), calls)
    other = uuid4()
    calls.live.add(other)
    for each, call_id in ((CALL, "one"), (other, "two")):
        kept.belongs(call_id, each)
    call(kept, 0)
    for t in range(30):
        call(kept, t, call=other, call_id="two", body="x" * 2_000)
    assert kept.size <= 50_000 and times(kept) == [0]
    assert times(kept, other)[:2] == [0, 1] and times(kept, other)[-1] == 29


def test_a_call_is_kept_while_it_lives_and_for_a_while_after(kept: Kept, calls: Calls) -> None:
    kept.belongs("one", CALL)
    call(kept, 0)
    kept.add(said(0, call_id="stranger"), "stranger")
    after = kept.limits.after_s
    kept.sweep(after + 1)
    assert times(kept) == [0] and len(kept) == 1
    calls.live.clear()
    call(kept, after)
    kept.sweep(2 * after - 1)
    assert times(kept) == [0, after]
    kept.sweep(2 * after + 1)
    assert (len(kept), kept.bytes, kept._by_call_id, kept._others) == (0, 0, {}, {})


def test_a_call_that_tries_many_servers_remembers_a_few(kept: Kept) -> None:
    for i in range(10):
        kept.belongs(f"{i}", CALL)
    assert kept.call_of("1") == CALL and kept.call_of("2") is None
