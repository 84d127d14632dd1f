"""The echo gives back what it hears, at once and once."""

from __future__ import annotations

from mediaserver.calls.echo import EchoApp
from mediaserver.media.leg import Digit
from tests.fakes import tone


def test_each_frame_comes_back_in_its_own_tick_and_only_once() -> None:
    echo = EchoApp()
    frame = tone(320)
    assert echo.next_frame(0) is None
    echo.on_frame(frame)
    echo.on_event(Digit("1", 320))
    assert echo.next_frame(320) is frame
    assert echo.next_frame(640) is None
