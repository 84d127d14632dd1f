"""When a conversation is given up because its agent or its voice fails again and again. Pure."""

from __future__ import annotations

from mediaserver.media.leg import EndedBy, Termination, Why

FAILURES = 3
"""An agent that fails so often in a row is given up, and the call with it; so is a voice."""


class Failures:
    """Of one call. What returns a termination gives the call up: it is why."""

    def __init__(self) -> None:
        self._agent = 0
        """Of the agent, in a row."""
        self._mute_lines = 0
        """Lines in a row of which the voice has said nothing."""

    def replied(self) -> None:
        """The agent has completed a reply."""
        self._agent = 0

    def agent(self) -> Termination | None:
        """The agent has failed."""
        self._agent += 1
        if self._agent < FAILURES:
            return None
        return _failed(f"the agent failed {FAILURES} times in a row")

    def line(self, *, mute: bool) -> None:
        """A line is over; `mute`: the voice has said none of it."""
        self._mute_lines = self._mute_lines + 1 if mute else 0

    def voice(self) -> Termination | None:
        """Asked while the call goes on: has the voice failed too often? Says so once."""
        if self._mute_lines < FAILURES:
            return None
        self._mute_lines = 0
        return _failed(f"the voice said nothing of {FAILURES} lines in a row")


def _failed(detail: str) -> Termination:
    return Termination(EndedBy.SERVER, Why.FAILED, detail=detail)
