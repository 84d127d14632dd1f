from __future__ import annotations

import numpy as np
import pytest

from mediaserver.calls.echo import EchoApp
from mediaserver.calls.room import DEPTH_FRAMES, TRIM_FRAMES, Room, Seat
from mediaserver.errors import CallError
from mediaserver.media.leg import Digit, Ended, EndedBy, Frame, LegEvent, Termination, Voice, Why
from mediaserver.media.time import FRAME_SAMPLES


def frame(level: int) -> Frame:
    return np.full(FRAME_SAMPLES, level, np.int16)


def level(heard: Frame | None) -> int | None:
    return None if heard is None else int(heard[0])


def tick(said: dict[Seat, int]) -> dict[str, int | None]:
    """All seats say their level, then all hear. By name."""
    for seat, loud in said.items():
        seat.on_frame(frame(loud))
    return {seat.name: level(seat.next_frame(0)) for seat in said}


def test_a_room_of_two_is_a_bridge_that_does_not_touch_the_audio() -> None:
    room = Room()
    a, b = room.join("a"), room.join("b")
    said = frame(7)
    a.on_frame(said)
    assert b.next_frame(0) is said
    assert b.next_frame(320) is None and a.next_frame(0) is None


def test_in_a_conference_each_hears_all_others_and_not_itself() -> None:
    room = Room()
    seats = [room.join(name) for name in "abc"]
    assert tick(dict(zip(seats, (1, 10, 100), strict=True))) == {"a": 110, "b": 101, "c": 11}


def test_a_large_conference_mixes_every_voice() -> None:
    room = Room()
    seats = [room.join(str(n)) for n in range(40)]
    heard = tick({seat: 1 + n for n, seat in enumerate(seats)})
    assert heard == {str(n): sum(range(1, 41)) - (1 + n) for n in range(40)}


def test_loud_voices_saturate_and_never_wrap() -> None:
    room = Room()
    a, b, c = (room.join(name) for name in "abc")
    assert tick({a: 30_000, b: 30_000, c: -30_000})["c"] == 32_767
    assert tick({a: -30_000, b: -30_000, c: 0})["c"] == -32_768


def test_a_listener_hears_all_and_is_heard_by_nobody() -> None:
    room = Room()
    a, b = room.join("a"), room.join("b")
    spy = room.join("spy", heard=False)
    assert tick({a: 1, b: 10, spy: 100}) == {"a": 10, "b": 1, "spy": 11}


def test_who_comes_later_does_not_hear_a_listener_either() -> None:
    room = Room()
    spy = room.join("spy", heard=False)
    a, b = room.join("a"), room.join("b")
    assert tick({spy: 100, a: 1, b: 10}) == {"spy": 11, "a": 10, "b": 1}


def test_a_whisper_is_heard_by_one() -> None:
    room = Room()
    a, b = room.join("a"), room.join("b")
    coach = room.join("coach", heard=False)
    room.set_gain(listener=a, speaker=coach, gain=0.5)
    assert tick({a: 1, b: 10, coach: 100}) == {"a": 60, "b": 1, "coach": 11}
    assert room.gain(a, coach) == 0.5 and room.gain(b, coach) == 0


def test_gains_change_while_the_room_runs_without_old_audio() -> None:
    room = Room()
    a, b = room.join("a"), room.join("b")
    room.set_gain(b, a, 0)
    a.on_frame(frame(1))
    assert b.next_frame(0) is None
    room.set_gain(b, a, 2)
    assert b.next_frame(0) is None, "what was said while nobody was to hear it"
    a.on_frame(frame(3))
    assert level(b.next_frame(0)) == 6


def test_gains_are_factors_of_two_seats() -> None:
    room = Room()
    a, b = room.join("a"), room.join("b")
    for wrong in (-1.0, 17.0, float("nan")):
        with pytest.raises(ValueError, match="factor"):
            room.set_gain(a, b, wrong)
    with pytest.raises(CallError):
        room.set_gain(a, a, 1)


def test_a_muted_seat_hears_and_is_not_heard() -> None:
    room = Room()
    a, b = room.join("a"), room.join("b")
    a.muted = True
    assert tick({a: 1, b: 2}) == {"a": 2, "b": None}
    a.muted = False
    assert tick({a: 1, b: 2}) == {"a": 2, "b": 1}


def test_who_comes_late_hears_nothing_of_before_and_who_goes_is_gone() -> None:
    room = Room()
    a, b = room.join("a"), room.join("b")
    a.on_frame(frame(1))
    c = room.join("c")
    assert c.next_frame(0) is None and level(b.next_frame(0)) == 1
    room.leave(a)
    room.leave(a)
    a.on_frame(frame(5))
    assert tick({b: 1, c: 2}) == {"b": 2, "c": 1}
    assert a.next_frame(0) is None and [seat.name for seat in room] == ["b", "c"]


def test_legs_that_drift_lose_the_oldest_frames_of_that_pair_alone() -> None:
    room = Room()
    a, b, c = room.join("a"), room.join("b"), room.join("c")
    heard = []
    for loud in range(1, DEPTH_FRAMES + 3):
        a.on_frame(frame(loud))
        heard.append(level(c.next_frame(0)))
    assert heard == [1, 2, 3, 4, 5]
    late = [level(b.next_frame(0)) for _ in range(DEPTH_FRAMES + 1)]
    assert late == [3, 4, 5, None]


def test_delay_that_a_stall_left_behind_is_given_up_within_a_second() -> None:
    room = Room()
    a, b = room.join("a"), room.join("b")
    said = 0

    def step() -> int:
        nonlocal said
        said += 1
        a.on_frame(frame(said))
        heard = level(b.next_frame(0))
        assert heard is not None
        return said - heard

    for _ in range(2):  # b misses two turns
        said += 1
        a.on_frame(frame(said))
    assert step() == 2
    delays = [step() for _ in range(2 * TRIM_FRAMES)]
    assert delays[0] == 2 and delays[-1] == 0
    assert sorted(delays, reverse=True) == delays


def test_jitter_between_two_ticks_is_not_taken_for_delay() -> None:
    room = Room()
    a, b = room.join("a"), room.join("b")
    heard = []
    for loud in range(0, 4 * TRIM_FRAMES, 2):  # two frames at once, then none, for ever
        a.on_frame(frame(loud))
        a.on_frame(frame(loud + 1))
        heard += [level(b.next_frame(0)), level(b.next_frame(0))]
    assert heard == list(range(4 * TRIM_FRAMES))


def test_digits_go_to_those_who_hear_and_want_them() -> None:
    room = Room()
    pressed: list[tuple[str, str]] = []
    seats = {name: room.join(name, send_digit=lambda d, n=name: pressed.append((n, d))) for name in "abc"}  # type: ignore[misc]
    room.join("no keys")
    room.set_gain(seats["c"], seats["a"], 0)
    seats["a"].on_event(Digit("5", 0, 100))
    assert pressed == [("b", "5")]
    seats["a"].muted = True
    seats["a"].on_event(Digit("6", 0, 100))
    assert pressed == [("b", "5")]


def test_a_leg_that_ended_leaves_the_room() -> None:
    room = Room()
    a, b = room.join("a"), room.join("b")
    a.on_event(Ended(Termination(EndedBy.CALLER, Why.HANGUP)))
    assert list(room) == [b]


class Guest(EchoApp):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[LegEvent] = []

    def on_event(self, event: LegEvent) -> None:
        self.events.append(event)


def test_an_app_without_a_leg_is_served_in_its_hosts_ticks_at_no_delay() -> None:
    room = Room()
    caller = room.join("caller")
    app = Guest()
    caller.host("agent", app)
    spy = room.join("spy", heard=False)
    assert tick({caller: 5, spy: 100}) == {"caller": 5, "spy": 10}, "both the caller and the agent's echo"
    caller.on_event(Voice(512, 0.9))
    ended = Ended(Termination(EndedBy.CALLER, Why.HANGUP))
    caller.on_event(ended)
    assert app.events == [Voice(512, 0.9), ended]
    assert [seat.name for seat in room] == ["spy"], "the guest leaves with its host"


def test_a_guest_can_leave_before_its_host() -> None:
    room = Room()
    caller = room.join("caller")
    agent = caller.host("agent", EchoApp())
    room.leave(agent)
    assert tick({caller: 5}) == {"caller": None}


def test_nobody_hears_a_guest_that_is_not_to_be_heard() -> None:
    room = Room()
    caller = room.join("caller")
    caller.host("tap", EchoApp(), heard=False)
    assert tick({caller: 5}) == {"caller": None}
