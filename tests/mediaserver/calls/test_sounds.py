"""WAV files that may be played, those that may not, and the music that needs no file."""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path

import numpy as np
import pytest

from mediaserver.calls import sounds
from mediaserver.calls.hold_music import SILENCE, hold_music
from mediaserver.calls.sounds import RATES, Sounds, decoded
from mediaserver.errors import PeerError


def wav(samples: int = 320, rate: int = 16_000, channels: int = 1, width: int = 2) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(b"\x10\x01" * samples)
    return content.getvalue()


@pytest.mark.parametrize("rate", sorted(RATES))
def test_every_common_rate_becomes_frames_of_the_same_length(rate: int) -> None:
    frames = decoded(wav(rate // 10, rate))
    assert frames.dtype == np.int16 and frames.shape in ((5, 320), (6, 320))
    assert abs(int(frames[2].mean()) - 0x110) < 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a WAV"), (b"RIFF\0\0\0\0WAVE", "not a WAV"), (b"ID3" + b"\0" * 100, "not a WAV"),
        (wav(channels=2), "2 channels"), (wav(width=1), "8 bits"), (wav(rate=7_999), "7999 Hz"),
        (wav(0), "no audio"), (wav()[:20], "not a WAV"), (wav()[:44], "no audio"),
        (wav().replace(b"\x01\0\x01\0", b"\x03\0\x01\0", 1), "not a WAV"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_words(content: bytes, says: str) -> None:
    with pytest.raises(PeerError, match=says):
        decoded(content)


def test_a_header_that_promises_more_than_there_is_gives_what_there_is() -> None:
    torn = wav(640)[:-321]
    assert decoded(torn).shape == (2, 320)
    endless = bytearray(wav(320))
    endless[40:44] = b"\xff\xff\xff\xff"
    assert decoded(bytes(endless)).shape == (1, 320)


def test_a_sound_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "LONGEST_S", 1)
    assert len(decoded(wav(16_000))) == 50
    with pytest.raises(PeerError, match="longer than 1 s"):
        decoded(wav(16_001))


def test_only_plain_files_of_the_folder_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "sounds"
    folder.mkdir()
    (folder / "a b-1.wav").write_bytes(wav())
    (tmp_path / "out.wav").write_bytes(wav())
    (folder / "link.wav").symlink_to(tmp_path / "out.wav")
    (folder / "folder.wav").mkdir()
    os.mkfifo(folder / "pipe.wav")
    kept = Sounds(folder)
    assert kept.read("a b-1.wav").shape == (1, 320)
    for name in (
        "link.wav",
        "folder.wav",
        "pipe.wav",
        "../out.wav",
        "none.wav",
        "a.mp3",
        "",
        "x" * 300 + ".wav",
    ):
        with pytest.raises(PeerError, match="sound"):
            kept.read(name)
    monkeypatch.setattr(sounds, "FILE_LIMIT", 100)
    with pytest.raises(PeerError, match="larger"):
        kept.read("a b-1.wav")


def test_the_hold_music_is_quiet_never_still_and_goes_round_without_a_click() -> None:
    music = hold_music()
    samples = music.reshape(-1).astype(np.float64)
    assert len(music) * 20 == 16_000 and np.abs(samples).max() < 2_500
    assert np.sqrt((music.astype(np.float64) ** 2).mean(axis=1)).min() > 10
    assert abs(samples[0] - samples[-1]) <= np.abs(np.diff(samples)).max()
    assert len(SILENCE) == 0
