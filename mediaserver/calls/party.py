"""One leg of a call: its seat, what it is connected to, and who holds it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from mediaserver.calls.digit_gate import DigitGate
from mediaserver.calls.playing import OnHold
from mediaserver.calls.recorder import Recorded, Recording
from mediaserver.calls.room import Seat
from mediaserver.media.clock import MediaClock
from mediaserver.media.leg import App, Leg


class Party:
    """One leg of a call. `name` is its own in the call."""

    __slots__ = (
        "app", "connected", "digits", "far_held", "held", "leg", "leg_id", "listens", "name", "on_left",
        "recording", "seat", "supervises",
    )  # fmt: skip

    def __init__(self, leg: Leg, name: str, *, listens: bool = False) -> None:
        self.leg = leg
        self.name = name
        self.listens = listens
        """It only listens: the call does not go on for its sake."""
        self.supervises = listens
        """It came to listen, and may take other seats."""
        self.on_left: Callable[[], None] | None = None
        """Told once when its leg is over."""
        self.leg_id: UUID | None = None
        self.app: App | None = None
        self.seat: Seat | None = None
        self.held: OnHold | None = None
        """We hold it."""
        self.far_held = False
        """It holds us."""
        self.recording: Recording | None = None
        self.connected = asyncio.Event()
        """Its frames go to its app, and the app's to it."""
        self.digits = DigitGate()

    @property
    def attached(self) -> bool:
        return self.connected.is_set()

    def dressed(self) -> App | None:
        """Its app with what stands before it."""
        app = self.held or self.app
        if app is not None and self.recording is not None:
            return Recorded(app, self.recording)
        return app

    def dress(self, clock: MediaClock) -> None:
        """Its app, or what stands before it, has changed."""
        app = self.dressed()
        if self.attached and app is not None:
            clock.swap(self.leg, app)


def shown(name: str, party: Party | None) -> dict[str, Any]:
    """A party for people; None: it has no leg."""
    if party is None:
        return {"name": name, "kind": None, "remote": None, "listens": False, "held": False}
    leg = party.leg
    return {
        "name": name,
        "kind": leg.kind,
        "remote": leg.remote,
        "listens": party.listens,
        "held": party.held is not None,
    }
