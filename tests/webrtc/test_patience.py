"""A browser on a busy machine is waited for as the settings say; no part of the way gives up before."""

from __future__ import annotations

from mediaserver.media.time import SECOND_NS
from mediaserver.rtp.dtls import PATIENCE_NS
from mediaserver.settings.webrtc import WebRtcSettings
from webrtc.door import DoorLimits


def test_a_handshake_is_not_cut_off_before_the_door_gives_up() -> None:
    assert DoorLimits().connect_s == WebRtcSettings().connect_timeout_s >= 20
    assert WebRtcSettings().connect_timeout_s * SECOND_NS < PATIENCE_NS
