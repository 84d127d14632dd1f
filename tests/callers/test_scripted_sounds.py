"""What scripted callers are made of: noises, echo paths, the mixer, and voices."""

from __future__ import annotations

import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from callers import noises
from callers.echo_path import Earpiece, Echo, EchoPath
from callers.mixing import LineSettings, Mixer
from callers.sound import PACKET, RATE, Samples
from callers.voiced import PER_MS, Clip
from callers.voices import SPEECH_DB, Voices, levelled, trimmed
from mediaserver.errors import VoiceForgeError

SILENT = np.zeros(PACKET, np.int16)


def rms_db(samples: Samples) -> float:
    return float(10 * np.log10(np.mean(samples.astype(float) ** 2) / 32768**2))


def burst(frames: int, level: float = 8_000.0, seed: int = 1) -> list[Samples]:
    whole = np.random.default_rng(seed).normal(0, level, frames * PACKET).clip(-32768, 32767)
    return list(whole.astype(np.int16).reshape(frames, PACKET))


# ---- noises


@pytest.mark.parametrize("kind", sorted(noises.SOUNDS))
def test_a_sound_is_voiced_and_the_same_from_the_same_seed(kind: str) -> None:
    make = noises.SOUNDS[kind]
    sound = make(3)
    assert np.array_equal(sound, make(3))
    assert not np.array_equal(sound, make(4))
    Clip.of(kind, np.concatenate([SILENT, sound, SILENT]))  # raises when there is nothing to hear
    assert len(sound) < 2 * RATE


VOICE = burst(40)


@pytest.mark.parametrize(
    "noise",
    [
        noises.babble(1, [np.concatenate(VOICE)], 4.0),
        noises.office(1, [], 4.0),
        noises.street(1, 4.0),
        noises.music(1, 4.0),
        noises.hum(1, 4.0),
        noises.hiss(1, 4.0),
        noises.fax_calling(7.0),
        noises.fax_answering(1, 7.0),
        noises.modem(1, 7.0),
    ],
)
def test_noise_that_goes_on_has_an_rms_of_one(noise: noises.Sound) -> None:
    assert float(np.sqrt(np.mean(noise**2))) == pytest.approx(1.0)


def test_babble_needs_voices() -> None:
    with pytest.raises(ValueError, match="voices"):
        noises.babble(1, [])


def test_a_calling_fax_is_silent_between_its_tones() -> None:
    sound = noises.fax_calling(3.5)
    assert np.abs(sound[: RATE // 2]).max() > 0
    assert np.abs(sound[RATE // 2 + 1 :]).max() == 0


# ---- the echo path


def test_an_echo_comes_back_as_late_and_as_weak_as_its_path_says() -> None:
    echo = Echo(EchoPath(20.0, 100, seed=2))
    sent = burst(50)
    back = np.concatenate([echo.process(frame.astype(float)) for frame in sent])
    lag = 100 * PER_MS
    assert np.abs(back[: lag - 1]).max() == 0
    whole = np.concatenate(sent).astype(float)
    loss = 10 * np.log10(np.mean(whole[: len(back) - lag] ** 2) / np.mean(back[lag:] ** 2))
    assert loss == pytest.approx(20.0, abs=1.0)


def test_an_echo_is_the_same_whole_or_in_frames() -> None:
    path = EchoPath(10.0, 33, seed=1)
    whole = np.concatenate(burst(10)).astype(float)
    echo = Echo(path)
    pieces = np.concatenate([echo.process(frame) for frame in whole.reshape(-1, PACKET)])
    late = np.concatenate([np.zeros(33 * PER_MS), whole])
    assert np.allclose(pieces, np.convolve(late, path.response())[: len(pieces)])


def test_rooms_differ_by_their_seed() -> None:
    assert not np.allclose(EchoPath(10, 60, 1).response(), EchoPath(10, 60, 2).response())


def test_the_earpiece_waits_for_its_depth_and_begins_anew_after_a_gap() -> None:
    ear = Earpiece(2)
    one, two, three = (np.full(PACKET, float(n)) for n in (1, 2, 3))
    ear.put(one)
    assert ear.take()[0] == 0
    ear.put(two)
    assert [ear.take()[0], ear.take()[0], ear.take()[0]] == [1, 2, 0]
    ear.put(three)
    assert ear.take()[0] == 0


def test_a_phone_does_not_hoard_what_comes_too_fast() -> None:
    ear = Earpiece(1)
    for n in range(30):
        ear.put(np.full(PACKET, float(n)))
    assert ear.take()[0] == 30 - Earpiece.MOST


# ---- the mixer


def test_a_plain_line_changes_nothing() -> None:
    mixer = Mixer(LineSettings())
    for frame in burst(5):
        sent = mixer.sent(frame)
        assert sent is not None and np.array_equal(sent, frame)


def test_noise_lies_as_far_under_speech_as_was_asked() -> None:
    mixer = Mixer(LineSettings(noise=noises.hiss(1, 4.0), snr_db=15))
    sent = [mixer.sent(SILENT) for _ in range(200)]
    whole = np.concatenate([frame for frame in sent if frame is not None])
    assert rms_db(whole) == pytest.approx(SPEECH_DB - 15, abs=0.5)


def test_a_live_microphone_is_never_digitally_silent() -> None:
    mixer = Mixer(LineSettings(room_db=-66))
    sent = [frame for _ in range(50) if (frame := mixer.sent(SILENT)) is not None]
    assert rms_db(np.concatenate(sent)) == pytest.approx(-66, abs=1)


def test_what_is_received_comes_back_under_what_is_said() -> None:
    mixer = Mixer(LineSettings(echo=EchoPath(10, 60, 1)))
    heard = burst(20)
    sent = []
    for frame in heard:
        mixer.heard(frame)
        out = mixer.sent(SILENT)
        assert out is not None
        sent.append(out)
    assert np.abs(np.concatenate(sent[:2])).max() == 0
    assert rms_db(np.concatenate(sent[6:])) == pytest.approx(rms_db(np.concatenate(heard)) - 10, abs=2)


def test_a_looped_line_sends_what_came_and_nothing_of_ours() -> None:
    mixer = Mixer(LineSettings(looped=True))
    heard, ours = burst(20, seed=1), burst(20, seed=2)
    sent = []
    for frame, own in zip(heard, ours, strict=True):
        mixer.heard(frame)
        out = mixer.sent(own)
        assert out is not None
        sent.append(out)
    whole, came = np.concatenate(sent), np.concatenate(heard)
    assert np.array_equal(whole[PACKET:], came[:-PACKET])


def test_loss_takes_its_share_and_the_same_packets_by_the_same_seed() -> None:
    def lost(seed: int) -> list[int]:
        mixer = Mixer(LineSettings(loss=0.05, seed=seed))
        return [n for n in range(2_000) if mixer.sent(SILENT) is None]

    assert lost(1) == lost(1) != lost(2)
    assert 60 <= len(lost(1)) <= 140


def test_a_dead_line_sends_nothing_and_a_muted_one_silence() -> None:
    frame = burst(1)[0]
    assert Mixer(LineSettings(dead=True)).sent(frame) is None
    muted = Mixer(LineSettings(muted=True)).sent(frame)
    assert muted is not None and not muted.any()


def test_a_clipped_line_hits_the_rails() -> None:
    sent = Mixer(LineSettings(gain_db=40)).sent(burst(1, 2_000)[0])
    assert sent is not None and np.mean(np.abs(sent.astype(int)) >= 32767) > 0.8


# ---- voices


def said(path: Path, seconds: float = 0.5, level: float = 3_000.0) -> None:
    quiet = np.zeros(RATE // 4)
    tone = level * np.sin(2 * np.pi * 300 * np.arange(int(RATE * seconds)) / RATE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.concatenate([quiet, tone, quiet]).astype("<i2").tobytes())


@pytest.fixture
def recorded(tmp_path: Path) -> Voices:
    for name in ("dialogflow-today.wav", "dialogflow-mountain_view.wav"):
        said(tmp_path / name)
    return Voices(cache=tmp_path / "cache", recordings=tmp_path)


def test_recordings_come_at_one_loudness_without_their_silence(recorded: Voices) -> None:
    clip = recorded.say("today", "recorded")
    assert len(clip.samples) / RATE == pytest.approx(0.74, abs=0.03)
    assert rms_db(clip.samples[clip.voice.first : clip.voice.last]) == pytest.approx(SPEECH_DB, abs=0.5)


@pytest.mark.parametrize("pause_ms", [100, 200, 300, 600])
def test_a_bar_is_a_pause_of_the_length_that_was_asked(recorded: Voices, pause_ms: int) -> None:
    paused = recorded.say("today | mountain view", "recorded", pause_ms=pause_ms)
    loud = np.flatnonzero(np.abs(paused.samples) > 200)
    assert np.diff(loud).max() / PER_MS == pytest.approx(pause_ms, abs=15)
    assert paused.name == "today mountain view"


def test_levels_and_edges_are_kept_for_what_is_silent() -> None:
    assert not levelled(np.zeros(800, np.int16)).any()
    with pytest.raises(ValueError, match="voice"):
        trimmed(np.zeros(8_000, np.int16))


def test_who_lacks_a_voice_is_told_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    voices = Voices(cache=tmp_path, recordings=tmp_path)
    assert "apt-get install flite" in voices.missing("slt")
    assert "apt-get install festival festvox-kallpc16k" in voices.missing("kal")
    assert "recordings" in voices.missing("recorded")
    assert "known are" in voices.missing("nobody")
    with pytest.raises(VoiceForgeError, match=r"setup\.sh speech"):
        voices.say("hello", "slt")


def test_a_line_is_rendered_once(tmp_path: Path) -> None:
    voices = Voices(cache=tmp_path, recordings=tmp_path)
    if why := voices.missing("kal16"):
        pytest.skip(why)
    first = voices.say("stop", "kal16")
    (made,) = tmp_path.glob("kal16-*.wav")
    stamp = made.stat().st_mtime_ns
    again = Voices(cache=tmp_path, recordings=tmp_path).say("stop", "kal16")
    assert np.array_equal(first.samples, again.samples)
    assert made.stat().st_mtime_ns == stamp
