"""`sip:echo`: gives back each frame in the tick in which it was heard, to measure the media path.

It must add nothing of its own: no buffer, no level change.
"""

from __future__ import annotations

from mediaserver.calls.call import Call
from mediaserver.calls.protocols import CallControls, Talker
from mediaserver.calls.routes import AgentSpec
from mediaserver.media.leg import Frame, Leg, LegEvent


class EchoApp:
    """An App that returns what it hears; a second frame within one tick replaces the first."""

    def __init__(self) -> None:
        self._heard: Frame | None = None

    def on_frame(self, frame: Frame) -> None:
        self._heard = frame

    def next_frame(self, t: int) -> Frame | None:
        frame, self._heard = self._heard, None
        return frame

    def on_event(self, event: LegEvent) -> None:
        """Digits, voice and hold change nothing here."""


class EchoMaker:
    """Makes agents of kind "echo"."""

    def check(self, agent: AgentSpec) -> None:
        """It needs nothing."""

    def make(self, agent: AgentSpec, call: Call, leg: Leg, controls: CallControls) -> Talker:
        return Talker(EchoApp())
