"""All transactions of one element: matching, one timer heap for all of them, and the way out.

It owns no socket and no task: sending, the clock and the wake-up call are given to it. It must never answer
on its own account; who wants to answer gets a `ReceivedRequest`.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Collection

from sip.messages.headers import Via
from sip.messages.message import Message, Request, Response
from sip.transactions.answered import AnsweredRequests
from sip.transactions.budget import AnswerBudget
from sip.transactions.matching import TransactionKey, merge_key, new_branch, server_key, server_key_of
from sip.transactions.requests import (
    Hop,
    MessageCarrier,
    Peer,
    ReceivedRequest,
    SentRequest,
    TransactionAlarm,
    ignore_failure,
    ignore_response,
)
from sip.transactions.tables import TransactionState
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
from sip.transactions.under_way import UnderWay

_WITHOUT_ANSWER = (TransactionState.CALLING, TransactionState.TRYING, TransactionState.PROCEEDING)
"""Of a request of ours."""


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
        self._clients: UnderWay[SentRequest] = UnderWay()
        self._servers: UnderWay[ReceivedRequest] = UnderWay()
        self._merges: dict[TransactionKey, ReceivedRequest] = {}
        self._heap: list[tuple[float, int, TransactionAlarm]] = []
        self._order = itertools.count()
        self._woken: float | None = None
        self.unanswered = 0
        """Server transactions without a final response: the measure of overload."""
        self.answered = AnsweredRequests()
        self.withheld = 0
        """Messages that were not sent because nobody has proven to be where they would have gone."""

    def __len__(self) -> int:
        return len(self._clients) + len(self._servers)

    @property
    def serving(self) -> int:
        """Server transactions."""
        return len(self._servers)

    def asked_with(self, branch: str) -> Collection[str]:
        """The hosts (names or addresses) that have requests of ours with this branch."""
        return self._clients.hosts(branch)

    def hop_of(self, branch: str, method: str) -> Hop | None:
        """Where a request of ours that is under way went; None when there is none."""
        client = self._clients.get((branch, method))
        return None if client is None else client.hop

    def serves(self, key: TransactionKey, host: str) -> bool:
        """Whether a transaction of theirs has it, and came from that host."""
        server = self._servers.get(key)
        return server is not None and server.peer.host == host

    # -- requests from outside

    def absorb(self, request: Request, peer: Peer) -> bool:
        """True when the request belongs to a transaction that is there: a repetition, or an ACK."""
        key = server_key(request)
        server = self._servers.get(key)
        if server is None:
            return self._answer_again(key, request, peer)
        if request.method == "ACK" and server.machine.last is not None:
            # RFC 2543 matching leaves the To tag out of the key; the ACK must carry that of our response.
            tag = request.to.tag
            if not server.key[0] and tag != server.machine.last.to.tag:
                return False
        server.budget.heard(peer.size)
        self._apply(server, server.machine.receive(request, self._clock()))
        return True

    def _answer_again(self, key: TransactionKey, request: Request, peer: Peer) -> bool:
        answer = self.answered.find(key, request)
        if answer is None:
            return False
        if request.method != "ACK" and (response := answer.to(request)) is not None:
            self._carrier.send_once(response, peer)
        return True

    def merged(self, request: Request) -> bool:
        """The same request came on another path and is still being worked on (RFC 3261 8.2.2.2)."""
        return request.to.tag is None and merge_key(request) in self._merges

    def serve(self, request: Request, peer: Peer) -> ReceivedRequest:
        """A new server transaction. The request must be new (`absorb`) and not be an ACK."""
        machine: ServerTransaction
        kind = InviteServer if request.method == "INVITE" else NonInviteServer
        machine = kind(request, reliable=peer.transport != "UDP", timing=self.timing)
        server = ReceivedRequest(self, machine, peer)
        server.budget.heard(peer.size)
        server.key = server_key(request)
        server.merge_key = merge_key(request)
        self._servers.add(server.key, server, peer.host)
        self._merges.setdefault(server.merge_key, server)
        self.unanswered += 1
        return server

    def invite_of(self, cancel: Request) -> ReceivedRequest | None:
        """The INVITE that a CANCEL means (RFC 3261 9.2)."""
        return self._servers.get(server_key_of(cancel, "INVITE"))

    def respond(self, server: ReceivedRequest, response: Response) -> None:
        told = server.machine.last is not None
        outputs = server.machine.respond(response, self._clock())
        if server.answered:
            self._close(server)
        self._carry_out(server, outputs)
        if outputs and self._holds(server) and _needs_no_machine(server, response, told):
            self._keep_answer(server, response)
        else:
            self._settle(server)

    def proved(self, peer: Peer) -> None:
        self._carrier.proved(peer)

    def acknowledged(self, server: ReceivedRequest) -> None:
        """The ACK to the 2xx came: all that is left to do is to swallow repetitions of the INVITE."""
        if self._holds(server):
            self._drop(server)
            if not server.machine.reliable:
                self.answered.keep(server.key, None, self._clock() + self.timing.patience)
                self._wake_for_next()

    def _keep_answer(self, server: ReceivedRequest, response: Response) -> None:
        """Let go of a transaction that has nothing more to do than to repeat its answer when asked to."""
        self._drop(server)
        if not server.machine.reliable:
            self.answered.keep(server.key, response, self._clock() + self.timing.patience)
            self._wake_for_next()

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
        budget: AnswerBudget | None = None,
    ) -> SentRequest:
        """Send a request in a new client transaction.

        The request comes without Via and is the layer's from here on; it gets our Via, or `via` (CANCEL uses
        that of its INVITE). When the transport refuses `hop` before any answer, or a hop that got few
        packets is silent, and there is a `fallback`, the request goes there anew. `budget`: what may be
        sent at most; it fails when that is used up.
        """
        machine = self._client_machine(request, hop, via)
        client = SentRequest(machine, hop, fallback, on_response, on_failure, budget)
        self._begin(client)
        return client

    def forget(self, client: SentRequest) -> None:
        """Drop a client transaction whose user gave up (an INVITE whose CANCEL brought no end, 9.1)."""
        if self._clients.remove(client.key, client):
            self._disarm(client)
            client.on_response, client.on_failure = ignore_response, ignore_failure

    def receive_response(self, response: Response) -> bool:
        """Hand a response to its transaction (17.1.3). False when there is none."""
        client = self._clients.get((response.via.branch or "", response.cseq.method))
        if client is None:
            return False
        self._apply(client, client.machine.receive(response, self._clock()))
        return True

    def undelivered(self, branch: str, method: str) -> None:
        """Nobody was there for a request of ours (ICMP). One that is under way fails; a call that is up is no
        transaction, and stays."""
        client = self._clients.get((branch, method))
        if client is not None:
            self._apply(client, client.machine.transport_failed(self._clock()))

    def cut_off(self, transport: str, host: str, port: int) -> None:
        """The only way to there is gone, with all of our requests that went by it."""
        there = (transport, host, port)
        for client in self._clients.all():
            hop, state = client.hop, client.machine.state
            if (hop.transport, hop.host, hop.port) != there or state not in _WITHOUT_ANSWER:
                continue
            if self._clients.remove(client.key, client):  # else what failed before it took this one along
                self._disarm(client)
                client.on_failure(Cause.TRANSPORT)

    # -- timers

    def run_timers(self) -> None:
        """Run every timer that is due."""
        self._woken = None
        now = self._clock()
        heap = self._heap
        while heap and heap[0][0] <= now:
            item = heapq.heappop(heap)[2].item
            if item is None:
                continue
            item.alarm = None
            if (deadline := item.machine.deadline) is not None:
                if deadline > now:
                    self._queue(item, deadline)
                else:
                    self._apply(item, item.machine.tick(now))
        self.answered.forget(now)
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
        self._clients.add(client.key, client, client.hop.host)
        self._apply(client, client.machine.begin(self._clock()))

    def _apply(self, item: SentRequest | ReceivedRequest, outputs: list[Output]) -> None:
        """Carry out what a machine wants; then keep its timers and its place in the tables."""
        self._carry_out(item, outputs)
        self._settle(item)

    def _carry_out(self, item: SentRequest | ReceivedRequest, outputs: list[Output]) -> None:
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

    def _settle(self, item: SentRequest | ReceivedRequest) -> None:
        if item.machine.terminated:
            self._drop(item)
        elif (
            (deadline := item.machine.deadline) is not None
            and (item.alarm is None or deadline < item.alarm.at)
            and self._holds(item)
        ):
            self._queue(item, deadline)
            self._wake_for_next()

    def _send(self, item: SentRequest | ReceivedRequest, message: Message) -> None:
        def failed() -> None:
            # What a machine that is at its end has to say is being carried out already.
            if self._holds(item) and not item.machine.terminated:
                self._apply(item, item.machine.transport_failed(self._clock()))

        if isinstance(item, SentRequest):
            assert isinstance(message, Request)
            if message is item.request:
                if item.hop.sends and item.sent >= item.hop.sends:
                    if item.fallback is not None and item.machine.state is not TransactionState.PROCEEDING:
                        failed()  # nobody is there: it is time for the other hop
                    return
                item.sent += 1
            if item.budget is not None and not item.budget.take(len(bytes(message))):
                self.withheld += 1
                failed()
                return
            self._carrier.send_request(message, item.hop, failed)
        else:
            assert isinstance(message, Response)
            budget = item.budget
            if not budget.proven:
                awaits = message.status < 200 and message.body != b"" and message.get("RSeq") is not None
                if not budget.take(len(bytes(message)), message.status, awaits_proof=awaits):
                    self.withheld += 1
                    return
            self._carrier.send_response(message, item.peer, failed)

    def _failed(self, item: SentRequest | ReceivedRequest, cause: Cause) -> None:
        if (
            isinstance(item, SentRequest)
            and item.fallback is not None
            and (cause is Cause.TRANSPORT or item.hop.sends)
        ):
            self._clients.remove(item.key, item)
            item.request.remove("Via")
            item.hop, item.fallback = item.fallback, None
            item.sent = 0
            self._disarm(item)
            item.machine = self._client_machine(item.request, item.hop, None)
            self._begin(item)
            return
        item.on_failure(cause)

    def _holds(self, item: SentRequest | ReceivedRequest) -> bool:
        if isinstance(item, SentRequest):
            return self._clients.holds(item.key, item)
        return self._servers.holds(item.key, item)

    def _drop(self, item: SentRequest | ReceivedRequest) -> None:
        if isinstance(item, SentRequest):
            self.forget(item)
            return
        self._servers.remove(item.key, item)
        self._disarm(item)
        self._close(item)
        if self._merges.get(item.merge_key) is item:
            del self._merges[item.merge_key]

    def _close(self, server: ReceivedRequest) -> None:
        if server.open:
            server.open = False
            self.unanswered -= 1

    def _queue(self, item: SentRequest | ReceivedRequest, deadline: float) -> None:
        self._disarm(item)
        item.alarm = TransactionAlarm(deadline, item)
        heapq.heappush(self._heap, (deadline, next(self._order), item.alarm))

    def _disarm(self, item: SentRequest | ReceivedRequest) -> None:
        """What is over does not stay in memory until its time comes."""
        if item.alarm is not None:
            item.alarm.item = None
            item.alarm = None

    def _wake_for_next(self) -> None:
        at = self.answered.deadline
        if self._heap and (at is None or self._heap[0][0] < at):
            at = self._heap[0][0]
        if at is not None and (self._woken is None or at < self._woken):
            self._woken = at
            self._wake(at)


def _needs_no_machine(server: ReceivedRequest, response: Response, told: bool) -> bool:
    """Whether nothing is left to do after this response but to send it again for a repeated request. `told`:
    it was not the first response; the caller's INVITE is not repeated then, so that ours must be (17.2.1)."""
    if response.status < 200 or response.body:
        return False
    if server.machine.reliable or server.request.method != "INVITE":
        return server.request.method != "INVITE" or response.status >= 300
    return response.status >= 300 and not told
