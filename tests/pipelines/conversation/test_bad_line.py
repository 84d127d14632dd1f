"""What is done about a bad line, figure by figure; and what the caller hears of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mediaserver.media.line_watch.figures import LineFigures, ToneKind, ToneSeen
from pipelines.conversation.bad_line import (
    BETWEEN_S,
    MACHINES,
    MUSIC_LIMIT_S,
    NETWORKS,
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
    return (line or BadLine()).judge(LineSeen(figures, misheard, packets))


def steps(*verdicts: LineVerdict | None) -> list[tuple[LineStep, str] | None]:
    return [None if verdict is None else (verdict.step, verdict.kind) for verdict in verdicts]


def test_nothing_is_done_about_a_good_line() -> None:
    assert judged() is None
    assert judged(misheard=9) is None


@pytest.mark.parametrize("kind", MACHINES)
def test_a_machine_is_hung_up_without_a_word(kind: ToneKind) -> None:
    line = BadLine()
    found = judged(line, tones=(ToneSeen(kind, 4_000, 1_100),))
    assert steps(found) == [(LineStep.HANG_UP, "fax")]
    assert found is not None and kind.value in found.advice
    assert judged(line, tones=(ToneSeen(kind, 4_000, 1_100),)) is None, "once"


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_network_that_says_that_nobody_is_there_is_hung_up(kind: ToneKind) -> None:
    assert steps(judged(tones=(ToneSeen(kind, 4_000, 425),))) == [(LineStep.HANG_UP, "tone")]


def test_a_ringing_tone_is_waited_for() -> None:
    assert judged(tones=(ToneSeen(ToneKind.RINGING, 4_000, 425),)) is None


def test_a_line_that_leads_back_to_us_is_hung_up() -> None:
    assert steps(judged(looped=True)) == [(LineStep.HANG_UP, "looped")]


def test_music_is_waited_for_in_silence_and_the_conversation_goes_on_after_it() -> None:
    line = BadLine()
    found = [
        judged(line, seconds=30.0, music_s=5.0),
        judged(line, seconds=40.0, music_s=13.0),
        judged(line, seconds=60.0, music_s=33.0),
        judged(line, seconds=61.0, music_s=0.0),
        judged(line, seconds=62.0),
    ]
    assert steps(*found) == [None, (LineStep.WAIT, "music"), None, (LineStep.GO_ON, "music"), None]


def test_music_that_never_ends_is_given_up_also_when_somebody_spoke_in_between() -> None:
    line = BadLine()
    assert steps(judged(line, seconds=40.0, music_s=13.0)) == [(LineStep.WAIT, "music")]
    spoken = [line.voice(100.0, 0.95) for _ in range(VOICES)]
    assert steps(*spoken[-2:]) == [None, (LineStep.GO_ON, "music")]
    assert steps(judged(line, seconds=120.0, music_s=14.0)) == [(LineStep.WAIT, "music")]
    assert judged(line, seconds=120.0 + MUSIC_LIMIT_S - 61, music_s=60.0) is None
    given_up = judged(line, seconds=120.0 + MUSIC_LIMIT_S - 59, music_s=61.0)
    assert steps(given_up) == [(LineStep.GIVE_UP, "music")]


def test_a_note_that_sounds_like_a_voice_does_not_end_the_wait() -> None:
    line = BadLine()
    judged(line, music_s=13.0)
    for _ in range(10):
        assert [line.voice(50.0, probability) for probability in (0.9, 0.95, 0.3)] == [None] * 3
    assert line.waiting


def test_a_key_ends_the_wait_and_means_nothing_without_one() -> None:
    line = BadLine()
    assert line.key(10.0) is None
    judged(line, music_s=13.0)
    assert steps(line.key(50.0)) == [(LineStep.GO_ON, "music")]


def test_who_never_stops_is_broken_in_on_once_and_given_up_then() -> None:
    line = BadLine()
    found = [judged(line, seconds=at, talking_s=at) for at in (60.0, 76.0, 90.0, 149.0, 151.0, 152.0)]
    assert steps(*found) == [
        None, (LineStep.BREAK_IN, "endless"), None, None, (LineStep.GIVE_UP, "endless"), None,
    ]  # fmt: skip


def test_who_never_starts_is_not_spoken_of_as_long_as_the_line_lives() -> None:
    assert judged(speech_s=0.0, speech_db=None) is None


def test_packets_of_silence_are_told_and_a_leg_without_packets_is_the_legs_own_trouble() -> None:
    line = BadLine()
    assert judged(line, dead_s=9.0, packets=500) is None
    assert judged(line, dead_s=11.0, packets=3) is None
    assert judged(line, dead_s=11.0, packets=None) is None
    assert steps(judged(line, dead_s=11.0, packets=500)) == [(LineStep.TELL, "silent")]
    assert judged(line, dead_s=21.0, packets=900) is None


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
    assert steps(BadLine().judge(LineSeen(FINE, 2, 900, loss_pct=13.0))) == [(LineStep.TELL, "lossy")]


def test_two_troubles_are_not_told_in_one_breath() -> None:
    line = BadLine()
    both: dict[str, Any] = {"clipping_pct": 4.0, "hum_hz": 50, "hum_db": -38.0}
    assert steps(judged(line, misheard=2, seconds=30.0, **both)) == [(LineStep.TELL, "clipped")]
    assert judged(line, misheard=3, seconds=30.0 + BETWEEN_S - 1, **both) is None
    assert steps(judged(line, misheard=3, seconds=30.0 + BETWEEN_S, **both)) == [(LineStep.TELL, "humming")]


def test_an_agent_that_deals_with_noise_is_not_told_of_it() -> None:
    seen = LineSeen(replace(FINE, noise_db=-36.0), 4, 900, minds_noise=True)
    assert BadLine().judge(seen) is None
