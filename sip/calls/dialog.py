"""Dialogs (RFC 3261 section 12): who talks to whom, over which route, and in which order.

Early dialogs have no state of their own here: whether a call was answered is its session's to know, and a 2xx
makes its dialog anew from what it says itself (13.2.2.4).

Sans-I/O. A dialog makes requests and checks those that arrive; it must never send, wait, or know what a
request means to the call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from sip.calls.flow import WayBack
from sip.messages.headers import NameAddr
from sip.messages.message import MOST_HOPS, Message, Request, Response
from sip.messages.uri import Uri
from sip.transactions.budget import AnswerBudget

DialogId: TypeAlias = tuple[str, str, str]
"""Call-ID, local tag, remote tag (empty for an RFC 2543 peer)."""

INSTANCE = "+sip.instance"
"""The Contact parameter that tells the phones of an extension apart."""

Headers: TypeAlias = Sequence[tuple[str, str]]


class Dialog:
    """One dialog, seen from our side."""

    __slots__ = (
        "allows",
        "budget",
        "call_id",
        "extension",
        "instance",
        "local",
        "local_cseq",
        "opener_proved",
        "remote",
        "remote_cseq",
        "routes",
        "secure",
        "target",
        "way",
    )

    def __init__(
        self,
        call_id: str,
        local: NameAddr,
        remote: NameAddr,
        target: Uri,
        routes: Sequence[NameAddr],
        *,
        local_cseq: int = 0,
        remote_cseq: int | None = None,
    ) -> None:
        self.call_id = call_id
        self.local = local
        """Our address as From (or To) named it, with our tag."""
        self.remote = remote
        self.target = target
        """Where the other side wants our requests: its Contact."""
        self.secure = target.scheme == "sips"
        """Whoever asked for this wanted it encrypted up to the other end: our Contact is a sips: URI, too
        (12.1.1, 12.1.2)."""
        self.routes = tuple(routes)
        """The route set, nearest proxy first."""
        self.local_cseq = local_cseq
        self.remote_cseq = remote_cseq
        self.allows: frozenset[str] = frozenset()
        """The methods that the other side says it takes; empty while it has said nothing."""
        self.way: WayBack | None = None
        """To the other side; None where its messages are all we know of it."""
        self.budget: AnswerBudget | None = None
        """What we may send because of the INVITE that asked for it; None when that was ours."""
        self.opener_proved = False
        """Whoever called us had to prove who it is, and has to again from where nobody knows it."""
        self.extension = ""
        """The extension that is on the other side: that proved its password, or whom we called where it
        registered. Empty: none of ours, or nobody knows."""
        self.instance = ""
        """Which of its phones, by its own word (+sip.instance, RFC 5626 4.1); empty: it did not say."""

    @classmethod
    def of_request(cls, request: Request, tag: str) -> Dialog:
        """The dialog that an answer of ours to `request` makes (12.1.1). `tag` is our To tag."""
        contacts = request.contacts
        target = contacts[0].uri if contacts else request.from_.uri
        routes = request.record_routes
        dialog = cls(
            request.call_id,
            request.to.without_params().with_tag(tag),
            request.from_,
            target,
            routes,
            remote_cseq=request.cseq.number,
        )
        dialog._learn(request)
        dialog.secure = "sips" in (request.uri.scheme, (routes[0].uri if routes else target).scheme)
        return dialog

    @classmethod
    def of_response(cls, request: Request, response: Response) -> Dialog:
        """The dialog that an answer to our `request` makes (12.1.2)."""
        contacts = response.contacts
        dialog = cls(
            request.call_id,
            request.from_,
            response.to,
            contacts[0].uri if contacts else request.uri,
            response.record_routes[::-1],
            local_cseq=request.cseq.number,
        )
        dialog._learn(response)
        dialog.secure = request.uri.scheme == "sips"
        return dialog

    def continues(self, early: Dialog) -> None:
        """This dialog was an early one: requests are numbered on (13.2.2.4)."""
        self.local_cseq = max(self.local_cseq, early.local_cseq)
        self.remote_cseq = early.remote_cseq
        self.allows = self.allows or early.allows

    @property
    def theirs(self) -> bool:
        """The INVITE was theirs: by whatever names, its way is one by which they can be reached."""
        return self.budget is not None

    @property
    def hosts(self) -> tuple[str, ...]:
        """Where the other side is known to be: the hosts that its requests may come from unasked."""
        named = [self.target.address, *(route.uri.address for route in self.routes)]
        return (*named, self.way.flow.host) if self.way is not None else tuple(named)

    @property
    def id(self) -> DialogId:
        return (self.call_id, self.local.tag or "", self.remote.tag or "")

    def refresh(self, message: Message) -> None:
        """Take the Contact of a target refresh (INVITE, UPDATE or a 2xx to one) as the new target (12.2)."""
        if contacts := message.contacts:
            self.target = contacts[0].uri
        self._learn(message)

    def _learn(self, message: Message) -> None:
        if allowed := message.get_all("Allow"):
            self.allows = frozenset(allowed)

    def is_with(self, extension: str, message: Message | None = None) -> None:
        """The other side is a phone of that extension, who sent the message."""
        self.extension = extension
        contacts = message.contacts if message is not None else []
        self.instance = (contacts[0].params.get(INSTANCE) or "") if contacts else ""

    def in_order(self, request: Request) -> bool:
        """Whether an incoming request is in sequence (12.2.2); when not, 500 is the answer.

        ACK and CANCEL carry the number of their INVITE and are never out of order here.
        """
        if request.method in ("ACK", "CANCEL"):
            return True
        number = request.cseq.number
        if self.remote_cseq is not None and number < self.remote_cseq:
            return False
        self.remote_cseq = number
        return True

    def request(self, method: str, headers: Headers = (), body: bytes = b"") -> Request:
        """A request inside the dialog (12.2.1.1), without Via, which the transaction adds."""
        self.local_cseq += 1
        return self._make(method, self.local_cseq, headers, body)

    def ack(self, number: int, headers: Headers = (), body: bytes = b"") -> Request:
        """The ACK to a 2xx to the INVITE with that sequence number (13.2.2.4)."""
        return self._make("ACK", number, headers, body)

    def next_hop(self) -> Uri:
        """The address that our requests go to first: the nearest proxy, or the other side itself."""
        return self.routes[0].uri if self.routes else self.target

    def _make(self, method: str, number: int, headers: Headers, body: bytes) -> Request:
        target = self.target.without_headers()
        routes = [str(route) for route in self.routes]
        if self.routes and not self.routes[0].uri.is_loose_router:
            # A strict router expects itself in the Request-URI and the target at the end of the route.
            uri = self.routes[0].uri.without_headers()
            routes = [*routes[1:], f"<{target}>"]
        else:
            uri = target
        lines = [("Max-Forwards", str(MOST_HOPS))]
        lines += [("Route", route) for route in routes]
        lines += [
            ("From", str(self.local)),
            ("To", str(self.remote)),
            ("Call-ID", self.call_id),
            ("CSeq", f"{number} {method}"),
        ]
        return Request(method, uri, [*lines, *headers], body)
