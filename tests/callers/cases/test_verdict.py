"""Verdicts on calls that are made up: what a caller would complain of is a failure, and nothing else is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from callers.cases.evidence import Evidence, Played, Told
from callers.cases.script import Book, Case, Expect, Fate, Noise, Over, Reply, Saying, Stay, Wait
from callers.cases.verdict import judge
from callers.sound import RATE, Samples, clipped
from tests.callers.cases.test_floor_marks import LINE

DAY = "2026-11-22"
RIGHT = {"place": "Mountain View", "day": DAY, "time": "14:30", "minutes": 30, "people": 2}


def far(*spans: tuple[float, float], seconds: float = 20.0) -> Samples:
    """The agent is heard in these spans, in seconds."""
    track = np.zeros(int(seconds * RATE))
    for first, last in spans:
        part = slice(int(first * RATE), int(last * RATE))
        track[part] = np.random.default_rng(int(first * 10)).normal(0, 3_000, part.stop - part.start)
    return clipped(track)


def call(case: Case, track: Samples, **more: Any) -> Evidence:
    return Evidence(case, np.zeros_like(track), track, answered=True, up_ms=len(track) / 8, today=DAY, **more)


def booked(status: str = "confirmed", **changes: Any) -> tuple[dict[str, Any], ...]:
    return ({"flow": "booking", "status": status, "data": RIGHT | changes},)


BOOKING = Case("clean booking", "made up", (Book(),), Expect("right"))
ANSWER = Played("today", 2_000, 2_500, slot="day")


def failures(evidence: Evidence) -> str:
    return "; ".join(judge(evidence, {}).failures)


def test_a_right_booking_that_was_answered_soon_passes() -> None:
    found = judge(call(BOOKING, far((0.1, 1), (2.7, 4)), played=(ANSWER,), outcomes=booked()), {})
    assert (found.passed, found.booking, found.answers, found.cut_answers) == (True, "right", 1, 0)
    assert found.voice_to_voice_ms[0] == pytest.approx(200, abs=15)


def test_a_wrong_booking_that_was_confirmed_is_the_worst() -> None:
    found = judge(call(BOOKING, far((0.1, 1)), outcomes=booked(people=8)), {})
    assert found.booking == "wrong"
    assert "wrong booking was confirmed" in found.failures[0]


def test_a_booking_that_was_only_held_is_none() -> None:
    found = judge(call(BOOKING, far((0.1, 1)), outcomes=booked("held")), {})
    assert (found.booking, found.failures) == ("none", ("no booking",))


def test_a_call_that_wants_no_booking_counts_none_but_a_wrong_one() -> None:
    case = Case("interruptions", "made up", (Wait(1),))
    assert judge(call(case, far((0.1, 1))), {}).booking == ""
    assert judge(call(case, far((0.1, 1)), outcomes=booked(people=8)), {}).booking == "wrong"


def test_a_booking_that_was_taken_back_is_none() -> None:
    found = judge(call(BOOKING, far((0.1, 1)), outcomes=booked(people=8) + booked("withdrawn")), {})
    assert found.booking == "none"


def test_a_call_that_nobody_answers_fails_with_its_reason() -> None:
    assert judge(Evidence(BOOKING, trouble="486 Busy"), {}).failures == ("486 Busy",)


def test_an_answer_over_whose_pause_the_agent_begins_was_cut() -> None:
    evidence = call(BOOKING, far((0.1, 1), (2.2, 4)), played=(ANSWER,), outcomes=booked())
    assert failures(evidence) == "1 answers were cut"
    mended = Case("tails", "made up", (Book(),), Expect("right", amends=True))
    assert failures(call(mended, far((0.1, 1), (2.2, 4)), played=(ANSWER,), outcomes=booked())) == ""


def test_what_was_said_at_the_pick_up_was_not_cut_by_the_greeting() -> None:
    hello = Played("hello", 50, 500, in_turn=False)
    case = Case("goodbyes", "made up", (Wait(1),), agent="messenger")
    assert failures(call(case, far((0.2, 2)), played=(hello,))) == ""


def test_an_answer_without_an_answer_is_dead_air() -> None:
    evidence = call(BOOKING, far((0.1, 1), (9.5, 11)), played=(ANSWER,), outcomes=booked())
    assert failures(evidence) == "dead air of 7.0 s"


def test_a_call_that_begins_mute_is_dead_air() -> None:
    assert "dead air of 5.0 s" in failures(call(BOOKING, far((5, 6)), outcomes=booked()))


def test_what_nobody_said_is_no_answer_and_no_interruption() -> None:
    case = Case("echo", "made up", (Wait(10),), agent="reader")
    told = (
        Told(2_000, "heard", {"text": "Hello", "interrupted": True}),
        Told(2_100, "final", {"text": "book a room", "understood": True}),
    )
    found = judge(call(case, far((0.1, 2), (3, 8)), told=told), {})
    assert (found.self_interruptions, found.self_answers) == (1, 1)
    assert "interrupted itself 1 times" in found.failures
    mine = Played("hello", 1_500, 1_900)
    assert judge(call(case, far((0.1, 2), (2.1, 8)), told=told, played=(mine,)), {}).self_answers == 0


def test_a_line_that_our_hangup_cuts_was_not_interrupted() -> None:
    case = Case("echo", "made up", (Wait(10),), agent="reader")
    told = (Told(19_950, "heard", {"text": "Hello", "interrupted": True}),)
    assert judge(call(case, far((0.1, 20)), told=told), {}).self_interruptions == 0


SOUND = Case("coughs", "made up", (Over(Noise("cough"), 1_000, Fate.RESUMED),), agent="reader")
WORD = Case("short words", "made up", (Over(Saying("stop"), 1_000, Fate.TAKEN),), agent="reader")
SPOKEN = (Told(500, "agent", {"text": "line"}),)
REFERENCES = {"line": LINE}
COUGH = Played("cough", 3_000, 3_300, speech=False, fate=Fate.RESUMED)
STOP = Played("stop", 3_000, 3_300, fate=Fate.TAKEN)


def with_line(*parts: Samples) -> Samples:
    return np.concatenate([np.zeros(RATE // 2, np.int16), *parts, np.zeros(4 * RATE, np.int16)])


def test_a_cough_that_the_agent_talks_over_passes() -> None:
    found = judge(call(SOUND, with_line(LINE), told=SPOKEN, played=(COUGH,)), REFERENCES)
    assert (found.passed, found.sounds, found.wrongly_taken, found.resumed_soon) == (True, 1, 0, 1)


def test_a_cough_that_silences_the_agent_fails() -> None:
    found = judge(call(SOUND, with_line(LINE[: 3 * RATE]), told=SPOKEN, played=(COUGH,)), REFERENCES)
    assert (found.wrongly_taken, found.resumed_soon) == (1, 0)
    assert found.failures == ("'cough' took the floor",)


def test_what_one_cough_has_done_is_not_laid_on_the_one_before() -> None:
    later = Played("cough", 5_000, 5_300, speech=False, fate=Fate.RESUMED)
    told = (*SPOKEN, Told(5_900, "final", {"text": "book"}))
    case = Case("coughs", "made up", SOUND.steps * 2, agent="reader")
    found = judge(call(case, with_line(LINE), told=told, played=(COUGH, later)), REFERENCES)
    assert (found.sounds, found.wrongly_taken, found.resumed_soon) == (2, 1, 1)


def test_a_cough_after_which_the_agent_waits_too_long_fails() -> None:
    cut = int(2.6 * RATE)
    track = with_line(LINE[:cut], np.zeros(int(0.7 * RATE), np.int16), LINE[cut:])
    found = judge(call(SOUND, track, told=SPOKEN, played=(COUGH,)), REFERENCES)
    assert (found.wrongly_taken, found.resumed_soon) == (0, 0)
    assert "ms of silence" in found.failures[0]


def test_a_stop_that_stops_the_agent_passes_and_one_that_does_not_fails() -> None:
    reply = np.concatenate([np.zeros(RATE, np.int16), LINE[: RATE // 2]])
    stopped = with_line(LINE[: int(2.7 * RATE)], reply)
    good = judge(call(WORD, stopped, told=SPOKEN, played=(STOP,)), REFERENCES)
    assert (good.passed, good.interruptions, good.taken) == (True, 1, 1)
    bad = judge(call(WORD, with_line(LINE), told=SPOKEN, played=(STOP,)), REFERENCES)
    assert (bad.taken, bad.failures) == (0, ("'stop' did not stop the agent",))


def test_an_agent_that_stops_and_says_nothing_more_has_not_answered() -> None:
    stopped = with_line(LINE[: int(2.7 * RATE)])
    found = judge(call(WORD, stopped, told=SPOKEN, played=(STOP,)), REFERENCES)
    assert found.taken == 1 and found.dead_air_ms > 3_000
    assert any(failure.startswith("dead air") for failure in found.failures)


def test_a_sound_that_could_not_be_made_is_no_success() -> None:
    assert "never made" in failures(call(SOUND, far((0.1, 1)), told=SPOKEN))


def test_a_goodbye_must_be_heard_before_the_agent_hangs_up() -> None:
    case = Case("goodbyes", "made up", (Stay(20),), Expect(ends=True, says="goodbye"), agent="messenger")
    said = Told(100, "agent", {"text": "Goodbye."})
    heard = Told(4_900, "heard", {"text": "Goodbye.", "interrupted": False})
    good = call(case, far((0.1, 4.9), seconds=5), told=(said, heard), ended_by_far=True)
    assert failures(good) == ""
    assert "did not end" in failures(call(case, far((0.1, 4.9), seconds=5), told=(said, heard)))
    mute = call(case, far((0.1, 1), seconds=9), told=(said, heard), ended_by_far=True)
    assert failures(mute) == "the call ended mute"


def test_a_monologue_into_which_the_agent_cuts_fails() -> None:
    story = Played("a story", 2_000, 15_000)
    case = Case("monologues", "made up", (Reply(Saying("a story")),), Expect(cut_ins=0), agent="listener")
    evidence = call(case, far((0.1, 1), (5, 6), (9, 10), (15.3, 16)), played=(story,))
    assert failures(evidence) == "cut in 2 times"


def test_an_agent_that_must_say_what_is_wrong_and_is_not_heard_to_say_it_fails() -> None:
    case = Case("bad lines", "made up", (Stay(5),), Expect("none", says="hear you"))
    assert "never heard" in failures(call(case, far((0.1, 1)), told=SPOKEN))
    begun = Told(500, "agent", {"text": "I cannot hear you."})
    cut = Told(900, "heard", {"text": "I cannot", "interrupted": False})
    assert "never heard" in failures(call(case, far((0.1, 1)), told=(begun, cut)))
    whole = Told(900, "heard", {"text": "I cannot hear you.", "interrupted": False})
    assert failures(call(case, far((0.1, 1)), told=(begun, whole))) == ""


def test_a_word_into_silence_is_no_interruption_and_wants_an_answer() -> None:
    late = Played("stop", 10_000, 10_300, fate=Fate.TAKEN)
    nobody = judge(call(WORD, with_line(LINE), told=SPOKEN, played=(late,)), REFERENCES)
    assert (nobody.interruptions, nobody.taken) == (0, 0)
    assert "'stop' was not answered" in nobody.failures
    final = Told(10_600, "final", {"text": "stop"})
    found = judge(call(WORD, with_line(LINE), told=(*SPOKEN, final), played=(late,)), REFERENCES)
    assert (found.interruptions, found.taken) == (0, 0)
    assert not any("not answered" in failure for failure in found.failures)
