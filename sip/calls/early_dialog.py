"""An early dialog of an INVITE of ours (RFC 3261 12.1): one of maybe several phones that ring.

What it says reliably is acknowledged in order (PRACK, RFC 3262), and its offers are answered (UPDATE,
RFC 3311). It must never become the call: that is its 2xx's to do.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Protocol

from mediaserver.errors import CapacityError
from mediaserver.sdp.negotiation import Negotiated, SdpError
from mediaserver.sdp.offer_answer import OfferAnswer
from sip.calls.asking import DialogRequest
from sip.calls.core import Core, Credentials
from sip.calls.dialog import Dialog, Headers
from sip.calls.in_call import serve_early
from sip.calls.leg import SipLeg
from sip.calls.reliable import ReliableArrival, ReliableReceiving
from sip.calls.session import InviteSession
from sip.calls.session_machine import SessionMachine
from sip.calls.session_timer import SessionTimer
from sip.messages.extensions import RELIABLE, RAck, options, rseq
from sip.messages.message import Request, Response
from sip.messages.multipart import description_of
from sip.transactions.requests import ReceivedRequest

MOST_FORKS = 10
"""Early dialogs of one INVITE; of more we keep nothing."""


class EarlyAudio(enum.Enum):
    """What this dialog has said of its audio."""

    NONE = enum.auto()
    PREVIEW = enum.auto()
    """An answer in a response that may be lost: the 2xx says it again, or says another."""
    AGREED = enum.auto()
    """Reliably: from now on either side may offer anew."""


class Placing(Protocol):
    """The call that is being placed, as one of its early dialogs sees it."""

    core: Core
    machine: SessionMachine
    media: OfferAnswer
    leg: SipLeg
    timer: SessionTimer
    transport: str
    host: str
    credentials: Credentials | None


class EarlyDialog:
    """Implements sip.calls.dialogs.DialogUser and sip.calls.in_call.Described."""

    def __init__(
        self,
        call: Placing,
        dialog: Dialog,
        offer: bytes,
        agreed: Callable[[], None],
        picked_up: Callable[[InviteSession], bool],
    ) -> None:
        """`offer`: that of the INVITE; empty: theirs comes first. `agreed`: called when something was agreed
        on before the answer. `picked_up`: see there."""
        self.core, self.machine, self.media, self.leg = call.core, call.machine, call.media, call.leg
        self.timer, self.transport, self.host = call.timer, call.transport, call.host
        self.dialog = dialog
        self.audio = EarlyAudio.NONE
        self.agreed_on: Negotiated | None = None
        """What was agreed on here; another fork may be heard since."""
        self._credentials = call.credentials
        self._agreed, self._picked_up = agreed, picked_up
        self._offer = offer
        self._reliable = ReliableReceiving()
        call.core.dialogs[dialog.id] = self

    @property
    def offering(self) -> bool:
        """The offer of our INVITE has no answer in this dialog that is certain to stay."""
        return self.audio is not EarlyAudio.AGREED

    @property
    def undecided(self) -> bool:
        return False

    # -- what it says by responses

    def progress(self, response: Response) -> bool:
        """A provisional response came. False: it is to be ignored, for it came before or too early."""
        number = rseq(response) if RELIABLE in options(response, "Require") else None
        if number is not None and self._reliable.arrived(number) is not ReliableArrival.NEXT:
            return False
        self.dialog.refresh(response)
        answer = self._hear(response, reliable=number is not None)
        if number is not None:
            self._acknowledge(RAck(number, response.cseq.number, response.cseq.method), answer)
        return True

    def _hear(self, response: Response, *, reliable: bool) -> bytes:
        """Take the description of a response; our answer, when it is an offer."""
        described = description_of(response)
        if not described or self.audio is EarlyAudio.AGREED or not self.machine.unanswered:
            return b""
        answer = b""
        try:
            if self._offer:
                self.media.accept(described, self._offer, early=not reliable)
            elif reliable:
                answer = self.media.answer(described)
            else:
                return b""  # an offer that may be lost is none (RFC 3262 section 5)
        except (SdpError, CapacityError):
            return b""  # the 2xx says what it comes to
        self.audio = EarlyAudio.AGREED if reliable else EarlyAudio.PREVIEW
        self.media_changed()
        return answer

    def _acknowledge(self, what: RAck, answer: bytes) -> None:
        lines = [("RAck", str(what))]
        if answer:
            lines.append(("Content-Type", "application/sdp"))
        DialogRequest(
            self.core, self.dialog, self._credentials, "PRACK", lines, answer, _nothing_follows
        ).send()

    # -- what it says by requests

    def receive(self, server: ReceivedRequest, *, proved: bool = False) -> None:
        """A new request of theirs. Requests of ours go on the way of the INVITE until that is answered."""
        if not self.dialog.in_order(server.request):
            self.reply(server, 500)
        else:
            serve_early(self, server)

    def acknowledged(self, ack: Request) -> None:
        """We have answered nothing here."""

    def reply(self, server: ReceivedRequest, status: int, headers: Headers = (), body: bytes = b"") -> None:
        lines = [*headers, ("Content-Type", "application/sdp")] if body else headers
        server.respond(
            server.request.response(status, to_tag=self.dialog.local.tag, headers=lines, body=body)
        )

    def media_changed(self) -> None:
        self.agreed_on = self.media.negotiated
        self._agreed()

    def rearm(self) -> None:
        """Nothing here has a deadline."""

    def picked_up(self, by: InviteSession) -> bool:
        """Another one has answered, in this call of theirs. False when it is too late for that."""
        return self._picked_up(by)

    def leave(self) -> None:
        """It is over, or has become the call, which has its place from now on."""
        self._agreed, self._picked_up = _nothing_is_heard, _nobody_waits
        if self.core.dialogs.get(self.dialog.id) is self:
            self.core.leave(self.dialog)


class EarlyDialogs:
    """Those of one INVITE, by the tag of the fork."""

    def __init__(self) -> None:
        self._forks: dict[str, EarlyDialog] = {}

    def get(self, fork: str) -> EarlyDialog | None:
        return self._forks.get(fork)

    def add(self, fork: str, make: Callable[[], EarlyDialog]) -> EarlyDialog | None:
        """One more; None when there are enough."""
        if len(self._forks) >= MOST_FORKS:
            return None
        early = self._forks[fork] = make()
        return early

    def over(self, fork: str) -> None:
        """It has said so (199)."""
        if (early := self._forks.pop(fork, None)) is not None:
            early.leave()

    def leave(self) -> None:
        """All are over, but for the one that became the call."""
        for early in self._forks.values():
            early.leave()
        self._forks.clear()


def _nothing_follows(request: DialogRequest, status: int) -> None:
    """A PRACK that nobody takes leaves its response to be repeated, and the INVITE to be refused."""


def _nothing_is_heard() -> None:
    return None


def _nobody_waits(by: InviteSession) -> bool:
    return False
