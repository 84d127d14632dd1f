"""What a step of the protocol comes to, in order: events for the client, commands for whoever drives."""

from __future__ import annotations

from typing import Any

from api.realtime.commands import RealtimeCommand, TellClient


class RealtimeOutgoing:
    """Of one session. Its events are numbered, so that each has an id of its own."""

    def __init__(self, mark: str) -> None:
        """`mark`: the session's, for the ids."""
        self._mark = mark
        self._told = 0
        self._waiting: list[RealtimeCommand] = []

    def tell(self, type: str, **fields: Any) -> None:
        """An event for the client; the fields must be JSON-ready, and nobody's to change any more."""
        self._told += 1
        self.do(TellClient({"type": type, "event_id": f"event_{self._mark}_{self._told}", **fields}))

    def do(self, command: RealtimeCommand) -> None:
        self._waiting.append(command)

    def taken(self) -> list[RealtimeCommand]:
        """All since the last time."""
        waiting, self._waiting = self._waiting, []
        return waiting
