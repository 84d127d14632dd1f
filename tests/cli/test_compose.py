"""What the composition root makes of the settings."""

from __future__ import annotations

import asyncio
import socket
import wave
from pathlib import Path

import pytest

from cli.compose import Server, _hold_music
from mediaserver.calls.hold_music import hold_music
from mediaserver.config import Settings, load
from mediaserver.errors import ConfigError
from mediaserver.rtp.packets import RtpPacket
from mediaserver.rtp.wire import RtpWire


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


async def test_the_first_caller_of_all_is_heard_before_its_call_is_attached() -> None:
    """Its audio may be there before its ACK, and then it is what the call begins with."""
    server, wire, heard = Server(load(None, {})), RtpWire("127.0.0.1", (22_100, 22_199)), asyncio.Event()
    clock = server._start_clock(None, wire)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        try:
            phone.bind(("127.0.0.1", 0))
            stream = wire.open()
            stream.on_heard = heard.set
            stream.configure(phone.getsockname(), "PCMU", 0)
            for n in range(5):
                packet = RtpPacket(0, n, n * 160, 7, bytes(160), False)
                phone.sendto(bytes(packet), ("127.0.0.1", stream.local_port))
            await asyncio.wait_for(heard.wait(), 10)
            assert len(clock) == 0
        finally:
            clock.stop()
            wire.close()
