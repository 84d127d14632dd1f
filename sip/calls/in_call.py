"""What the other side asks for within a call: another offer, a refresh, a key, whether we are there.

Each request gets its answer at once. This must never end a call, and keeps nothing: what a request changes is
the call's own.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol, TypeAlias

from mediaserver.sdp.negotiation import NoCommonCodec, SdpError
from mediaserver.sdp.offer_answer import OfferAnswer
from sip.calls.core import ACCEPT, Core
from sip.calls.dialog import Dialog, Headers
from sip.calls.info_dtmf import INFO_TYPES, relay_digit
from sip.calls.leg import SipLeg
from sip.calls.refer_received import ReceivedRefers, Referred
from sip.calls.refer_sent import SentRefers
from sip.calls.session_machine import SessionMachine, SessionState
from sip.calls.session_timer import SessionTimer
from sip.messages.multipart import description_of
from sip.transactions.requests import ReceivedRequest


class Described(Protocol):
    """A call or a dialog of one, as a request sees it that comes at any time."""

    core: Core
    machine: SessionMachine
    media: OfferAnswer
    leg: SipLeg
    dialog: Dialog
    transport: str
    host: str
    timer: SessionTimer

    @property
    def offering(self) -> bool:
        """An offer of ours waits for its answer."""

    @property
    def undecided(self) -> bool:
        """An offer of theirs, or their INVITE without one, does."""

    def rearm(self) -> None: ...
    def reply(
        self, server: ReceivedRequest, status: int, headers: Headers = (), body: bytes = b""
    ) -> None: ...
    def media_changed(self) -> None:
        """Something new was agreed on."""


class Called(Described, Referred, Protocol):
    """The call, as a request within it sees it."""

    refers: ReceivedRefers
    sent_refers: SentRefers

    def answer_again(self, server: ReceivedRequest, body: bytes) -> None:
        """Accept a re-INVITE."""

    def pracked(self, server: ReceivedRequest) -> None:
        """A PRACK came."""


def serve(call: Called, server: ReceivedRequest) -> None:
    """Answer a new request within a call that is not over."""
    HANDLERS.get(server.request.method, _not_served)(call, server)


def serve_early(call: Described, server: ReceivedRequest) -> None:
    """Answer a new request within a dialog that our INVITE has made before its answer: who is called may
    neither call again nor hang up before it has answered."""
    EARLY.get(server.request.method, _no_such_call)(call, server)


def _no_such_call(call: Described, server: ReceivedRequest) -> None:
    call.reply(server, 481)


def _asked(call: Described, server: ReceivedRequest) -> None:
    call.reply(server, 200, headers=[("Allow", call.core.allow), ("Accept", ACCEPT)])


def _not_served(call: Described, server: ReceivedRequest) -> None:
    call.reply(server, 405, headers=[("Allow", call.core.allow)])


def _reinvited(call: Called, server: ReceivedRequest) -> None:
    if call.machine.asking:
        call.reply(server, 491)
    elif call.machine.state is not SessionState.UP:
        _later(call, server)
    elif (body := _negotiated(call, server)) is not None:
        call.answer_again(server, body)


def _updated(call: Described, server: ReceivedRequest) -> None:
    if not description_of(server.request):
        call.dialog.refresh(server.request)
        _refreshed(call, server)
    elif call.offering or call.machine.asking:
        call.reply(server, 491)
    elif call.undecided:
        _later(call, server)
    elif (body := _negotiated(call, server)) is not None:
        _refreshed(call, server, body)
        call.media_changed()


def _refreshed(call: Described, server: ReceivedRequest, body: bytes = b"") -> None:
    """Accept an UPDATE, which refreshes the session (RFC 4028 section 9) of a call that is up."""
    timer = call.timer.granted(server.request, call.core.now()) if call.machine.up else []
    headers = call.core.respond_headers(call.transport, call.host, call.dialog.secure)
    call.reply(server, 200, headers=[*headers, *timer], body=body)
    call.rearm()


def _later(call: Described, server: ReceivedRequest) -> None:
    """Another exchange is under way (RFC 3261 14.2)."""
    call.reply(server, 500, headers=[("Retry-After", str(random.randint(1, 10)))])


def _negotiated(call: Described, server: ReceivedRequest) -> bytes | None:
    """Our answer to the offer in a request, or our offer; None when it was refused, and all stays as it was:
    fax (T.38) gets 488, and the call goes on."""
    offered = description_of(server.request)
    try:
        body = call.media.answer(offered) if offered else call.media.offer()
    except SdpError as error:
        call.reply(server, 488 if isinstance(error, NoCommonCodec) else 400)
        return None
    call.dialog.refresh(server.request)
    return body


def _informed(call: Described, server: ReceivedRequest) -> None:
    request = server.request
    if not request.body:
        call.reply(server, 200)
        return
    if request.content_type not in INFO_TYPES:
        call.reply(server, 415, headers=[("Accept", ", ".join(INFO_TYPES))])
        return
    press = relay_digit(request)
    call.reply(server, 200 if press else 400)
    if press:
        call.leg.digit_by_info(*press)


def _acknowledged(call: Called, server: ReceivedRequest) -> None:
    call.pracked(server)


def _referred(call: Called, server: ReceivedRequest) -> None:
    call.refers.asked(call, server)


def _notified(call: Called, server: ReceivedRequest) -> None:
    call.sent_refers.notified(call, server)


Handler: TypeAlias = Callable[[Called, ReceivedRequest], None]

HANDLERS: dict[str, Handler] = {
    "INVITE": _reinvited,
    "UPDATE": _updated,
    "INFO": _informed,
    "OPTIONS": _asked,
    "PRACK": _acknowledged,
    "REFER": _referred,
    "NOTIFY": _notified,
}
"""Who answers which method within a call; all others get 405. BYE is the call's own to answer."""

EARLY: dict[str, Callable[[Described, ReceivedRequest], None]] = {
    "UPDATE": _updated,
    "INFO": _informed,
    "OPTIONS": _asked,
}
"""The same for the early dialogs of an INVITE of ours."""
