"""Placing a call: INVITE, challenges, forks, CANCEL at every stage (RFC 3261 sections 9.1 and 13.2).

One `OutgoingCall` is one attempt. What happens when is `sip.calls.outgoing_machine`'s to say; this sends, and
tells. It must never leave a call up that nobody waits for.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mediaserver.calls.may_dial import AGENTS, MayDial
from mediaserver.errors import CallError, UnreachableError, VoiceForgeError
from mediaserver.media.leg import Direction, EndedBy, Leg, Termination, Why
from mediaserver.sdp.negotiation import SdpError
from mediaserver.sdp.policy import MediaPolicy
from sip.access.credentials import proofs_of
from sip.calls.alarm import Alarm
from sip.calls.asking import DialogRequest
from sip.calls.cancelling import cancel_of
from sip.calls.core import Core, Credentials
from sip.calls.dialog import Dialog
from sip.calls.early_dialog import EarlyDialog, EarlyDialogs
from sip.calls.ending import reason_header, why_of
from sip.calls.flow import SipFlow
from sip.calls.fork_answer import ForkAnswer
from sip.calls.leg import SipLeg
from sip.calls.outgoing_machine import WAITING, Doing, OutgoingAction, OutgoingEvent, OutgoingMachine
from sip.calls.redirection import Redirection, WayTo, for_anybody, nowhere
from sip.calls.session import InviteSession
from sip.calls.told_call import told_call
from sip.messages.headers import NameAddr
from sip.messages.message import MOST_HOPS, Response
from sip.messages.reasons import reason_phrase
from sip.messages.uri import Uri
from sip.transactions.requests import Hop, SentRequest
from sip.transactions.transaction import Cause


def nobody_listens() -> None:
    """To its ringing."""


def nobody_hears(leg: Leg) -> None:
    """What it plays before the answer."""


EARLY_DIALOG_OVER = 199
"""RFC 6228."""
PICKED_UP = Termination(EndedBy.SERVER, Why.COMPLETED, 200, "the call was picked up elsewhere")
ANOTHER_FORK = Termination(EndedBy.SERVER, Why.COMPLETED, None, "another fork answered")


@dataclass(frozen=True, slots=True)
class _Ending:
    """How it came to nothing."""

    why: Termination
    """For the leg and the far end."""
    error: CallError
    """For whoever waits."""


class OutgoingCall:
    """From the INVITE to a leg, or to an error."""

    def __init__(
        self,
        core: Core,
        target: Uri,
        hop: Hop,
        caller: NameAddr,
        *,
        flow: SipFlow,
        patience_s: float,
        routes: Sequence[str] = (),
        credentials: Credentials | None = None,
        headers: Sequence[tuple[str, str]] = (),
        hops: int = MOST_HOPS,
        on_ringing: Callable[[], object] = nobody_listens,
        on_early: Callable[[SipLeg], object] = nobody_hears,
        media: MediaPolicy | None = None,
        delayed_offer: bool = False,
        extension: str = "",
        redirection: Redirection | None = None,
        way_to: WayTo = nowhere,
        reach: MayDial = AGENTS,
    ) -> None:
        """`flow`: the way to `hop`, whose `host` may be a name. `on_ringing`: it rings there; called at most
        once. `on_early`: the leg, which is not answered, can be heard; called at most once. `media`: what is
        offered; None: as to everybody. `delayed_offer`: the other side offers, and we answer in the ACK or,
        where it offers before its answer, in the PRACK. `redirection`: where 3xx may lead; `way_to`: the way
        to there, raises VoiceForgeError where there is none. `extension`: whose phone that is, when
        it is one of ours. `reach`: whom it may transfer calls to."""
        self._core = core
        self._hop = hop
        self._headers = list(headers)
        self._hops = hops
        self._credentials = credentials
        self._on_ringing = on_ringing
        self._on_early = on_early
        self._delayed_offer = delayed_offer
        self._early = EarlyDialogs()
        self._redirection = redirection or Redirection(target)
        self._way_to = way_to
        self._looking: asyncio.Task[None] | None = None
        """For the next one who may be asked."""
        self._tried: set[tuple[int, str]] = set()
        tag = secrets.token_hex(8)
        # The dialog before there is one: it numbers our INVITEs and holds what they have in common.
        self._draft = Dialog(
            secrets.token_hex(16),
            caller.with_tag(tag),
            NameAddr("", target),
            target,
            [NameAddr.parse(route) for route in routes],
        )
        self._draft.is_with(extension)
        self.session = InviteSession(
            core,
            Direction.OUTBOUND,
            self._draft,
            flow,
            credentials=credentials,
            abandon=self.give_up,
            policy=media,
            reach=reach,
        )
        self._patience_s = patience_s
        self.ways: Sequence[Hop] = (hop,)
        """All servers that could be asked, this one first."""
        self.machine = OutgoingMachine(patience_s, core.layer.timing)
        self._alarm = Alarm()
        self._answered: asyncio.Future[SipLeg] | None = None
        """For whoever waits, while somebody does; what was decided is the machine's to know."""
        self._offer = b""
        self._client: SentRequest
        """The last INVITE; there from the first response to it on."""
        self._answers: dict[str, ForkAnswer] = {}
        """By the tag of the fork."""
        self.heard = False
        """Whether anything came back, be it a 100 or a challenge: somebody is there."""
        self._picked_up_by: InviteSession | None = None
        self._unwanted = ANOTHER_FORK
        """What a fork is told that answers and is not to become the call."""

    async def place(self) -> SipLeg:
        """Call and wait for the answer. Raises CallError; cancelling the task cancels the call."""
        answered: asyncio.Future[SipLeg] = asyncio.get_running_loop().create_future()
        self._answered = answered
        try:
            try:
                if not self._delayed_offer:
                    self._offer = self.session.media.offer()
            except SdpError as error:
                raise CallError(f"nothing can be offered to the far end: {error}", 488) from None
            self._happened(OutgoingEvent.PLACE)
            return await answered
        except BaseException:
            self.give_up(Termination(EndedBy.SERVER, Why.CANCELLED, 487))
            raise
        finally:
            # It has the error that has this frame: the garbage collector would have to part them.
            del answered
            self._answered = None

    def give_up(self, why: Termination) -> None:
        """CANCEL, or BYE when the answer crosses it. Nothing when it came to nothing before."""
        by, self._picked_up_by = self._picked_up_by, None
        if by is not None:  # nobody has taken its leg yet
            by.hangup(why)
        self._happened(OutgoingEvent.GIVE_UP, _Ending(why, CallError("the call was cancelled", 487)))

    def picked_up(self, by: InviteSession) -> bool:
        """Somebody else has answered in this call of theirs, which is the call from now on; whom we call is
        told to stop ringing. False when nobody waits any more, or it was answered."""
        answered = self._answered
        if answered is None or answered.done():
            return False
        answered.set_result(by.leg)
        self.give_up(PICKED_UP)
        self._picked_up_by = by
        return True

    # -- what happens

    def _on_response(self, response: Response) -> None:
        status = response.status
        self.heard = True
        if status < 200:
            self._progress(response)
        elif status < 300:
            self._success(response)
        elif self._can_amend(response):
            self._happened(OutgoingEvent.AGAIN)
        else:
            why = why_of(status)
            reason = response.reason or reason_phrase(status)
            self.session.leg.took_headers(response)
            told = Termination(EndedBy.PEER, why, status, reason)
            error = CallError(f"{why} ({status} {reason})", status)
            self._redirection.sent_on(response)
            more = self._redirection.more and status < 600
            self._happened(OutgoingEvent.SENT_ON if more else OutgoingEvent.REFUSED, _Ending(told, error))

    def _progress(self, response: Response) -> None:
        """A provisional response: from a phone or a gateway it makes an early dialog, or is of one."""
        if response.status == 100:
            self._happened(OutgoingEvent.TRYING)
            return
        early = self._early_dialog(response)
        if early is not None and not early.progress(response):
            return
        if response.status == EARLY_DIALOG_OVER:
            self._early.over(response.to.tag or "")
        else:
            self._happened(OutgoingEvent.RINGING)

    def _early_dialog(self, response: Response) -> EarlyDialog | None:
        """That a provisional response belongs to; None when there is none, and is to be none."""
        fork = response.to.tag
        if fork is None or not self.session.machine.unanswered:
            return None
        early = self._early.get(fork)
        if early is not None or response.status == EARLY_DIALOG_OVER:
            return early

        def make() -> EarlyDialog:
            dialog = Dialog.of_response(self._client.request, response)
            dialog.way = self._draft.way
            dialog.is_with(self._draft.extension, response)
            return EarlyDialog(self.session, dialog, self._offer, self._agreed_early, self.picked_up)

        return self._early.add(fork, make)

    def _agreed_early(self) -> None:
        """One of them and we agreed on audio."""
        if self.session.machine.unanswered:
            self._happened(OutgoingEvent.EARLY_MEDIA)

    def _success(self, response: Response) -> None:
        fork = response.to.tag or ""
        if (known := self._answers.get(fork)) is not None:
            self._core.send_ack(known.dialog, known.ack, again=True)  # a repeated 200: our ACK was lost
            return
        if self._credentials is not None:
            self._credentials.accepted(response)
        dialog = Dialog.of_response(self._client.request, response)
        dialog.way = self._draft.way
        dialog.is_with(self._draft.extension, response)
        early, proofs = self._early.get(fork), proofs_of(self._client.request)
        answer = ForkAnswer.of(self.session, dialog, response, early, self._offer, proofs)
        self._answers[fork] = answer
        self._core.send_ack(dialog, answer.ack)
        self._happened(OutgoingEvent.ANSWER, answer=answer)

    def _can_amend(self, response: Response) -> bool:
        """Whether the next INVITE can have what this one was refused for want of."""
        if response.status == 422:
            self._tried = set()  # our proof was taken, and its nonce may have been good for that once
            return self.session.timer.too_short(response)
        return response.status in (401, 407) and self._can_prove(response)

    def _can_prove(self, response: Response) -> bool:
        """Have the answer to a challenge ready for the next INVITE."""
        credentials = self._credentials
        return credentials is not None and credentials.answer(self._client.request, response, self._tried)

    def _on_failure(self, cause: Cause) -> None:
        said = self._core.unreached(self._hop, cause)
        why = Termination(
            EndedBy.NETWORK, Why.UNREACHABLE, cause.value, self._core.transport.trouble(self._hop)
        )
        ending = _Ending(why, UnreachableError(said, cause.value))
        more = self._redirection.more and self.machine.state in WAITING
        self._happened(OutgoingEvent.SENT_ON if more else OutgoingEvent.FAILED, ending)

    def _due(self) -> None:
        late = f"no answer within {self._patience_s:g} s; the far end may be away"
        why = Termination(EndedBy.SERVER, Why.NO_ANSWER, 408)
        self._do(self.machine.due(self._core.now()), _Ending(why, CallError(late, 408)), None)

    def _happened(
        self, event: OutgoingEvent, ending: _Ending | None = None, answer: ForkAnswer | None = None
    ) -> None:
        """`ending`: how it came to nothing, if that ends it. `answer`: the fork that it is about."""
        self._do(self.machine.happened(event, self._core.now()), ending, answer)

    # -- what is to be done

    def _do(self, doing: Doing, ending: _Ending | None, answer: ForkAnswer | None) -> None:
        self._alarm.set(self.machine.deadline, self._due)
        for do in doing:
            match do:
                case OutgoingAction.SEND_INVITE:
                    self._invite()
                case OutgoingAction.LOOK_ON:
                    assert ending is not None
                    self._looking = asyncio.get_running_loop().create_task(self._look_on(ending))
                case OutgoingAction.SEND_CANCEL:
                    self._send_cancel()
                case OutgoingAction.RANG:
                    self._rang()
                case OutgoingAction.HEAR:
                    self._hear()
                case OutgoingAction.FORGET:
                    self._core.layer.forget(self._client)
                case OutgoingAction.ESTABLISH:
                    assert answer is not None
                    self._establish(answer)
                case OutgoingAction.DROP:
                    assert answer is not None
                    self._drop(answer.dialog)
                case OutgoingAction.HANG_UP:
                    assert ending is not None
                    self.session.hangup(ending.why)
                case OutgoingAction.END:
                    assert ending is not None
                    self._end(ending)

    def _invite(self) -> None:
        self._early.leave()  # of an INVITE that was refused
        headers = [
            ("Contact", self._core.contact(self._hop.transport, self.session.host, self._draft.secure)),
            *self._core.able(),
            *self.session.timer.asked(),
            ("Accept", "application/sdp"),
            *([("Content-Type", "application/sdp")] if self._offer else ()),
            *told_call(self._hop.transport),
            *self._headers,
        ]
        request = self._draft.request("INVITE", headers, self._offer)
        request.set("Max-Forwards", str(self._hops))
        if self._credentials is not None:
            self._credentials.sign(request)
        self._client = self._core.request(request, self._hop, self._on_response, self._on_failure)

    async def _look_on(self, ending: _Ending) -> None:
        """Find the next one who may be asked. `ending`: how it ends when there is none."""
        while self._redirection.more and self._hops > 0:
            target = self._redirection.next()
            try:
                if not self._draft.routes:  # else the proxy that we were told to use finds it
                    self._hop, flow = await self._way_to(target)
                    self.ways = (self._hop,)
                    self.session.moves_to(flow)
                    self._draft.is_with("")
                    # What proved us to the one before is not for anybody else.
                    self._credentials = self.session.credentials = None
                    self._headers = for_anybody(self._headers)
                if not self._delayed_offer:
                    self._offer = self.session.media.offer()
            except VoiceForgeError:
                continue  # there is no way to it
            self._draft.target, self._hops = target, self._hops - 1
            self._draft.secure = target.scheme == "sips"
            self._tried = set()
            self._looking = None
            self._happened(OutgoingEvent.FOUND)
            return
        self._looking = None
        self._happened(OutgoingEvent.REFUSED, ending)

    def _send_cancel(self) -> None:
        headers = [("Reason", reason_header(self._unwanted))]
        self._core.cancel(self._client, cancel_of(self._client.request, headers))

    def _rang(self) -> None:
        leg = self.session.leg
        if leg.post_dial_delay_s is None:
            leg.post_dial_delay_s = self._core.now() - self.session.started
            self._on_ringing()  # not again when it rings anew after a challenge

    def _hear(self) -> None:
        session, leg = self.session, self.session.leg
        first = leg.stream is None
        stream = session.media.open()
        leg.opened(stream)
        stream.proven(session.audio_from, verified=True)
        if first:
            self._on_early(leg)

    def _establish(self, answer: ForkAnswer) -> None:
        session, leg = self.session, self.session.leg
        try:
            self._core.hops_in(answer.dialog)  # without a way to them there is no ACK and no BYE
            if answer.unfit is not None:
                raise answer.unfit
        except (CallError, SdpError) as error:
            why = Termination(EndedBy.SERVER, Why.UNACCEPTABLE, 488, str(error))
            said = "no audio in common with the far end" if isinstance(error, SdpError) else "no way back"
            told = CallError(f"{said}: {error}", 488)
            self._happened(OutgoingEvent.UNACCEPTABLE, _Ending(why, told), answer)
            return
        leg.setup_s = self._core.now() - session.started
        if leg.post_dial_delay_s is None:
            leg.post_dial_delay_s = leg.setup_s
        leg.took_headers(answer.response)
        session.timer.answered(answer.response, self._core.now())
        session.establish(answer.dialog)
        self._early.leave()
        # Else whoever waited is being cancelled, and gives up in a moment.
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(leg)

    def _drop(self, dialog: Dialog) -> None:
        """End a dialog that nobody wants: the extra fork, or the 200 that crossed our CANCEL."""
        reason = [("Reason", reason_header(self._unwanted))]
        DialogRequest(self._core, dialog, self._credentials, "BYE", reason, b"", _nothing_follows).send()

    def _end(self, ending: _Ending) -> None:
        self._unwanted = ending.why
        self._early.leave()
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        self.session.end_unanswered(ending.why)
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(ending.error)
            self._answered.exception()  # who cancelled the call does not wait for it


def _nothing_follows(request: DialogRequest, status: int) -> None:
    """Nobody waits for the end of a dialog that was none of anybody's."""
