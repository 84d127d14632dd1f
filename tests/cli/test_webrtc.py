"""What the server makes of `webrtc.*` and its neighbours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from api.webrtc_desk import WebRtcDesk
from cli.serving.webrtc import browsers_policy, open_webrtc
from mediaserver.config import load
from mediaserver.metrics import Metrics
from mediaserver.rtp.wire import RtpWire
from tests.api.board import Board


async def opened(**settings: Any) -> AsyncIterator[WebRtcDesk]:
    metrics, wire = Metrics(), RtpWire("127.0.0.1", (50_000, 50_098))
    async with AsyncExitStack() as undo:
        undo.callback(wire.close)
        yield await open_webrtc(load(None, settings), wire, Board(metrics), metrics, undo)


@pytest.mark.parametrize(
    ("settings", "welcome"),
    [
        ({}, True),
        ({"webrtc": {"visitors": False}}, False),
        ({"webrtc": {"enabled": False}}, False),
        ({"sip": {"anonymous": []}}, False),
        ({"sip": {"anonymous": ["192.168.1.0/24"]}}, False),
        # A proxy may stand before it, which looks like a browser on this machine.
        ({"http": {"admin_token": "a long random text"}}, False),
    ],
)
async def test_visitors_are_welcome_where_sip_lets_anybody_call_and_no_proxy_can_be(
    settings: dict[str, Any], welcome: bool
) -> None:
    async for desk in opened(**settings):
        assert desk.visitors_welcome is welcome


def test_speech_is_as_the_settings_want_it() -> None:
    settings = load(None, {"webrtc": {"codecs": ["PCMU"], "opus_bitrate": 32_000, "dtx": True}})
    policy = browsers_policy(settings)
    assert policy.codecs == ("PCMU",) and (policy.opus.bitrate, policy.opus.dtx) == (32_000, True)


async def test_browsers_are_told_of_relays_with_credentials_that_end() -> None:
    relays = {"stun": ["stun:a.example:3478"], "turn": ["turn:b.example:3478"], "turn_secret": "s"}
    async for desk in opened(webrtc=relays):
        [stun, turn] = desk.ice_servers("ann")
        assert stun.urls == ("stun:a.example:3478",) and turn.username.endswith(":ann") and turn.credential
