"""Calls from browsers: what they need of the server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from api.webrtc_desk import WebRtcDesk
from cli.serving.who_may_call import endpoints_of
from mediaserver.addresses import is_address
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.config import Settings
from mediaserver.errors import EngineMissingError
from mediaserver.media.wideband import load
from mediaserver.metrics import Metrics
from mediaserver.rtp.wire import RtpWire
from mediaserver.sdp.codecs import OpusWish
from mediaserver.sdp.policy import CodecOrder, MediaPolicy
from webrtc.door import DoorLimits, WebRtcDoor
from webrtc.hosts import ReachableHosts

log = logging.getLogger(__name__)

HERE = "127.0.0.1"


async def open_webrtc(
    settings: Settings,
    wire: RtpWire,
    switchboard: LocalSwitchboard,
    metrics: Metrics,
    undo: AsyncExitStack,
) -> WebRtcDesk:
    """From now on browsers can call."""
    own = settings.webrtc
    await asyncio.to_thread(lambda: wire.identity)  # its making must not hold calls up
    hosts = reachable_hosts(settings)
    door = WebRtcDoor(
        wire,
        hosts,
        await asyncio.to_thread(browsers_policy, settings),
        switchboard.receive,
        DoorLimits(own.max_calls, own.max_calls_per_key, own.connect_timeout_s, own.silence_timeout_s),
        lambda what: metrics.webrtc_calls.labels(what).inc(),
    )
    metrics.watch("webrtc_calls_live", "Calls of browsers by HTTP, with those that begin", lambda: len(door))
    undo.callback(door.close)
    endpoints = endpoints_of(settings.sip)
    # With an ADMIN_TOKEN a proxy may stand before us that does not show: then nobody is known to be here.
    guarded = bool(settings.http.admin_token.get_secret_value())
    anybody = endpoints.is_anonymous(HERE) and not guarded
    return WebRtcDesk(door, own, endpoints.anonymous_reach if anybody else None)


def reachable_hosts(settings: Settings) -> ReachableHosts:
    """By which addresses browsers reach the ports of calls."""
    return ReachableHosts(settings.rtp_host, _public(settings))


def browsers_policy(settings: Settings) -> MediaPolicy:
    """What browsers are answered. Every browser has both codecs (:rfc:`7874`), so one that cannot be had here
    is no trouble."""
    there = []
    for name in settings.webrtc.codecs:
        try:
            load(name)
        except EngineMissingError as error:
            log.warning("%s; browsers are answered without it", error)
        else:
            there.append(name)
    wish = OpusWish(settings.webrtc.opus_bitrate, settings.webrtc.dtx)
    return MediaPolicy(tuple(there) or ("PCMU",), order=CodecOrder.OURS, opus=wish)


def _public(settings: Settings) -> Callable[[], Sequence[str]]:
    """The address under which the world reaches audio, where one is written down: browsers are told no
    names."""
    public = (settings.rtp.public_host or settings.sip.public_host).strip("[]")
    known = (public,) if is_address(public) else ()
    return lambda: known
