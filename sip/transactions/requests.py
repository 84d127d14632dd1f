"""One request under way: of ours (`SentRequest`) or from outside (`ReceivedRequest`), and what carries it.

These hold what a transaction's user and its layer must both see; they must never decide or send anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sip.messages.message import Request, Response
from sip.transactions.budget import AnswerBudget
from sip.transactions.matching import TransactionKey
from sip.transactions.transaction import Cause, ClientTransaction, ServerTransaction


@dataclass(frozen=True, slots=True)
class Hop:
    """Where a request of ours goes next. `host` may be a name; `transport` is UDP, TCP or TLS, or WS or WSS
    where a page's own connection is meant, by its address."""

    transport: str
    host: str
    port: int
    named_by: str = ""
    """The address of the peer who says so; empty: we do."""
    sends: int = 0
    """So many datagrams of one request at most, repetitions included: nothing was ever heard from there.
    0: as many as the timers say."""
    service: bool = False
    """Nobody has named the port: SRV records of `host` may name others (RFC 3263 section 4.2)."""
    domain: str = ""
    """By TLS: whom we mean, and the certificate there has to be for: the host of the URI that led here, never
    what a DNS answer made of it (RFC 5922 section 4). Empty: only a connection that the other side opened."""

    @property
    def reliable(self) -> bool:
        return self.transport != "UDP"


class Peer(Protocol):
    """Where a request came from; the transport knows the way back (RFC 3261 18.2.2)."""

    @property
    def transport(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def size(self) -> int:
        """Bytes that the request had on the wire."""


class MessageCarrier(Protocol):
    """What the layer needs of the transport. `failed` may be called at any time until the answer is there."""

    def send_request(self, request: Request, hop: Hop, failed: Callable[[], None]) -> None: ...
    def send_response(self, response: Response, peer: Peer, failed: Callable[[], None]) -> None: ...
    def send_once(self, response: Response, peer: Peer) -> None:
        """Send a response that nothing is kept of, and never more than three times its request."""

    def sent_by(self, hop: Hop) -> str: ...
    def proved(self, peer: Peer) -> None:
        """Somebody at that address gets what we send there."""


def ignore_ack(ack: Request) -> None:
    return None


def ignore_response(response: Response) -> None:
    return None


def ignore_failure(cause: Cause) -> None:
    return None


class TransactionAlarm:
    """When the layer must look at a request again."""

    __slots__ = ("at", "item")

    def __init__(self, at: float, item: SentRequest | ReceivedRequest) -> None:
        self.at = at
        self.item: SentRequest | ReceivedRequest | None = item
        """None when it need not be looked at any more."""


class SentRequest:
    """One request of ours under way. Either `on_response` sees a final response or `on_failure` a cause."""

    __slots__ = ("alarm", "budget", "fallback", "hop", "key", "machine", "on_failure", "on_response", "sent")

    def __init__(
        self,
        machine: ClientTransaction,
        hop: Hop,
        fallback: Hop | None,
        on_response: Callable[[Response], None],
        on_failure: Callable[[Cause], None],
        budget: AnswerBudget | None = None,
    ) -> None:
        """`budget`: what may be sent at most, repetitions included; None: as much as it takes."""
        self.machine = machine
        self.hop = hop
        self.budget = budget
        self.fallback = fallback
        self.on_response = on_response
        self.on_failure = on_failure
        self.key: TransactionKey = ()
        self.alarm: TransactionAlarm | None = None
        self.sent = 0
        """Times that the request was sent to `hop`."""

    @property
    def request(self) -> Request:
        """As it was sent: with our Via."""
        return self.machine.request


class Responder(Protocol):
    """The layer, as a request from outside sees it."""

    def respond(self, server: ReceivedRequest, response: Response) -> None: ...
    def proved(self, peer: Peer) -> None: ...
    def acknowledged(self, server: ReceivedRequest) -> None: ...


class ReceivedRequest:
    """One request from outside, answered with `respond`."""

    __slots__ = (
        "_layer",
        "alarm",
        "budget",
        "key",
        "machine",
        "merge_key",
        "on_ack",
        "on_cancel",
        "on_failure",
        "open",
        "peer",
    )

    def __init__(self, layer: Responder, machine: ServerTransaction, peer: Peer) -> None:
        self._layer = layer
        self.machine = machine
        self.peer = peer
        self.budget = AnswerBudget(proven=peer.transport != "UDP")
        self.key: TransactionKey = ()
        self.merge_key: TransactionKey = ()
        self.open = True
        """No final response went out yet; the layer counts these."""
        self.alarm: TransactionAlarm | None = None
        self.on_ack: Callable[[Request], None] = ignore_ack
        """The ACK to our 2xx, when it carries the branch of the INVITE (it should not, and some do)."""
        self.on_failure: Callable[[Cause], None] = ignore_failure
        self.on_cancel: Callable[[ReceivedRequest], None] | None = None
        """A CANCEL for this INVITE came, and the INVITE's user, who sets this, is to answer both."""

    @property
    def request(self) -> Request:
        return self.machine.request

    @property
    def answered(self) -> bool:
        return self.machine.answered

    def respond(self, response: Response) -> None:
        """Send a response. A second final response is ignored, except the repeated 2xx to an INVITE."""
        self._layer.respond(self, response)

    def prove(self) -> None:
        """The sender is where the request came from: it sent what only somebody there can know (an ACK with
        our tag, a digest with our nonce), or the operator says so. From now on it is answered and repeated
        to as the RFC wants it."""
        self.budget.prove()
        self._layer.proved(self.peer)

    def acknowledged(self) -> None:
        """The ACK to our 2xx came: we repeat no response any more. With our tag it proves the sender, but for
        a re-INVITE, whose sender knew that before and may have written any address on it."""
        if self.request.to.tag is None or self.peer.transport != "UDP":
            self.prove()
        self._layer.acknowledged(self)

    def let_go(self) -> None:
        """Forget its user, who wants to hear no more of it."""
        self.on_ack, self.on_failure, self.on_cancel = ignore_ack, ignore_failure, None

    def repeat(self) -> None:
        """Send the last response again: a 2xx to an INVITE, whose ACK does not come."""
        if self.machine.last is not None:
            self.respond(self.machine.last)
