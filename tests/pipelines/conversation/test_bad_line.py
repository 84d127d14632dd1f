"""What is done about a bad line, figure by figure; and what the caller hears of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mediaserver.media.line_watch.figures import LineFigures, ToneKind, ToneSeen
from pipelines.conversation.bad_line import (
    BETWEEN_S,
    MACHINES,
    NETWORKS,
    OFFER_S,
    ON_HOLD_S,
    REMIND_S,
    TONE_LIMIT_S,
    VOICES,
    BadLine,
    LineSeen,
    LineStep,
    LineVerdict,
)

FINE = LineFigures(seconds=30.0, noise_db=-62.0, speech_db=-26.0, speech_s=9.0)


def judged(
    line: BadLine | None = None, *, misheard: int = 0, packets: int | None = 1_500, **changed: Any
) -> LineVerdict | None:
    figures = replace(FINE, **changed)
    return (line or BadLine()).judge(LineSeen(figures, misheard, packets=packets))


def steps(*verdicts: LineVerdict | None) -> list[tuple[LineStep, str] | None]:
    return [None if verdict is None else (verdict.step, verdict.kind) for verdict in verdicts]


def test_nothing_is_done_about_a_good_line() -> None:
    assert judged() is None
    assert judged(misheard=9) is None


@pytest.mark.parametrize("kind", MACHINES)
def test_a_machine_is_left_with_a_sentence_for_whoever_stands_beside_it(kind: ToneKind) -> None:
    line = BadLine()
    found = judged(line, tones=(ToneSeen(kind, 4_000, 1_100),))
    assert steps(found) == [(LineStep.GIVE_UP, "fax")]
    assert found is not None and kind.value in found.advice
    assert judged(line, tones=(ToneSeen(kind, 4_000, 1_100),)) is None, "once"


def test_a_line_that_leads_back_to_us_is_left() -> None:
    assert steps(judged(looped=True)) == [(LineStep.GIVE_UP, "looped")]


def test_a_ringing_tone_is_no_trouble() -> None:
    assert judged(tones=(ToneSeen(ToneKind.RINGING, 4_000, 425, 29_000),)) is None


# ---- a network's tone


def toned(
    line: BadLine, at: float, kind: ToneKind = ToneKind.BUSY, *, there: bool = True
) -> LineVerdict | None:
    last = round(1000 * at) if there else 0
    return judged(line, seconds=at, tones=(ToneSeen(kind, 4_000, 425, last),))


@pytest.mark.parametrize("kind", NETWORKS)
def test_nobody_is_hung_up_for_a_tone_before_it_was_said_and_waited_for_somebody(kind: ToneKind) -> None:
    line = BadLine()
    found = [toned(line, at, kind) for at in (8.0, 9.0, 20.0, 8.0 + TONE_LIMIT_S - 1, 8.0 + TONE_LIMIT_S)]
    assert steps(*found) == [(LineStep.WAIT, "tone"), None, None, None, (LineStep.GIVE_UP, "tone")]


def test_a_tone_that_ends_is_forgotten() -> None:
    line = BadLine()
    assert steps(toned(line, 8.0), toned(line, 14.0, there=False)) == [
        (LineStep.WAIT, "tone"), (LineStep.GO_ON, "tone"),
    ]  # fmt: skip
    assert toned(line, 40.0, there=False) is None


def test_who_speaks_beside_a_tone_is_listened_to_for_as_long_as_he_speaks() -> None:
    line = BadLine()
    toned(line, 8.0)
    assert steps(speaks(line, 10.0)) == [(LineStep.GO_ON, "tone")]
    for at in (11.0, 12.0, 15.0):
        assert toned(line, at) is None
    assert steps(toned(line, 16.5)) == [(LineStep.WAIT, "tone")]


def speaks(line: BadLine, at: float) -> LineVerdict | None:
    return [line.voice(at, 0.95) for _ in range(VOICES)][-1]


# ---- music on hold


def test_music_is_said_waited_for_in_silence_and_the_conversation_goes_on_after_it() -> None:
    line = BadLine()
    found = [
        judged(line, seconds=30.0, music_s=5.0),
        judged(line, seconds=40.0, music_s=13.0),
        judged(line, seconds=55.0, music_s=28.0),
        judged(line, seconds=56.0, music_s=0.0),
        judged(line, seconds=57.0),
    ]
    assert steps(*found) == [None, (LineStep.WAIT, "music"), None, (LineStep.GO_ON, "music"), None]


def test_whoever_may_come_back_hears_now_and_then_that_we_are_here() -> None:
    line = BadLine()
    found = [judged(line, seconds=at, music_s=at - 20) for at in (33.0, 50.0, 33.0 + REMIND_S, 54.0, 73.5)]
    assert steps(*found) == [
        (LineStep.WAIT, "music"), None, (LineStep.REMIND, "music"), None, (LineStep.REMIND, "music"),
    ]  # fmt: skip


@pytest.mark.parametrize("agent_minds", [True, False])
def test_music_that_never_ends_is_waited_for_as_long_as_it_is_set(agent_minds: bool) -> None:
    line = BadLine(on_hold_s=60.0)

    def at(seconds: float) -> LineVerdict | None:
        figures = replace(FINE, seconds=seconds, music_s=seconds - 20)
        return line.judge(LineSeen(figures, agent_minds=agent_minds))

    assert steps(at(33.0)) == [(LineStep.WAIT, "music")]
    assert steps(at(92.0)) == [(LineStep.REMIND, "music")]
    if agent_minds:
        assert steps(at(93.0), at(100.0)) == [(LineStep.OFFER, "music"), None]
        assert steps(at(93.0 + OFFER_S)) == [(LineStep.GIVE_UP, "music")], "nobody took the offer"
    else:
        assert steps(at(93.0)) == [(LineStep.GIVE_UP, "music")]


def test_who_takes_the_offer_of_a_call_back_is_not_hung_up() -> None:
    line = BadLine(on_hold_s=10.0)
    judge = [LineSeen(replace(FINE, seconds=at, music_s=at - 20), agent_minds=True) for at in (33.0, 43.0)]
    assert [line.judge(seen) for seen in judge][-1] is not None
    line.key(45.0)
    found = line.judge(LineSeen(replace(FINE, seconds=45.0 + OFFER_S, music_s=44.0), agent_minds=True))
    assert found is None or found.step is not LineStep.GIVE_UP


def test_the_wait_for_music_is_counted_together_when_somebody_spoke_in_between() -> None:
    line = BadLine()
    assert steps(judged(line, seconds=40.0, music_s=13.0)) == [(LineStep.WAIT, "music")]
    assert steps(speaks(line, 100.0)) == [(LineStep.GO_ON, "music")]
    assert steps(judged(line, seconds=120.0, music_s=14.0)) == [(LineStep.WAIT, "music")]
    assert steps(judged(line, seconds=120.0 + ON_HOLD_S - 59, music_s=61.0)) == [(LineStep.GIVE_UP, "music")]


def test_who_talks_with_music_in_the_room_is_not_on_hold() -> None:
    line = BadLine()
    for answer, at in enumerate((14.0, 24.0, 35.0, 60.0), 1):
        before = LineSeen(replace(FINE, seconds=at - 1, music_s=at - 1), understood=answer - 1)
        after = LineSeen(replace(FINE, seconds=at, music_s=at), understood=answer)
        if at > 14.0:
            assert line.judge(before) is None, at
        assert line.judge(after) is None, at


def test_who_cannot_be_understood_over_the_music_is_there_all_the_same() -> None:
    line = BadLine()
    for at in (9.0, 18.0, 27.0):
        speaks(line, at)
        assert judged(line, seconds=at + 8, music_s=at + 8) is None
    assert steps(judged(line, seconds=40.0, music_s=40.0)) == [(LineStep.WAIT, "music")]


def test_a_note_that_sounds_like_a_voice_does_not_end_the_wait() -> None:
    line = BadLine()
    judged(line, music_s=13.0)
    for _ in range(10):
        assert [line.voice(50.0, probability) for probability in (0.9, 0.95, 0.3)] == [None] * 3
    assert line.waiting


def test_a_key_ends_the_wait_and_means_nothing_without_one() -> None:
    line = BadLine()
    assert line.key(10.0) is None
    judged(line, seconds=30.0, music_s=13.0)
    assert steps(line.key(50.0)) == [(LineStep.GO_ON, "music")]


# ---- one way


def test_who_does_not_arrive_at_all_is_told_and_the_end_is_left_to_the_leg() -> None:
    """The leg knows whether a phone lives that sends nothing while nobody speaks."""
    line = BadLine()
    found = [judged(line, seconds=at, dead_s=at, packets=0) for at in (2.9, 3.8, 14.0, 60.0)]
    assert steps(*found) == [None, (LineStep.TELL, "one-way"), None, None]


def test_a_leg_that_counts_no_packets_says_nothing_of_one_way_lines() -> None:
    assert judged(dead_s=30.0, packets=None) is None


def test_what_does_not_arrive_at_the_far_end_is_kept_and_nobody_is_hung_up() -> None:
    line = BadLine()
    assert line.judge(LineSeen(FINE, packets=900, unheard=1)) is None
    assert steps(line.judge(LineSeen(FINE, packets=900, unheard=2))) == [(LineStep.NOTE, "unheard")]
    assert line.judge(LineSeen(FINE, packets=900, unheard=3)) is None


def test_silence_may_be_an_unheard_answer_where_nothing_arrives_until_something_does() -> None:
    line, lost = BadLine(), []
    for dead_s in (5.8, 6.8, 0.0):  # at first he may be thinking, on a phone that sends zeros meanwhile
        judged(line, dead_s=dead_s, packets=500)
        lost.append(line.loses_words)
    assert lost == [False, True, False]


def test_silence_may_be_an_unheard_answer_where_the_noise_is_nearly_as_loud() -> None:
    line, lost = BadLine(), []
    for speech_db, noise_db in ((-22.0, -32.0), (-22.0, -45.0), (None, -32.0)):
        line.judge(LineSeen(replace(FINE, speech_db=speech_db, noise_db=noise_db), packets=900))
        lost.append(line.loses_words)
    assert lost == [True, False, False]  # nobody knows yet how loud the last one speaks


def test_silence_may_be_an_unheard_answer_of_a_caller_who_nearly_whispers() -> None:
    line = BadLine()
    line.judge(LineSeen(replace(FINE, speech_db=-41.0, noise_db=-70.0), packets=900))
    assert line.loses_words


# ---- somebody is there


def test_who_never_stops_is_broken_in_on_once_and_given_up_then() -> None:
    line = BadLine()
    found = [judged(line, seconds=at, talking_s=at) for at in (60.0, 76.0, 90.0, 149.0, 151.0, 152.0)]
    assert steps(*found) == [
        None, (LineStep.BREAK_IN, "endless"), None, None, (LineStep.GIVE_UP, "endless"), None,
    ]  # fmt: skip


def test_who_answers_by_voice_or_keys_is_not_broken_in_on_for_the_voices_behind_him() -> None:
    line = BadLine()
    endless = [replace(FINE, seconds=at, talking_s=at) for at in (70.0, 100.0, 140.0, 200.0, 215.0)]
    found = [line.judge(LineSeen(endless[0], understood=1)), line.judge(LineSeen(endless[1], understood=1))]
    assert line.key(130.0) is None
    found += [line.judge(LineSeen(figures, understood=1)) for figures in endless[2:]]
    assert steps(*found) == [None, None, None, None, (LineStep.BREAK_IN, "endless")]


def test_who_never_starts_is_not_spoken_of_as_long_as_the_line_lives() -> None:
    assert judged(speech_s=0.0, speech_db=None) is None


def test_packets_of_silence_are_told() -> None:
    line = BadLine()
    assert judged(line, dead_s=5.8, packets=500) is None
    assert steps(judged(line, dead_s=6.8, packets=500)) == [(LineStep.TELL, "silent")]
    assert judged(line, dead_s=21.0, packets=900) is None


def test_a_hum_is_told_to_whoever_does_not_get_through_it() -> None:
    hums = replace(FINE, hum_hz=50, hum_db=-38.0)
    assert BadLine().judge(LineSeen(hums, silences=1)) is None
    assert steps(BadLine().judge(LineSeen(hums, silences=2))) == [(LineStep.TELL, "humming")]
    assert BadLine().judge(LineSeen(replace(FINE, clipping_pct=4.0), silences=2)) is None


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"clipping_pct": 4.0}, "clipped"),
        ({"hum_hz": 50, "hum_db": -38.0}, "humming"),
        ({"noise_db": -36.0}, "noisy"),
    ],
)
def test_what_can_be_mended_is_told_once_answers_are_misheard(changed: dict[str, Any], kind: str) -> None:
    line = BadLine()
    assert judged(line, misheard=1, **changed) is None
    assert steps(judged(line, misheard=2, **changed)) == [(LineStep.TELL, kind)]
    assert judged(line, misheard=5, seconds=99.0, **changed) is None


def test_lost_packets_are_told_of() -> None:
    assert steps(BadLine().judge(LineSeen(FINE, 2, packets=900, loss_pct=13.0))) == [(LineStep.TELL, "lossy")]


def test_two_troubles_are_not_told_in_one_breath() -> None:
    line = BadLine()
    both: dict[str, Any] = {"clipping_pct": 4.0, "hum_hz": 50, "hum_db": -38.0}
    assert steps(judged(line, misheard=2, seconds=30.0, **both)) == [(LineStep.TELL, "clipped")]
    assert judged(line, misheard=3, seconds=30.0 + BETWEEN_S - 1, **both) is None
    assert steps(judged(line, misheard=3, seconds=30.0 + BETWEEN_S, **both)) == [(LineStep.TELL, "humming")]


def test_an_agent_that_deals_with_noise_is_not_told_of_it() -> None:
    seen = LineSeen(replace(FINE, noise_db=-36.0), 4, packets=900, agent_minds=True)
    assert BadLine().judge(seen) is None
