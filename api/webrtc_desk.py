"""What the routes of `/api/webrtc` need of the server."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from api.access.buckets import Buckets, RequestRate, Taken
from mediaserver.calls.may_dial import MayDial
from mediaserver.settings.webrtc import WebRtcSettings
from webrtc.door import WebRtcDoor
from webrtc.turn import IceServer, ice_servers

VISITOR = "visitor"
"""Whoever calls from this machine without being signed in."""


@dataclass(slots=True)
class WebRtcDesk:
    """Of one server."""

    door: WebRtcDoor
    settings: WebRtcSettings
    visitors_reach: MayDial | None = None
    """Whom browsers on this machine may call unproven; None: nobody."""
    now: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    _visitors: Buckets[str] = field(default_factory=Buckets)

    @property
    def visitors_welcome(self) -> bool:
        return self.settings.enabled and self.settings.visitors and self.visitors_reach is not None

    def visit(self) -> Taken:
        """A visitor begins a call, if none has begun too many."""
        a_minute = self.settings.visitor_calls_per_minute
        return self._visitors.take(VISITOR, RequestRate(a_minute / 60, a_minute), self.now())

    def ice_servers(self, name: str) -> list[IceServer]:
        """For one browser. `name`: whose it is, for the relay's log."""
        settings = self.settings
        secret = settings.turn_secret.get_secret_value()
        return ice_servers(settings.stun, settings.turn, secret, settings.turn_ttl_s, name, self.wall())
