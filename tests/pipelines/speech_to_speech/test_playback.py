"""What the model says: sent in its order, cut at the sample, its words by proportion."""

from __future__ import annotations

import numpy as np
import pytest

from mediaserver.media.time import FRAME_SAMPLES
from pipelines.speech_to_speech.audio_format import FORMATS, AudioFormat, AudioReader, AudioWriter, FormatName
from pipelines.speech_to_speech.playback import Playback
from tests.pipelines.speech_to_speech.realtime_server import tone_octets


def played(playback: Playback, start: int, ms: int) -> int:
    """Ticks; the samples that were sent."""
    frames = [playback.next_frame(start + at * FRAME_SAMPLES) for at in range(ms // 20)]
    return FRAME_SAMPLES * sum(frame is not None for frame in frames)


@pytest.mark.parametrize("name", FORMATS)
def test_audio_survives_the_way_there_and_back(name: FormatName) -> None:
    fmt = AudioFormat(name)
    wave = (8_000 * np.sin(np.arange(16_000) * 2 * np.pi * 440 / 16_000)).astype(np.int16)
    writer, reader = AudioWriter(fmt), AudioReader(fmt)
    octets = b"".join(writer.write(wave[at : at + 320]) for at in range(0, 16_000, 320))
    for at in range(0, len(octets), 333):  # pieces that cut samples in two
        reader.add(octets[at : at + 333])
    reader.complete()
    frames = []
    while (frame := reader.frame()) is not None:
        frames.append(frame)
    there = np.concatenate(frames)
    error = np.abs(there[400:15_000].astype(int) - wave[400:15_000])
    assert error.max() < 300


def test_items_are_said_one_after_another() -> None:
    playback = Playback(AudioFormat("pcmu"))
    playback.sound("a", 0, tone_octets(100))
    playback.sound("b", 0, tone_octets(100))
    assert played(playback, 0, 200) < 200 * 16  # the first may go on
    playback.complete("a", 0)
    playback.complete("b", 0)
    played(playback, 200 * 16, 300)
    assert [speech.item for speech in playback.hear(1 << 40)] == ["a", "b"]
    assert playback.drained


def test_what_is_cut_was_heard_in_proportion() -> None:
    playback = Playback(AudioFormat("pcmu"))
    playback.words("a", 0, "one two three four five")
    playback.sound("a", 0, tone_octets(1_000))
    playback.complete("a", 0)
    played(playback, 0, 500)
    ((speech, ms),) = playback.cut(480 * 16)
    assert ms == 480
    speech.hear(480 * 16)
    assert speech.heard_text == "one two"
    playback.sound("a", 0, tone_octets(100))
    assert not playback.playing


def test_what_was_sent_and_is_not_heard_yet_is_cut_too() -> None:
    playback = Playback(AudioFormat("pcmu"))
    playback.words("a", 0, "one two three four five")
    playback.sound("a", 0, tone_octets(1_000))
    playback.complete("a", 0)
    played(playback, 0, 1_100)
    ((speech, ms),) = playback.cut(900 * 16)
    assert (ms, speech.cut) == (900, True)


def test_a_pause_loses_nothing() -> None:
    playback = Playback(AudioFormat("pcmu"))
    playback.sound("a", 0, tone_octets(1_000))
    playback.complete("a", 0)
    first = played(playback, 0, 500)
    playback.paused = True
    assert played(playback, 500 * 16, 300) == 0
    playback.paused = False
    assert first + played(playback, 800 * 16, 2_000) == pytest.approx(16_000, abs=FRAME_SAMPLES)
