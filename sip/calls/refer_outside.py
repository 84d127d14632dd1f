"""REFER out of all calls (:rfc:`3515`): a phone or another server has an agent of ours call somebody
(click-to-dial). Nobody may unless the settings name it.

It lives by a dialog of its own, whose only use is the subscription (:rfc:`6665`): NOTIFYs go out, SUBSCRIBE
comes in. Whether anybody is called is for the owner of calls to decide. Nothing is left once all is told.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Collection

from mediaserver.calls.errands import CallWanted
from mediaserver.media.leg import Direction, TransferAsked
from sip.access.endpoints import Admitted
from sip.calls.asking import DialogRequest, Finished
from sip.calls.core import Core, Credentials
from sip.calls.dialog import Dialog, Headers
from sip.calls.flow import WayBack, flow_of
from sip.calls.invitation import dialled_in, payer_of, who_calls
from sip.calls.refer_received import DECLINED, ReceivedRefer
from sip.calls.refer_subscription import EXPIRES_S, ReferState
from sip.calls.refer_target import ReferTarget
from sip.messages.grammar import ParseError, parse_number
from sip.messages.message import MOST_HOPS, Request
from sip.messages.transfer_headers import ReferTo, SipEvent, referred_by, wants_no_notices
from sip.transactions.requests import ReceivedRequest
from sip.transport.token_buckets import Rate, TokenBuckets

CallFor = Callable[[CallWanted], None]
"""Answers what is wanted before it returns."""
NumberOf = Callable[[str], str]
MOST_AT_ONCE = 10
"""Calls that one sender has asked for and of which nobody knows yet what becomes."""
PACE = Rate(0.5, 10)
"""Of one sender's requests, whatever became of them."""
MOST_EXPIRES = 2**32 - 1


class OutsideRefers:
    """Those of one server."""

    def __init__(
        self,
        core: Core,
        senders: Collection[str],
        call_for: CallFor,
        number_of: Callable[[str], NumberOf],
    ) -> None:
        """`senders`: names of the extensions and trunks that may. `number_of`: of a trunk by its name, how
        its numbers are read."""
        self._core = core
        self._senders = frozenset(senders)
        self._call_for = call_for
        self._number_of = number_of
        self._pace: TokenBuckets[tuple[str, str]] = TokenBuckets()
        self._under_way: Counter[tuple[str, str]] = Counter()

    def lets(self, caller: Admitted) -> bool:
        """Whether this one may have anybody called."""
        return caller.kind != "anonymous" and caller.name in self._senders

    def has_room(self, caller: Admitted) -> bool:
        """Whether it may now; counted."""
        who = (caller.kind, caller.name)
        return self._under_way[who] < MOST_AT_ONCE and self._pace.take(who, PACE, self._core.now())

    def asked(self, server: ReceivedRequest, caller: Admitted) -> None:
        """A REFER came from somebody who may, and is where it came from."""
        who = (caller.kind, caller.name)
        number_of = self._number_of(caller.name) if caller.kind == "trunk" else str
        refer = OutsideRefer(self._core, server, caller, number_of, lambda: self._settled(who))
        self._under_way[who] += 1
        try:
            self._call_for(_wanted(refer, server.request, caller))
        except ParseError as error:
            refer.refuse(error.status, str(error))
        except BaseException:
            refer.refuse(500, "it failed")
            raise
        refer.refuse(DECLINED, "nobody here calls for others")  # unless it was answered

    def _settled(self, who: tuple[str, str]) -> None:
        self._under_way[who] -= 1
        if not self._under_way[who]:
            del self._under_way[who]


class OutsideRefer:
    """Implements sip.calls.dialogs.DialogUser, sip.calls.refer_received.ReferAsker and
    mediaserver.media.leg.TransferAnswer."""

    direction = Direction.INBOUND

    def __init__(
        self,
        core: Core,
        server: ReceivedRequest,
        caller: Admitted,
        number_of: NumberOf,
        settled: Callable[[], None],
    ) -> None:
        """`settled`: called once, when it is known what became of the call."""
        request, peer = server.request, server.peer
        self.core = core
        self.number_of = number_of
        self.transport, self.host = peer.transport, peer.host
        self.dialog = dialog = Dialog.of_request(request, secrets.token_hex(8))
        dialog.way = WayBack(flow_of(request, peer), proven=True, now=core.now())
        dialog.budget = server.budget
        dialog.opener_proved = True
        if caller.kind == "extension":
            dialog.is_with(caller.name, request)
        self._credentials: Credentials | None = None
        if caller.account is not None and caller.account.realm:
            self._credentials = Credentials.of(caller.account)
            self._credentials.hosts.add(peer.host)
        self._settled: Callable[[], None] | None = settled
        self._refer = ReceivedRefer(self, server, known=False)
        if not wants_no_notices(request):
            core.dialogs[dialog.id] = self

    @property
    def over(self) -> bool:
        return self._refer.subscription.over

    # -- what becomes of it (TransferAnswer)

    def accept(self) -> None:
        self._refer.accept()

    def refuse(self, code: int, why: str) -> None:
        if self._refer.subscription.state is ReferState.ASKED:
            self._refer.refuse(code, why)
            self._settle()
            self._look()

    def happened(self, code: int, why: str = "") -> None:
        self._refer.happened(code, why)
        if code >= 200:
            self._settle()
        self._look()

    # -- the dialog

    def receive(self, server: ReceivedRequest, *, proved: bool = False) -> None:
        """A request of theirs; `proved` as in a call."""
        if not self.dialog.in_order(server.request):
            self.reply(server, 500)
            return
        if (way := self.dialog.way) is not None:
            way.heard(flow_of(server.request, server.peer), self.core.now())
        if server.request.method == "SUBSCRIBE":
            self._subscribed(server)
        else:
            self.reply(server, 481)  # there is no call in it

    def acknowledged(self, ack: Request) -> None:
        """We have answered nothing that wants one."""

    def reply(self, server: ReceivedRequest, status: int, headers: Headers = ()) -> None:
        server.respond(server.request.response(status, to_tag=self.dialog.local.tag, headers=headers))

    def ask(self, method: str, headers: Headers, body: bytes, finished: Finished) -> None:
        def answered(request: DialogRequest, status: int) -> None:
            finished(request, status)
            self._look()

        DialogRequest(self.core, self.dialog, self._credentials, method, headers, body, answered).send()

    def _subscribed(self, server: ReceivedRequest) -> None:
        """It asks how things stand, or wants to hear no more of it (:rfc:`6665` section 4.1.2)."""
        event, subscription = SipEvent.of(server.request), self._refer.subscription
        if event is None or event.package != "refer":
            self.reply(server, 489, [("Allow-Events", "refer")])
            return
        if not subscription.running:
            self.reply(server, 481)
            return
        try:
            text = server.request.get("Expires") or str(EXPIRES_S)
            wants = parse_number(text, "Expires", MOST_EXPIRES, clamp=True)
        except ParseError:
            self.reply(server, 400)
            return
        granted = min(wants, subscription.left(self.core.now()))
        contact = self.core.contact(self.transport, self.host, self.dialog.secure)
        self.reply(server, 200, [("Expires", str(granted)), ("Contact", contact)])
        if wants:
            self._refer.renewed()
        else:
            self._refer.unwanted()

    # -- the end

    def _settle(self) -> None:
        settled, self._settled = self._settled, None
        if settled is not None:
            settled()

    def _look(self) -> None:
        """Whether all is told."""
        if self.over:
            self._refer.drop()
            if self.core.dialogs.get(self.dialog.id) is self:
                self.core.leave(self.dialog)


def _wanted(refer: OutsideRefer, request: Request, caller: Admitted) -> CallWanted:
    """Raises ParseError."""
    wanted = ReferTo.of(request)
    if wanted.replaces is not None:
        raise ParseError("who is not in a call has no call replaced", DECLINED)
    target = ReferTarget.of(refer.core, refer.dialog, refer, wanted.uri)
    whom = TransferAsked(
        target.address, target.here, target.ways, referred_by(request), caller.reach, refer,
        payer=payer_of(caller),
    )  # fmt: skip
    hops = request.max_forwards
    left = MOST_HOPS if hops is None else hops
    return CallWanted(dialled_in(request), who_calls(request, caller), whom, left)
