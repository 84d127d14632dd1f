"""What the composition root makes of the settings."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from cli.compose import _hold_music
from mediaserver.calls.hold_music import hold_music
from mediaserver.config import Settings, load
from mediaserver.errors import ConfigError


def settings(folder: Path, music: str) -> Settings:
    return load(None, {"sounds": {"folder": str(folder), "hold_music": music}})


def test_who_is_on_hold_hears_what_the_settings_name(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "own.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(b"\x07\x00" * 640)
    assert _hold_music(settings(tmp_path, "built-in")) is hold_music()
    assert len(_hold_music(settings(tmp_path, "silence"))) == 0
    assert _hold_music(settings(tmp_path, "own.wav")).tolist() == [[7] * 320] * 2


def test_hold_music_that_is_not_there_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"sounds\.hold_music: there is no sound gone\.wav"):
        _hold_music(settings(tmp_path, "gone.wav"))
