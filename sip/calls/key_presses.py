"""Keys that we press by INFO, one request at a time: two under way may overtake each other.

It must never hold its call, which is handed in: nothing is to wait for the garbage collector.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

from sip.calls.asking import DialogRequest, Finished
from sip.calls.call_watch import GONE
from sip.calls.dialog import Headers
from sip.calls.info_dtmf import body_digit
from sip.calls.session_machine import SessionMachine

NOT_TAKEN = frozenset({403, 405, 415, 469, 488, 489, 501, 603, 606})
"""Who answers so takes no keys by INFO, now or later."""


class Pressing(Protocol):
    """The call, as its keys see it."""

    machine: SessionMachine

    def ask(self, method: str, headers: Headers, body: bytes, finished: Finished) -> None: ...
    def lost(self, status: int) -> None: ...
    def key_refused(self, digit: str, duration_ms: int) -> None:
        """The far end does not do INFO."""


class KeyPresses:
    """Of one call."""

    __slots__ = ("_bodies", "refused")

    def __init__(self) -> None:
        self._bodies: deque[bytes] = deque()
        """The first is under way."""
        self.refused = False
        """The far end said that it takes none."""

    def put(self, call: Pressing, body: bytes) -> None:
        """Press one more key. `body`: of its INFO, as `info_dtmf.relay_body` makes it."""
        if self.refused:
            call.key_refused(*body_digit(body))
            return
        self._bodies.append(body)
        if len(self._bodies) == 1:
            self._press(call)

    def _press(self, call: Pressing) -> None:
        def pressed(request: DialogRequest, status: int) -> None:
            body = self._bodies.popleft()
            if status in GONE:
                call.lost(status)
            elif status in NOT_TAKEN and call.machine.up:
                self.refused = True
                for each in (body, *self._bodies):
                    call.key_refused(*body_digit(each))
                self._bodies.clear()
            elif self._bodies and call.machine.up:
                self._press(call)
            else:
                self._bodies.clear()

        call.ask("INFO", [("Content-Type", "application/dtmf-relay")], self._bodies[0], pressed)
