"""What an agent hears of a line: never itself, and always the caller."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mediaserver.media.cleaning import canceller as cancelling
from mediaserver.media.cleaning.canceller import Cancellers
from mediaserver.media.cleaning.echo_finder import EchoFinder
from mediaserver.media.cleaning.line_cleaner import FORGOTTEN_FRAMES, LineCleaner
from mediaserver.media.cleaning.noise_suppressor import NoiseSuppressor
from mediaserver.media.leg import Frame
from mediaserver.media.level import level_db
from tests.mediaserver.media.cleaning.lines import Sound, at_level, echo, frames, noise, run, telephone, voice

QUIET_DB = -50.0
"""Below it nothing is taken for speech."""


def cleaner(limit: int = 4) -> LineCleaner:
    return LineCleaner(Cancellers(limit, threaded=False))


def levels(sound: Any) -> Any:
    return np.array([level_db(frame) for frame in sound])


def spoken(seed: int, seconds: float, lead_s: float = 0.5, db: float = -20.0) -> Frame:
    """We say something after a while."""
    return np.concatenate((np.zeros(int(16_000 * lead_s), np.int16), voice(seed, seconds, db)))


@pytest.mark.parametrize("limit", [4, 0], ids=["cancelled", "muted"])
@pytest.mark.parametrize("delay_ms", [41, 100, 200, 300, 420])
@pytest.mark.parametrize("db", [-6, -20, -30])
def test_an_agent_does_not_hear_itself(delay_ms: int, db: int, limit: int) -> None:
    far = spoken(delay_ms, 3.0)
    near = telephone(echo(far, db, delay_ms, seed=db + 50, room_ms=200) + noise(1, len(far), -66))
    line = cleaner(limit)
    clean = levels(run(line, near, far))
    began = int(np.argmax(levels(frames(near)) > -58))
    assert levels(frames(near)).max() > QUIET_DB + 2
    assert np.mean(clean[began + 13 :] > QUIET_DB) < (0.01 if limit else 0.05)
    condition = line.condition
    assert condition.echo_delay_ms is not None and abs(condition.echo_delay_ms - delay_ms) <= 15
    assert condition.echo_loss_db is not None and abs(condition.echo_loss_db + db) < 8
    assert condition.echo_ms > 500


@pytest.mark.parametrize("limit", [4, 0], ids=["cancelled", "muted"])
@pytest.mark.parametrize("db", [-10, -20])
def test_an_agent_does_not_hear_itself_from_a_loudspeaker_that_distorts(db: int, limit: int) -> None:
    far = spoken(3, 4.0)
    distorted = (np.tanh(3.0 * far / 32_768.0) / np.tanh(3.0) * 30_000).astype(np.int16)
    near = telephone(echo(distorted, db, 140, seed=5, room_ms=200) + noise(1, len(far), -66))
    line = cleaner(limit)
    clean = levels(run(line, near, far))
    began = int(np.argmax(levels(frames(near)) > -58))
    assert np.mean(clean[began + 13 :] > QUIET_DB) < (0.01 if limit else 0.05)
    assert line.condition.echo_delay_ms is not None


@pytest.mark.parametrize("limit", [4, 0], ids=["cancelled", "muted"])
@pytest.mark.parametrize("db", [-10, -20, None])
def test_a_caller_who_talks_over_the_agent_is_heard(db: int | None, limit: int) -> None:
    far = spoken(1, 6.0)
    back = echo(far, db, 120) if db is not None else np.zeros(len(far))
    talk = np.zeros(len(far))
    talk[16_000 * 4 :] = at_level(voice(2, 2.5, pitch=190), -16)[: len(far) - 16_000 * 4]
    line = cleaner(limit)
    clean = levels(run(line, telephone(back + talk + noise(1, len(far), -66)), far))
    alone = levels(frames(telephone(talk)))
    loud = alone > -26
    assert np.mean(clean[loud] > alone[loud] - 10) > 0.8
    assert np.mean(clean[loud] > QUIET_DB) > 0.9


def test_a_clean_line_is_handed_on_as_it_came_and_nothing_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(EchoFinder, "look", lambda *_: looked.append(1))
    far = spoken(1, 3.0)
    line = cleaner()
    near = noise(1, len(far), -70).astype(np.int16)
    heard = frames(near)
    for came, said in zip(heard, frames(far), strict=True):
        assert line.hear(came) is came
        assert line.raw is came
        line.spoke(said if said.any() else None)
    assert not looked and line.condition.echo == 0.0 and not line.condition.suspect


def test_a_caller_who_answers_a_silent_agent_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EchoFinder, "look", lambda *_: pytest.fail("looked"))
    near = voice(3, 2.0)
    clean = run(cleaner(), near, np.zeros_like(near))
    assert (clean == frames(near)).all()


def test_a_caller_who_talks_over_us_is_suspect_for_a_sixth_of_a_second_only() -> None:
    far = voice(1, 3.0)
    talk = np.zeros(len(far))
    talk[16_000:] = voice(2, 2.0, -16)
    suspect: list[bool] = []
    line = cleaner()
    run(line, telephone(talk), far, lambda _: suspect.append(line.condition.suspect))
    assert 2 <= sum(suspect[50:60]) <= 8
    assert sum(suspect[60:90]) <= 3
    assert line.condition.echo_delay_ms is None


def test_a_line_that_turns_its_loudspeaker_off_gives_its_canceller_back() -> None:
    cancellers = Cancellers(1, threaded=False)
    line = LineCleaner(cancellers)
    far = spoken(1, 2.0)
    run(line, telephone(echo(far, -10, 100)), far)
    assert len(cancellers) == 1
    quiet = np.zeros(320, np.int16)
    for said in np.resize(frames(far[8_000:]), (FORGOTTEN_FRAMES + 1, 320)):
        line.hear(quiet)
        line.spoke(said)
    assert len(cancellers) == 0


def test_an_echo_that_moves_to_another_path_is_followed() -> None:
    far = spoken(1, 8.0)
    half = len(far) // 2
    back: Sound = np.concatenate((echo(far, -8, 300)[:half], echo(far, -8, 80)[half:]))
    line = cleaner()
    clean = levels(run(line, telephone(back + noise(1, len(far), -66)), far))
    assert line.condition.echo_delay_ms is not None and abs(line.condition.echo_delay_ms - 80) < 15
    assert np.mean(clean[-60:] > QUIET_DB) < 0.05


def taken_for_a_caller(near: Frame, far: Frame) -> int:
    """Frames of an echo that are handed on as loud as speech, and not even suspected."""
    line = cleaner()
    trusted: list[bool] = []
    clean = levels(run(line, near, far, lambda _: trusted.append(not line.condition.suspect)))
    return int(np.sum((clean > QUIET_DB) & np.array(trusted)))


@pytest.mark.parametrize(("room_ms", "direct"), [(100, 0.2), (200, 0.3)])
def test_a_room_whose_strongest_reflection_changes_does_not_make_us_hear_ourselves(
    room_ms: int, direct: float
) -> None:
    heard = []
    for seed in range(10):
        far = spoken(seed, 2.5)
        back = echo(far, -8, 150, seed=seed, room_ms=room_ms, direct=direct)
        heard.append(taken_for_a_caller(telephone(back + noise(1, len(far), -66)), far))
    assert max(heard) <= 16 and np.mean(heard) <= 4, "of 125"


@pytest.mark.parametrize("later_ms", [40, 80])
def test_a_phone_that_buffers_more_in_mid_sentence_does_not_make_us_hear_ourselves(later_ms: int) -> None:
    heard = []
    for seed in range(4):
        far = spoken(seed, 4.0)
        before, after = np.split(echo(far, -8, 100, seed=seed), [32_000])
        back = np.concatenate((before, np.zeros(later_ms * 16), after))[: len(far)]
        heard.append(taken_for_a_caller(telephone(back + noise(1, len(far), -66)), far))
    assert max(heard) <= 12, "a quarter of a second at the worst"


def test_a_caller_no_louder_than_the_echo_who_talks_right_after_it_was_found_is_heard() -> None:
    shares = []
    for seed in range(4):
        far = spoken(seed, 3.0)
        talk = np.zeros(len(far))
        talk[16_000:] = at_level(voice(20 + seed, 3.0, pitch=190), -28)[: len(far) - 16_000]
        line = cleaner()
        clean = levels(run(line, telephone(echo(far, -10, 100) + talk + noise(1, len(far), -66)), far))
        alone = levels(frames(telephone(talk)))
        soon = np.arange(len(alone)) < 85  # the echo was found at 0.8 s
        shares.append(float(np.mean(clean[(alone > -34) & soon] > QUIET_DB)))
    assert np.mean(shares) > 0.6


def test_more_echoing_calls_than_cancellers_are_counted_and_still_do_not_hear_themselves() -> None:
    cancellers = Cancellers(1, threaded=False)
    far = spoken(1, 2.0)
    near = telephone(echo(far, -10, 100))
    lines = [LineCleaner(cancellers) for _ in range(3)]
    for line in lines:
        assert np.mean(levels(run(line, near, far))[50:] > QUIET_DB) < 0.05
    assert (len(cancellers), cancellers.echoing, cancellers.refused) == (1, 3, 2)
    lines[0].close()
    assert len(cancellers) == 0
    far = spoken(1, 1.0)
    again = LineCleaner(cancellers)
    run(again, near[: len(far)], far)
    assert len(cancellers) == 1
    del again
    assert len(cancellers) == 0, "a call that nobody closed counts no more, either"


def test_without_the_library_our_voice_is_muted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancelling, "available", lambda: False)
    far = spoken(1, 2.0)
    line = cleaner(10)
    assert np.mean(levels(run(line, telephone(echo(far, -10, 100)), far))[50:] > QUIET_DB) < 0.05


def test_a_canceller_that_cannot_be_made_leaves_the_call_muted_but_alive(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(cancelling.Canceller, "prime", broken)
    far = spoken(1, 2.0)
    line = cleaner()
    assert np.mean(levels(run(line, telephone(echo(far, -10, 100)), far))[50:] > QUIET_DB) < 0.05
    assert "could not be made" in caplog.text


def test_cancellers_get_ready_on_a_thread_of_their_own_and_the_gate_stands_in() -> None:
    cancellers = Cancellers(1)
    line = LineCleaner(cancellers)
    far = spoken(1, 4.0)
    clean = levels(run(line, telephone(echo(far, -10, 100)), far))
    assert np.mean(clean[50:] > QUIET_DB) < 0.05
    cancellers.close()


def test_after_a_rest_what_was_is_no_past() -> None:
    line = cleaner()
    far = spoken(1, 1.0, lead_s=0.1)
    run(line, voice(2, 1.1), far)
    line.rest()
    assert line.resting and line.condition.echo == 0.0 and not line.condition.suspect
    came = voice(3, 0.1)[:320]
    assert line.hear(came) is came and not line.condition.suspect


def test_the_music_of_a_hold_is_no_noise_of_the_callers() -> None:
    line = LineCleaner(Cancellers(0, threaded=False), NoiseSuppressor())
    run(line, telephone(noise(1, 16_000 * 8, -22)), np.zeros(16_000 * 8, np.int16))
    assert line.condition.noise_db > -30
    line.rest()
    quiet = telephone(noise(2, 16_000, -66))
    heard = run(line, quiet, np.zeros(16_000, np.int16))
    assert line.condition.noise_db < -58 and line.condition.left_db < -58
    assert np.array_equal(np.concatenate(heard), quiet), "nothing is suppressed"


def test_a_line_whose_caller_talks_to_somebody_else_leaves_its_canceller_to_others_meanwhile() -> None:
    cancellers = Cancellers(1, threaded=False)
    first, second = LineCleaner(cancellers), LineCleaner(cancellers)
    far = spoken(3, 6.0)
    near = telephone(echo(far, -15, 120) + noise(1, len(far), -66))
    run(first, near, far)
    assert len(cancellers) == 1
    first.rest()
    assert len(cancellers) == 0
    run(second, near, far)
    assert len(cancellers) == 1 and not cancellers.refused
    assert (levels(run(first, near, far)) > QUIET_DB).mean() < 0.05, "muted meanwhile"
    second.close()
    before = levels(run(first, near, far))
    assert len(cancellers) == 1, "it is asked for again"
    assert (before > QUIET_DB).mean() < 0.05


def murmur(seconds: float, db: float, seed: int = 9) -> Frame:
    """A background that never ends."""
    return np.clip(noise(seed, int(16_000 * seconds), db), -32_000, 32_000).astype(np.int16)


@pytest.mark.parametrize("db", [-55, -48, -40])
def test_under_a_background_that_never_ends_a_caller_has_not_to_prove_anything(db: int) -> None:
    far = murmur(4.0, db)
    talk = np.zeros(len(far))
    talk[16_000:] = at_level(voice(2, 3.0, pitch=190), -22)
    near = telephone(talk + noise(1, len(far), -66))
    line, suspected = cleaner(), []
    clean = run(line, near, far, lambda tick: suspected.append(line.condition.suspect))
    loud = levels(frames(near)) > -28
    assert not np.array(suspected)[loud].any(), "who speaks would be heard late"
    assert np.array_equal(clean[loud], frames(near)[loud])
    assert line._finder is None, "it is not worth the work"


@pytest.mark.parametrize("limit", [4, 0], ids=["cancelled", "muted"])
def test_a_background_that_comes_back_is_not_the_caller(limit: int) -> None:
    far = murmur(6.0, -34)
    near = telephone(echo(far, -8, 120) + noise(1, len(far), -68))
    line = cleaner(limit)
    clean = levels(run(line, near, far))
    assert line.condition.echo_delay_ms is not None and abs(line.condition.echo_delay_ms - 120) <= 15
    assert levels(frames(near))[50:].mean() > -47
    assert np.mean(clean[50:] > QUIET_DB) < 0.01, "it was in the reference"


def test_a_line_that_echoes_keeps_its_canceller_while_only_a_faint_background_plays() -> None:
    words = voice(4, 3.0)
    far = np.concatenate((words, murmur(FORGOTTEN_FRAMES * 0.02 + 2, -55)))
    far[: len(words)] += murmur(3.0, -55)
    near = telephone(echo(far, -20, 100) + noise(1, len(far), -66))
    line = cleaner()
    run(line, near, far)
    assert line.condition.echo_loss_db is not None
    assert line._gate is not None and line._canceller is not None, "our next words would come back"
