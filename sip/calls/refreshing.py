"""Refreshes the session of a call, and ends it when nobody did: what `sip.calls.session_timer` decides is
done here (RFC 4028 sections 7.2 and 10).

By UPDATE without an offer where the other side takes it, else by a re-INVITE that offers what is agreed on.
It must never hold its call, which is handed in: nothing is to wait for the garbage collector.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from mediaserver.media.leg import EndedBy, Termination, Why
from sip.calls.asking import DialogRequest, Finished
from sip.calls.call_watch import GONE
from sip.calls.core import Core
from sip.calls.dialog import Dialog, Headers
from sip.calls.session_machine import Change, SessionMachine
from sip.calls.session_timer import SessionTimer, TimerAction

NOT_TAKEN = frozenset({405, 420, 501})
"""Answers of somebody who takes no UPDATE, whatever its Allow said."""


class Refreshed(Protocol):
    """The call, as its refresh sees it."""

    core: Core
    dialog: Dialog
    machine: SessionMachine
    timer: SessionTimer
    transport: str
    host: str

    def ask(self, method: str, headers: Headers, body: bytes, finished: Finished) -> None: ...
    def offer_again(self) -> asyncio.Future[None]:
        """Offer what is agreed on (re-INVITE)."""

    def hangup(self, why: Termination) -> None: ...
    def lost(self, status: int) -> None: ...
    def rearm(self) -> None: ...


def look(call: Refreshed) -> None:
    """Refresh the session if it is time to, end it if it is too late."""
    match call.timer.due(call.core.now()):
        case TimerAction.REFRESH:
            if call.machine.change is not Change.NONE:
                _refused(call)  # a change that is under way refreshes the session as well, if it is accepted
            elif "UPDATE" in call.dialog.allows:
                _update(call)
            else:
                _reinvite(call)
        case TimerAction.EXPIRE:
            late = "nobody refreshed the session in time"
            call.hangup(Termination(EndedBy.NETWORK, Why.LOST, None, late))
        case None:
            return
    call.rearm()


def _update(call: Refreshed) -> None:
    def finished(request: DialogRequest, status: int) -> None:
        response = request.response
        if not call.machine.up:
            return
        if response is not None and 200 <= status < 300:
            call.dialog.refresh(response)
            call.timer.answered(response, call.core.now())
        elif response is not None and status == 422 and call.timer.too_short(response):
            _update(call)
        elif status in NOT_TAKEN:
            _reinvite(call)
        elif status in GONE:
            call.lost(status)
        else:
            _refused(call)
        call.rearm()

    headers = [
        ("Contact", call.core.contact(call.transport, call.host, call.dialog.secure)),
        *call.core.able(),
    ]
    call.ask("UPDATE", [*headers, *call.timer.asked()], b"", finished)


def _reinvite(call: Refreshed) -> None:
    def finished(offered: asyncio.Future[None]) -> None:
        if not offered.cancelled() and offered.exception() is not None and call.machine.up:
            _refused(call)
            call.rearm()

    call.offer_again().add_done_callback(finished)


def _refused(call: Refreshed) -> None:
    call.timer.failed(call.core.now())
