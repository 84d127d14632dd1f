"""A phone by hand: it calls, is called, registers, and can be told to misbehave at each step."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self

from tests.attack.messages import Address, Message, between, branch, digest, sdp, tag_of, token, written
from tests.attack.wire import UdpWire

T1_S = 0.5
ANSWER_S = 8.0


class SipWire(Protocol):
    """UdpWire, TcpWire, TlsWire."""

    transport: str
    host: str
    port: int
    bytes_out: int
    bytes_in: int

    def send(self, data: bytes, to: Address) -> None: ...
    def receive(self, within_s: float) -> Message | None: ...
    def close(self) -> None: ...


class Phone:
    """One address that speaks SIP. Requests within dialogs that nobody waits for are answered with 200 and
    kept in `asked`."""

    def __init__(
        self,
        server: Address,
        host: str,
        port: int = 0,
        *,
        user: str = "mallory",
        wire: SipWire | None = None,
        says_it_is: str | None = None,
    ) -> None:
        """`says_it_is`: the host that it writes into its messages; its own unless it is behind a NAT."""
        self.server, self.user = server, user
        self.wire: SipWire = wire if wire is not None else UdpWire(host, port)
        self.host = self.wire.host
        self.named = says_it_is or self.host
        self.asked: list[Message] = []
        self.answer_with: Callable[[Message], bytes | None] = self.ok
        """What a request that nobody waits for gets."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wire.close()

    # -- writing

    @property
    def via(self) -> str:
        return f"Via: SIP/2.0/{self.wire.transport} {self.named}:{self.wire.port};rport;branch={branch()}"

    @property
    def contact(self) -> str:
        transport = self.wire.transport.lower()
        suffix = f";transport={transport}" if transport != "udp" else ""
        return f"Contact: <sip:{self.user}@{self.named}:{self.wire.port}{suffix}>"

    def request(
        self,
        method: str,
        user: str,
        body: str = "",
        *,
        via: str | None = None,
        contact: str | None = None,
        more: Sequence[str] = (),
        call_id: str | None = None,
        from_: str | None = None,
        uri: str | None = None,
        max_forwards: int = 70,
        cseq: int = 1,
    ) -> bytes:
        """A request outside of a dialog."""
        host, port = self.server
        target = uri or (f"sip:{user}@{host}:{port}" if user else f"sip:{host}:{port}")
        headers = [
            via or self.via,
            f"Max-Forwards: {max_forwards}",
            f"From: {from_ or f'<sip:{self.user}@{self.named}>;tag={token()}'}",
            f"To: <{target}>",
            f"Call-ID: {call_id or token()}",
            f"CSeq: {cseq} {method}",
            contact or self.contact,
            *more,
        ]
        if body:
            headers.append("Content-Type: application/sdp")
        return written(f"{method} {target} SIP/2.0", headers, body)

    def respond(
        self, asked: Message, status: int, reason: str = "OK", body: str = "", more: Sequence[str] = ()
    ) -> bytes:
        """A response to what we were asked."""
        to = asked.get("To")
        if status > 100 and not tag_of(to):
            to += f";tag={self.user}-{asked.get('Call-ID')[:8]}"
        headers = [*(f"Via: {via}" for via in asked.all("Via")), f"From: {asked.get('From')}", f"To: {to}"]
        headers += [f"Record-Route: {route}" for route in asked.all("Record-Route")]
        headers += [f"Call-ID: {asked.get('Call-ID')}", f"CSeq: {asked.get('CSeq')}", self.contact, *more]
        if body:
            headers.append("Content-Type: application/sdp")
        return written(f"SIP/2.0 {status} {reason}", headers, body)

    def ok(self, asked: Message) -> bytes | None:
        return None if asked.method == "ACK" else self.respond(asked, 200)

    # -- sending and waiting

    def send(self, data: bytes) -> None:
        self.wire.send(data, self.server)

    def ask(
        self, data: bytes, within_s: float = ANSWER_S, *, repeat: bool = True, finally_: bool = True
    ) -> Message | None:
        """Send a request and wait for its (final) response; repeated over UDP as RFC 3261 17.1 says."""
        lines = data.split(b"\r\n")
        call_id = next(line for line in lines if line.startswith(b"Call-ID: "))[9:].decode()
        number = next(line for line in lines if line.startswith(b"CSeq: "))[6:].decode()
        begun = time.monotonic()
        repeat_at, step = (begun + T1_S, T1_S) if repeat and self.wire.transport == "UDP" else (1e18, 0.0)
        self.send(data)
        while (now := time.monotonic()) < begun + within_s:
            if now >= repeat_at:
                self.send(data)
                step = min(step * 2, 4.0)
                repeat_at = now + step
            message = self.wire.receive(min(repeat_at, begun + within_s) - now)
            if message is None:
                continue
            if not message.status:
                self._was_asked(message)
            elif (message.get("Call-ID"), message.get("CSeq")) == (call_id, number):
                repeat_at = 1e18
                if message.status >= 200 or not finally_:
                    return message
        return None

    def listen(self, for_s: float, until: Callable[[], bool] = lambda: False) -> None:
        """Answer whoever asks, for so long."""
        end = time.monotonic() + for_s
        while not until() and (left := end - time.monotonic()) > 0:
            message = self.wire.receive(min(left, 0.2))
            if message is not None and not message.status:
                self._was_asked(message)

    def wait_for(self, method: str, within_s: float) -> Message | None:
        """The next request of this method; others are answered."""
        end = time.monotonic() + within_s
        while (left := end - time.monotonic()) > 0:
            message = self.wire.receive(left)
            if message is None or message.status:
                continue
            if message.method == method:
                return message
            self._was_asked(message)
        return None

    def _was_asked(self, message: Message) -> None:
        self.asked.append(message)
        if (answer := self.answer_with(message)) is not None:
            self.wire.send(answer, message.source)

    # -- what phones do

    def register(self, password: str, *, contact: str | None = None, tries: int = 2) -> int:
        """REGISTER for `user`; the last status, 0 when no answer came."""
        status, call_id, address = 0, token(), f"<sip:{self.user}@{self.server[0]}>"
        proof: list[str] = []
        for number in range(1, tries + 1):
            said = self.request(
                "REGISTER", "", call_id=call_id, cseq=number, more=proof, contact=contact,
                from_=f"{address};tag={token()}",
            )  # fmt: skip
            said = said.replace(
                f"To: <sip:{self.server[0]}:{self.server[1]}>".encode(), f"To: {address}".encode()
            )
            answer = self.ask(said, 4.0)
            status = answer.status if answer else 0
            if answer is None or status != 401:
                break
            uri = f"sip:{self.server[0]}:{self.server[1]}"
            challenge = answer.get("WWW-Authenticate")
            proof = [f"Authorization: {digest(challenge, 'REGISTER', uri, self.user, password)}"]
        return status

    def call(
        self,
        user: str,
        media: Address,
        *,
        body: str | None = None,
        password: str | None = None,
        within_s: float = ANSWER_S,
        more: Sequence[str] = (),
        contact: str | None = None,
        claims: str = "",
    ) -> Dialled:
        """INVITE, its answer, and the ACK. `media`: where we say that our audio is wanted; `claims`: whom
        From names, when that is another than who proves itself."""
        call_id, from_ = token(), f"<sip:{claims or self.user}@{self.named}>;tag={token()}"
        offer = body if body is not None else sdp(*media)
        proof: list[str] = []
        answer = None
        number = 1
        for number in (1, 2):
            data = self.request(
                "INVITE", user, offer, call_id=call_id, from_=from_, more=[*more, *proof], cseq=number,
                contact=contact,
            )  # fmt: skip
            answer = self.ask(data, within_s)
            if answer is None:
                break
            if answer.status >= 300:
                self.send(self._plain_ack(data, answer))
            if answer.status not in (401, 407) or password is None:
                break
            name = "Proxy-" if answer.status == 407 else ""
            challenge = answer.get("Proxy-Authenticate" if name else "WWW-Authenticate")
            uri = f"sip:{user}@{self.server[0]}:{self.server[1]}"
            proof = [f"{name}Authorization: {digest(challenge, 'INVITE', uri, self.user, password)}"]
        dialled = Dialled(self, call_id, from_, answer, number)
        if dialled.status == 200:
            dialled.ack()
        return dialled

    def _plain_ack(self, invite: bytes, answer: Message) -> bytes:
        """Of a refusal: hop by hop, with the INVITE's own branch."""
        lines = invite.decode().partition("\r\n\r\n")[0].split("\r\n")
        kept = [line for line in lines[1:] if line.startswith(("Via:", "From:", "Call-ID:", "Max-Forwards:"))]
        cseq = answer.get("CSeq").split()[0]
        return written(
            lines[0].replace("INVITE", "ACK", 1), [*kept, f"To: {answer.get('To')}", f"CSeq: {cseq} ACK"]
        )


class Dialled:
    """A call that we placed, from its answer on."""

    def __init__(self, phone: Phone, call_id: str, from_: str, answer: Message | None, cseq: int) -> None:
        self.phone, self.call_id, self.answer = phone, call_id, answer
        self._from = from_
        self._cseq = cseq

    @property
    def status(self) -> int:
        """Of the final response; 0 when none came."""
        return self.answer.status if self.answer is not None else 0

    @property
    def up(self) -> bool:
        """Answered, and we were not told that it ended."""
        ended = any(m.method == "BYE" and m.get("Call-ID") == self.call_id for m in self.phone.asked)
        return self.status == 200 and not ended

    @property
    def media(self) -> Address:
        """Where the server wants our audio."""
        assert self.answer is not None
        return self.answer.media

    @property
    def id(self) -> str:
        """The server's own name of the call, where it tells it."""
        assert self.answer is not None
        path = between(self.answer.get("Call-Info"))
        return path.split("/")[-2] if path.count("/") > 2 else ""

    def request(
        self, method: str, body: str = "", cseq: int | None = None, more: Sequence[str] = ()
    ) -> bytes:
        """Within the dialog."""
        assert self.answer is not None
        phone = self.phone
        headers = [
            phone.via,
            *(f"Route: {route}" for route in reversed(self.answer.all("Record-Route"))),
            "Max-Forwards: 70",
            f"From: {self._from}",
            f"To: {self.answer.get('To')}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {cseq or self._cseq} {method}",
            phone.contact,
            *more,
        ]
        if body:
            headers.append("Content-Type: application/sdp")
        return written(f"{method} {self.answer.contact} SIP/2.0", headers, body)

    def ack(self) -> None:
        self.phone.send(self.request("ACK"))

    def ask(
        self, method: str, body: str = "", within_s: float = ANSWER_S, password: str = ""
    ) -> Message | None:
        """A request in the dialog and its final response; `password` for one who is asked for it."""
        self._cseq += 1
        answer = self.phone.ask(self.request(method, body), within_s)
        if answer is not None and answer.status in (401, 407) and password and self.answer is not None:
            name = "Proxy-" if answer.status == 407 else ""
            challenge = answer.get("Proxy-Authenticate" if name else "WWW-Authenticate")
            value = digest(challenge, method, self.answer.contact, self.phone.user, password)
            self._cseq += 1
            proof = (f"{name}Authorization: {value}",)
            answer = self.phone.ask(self.request(method, body, more=proof), within_s)
        if method == "INVITE" and answer is not None and answer.status == 200:
            self.ack()
        return answer

    def bye(self) -> int:
        """Status of the answer, 0 for none."""
        answer = self.ask("BYE", within_s=3.0) if self.status == 200 else None
        return answer.status if answer else 0
