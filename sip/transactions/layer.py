"""All transactions of one element: matching, one timer heap for all of them, and the way out.

It owns no socket and no task: sending, the clock and the wake-up call are given to it. It must never answer
on its own account; who wants to answer gets a `ReceivedRequest`.
"""

from __future__ import annotations

import heapq
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from sip.messages.headers import BRANCH_COOKIE, Via
from sip.messages.message import Message, Request, Response
from sip.transactions.timing import RFC_TIMING, Timing
from sip.transactions.transaction import (
    Cause,
    ClientTransaction,
    Deliver,
    Failed,
    InviteClient,
    InviteServer,
    NonInviteClient,
    NonInviteServer,
    Output,
    Send,
    ServerTransaction,
)

TransactionKey: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hop:
    """Where a request of ours goes next. `host` may be a name; `transport` is UDP or TCP."""

    transport: str
    host: str
    port: int
    named_by: str = ""
    """The address of the peer who says so; empty: we do."""
    sends: int = 0
    """So many datagrams of one request at most, repetitions included: nothing was ever heard from there.
    0: as many as the timers say."""

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


class MessageCarrier(Protocol):
    """What the layer needs of the transport. `failed` may be called at any time until the answer is there."""

    def send_request(self, request: Request, hop: Hop, failed: Callable[[], None]) -> None: ...
    def send_response(self, response: Response, peer: Peer, failed: Callable[[], None]) -> None: ...
    def sent_by(self, hop: Hop) -> str: ...


def new_branch() -> str:
    return BRANCH_COOKIE + secrets.token_hex(10)


def server_key(request: Request) -> TransactionKey:
    """RFC 3261 17.2.3; without the magic cookie the fields of RFC 2543, less the To tag that an ACK adds."""
    method = "INVITE" if request.method == "ACK" else request.method
    return _server_key(request, method)


def _server_key(request: Request, method: str) -> TransactionKey:
    via = request.via
    branch = via.branch or ""
    if branch.startswith(BRANCH_COOKIE) and len(branch) > len(BRANCH_COOKIE):
        return (branch, via.host.lower(), str(via.port or 0), method)
    return (
        "",
        str(request.uri),
        request.from_.tag or "",
        request.call_id,
        str(request.cseq.number),
        via.host.lower(),
        str(via.port or 0),
        branch,
        method,
    )


def _ignore_ack(ack: Request) -> None:
    return None


def _ignore_response(response: Response) -> None:
    return None


def _ignore_failure(cause: Cause) -> None:
    return None


class SentRequest:
    """One request of ours under way. Either `on_response` sees a final response or `on_failure` a cause."""

    __slots__ = ("fallback", "hop", "key", "machine", "on_failure", "on_response", "queued", "sent")

    def __init__(
        self,
        machine: ClientTransaction,
        hop: Hop,
        fallback: Hop | None,
        on_response: Callable[[Response], None],
        on_failure: Callable[[Cause], None],
    ) -> None:
        self.machine = machine
        self.hop = hop
        self.fallback = fallback
        self.on_response = on_response
        self.on_failure = on_failure
        self.key: TransactionKey = ()
        self.queued: float | None = None
        self.sent = 0
        """Times that the request was sent to `hop`."""

    @property
    def request(self) -> Request:
        """As it was sent: with our Via."""
        return self.machine.request


class ReceivedRequest:
    """One request from outside, answered with `respond`."""

    __slots__ = (
        "_layer",
        "key",
        "machine",
        "merge_key",
        "on_ack",
        "on_cancel",
        "on_failure",
        "open",
        "peer",
        "queued",
    )

    def __init__(self, layer: TransactionLayer, machine: ServerTransaction, peer: Peer) -> None:
        self._layer = layer
        self.machine = machine
        self.peer = peer
        self.key: TransactionKey = ()
        self.merge_key: TransactionKey = ()
        self.open = True
        """No final response went out yet; the layer counts these."""
        self.queued: float | None = None
        self.on_ack: Callable[[Request], None] = _ignore_ack
        """The ACK to our 2xx, when it carries the branch of the INVITE (it should not, and some do)."""
        self.on_failure: Callable[[Cause], None] = _ignore_failure
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

    def let_go(self) -> None:
        """Forget its user, who wants to hear no more of it."""
        self.on_ack, self.on_failure, self.on_cancel = _ignore_ack, _ignore_failure, None

    def repeat(self) -> None:
        """Send the last response again: a 2xx to an INVITE, whose ACK does not come."""
        if self.machine.last is not None:
            self.respond(self.machine.last)


class TransactionLayer:
    """Matches messages to transactions and runs their timers.

    `wake(at)` asks for a call of `run_timers` at that time of `clock`; it is called only with earlier times
    than the one asked for before, or after `run_timers` ran.
    """

    def __init__(
        self,
        carrier: MessageCarrier,
        clock: Callable[[], float],
        wake: Callable[[float], None],
        timing: Timing = RFC_TIMING,
    ) -> None:
        self._carrier = carrier
        self._clock = clock
        self._wake = wake
        self.timing = timing
        self._clients: dict[TransactionKey, SentRequest] = {}
        self._servers: dict[TransactionKey, ReceivedRequest] = {}
        self._merges: dict[TransactionKey, ReceivedRequest] = {}
        self._heap: list[tuple[float, int, SentRequest | ReceivedRequest]] = []
        self._order = itertools.count()
        self._woken: float | None = None
        self.unanswered = 0
        """Server transactions without a final response: the measure of overload."""

    def __len__(self) -> int:
        return len(self._clients) + len(self._servers)

    # -- requests from outside

    def absorb(self, request: Request) -> bool:
        """True when the request belongs to a transaction that is there: a repetition, or an ACK."""
        server = self._servers.get(server_key(request))
        if server is None:
            return False
        if request.method == "ACK" and server.machine.last is not None:
            # RFC 2543 matching leaves the To tag out of the key; the ACK must carry that of our response.
            tag = request.to.tag
            if not server.key[0] and tag != server.machine.last.to.tag:
                return False
        self._apply(server, server.machine.receive(request, self._clock()))
        return True

    def merged(self, request: Request) -> bool:
        """The same request came on another path and is still being worked on (RFC 3261 8.2.2.2)."""
        return request.to.tag is None and self._merge_key(request) in self._merges

    def serve(self, request: Request, peer: Peer) -> ReceivedRequest:
        """A new server transaction. The request must be new (`absorb`) and not be an ACK."""
        machine: ServerTransaction
        kind = InviteServer if request.method == "INVITE" else NonInviteServer
        machine = kind(request, reliable=peer.transport != "UDP", timing=self.timing)
        server = ReceivedRequest(self, machine, peer)
        server.key = server_key(request)
        server.merge_key = self._merge_key(request)
        self._servers[server.key] = server
        self._merges.setdefault(server.merge_key, server)
        self.unanswered += 1
        return server

    def invite_of(self, cancel: Request) -> ReceivedRequest | None:
        """The INVITE that a CANCEL means (RFC 3261 9.2)."""
        return self._servers.get(_server_key(cancel, "INVITE"))

    def respond(self, server: ReceivedRequest, response: Response) -> None:
        outputs = server.machine.respond(response, self._clock())
        if server.answered:
            self._close(server)
        self._apply(server, outputs)

    # -- requests of ours

    def request(
        self,
        request: Request,
        hop: Hop,
        on_response: Callable[[Response], None],
        on_failure: Callable[[Cause], None],
        *,
        via: Via | None = None,
        fallback: Hop | None = None,
    ) -> SentRequest:
        """Send a request in a new client transaction.

        The request comes without Via and is the layer's from here on; it gets our Via, or `via` (CANCEL uses
        that of its INVITE). When the transport refuses `hop` before any answer, or a hop that got few
        packets is silent, and there is a `fallback`, the request goes there anew.
        """
        client = SentRequest(self._client_machine(request, hop, via), hop, fallback, on_response, on_failure)
        self._begin(client)
        return client

    def forget(self, client: SentRequest) -> None:
        """Drop a client transaction whose user gave up (an INVITE whose CANCEL brought no end, 9.1)."""
        if self._clients.get(client.key) is client:
            del self._clients[client.key]
            client.on_response, client.on_failure = _ignore_response, _ignore_failure

    def receive_response(self, response: Response) -> bool:
        """Hand a response to its transaction (17.1.3). False when there is none."""
        client = self._clients.get((response.via.branch or "", response.cseq.method))
        if client is None:
            return False
        self._apply(client, client.machine.receive(response, self._clock()))
        return True

    # -- timers

    def run_timers(self) -> None:
        """Run every timer that is due."""
        self._woken = None
        now = self._clock()
        heap = self._heap
        while heap and heap[0][0] <= now:
            at, _, item = heapq.heappop(heap)
            if item.queued != at:
                continue
            item.queued = None
            if (deadline := item.machine.deadline) is not None:
                if deadline > now:
                    self._queue(item, deadline)
                else:
                    self._apply(item, item.machine.tick(now))
        self._wake_for_next()

    # -- inside

    def _client_machine(self, request: Request, hop: Hop, via: Via | None) -> ClientTransaction:
        if via is None:
            value = f"SIP/2.0/{hop.transport} {self._carrier.sent_by(hop)};rport;branch={new_branch()}"
        else:
            value = str(via)
        request.prepend("Via", value)
        kind = InviteClient if request.method == "INVITE" else NonInviteClient
        return kind(request, reliable=hop.reliable, timing=self.timing)

    def _begin(self, client: SentRequest) -> None:
        request = client.request
        client.key = (request.via.branch or "", request.method)
        self._clients[client.key] = client
        self._apply(client, client.machine.begin(self._clock()))

    def _merge_key(self, request: Request) -> TransactionKey:
        return (request.from_.tag or "", request.call_id, str(request.cseq.number), request.method)

    def _apply(self, item: SentRequest | ReceivedRequest, outputs: list[Output]) -> None:
        """Carry out what a machine wants, in order; then keep its timers and its place in the tables."""
        for output in outputs:
            match output:
                case Send(message):
                    self._send(item, message)
                case Deliver(message):
                    if isinstance(item, SentRequest):
                        assert isinstance(message, Response)
                        item.on_response(message)
                    else:
                        assert isinstance(message, Request)
                        item.on_ack(message)
                case Failed(cause):
                    self._failed(item, cause)
        if item.machine.terminated:
            self._drop(item)
        elif (deadline := item.machine.deadline) is not None and (
            item.queued is None or deadline < item.queued
        ):
            self._queue(item, deadline)
            self._wake_for_next()

    def _send(self, item: SentRequest | ReceivedRequest, message: Message) -> None:
        def failed() -> None:
            if self._holds(item):
                self._apply(item, item.machine.transport_failed(self._clock()))

        if isinstance(item, SentRequest):
            assert isinstance(message, Request)
            if message is item.request:
                if item.hop.sends and item.sent >= item.hop.sends:
                    return
                item.sent += 1
            self._carrier.send_request(message, item.hop, failed)
        else:
            assert isinstance(message, Response)
            self._carrier.send_response(message, item.peer, failed)

    def _failed(self, item: SentRequest | ReceivedRequest, cause: Cause) -> None:
        if (
            isinstance(item, SentRequest)
            and item.fallback is not None
            and (cause is Cause.TRANSPORT or item.hop.sends)
        ):
            self._clients.pop(item.key, None)
            item.request.remove("Via")
            item.hop, item.fallback = item.fallback, None
            item.queued, item.sent = None, 0
            item.machine = self._client_machine(item.request, item.hop, None)
            self._begin(item)
            return
        item.on_failure(cause)

    def _holds(self, item: SentRequest | ReceivedRequest) -> bool:
        table = self._clients if isinstance(item, SentRequest) else self._servers
        return table.get(item.key) is item

    def _drop(self, item: SentRequest | ReceivedRequest) -> None:
        if isinstance(item, SentRequest):
            self.forget(item)
            return
        if self._servers.get(item.key) is item:
            del self._servers[item.key]
        self._close(item)
        if self._merges.get(item.merge_key) is item:
            del self._merges[item.merge_key]

    def _close(self, server: ReceivedRequest) -> None:
        if server.open:
            server.open = False
            self.unanswered -= 1

    def _queue(self, item: SentRequest | ReceivedRequest, deadline: float) -> None:
        item.queued = deadline
        heapq.heappush(self._heap, (deadline, next(self._order), item))

    def _wake_for_next(self) -> None:
        if self._heap and (self._woken is None or self._heap[0][0] < self._woken):
            self._woken = self._heap[0][0]
            self._wake(self._woken)
