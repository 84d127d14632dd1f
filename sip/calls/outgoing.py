"""Placing a call: INVITE, challenges, forks, CANCEL at every stage (RFC 3261 sections 9.1 and 13.2).

One `OutgoingCall` is one attempt. It must never leave a call up that nobody waits for.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence

from mediaserver.errors import CallError
from mediaserver.media.leg import Direction, EndedBy, Termination, Why
from sip.calls.cancelling import cancel_of
from sip.calls.core import Core, Credentials
from sip.calls.dialog import Dialog
from sip.calls.ending import reason_header, why_of
from sip.calls.leg import SipLeg
from sip.calls.session import InviteSession
from sip.messages.headers import NameAddr
from sip.messages.message import Request, Response
from sip.messages.reasons import reason_phrase
from sip.messages.uri import Uri
from sip.sdp.negotiation import SdpError
from sip.transactions.layer import Hop, SentRequest
from sip.transactions.transaction import Cause


class OutgoingCall:
    """From the INVITE to a leg, or to an error."""

    def __init__(
        self,
        core: Core,
        target: Uri,
        hop: Hop,
        caller: NameAddr,
        *,
        address: str,
        routes: Sequence[str] = (),
        credentials: Credentials | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """`address` is the IP address that `hop.host` has."""
        self._core = core
        self._hop = hop
        self._headers = list(headers)
        self._credentials = credentials
        self._tried: set[tuple[int, str]] = set()
        self._auth: list[tuple[str, str]] = []
        self.session = InviteSession(
            core, Direction.OUTBOUND, secrets.token_hex(16), (hop.transport, address, hop.port)
        )
        self.session.credentials = credentials
        self.session.abandon = self.cancel
        # The dialog before there is one: it numbers our INVITEs and holds what they have in common.
        self._draft = Dialog(
            self.session.call_id,
            caller.with_tag(self.session.tag),
            NameAddr("", target),
            target,
            [NameAddr.parse(route) for route in routes],
        )
        self._client: SentRequest | None = None
        self._answered: asyncio.Future[SipLeg] = asyncio.get_running_loop().create_future()
        self._acks: dict[str, tuple[Dialog, Request]] = {}
        self._proceeding = False
        self._refused = False
        """The INVITE came to an end without a call: there is nothing to cancel any more."""
        self._cancelled: Termination | None = None
        self._cancel_sent = False

    async def place(self, patience_s: float) -> SipLeg:
        """Call and wait for the answer. Raises CallError; cancelling the task cancels the call."""
        try:
            self._invite(self.session.media.offer())
            async with asyncio.timeout(patience_s):
                return await self._answered
        except TimeoutError:
            self.cancel(Termination(EndedBy.SERVER, Why.NO_ANSWER, 408))
            raise CallError(f"no answer within {patience_s:g} s; the far end may be away", 408) from None
        except BaseException:
            self.cancel(Termination(EndedBy.SERVER, Why.CANCELLED, 487))
            raise

    def cancel(self, why: Termination) -> None:
        """Give up: CANCEL, or BYE when the answer crosses it."""
        if self._cancelled is not None or self._refused:
            return
        if self._answered.done() and not self._answered.cancelled() and self._answered.exception() is None:
            self.session.hangup(why)
            return
        self._cancelled = why
        if self._proceeding:
            self._send_cancel()
        if not self._answered.done():
            self._answered.set_exception(CallError("the call was cancelled", 487))
            self._answered.exception()  # whoever cancelled knows; nobody has to fetch it
        self.session.end_unanswered(why)

    def _invite(self, sdp: bytes) -> None:
        headers = [
            ("Contact", self._core.contact(self._hop.transport, self.session.host)),
            ("Allow", self._core.allow),
            ("Accept", "application/sdp"),
            ("Content-Type", "application/sdp"),
            *self._auth,
            *self._headers,
        ]
        request = self._draft.request("INVITE", headers, sdp)
        self._client = self._core.request(request, self._hop, self._on_response, self._on_failure)

    def _on_response(self, response: Response) -> None:
        status = response.status
        if status < 200:
            self._provisional(response)
        elif status < 300:
            self._success(response)
        elif status in (401, 407) and self._challenged(response):
            return
        else:
            self._fail(response)

    def _provisional(self, response: Response) -> None:
        self._proceeding = True
        if self._cancelled is not None:
            self._send_cancel()
            return
        leg = self.session.leg
        if response.status > 100 and leg.post_dial_delay_s is None:
            leg.post_dial_delay_s = self._core.now() - self.session.started

    def _success(self, response: Response) -> None:
        assert self._client is not None
        tag = response.to.tag or ""
        if (known := self._acks.get(tag)) is not None:
            self._core.send_ack(*known)  # a repeated 200: our ACK was lost
            return
        dialog = Dialog.of_response(self._client.request, response)
        ack = dialog.ack(response.cseq.number, self._auth)
        first = not self._acks
        self._acks[tag] = (dialog, ack)
        self._core.send_ack(dialog, ack)
        if self._cancelled is not None:
            self._drop(dialog, self._cancelled)
        elif not first or self._refused:
            self._drop(dialog, Termination(EndedBy.SERVER, Why.COMPLETED, None, "another fork answered"))
        else:
            self._establish(dialog, response)

    def _establish(self, dialog: Dialog, response: Response) -> None:
        session, leg = self.session, self.session.leg
        try:
            session.media.accept(response.body)
        except SdpError as error:
            why = Termination(EndedBy.SERVER, Why.UNACCEPTABLE, 488, str(error))
            self._drop(dialog, why)
            self._end(why, f"no audio in common with the far end: {error}", 488)
            return
        now = self._core.now()
        leg.setup_s = now - session.started
        if leg.post_dial_delay_s is None:
            leg.post_dial_delay_s = leg.setup_s
        leg.took_headers(response)
        session.abandon = None
        session.establish(dialog)
        if not self._answered.done():
            self._answered.set_result(leg)
        else:
            # The waiting task was cancelled in this very turn of the loop.
            session.hangup(Termination(EndedBy.SERVER, Why.CANCELLED, 487))

    def _challenged(self, response: Response) -> bool:
        if self._credentials is None or self._cancelled is not None or self._client is None:
            return False
        request = self._client.request
        header = self._credentials.answer(request, response, self._tried)
        if header is None:
            return False
        self._auth = [item for item in self._auth if item[0] != header[0]] + [header]
        self._proceeding = False
        self._invite(request.body)
        return True

    def _fail(self, response: Response) -> None:
        status = response.status
        why = why_of(status)
        reason = response.reason or reason_phrase(status)
        self.session.leg.took_headers(response)
        self._end(Termination(EndedBy.PEER, why, status, reason), f"{why} ({status} {reason})", status)

    def _on_failure(self, cause: Cause) -> None:
        where = f"{self._hop.host}:{self._hop.port} over {self._hop.transport}"
        said = "does not answer" if cause is Cause.TIMEOUT else "cannot be reached"
        self._end(Termination(EndedBy.NETWORK, Why.UNREACHABLE, cause.value), f"{where} {said}", cause.value)

    def _end(self, why: Termination, message: str, code: int) -> None:
        self._refused = True
        self.session.end_unanswered(why)
        if not self._answered.done():
            self._answered.set_exception(CallError(message, code))

    def _send_cancel(self) -> None:
        """CANCEL what is under way; without an end after 64*T1 the INVITE is given up (9.1)."""
        client = self._client
        if self._cancel_sent or client is None or client.machine.terminated:
            return
        self._cancel_sent = True
        headers = []
        if self._cancelled is not None:
            headers.append(("Reason", reason_header(self._cancelled)))
        self._core.cancel(client, cancel_of(client.request, headers))
        patience = self._core.layer.timing.patience
        self._core.later(patience, lambda: self._give_up(client))

    def _give_up(self, client: SentRequest) -> None:
        if not self._acks:
            self._core.layer.forget(client)

    def _drop(self, dialog: Dialog, why: Termination) -> None:
        """End a dialog that nobody wants: the extra fork, or the 200 that crossed our CANCEL."""
        bye = dialog.request("BYE", [("Reason", reason_header(why))])
        self._core.in_dialog(dialog, bye, _nothing, _nothing_failed)


def _nothing(response: Response) -> None:
    return None


def _nothing_failed(cause: Cause) -> None:
    return None
