"""A call that we ask its other side to hand over: REFER of ours, and its NOTIFYs (:rfc:`3515`).

The call stays up until the other side says that it has reached whom it was to call; whoever says nothing, or
ends its notices without a word, has not. What becomes of the call then is for its owner to say.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Protocol

from mediaserver.errors import CallError
from sip.calls.asking import DialogRequest, Finished
from sip.calls.core import Core
from sip.calls.dialog import Dialog, Headers
from sip.calls.session_machine import SessionMachine
from sip.messages.grammar import ParseError
from sip.messages.message import Request
from sip.messages.transfer_headers import (
    SIPFRAG,
    ReferTo,
    SipEvent,
    SubscriptionState,
    status_of,
    wants_no_notices,
)
from sip.messages.uri import Uri
from sip.transactions.requests import ReceivedRequest


class Handed(Protocol):
    """The call, as a REFER of ours sees it."""

    core: Core
    machine: SessionMachine
    dialog: Dialog
    transport: str
    host: str

    def reply(self, server: ReceivedRequest, status: int, headers: Headers = ()) -> None: ...
    def ask(self, method: str, headers: Headers, body: bytes, finished: Finished) -> None: ...


class SentRefers:
    """Those of one call, one at a time."""

    __slots__ = ("_before", "_outcome", "_subscribed", "accepted")

    def __init__(self) -> None:
        self._outcome: asyncio.Future[None] | None = None
        """Of the one that is under way."""
        self._before = 0
        """The CSeq of the call's last request before it: what is of that or less is about an earlier one."""
        self._subscribed = False
        """NOTIFYs may come, also after its outcome is known."""
        self.accepted = False
        """It said that it would try."""

    async def hand_over(self, call: Handed, uri: str, timeout_s: float) -> None:
        """Have the other side call `uri` itself; returns when it says that somebody has answered there, or
        has hung up after it agreed to. Raises CallError: it does not do that (405, 501), refuses, failed, or
        says nothing in time (408)."""
        if not call.machine.up:
            raise CallError("the call is not up", 481)
        if self._outcome is not None:
            raise CallError("the call is being handed over already", 491)
        if call.dialog.allows and "REFER" not in call.dialog.allows:
            raise CallError("the far end does not call for others (no REFER in its Allow)", 405)
        try:
            wanted = ReferTo(Uri.parse(uri).without_headers())
        except ParseError as error:
            raise CallError(f"{uri!r} is no address that the far end could call ({error})", 400) from None
        lines = [
            ("Refer-To", str(wanted)),
            ("Referred-By", f"<{call.dialog.local.uri}>"),
            ("Contact", call.core.contact(call.transport, call.host, call.dialog.secure)),
            ("Accept", SIPFRAG),
        ]
        outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._outcome, self._subscribed, self.accepted = outcome, True, False
        self._before = before = call.dialog.local_cseq
        try:
            call.ask("REFER", lines, b"", partial(self._answered, before))
            async with asyncio.timeout(timeout_s):
                await outcome
        except TimeoutError:
            raise CallError(
                f"the far end did not say within {timeout_s:g} s that it reached anybody", 408
            ) from None
        finally:
            self._outcome = None
            del outcome  # it may have an error that has this frame

    def notified(self, call: Handed, server: ReceivedRequest) -> None:
        """A NOTIFY came."""
        request = server.request
        event, state = SipEvent.of(request), SubscriptionState.of(request)
        if event is None or event.package != "refer":
            call.reply(server, 489, headers=[("Allow-Events", "refer")])
        elif not self._subscribed:
            call.reply(server, 481)
        elif state is None:
            call.reply(server, 400)
        elif request.body and request.content_type != SIPFRAG:
            call.reply(server, 415, headers=[("Accept", SIPFRAG)])
        elif self._is_late(event):
            call.reply(server, 200)
        else:
            call.reply(server, 200)
            self._subscribed = not state.over
            self._told(request, over=state.over)

    def over(self) -> None:
        """The call is. Whoever hangs up after it agreed has what it needs."""
        self._subscribed = False
        if self.accepted:
            self._settle(None)
        else:
            self._settle(CallError("the call ended meanwhile", 487))

    def _is_late(self, event: SipEvent) -> bool:
        """Whether it is about an earlier REFER, which nobody waits for any more (:rfc:`3515` section 2.4.6).
        Who names none means the last one."""
        number = event.id or ""
        return number.isascii() and number.isdigit() and len(number) <= 10 and int(number) <= self._before

    def _answered(self, before: int, request: DialogRequest, status: int) -> None:
        if before != self._before:
            return  # to an earlier one
        if status >= 300:
            self._subscribed = False
            self._settle(CallError(f"the far end does not hand the call over ({status})", status))
            return
        self.accepted = True
        if request.response is not None and wants_no_notices(request.response):
            self._subscribed = False
            self._settle(None)  # nothing more will be said

    def _told(self, request: Request, *, over: bool) -> None:
        self.accepted = True  # a NOTIFY may be faster than the 202
        status = status_of(request.body)
        if status is not None and 200 <= status < 300:
            self._settle(None)
        elif status is not None and status >= 300:
            self._settle(CallError(f"the far end reached nobody ({status})", status))
        elif over:
            self._settle(CallError("the far end says no more of whether it reached anybody", 480))

    def _settle(self, error: CallError | None) -> None:
        outcome = self._outcome
        if outcome is None or outcome.done():
            return
        if error is None:
            outcome.set_result(None)
        else:
            outcome.set_exception(error)
