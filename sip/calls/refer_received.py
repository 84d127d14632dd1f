"""REFER in a call: its other side wants whom it talks to connected to somebody else (:rfc:`3515`), maybe to
one whom it talks to in another call (Replaces, :rfc:`3891`).

It reads what is asked for, tells the leg, and reports what becomes of it. Whether and how calls are joined is
for their owner to decide; whatever is refused, the call goes on.
"""

from __future__ import annotations

import logging
from typing import Protocol

from mediaserver.calls.may_dial import MayDial
from mediaserver.media.leg import TransferAsked
from mediaserver.wire_text import readable
from sip.calls.asking import DialogRequest, Finished
from sip.calls.core import Core
from sip.calls.dialog import Dialog, Headers
from sip.calls.ending import failure_reason
from sip.calls.leg import SipLeg
from sip.calls.refer_subscription import Notice, ReferState, ReferSubscription
from sip.calls.refer_target import ReferTarget
from sip.calls.session_machine import SessionMachine
from sip.messages.grammar import ParseError
from sip.messages.transfer_headers import (
    SIPFRAG,
    ReferTo,
    Replaces,
    SipEvent,
    fragment,
    referred_by,
    wants_no_notices,
)
from sip.transactions.requests import ReceivedRequest

log = logging.getLogger(__name__)

DECLINED = 603
MOST_REFERS = 30
"""Of one side of a call, whatever became of them: past that it is no person who has others rung, or numbers
tried, and none of it is worth a line of the log each."""


class ReferAsker(Protocol):
    """The dialog of a REFER."""

    core: Core
    dialog: Dialog
    transport: str
    host: str

    @property
    def over(self) -> bool:
        """Nobody can be told anything in it any more."""

    def reply(self, server: ReceivedRequest, status: int, headers: Headers = ()) -> None: ...
    def ask(self, method: str, headers: Headers, body: bytes, finished: Finished) -> None: ...


class Referred(ReferAsker, Protocol):
    """The call, as a REFER within it sees it."""

    machine: SessionMachine
    leg: SipLeg
    reach: MayDial


class ReceivedRefers:
    """Those of one call, one at a time."""

    __slots__ = ("_any", "_count", "_last")

    def __init__(self) -> None:
        self._last: ReceivedRefer | None = None
        self._any = False
        self._count = 0

    def asked(self, call: Referred, server: ReceivedRequest) -> None:
        """A REFER came."""
        if not call.machine.up or (self._last is not None and self._last.subscription.running):
            call.reply(server, 491)  # a call goes to one place at a time
            return
        self._count += 1
        if self._count > MOST_REFERS:
            call.reply(server, DECLINED)
            return
        refer = ReceivedRefer(call, server, known=self._any)
        try:
            asked = _event(call, refer, server)
        except ParseError as error:
            refer.refuse(error.status, str(error))
            return
        self._last, self._any = refer, True
        if not call.leg.transfer_asked(asked):
            refer.refuse(480, "nobody has taken the call yet")
        elif refer.subscription.state is ReferState.ASKED:
            refer.refuse(DECLINED, "nobody here transfers this call")
        if not refer.subscription.running:
            self._last = None

    def over(self) -> None:
        """The call is."""
        last, self._last = self._last, None
        if last is not None:
            last.drop()


class ReceivedRefer:
    """Implements mediaserver.media.leg.TransferAnswer."""

    def __init__(self, call: ReferAsker, server: ReceivedRequest, *, known: bool) -> None:
        """`known`: there was one before in this dialog, so that theirs are told apart by number (:rfc:`3515`
        section 2.4.6)."""
        self._silent = wants_no_notices(server.request)
        self.subscription = ReferSubscription(silent=self._silent)
        self._call: ReferAsker | None = call
        self._server = server
        self._event = SipEvent("refer", str(server.request.cseq.number) if known else None)
        self._reason = ""
        """Why it failed, as a value of Reason."""

    def accept(self) -> None:
        call = self._call
        if call is None or self.subscription.state is not ReferState.ASKED:
            return
        contact = [("Contact", call.core.contact(call.transport, call.host, call.dialog.secure))]
        call.reply(self._server, 202, [*contact, *([("Refer-Sub", "false")] if self._silent else ())])
        self._tell(self.subscription.accepted(call.core.now()))

    def refuse(self, code: int, why: str) -> None:
        call = self._call
        if call is None or self.subscription.state is not ReferState.ASKED:
            return
        log.warning("a transfer asked for by %s was refused (%d): %s", call.host, code, readable(why))
        self.subscription.refused()
        self._call = None
        reason = _reason_for(call, code, why)
        call.reply(self._server, code, [("Reason", reason)] if reason else ())

    def happened(self, code: int, why: str = "") -> None:
        if self._call is not None:
            self._reason = _reason_for(self._call, code, why)
            self._tell(self.subscription.happened(code, self._call.core.now()))

    def renewed(self) -> None:
        """Its sender asks how it stands."""
        if self._call is not None:
            self._tell(self.subscription.renewed(self._call.core.now()))

    def unwanted(self) -> None:
        """Its sender wants to hear no more."""
        if self._call is not None:
            self._tell(self.subscription.unwanted(self._call.core.now()))

    def drop(self) -> None:
        """Nobody can be told any more."""
        self.subscription.dropped()
        self._call = None

    def _tell(self, notice: Notice | None) -> None:
        call = self._call
        if call is not None and notice is not None and not call.over:
            lines = [
                ("Event", str(self._event)),
                ("Subscription-State", str(notice.state)),
                ("Contact", call.core.contact(call.transport, call.host, call.dialog.secure)),
                ("Content-Type", f"{SIPFRAG};version=2.0"),
            ]
            call.ask(
                "NOTIFY",
                lines,
                fragment(notice.status, self._reason if notice.status >= 300 else ""),
                self._answered,
            )
        if self.subscription.over:
            self._call = None  # the call may outlive whoever still holds us

    def _answered(self, request: DialogRequest, status: int) -> None:
        call = self._call
        if call is not None:
            if status >= 300:
                log.info("%s takes no news of the transfer it asked for (%d)", call.host, status)
            self._tell(self.subscription.answered(status, call.core.now()))


def _reason_for(call: ReferAsker, code: int, why: str) -> str:
    """Why a transfer failed, for a phone that has shown a password of ours: the words may tell what this
    server has, and what it lacks."""
    return failure_reason(code, why) if why and call.dialog.extension else ""


def _event(call: Referred, refer: ReceivedRefer, server: ReceivedRequest) -> TransferAsked:
    """What is asked for. Raises ParseError."""
    request = server.request
    wanted = ReferTo.of(request)
    by, extension, replaces = referred_by(request), call.dialog.extension, ""
    payer = f"extension:{extension}" if extension else ""
    if wanted.replaces is not None:
        if (other := _other_leg(call, wanted.replaces, server.peer.host)) is not None:
            # Many name our Contact beside it, which is nobody's address (RFC 5589 section 7.3).
            return TransferAsked("", True, (), by, call.reach, refer, other, payer=payer)
        replaces = str(wanted.replaces)
    target = ReferTarget.of(call.core, call.dialog, call.leg, wanted.uri)
    if replaces and target.here:
        raise ParseError("the call that is to be replaced is none of ours, or over", DECLINED)
    return TransferAsked(
        target.address, target.here, target.ways, by, call.reach, refer, None, replaces, payer
    )


def _other_leg(call: Referred, replaces: Replaces, host: str) -> SipLeg | None:
    """The leg of the other call that its asker has with us; None: the dialog is with somebody else. Raises
    ParseError: it is somebody else's."""
    user = call.core.dialogs.call((replaces.call_id, replaces.to_tag, replaces.from_tag))
    if user is None:
        return None
    if user.leg is call.leg:
        raise ParseError("a call cannot be joined to itself", DECLINED)
    if not same_party(call, user.dialog, user.leg, host):
        raise ParseError("the call that is to be replaced is somebody else's", 403)
    if not user.machine.up:
        raise ParseError("the call that is to be replaced is not up", DECLINED)
    return user.leg


def same_party(call: Referred, dialog: Dialog, leg: SipLeg, host: str) -> bool:
    """Whether the other side of a call, which sent a request from `host`, is that of another dialog, too:
    the same extension, the same trunk, or, where nobody knows whose it is, somebody at the same place. A
    phone's or a trunk's is nobody's who merely stands behind the same NAT."""
    if dialog.extension:
        return call.dialog.extension == dialog.extension
    if (trunk := leg.labels.get("trunk")) is not None:
        return call.leg.labels.get("trunk") == trunk
    return host in dialog.hosts
