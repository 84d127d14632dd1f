"""What becomes of calls whose WebSocket is closed: a page was left, or its network changed.

A call that is up goes on by its media for a while: JsSIP opens another socket, registers anew and goes on
where it was. Who has not come back by then is gone, and nobody else would ever say so; who has closed its
media, too (DTLS close-notify), has left its page, and is not waited for. A call that rings ends at once: its
page has forgotten it.
"""

from __future__ import annotations

import contextlib
import weakref
from functools import partial

from mediaserver.errors import CallError
from mediaserver.media.leg import EndedBy, Termination, Why
from sip.calls.core import Core
from sip.calls.session import InviteSession

LEFT_S = 0.5
"""So long after its socket is closed a page's close-notify may come."""


def leave_alone(core: Core, connection: object) -> None:
    """It is closed."""
    for call in core.dialogs.calls_by(connection):
        if not isinstance(call, InviteSession):
            continue  # one of ours that rings there: its INVITE has failed
        if call.machine.up:
            left = weakref.ref(call)
            core.later(LEFT_S, partial(_look, core, left, False))
            core.later(core.comes_back_s, partial(_look, core, left, True))
        else:
            call.hangup(_gone())


def _look(core: Core, left: weakref.ref[InviteSession], is_late: bool) -> None:
    """Whether it came back in the meantime. `is_late`: it had the time to; else it is gone only if it said
    so."""
    call = left()
    if call is None or call.over:
        return
    stream = call.media.stream
    if not is_late and not (stream is not None and stream.left):
        return
    with contextlib.suppress(CallError):
        core.hops_in(call.dialog)  # what it registered by since counts
    way = call.dialog.way
    if way is not None and way.flow.lost:
        call.hangup(_gone())


def _gone() -> Termination:
    return Termination(EndedBy.NETWORK, Why.LOST, 408, "its page closed the connection and did not come back")
