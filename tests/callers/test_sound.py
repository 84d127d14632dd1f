"""The instrument's own audio arithmetic."""

from __future__ import annotations

import os
import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from callers import sound
from callers.sound import RATE, Doubler, load_wav, resample
from mediaserver.errors import VoiceForgeError


@pytest.mark.parametrize("block", [160, 97])
def test_doubling_the_rate_in_blocks_keeps_the_tone(block: int) -> None:
    t = np.arange(RATE) / RATE
    tone = (8_000 * np.sin(2 * np.pi * 440 * t)).astype(np.int16)
    doubler = Doubler()
    wide = np.concatenate([doubler.process(tone[at : at + block]) for at in range(0, len(tone), block)])
    assert len(wide) == 2 * len(tone)
    late = 2 * Doubler.REACH
    wanted = 8_000 * np.sin(2 * np.pi * 440 * np.arange(len(wide) - late) / (2 * RATE))
    assert np.abs(wide[late + 100 :] - wanted[100:]).max() < 40


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 47_999, 48_000])
def test_a_recording_of_any_usual_rate_keeps_its_tone(rate: int) -> None:
    tone = 8_000 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    narrow = resample(tone, rate, RATE)
    assert len(narrow) == RATE
    wanted = 8_000 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)
    assert np.abs(narrow - wanted)[200:-200].max() < 40


def wav(
    *, code: int = 1, channels: int = 1, rate: int = RATE, bits: int = 16, data: bytes = bytes(3_200)
) -> bytes:
    """A WAV file that says this of itself, true or not."""
    form = struct.pack("<HHIIHH", code, channels, rate, rate, channels * bits // 8 & 0xFFFF, bits)
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


HOSTILE = {
    "no WAV": b"ID3 nothing of the kind",
    "empty": b"",
    "cut off in its head": wav()[:30],
    "a chunk that ends before it began": wav()[:4] + bytes(4) + wav()[8:],
    "rate 0": wav(rate=0),
    "rate 1": wav(rate=1),
    "rate 1e8": wav(rate=100_000_000),
    "no channels": wav(channels=0),
    "65,535 channels": wav(channels=65_535),
    "8 bits": wav(bits=8),
    "65,535 bits": wav(bits=65_535),
    "mu-law": wav(code=7),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_a_file_says_of_itself_is_believed_within_limits(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(VoiceForgeError, match=r"cannot play .*a\.wav: \w.*") as refused:
        load_wav(tmp_path / "a.wav")
    assert "\n" not in str(refused.value)


def test_what_is_no_plain_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    for name in ("pipe.wav", "gone.wav", "."):
        with pytest.raises(VoiceForgeError, match="cannot play"):
            load_wav(tmp_path / name)


def test_a_sample_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(channels=2, data=b"\x10\0\x20\0" * 100 + b"\x10\0\x20"))
    assert load_wav(tmp_path / "a.wav").tolist() == [24] * 100


def test_a_recording_has_a_longest_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "LONGEST_S", 1)
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(bytes(2 * RATE))
    assert len(load_wav(tmp_path / "a.wav")) == RATE
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(bytes(2 * RATE + 2))
    with pytest.raises(VoiceForgeError, match="longer than 1 s"):
        load_wav(tmp_path / "a.wav")
