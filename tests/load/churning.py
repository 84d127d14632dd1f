"""Callers who come and go at a rate, a third of them badly: the client side of the churn, in raw SIP and RTP.

`python -m tests.load.churning HOST PORT RATE SECONDS` runs it by itself and prints how the calls went. It
shares no code with the server. Loopback only.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import random
import struct
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from statistics import quantiles
from typing import Any

from tests.attack.messages import Address, Message, branch, parse, sdp, tag_of, token, written
from tests.attack.sound import FRAME_S, MULAW, OURS_HZ, SAMPLES

CALLERS = 40
"""Hosts from which calls come, 127.8.0.1 and on."""
ANSWER_S = 10.0
T1_S = 0.5
TALK_FRAMES = 15
"""Of a good call: as little as proves that its audio flows."""
TALK_S = 1.5
ABANDONED = 1 / 3
DEMO_EVERY = 50
"""Every so many calls go to the demo agent, whose engines cost much more than the call."""


class Caller(asyncio.DatagramProtocol):
    """One host's SIP socket, shared by its calls."""

    transport = "UDP"

    def __init__(self, host: str) -> None:
        self.host = host
        self.port = 0
        self.calls: dict[str, asyncio.Queue[Message]] = {}
        self._wire: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._wire, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, 0))
        self.port = int(self._wire.get_extra_info("sockname")[1])

    def send(self, data: bytes, to: Address) -> None:
        assert self._wire is not None
        self._wire.sendto(data, to)

    def datagram_received(self, data: bytes, source: tuple[str | Any, int]) -> None:
        message = parse(data, (source[0], source[1]))
        waiting = self.calls.get(message.get("Call-ID"))
        if waiting is not None:
            waiting.put_nowait(message)
        elif message.method == "BYE" and not message.status:
            self.send(_ok(message), message.source)

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()


class Coming:
    """One call and what it sends."""

    def __init__(self, caller: Caller, server: Address, user: str) -> None:
        self.caller, self.server, self.user = caller, server, user
        self.call_id, self.from_tag, self.branch = token(), token(), branch()
        self.came: asyncio.Queue[Message] = asyncio.Queue()
        caller.calls[self.call_id] = self.came
        self.answer: Message | None = None
        self.asked_at = 0.0
        self.answered_after_s: float | None = None
        self.transport = caller.transport

    def request(self, method: str, cseq: int, body: str = "", own_branch: bool = False) -> bytes:
        host, port = self.server
        here = f"{self.caller.host}:{self.caller.port}"
        uri = f"sip:{self.user}@{host}:{port}"
        to = f"<{uri}>"
        if self.answer is not None and not own_branch:
            uri, to = self.answer.contact or uri, self.answer.get("To")
        headers = [
            f"Via: SIP/2.0/{self.transport} {here};rport;branch={self.branch if own_branch else branch()}",
            "Max-Forwards: 70",
            f"From: <sip:churn@{self.caller.host}>;tag={self.from_tag}",
            f"To: {to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:churn@{here}>",
        ]
        if body:
            headers.append("Content-Type: application/sdp")
        return written(f"{method} {uri} SIP/2.0", headers, body)

    def send(self, data: bytes) -> None:
        self.caller.send(data, self.server)

    def invite(self, media_port: int) -> None:
        self.asked_at = asyncio.get_running_loop().time()
        self.send(self.request("INVITE", 1, sdp(self.caller.host, media_port), own_branch=True))

    async def answered(self) -> int:
        """The status of the final response to INVITE, ACKed unless it is a 200; 0 when none came."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                while True:
                    message = await self.came.get()
                    if message.status >= 200 and message.method == "INVITE":
                        break
                if message.status >= 300:
                    self.answer = None
                    self.send(self.request("ACK", 1, own_branch=True).replace(
                        f"To: <sip:{self.user}@{self.server[0]}:{self.server[1]}>".encode(),
                        f"To: {message.get('To')}".encode(),
                    ))  # fmt: skip
                else:
                    self.answer = message
                    self.answered_after_s = asyncio.get_running_loop().time() - self.asked_at
                return message.status
        return 0

    def ack(self) -> None:
        self.send(self.request("ACK", 1))

    async def bye(self) -> bool:
        """Repeated like any request; whether it was answered."""
        data, wait = self.request("BYE", 2), T1_S
        for _ in range(4):
            self.send(data)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    while (message := await self.came.get()).method != "BYE":
                        continue
                    if not message.status:
                        self.send(_ok(message))
                    return True
            wait *= 2
        return False

    def forget(self) -> None:
        self.caller.calls.pop(self.call_id, None)


def _ok(asked: Message) -> bytes:
    to = asked.get("To")
    to += "" if tag_of(to) else f";tag={token()}"
    via = [f"Via: {each}" for each in asked.all("Via")]
    rest = [f"{name}: {asked.get(name)}" for name in ("From", "Call-ID", "CSeq")]
    return written("SIP/2.0 200 OK", [*via, *rest, f"To: {to}"])


async def whole(call: Coming, media: asyncio.DatagramTransport) -> str:
    """A call as it should be: answered, spoken, hung up."""
    status = await call.answered()
    if status != 200:
        return f"refused {status}"
    call.ack()
    await _speak(call, media, TALK_FRAMES)
    await asyncio.sleep(TALK_S)
    return "whole" if await call.bye() else "BYE unanswered"


async def leaves_at_once(call: Coming, media: asyncio.DatagramTransport) -> str:
    """Before 180: its INVITE is all that is ever heard of it."""
    return "left at once"


async def cancels(call: Coming, media: asyncio.DatagramTransport) -> str:
    """CANCEL after a moment; when the answer was faster, ACK and BYE."""
    await asyncio.sleep(random.uniform(0, 0.05))
    call.send(call.request("CANCEL", 1, own_branch=True))
    if await call.answered() == 200:
        call.ack()
        await call.bye()
    return "cancelled"


async def never_acks(call: Coming, media: asyncio.DatagramTransport) -> str:
    """Hears the answer and says nothing."""
    await call.answered()
    return "not acked"


async def acks_and_vanishes(call: Coming, media: asyncio.DatagramTransport) -> str:
    """ACK, perhaps a little audio, then nothing."""
    if await call.answered() == 200:
        call.ack()
        await _speak(call, media, random.choice((0, TALK_FRAMES)))
    return "vanished"


async def hangs_up_at_once(call: Coming, media: asyncio.DatagramTransport) -> str:
    """ACK and BYE in one breath."""
    if await call.answered() == 200:
        call.ack()
        await call.bye()
    return "hung up at once"


async def cut_off(call: Coming, media: asyncio.DatagramTransport) -> str:
    """Over TCP, and the connection breaks at some point."""
    reader, writer = await asyncio.open_connection(*call.server, local_addr=(call.caller.host, 0))
    call.transport = "TCP"
    data = call.request("INVITE", 1, sdp(call.caller.host, 41_000), own_branch=True)
    writer.write(data[: random.choice((len(data) // 2, len(data)))])
    await writer.drain()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(random.uniform(0.01, 0.5)):
            await reader.read(4096)
    writer.transport.abort()
    return "cut off"


BADLY: tuple[Callable[[Coming, asyncio.DatagramTransport], Awaitable[str]], ...] = (
    leaves_at_once, cancels, never_acks, acks_and_vanishes, hangs_up_at_once, cut_off,
)  # fmt: skip


async def _speak(call: Coming, media: asyncio.DatagramTransport, frames: int) -> None:
    assert call.answer is not None
    to, ssrc = call.answer.media, random.getrandbits(32)
    for number in range(frames):
        header = struct.pack("!BBHII", 0x80, 0, number, number * SAMPLES, ssrc)
        media.sendto(header + MULAW[OURS_HZ], to)
        await asyncio.sleep(FRAME_S)


class Churn:
    """`run` places calls at a rate; `how` counts how they went."""

    def __init__(
        self,
        server: Address,
        abandoned: float = ABANDONED,
        connect: Callable[[str], Awaitable[Caller]] | None = None,
    ) -> None:
        """`connect`: gives each call from a host a caller of its own; None: those of a host share one."""
        assert ipaddress.ip_address(server[0]).is_loopback, "loopback only"
        self._server = server
        self._abandoned = abandoned
        self._connect = connect
        self._running: set[asyncio.Task[None]] = set()
        self.how: Counter[str] = Counter()
        self.answers_s: list[float] = []
        """INVITE to 200, of each call that was answered."""
        self.begun = 0

    def as_json(self) -> str:
        """How the calls went, and the p50 and p95 of their answers."""
        cuts = [1e3 * each for each in quantiles(self.answers_s, n=20)] if len(self.answers_s) > 1 else []
        answer_ms = {"p50": round(cuts[9], 1), "p95": round(cuts[18], 1)} if cuts else {}
        return json.dumps({"how": self.how, "answer_ms": answer_ms})

    async def run(self, rate: float, calls: int, for_s: float) -> None:
        """Until so many were begun or so long passed; then waits for those that run."""
        callers = [Caller(f"127.8.0.{number + 1}") for number in range(CALLERS)]
        for caller in callers:
            await caller.open()
        loop = asyncio.get_running_loop()
        begin = loop.time()
        while self.begun < calls and loop.time() < begin + for_s:
            task = asyncio.create_task(self._one(callers[self.begun % CALLERS]))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            self.begun += 1
            await asyncio.sleep(max(0.0, begin + self.begun / rate - loop.time()))
        while self._running:
            await asyncio.wait(set(self._running))
        for caller in callers:
            caller.close()

    async def _one(self, caller: Caller) -> None:
        user = "demo" if self.begun % DEMO_EVERY == 0 else "echo"
        try:
            own = await self._connect(caller.host) if self._connect is not None else None
        except OSError as error:
            self.how[f"no connection: {type(error).__name__}"] += 1
            return
        call = Coming(own or caller, self._server, user)
        play = random.choice(BADLY) if random.random() < self._abandoned else whole
        loop = asyncio.get_running_loop()
        media, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=(caller.host, 0))
        try:
            if play is not cut_off:
                call.invite(int(media.get_extra_info("sockname")[1]))
            self.how[await play(call, media)] += 1
        except OSError as error:
            self.how[f"failed: {type(error).__name__}"] += 1
        finally:
            if call.answered_after_s is not None:
                self.answers_s.append(call.answered_after_s)
            call.forget()
            media.close()
            if own is not None:
                own.close()


def main(host: str, port: str, rate: str, for_s: str) -> None:
    churn = Churn((host, int(port)), abandoned=0.0)
    asyncio.run(churn.run(float(rate), 1 << 40, float(for_s)))
    sys.stdout.write(churn.as_json() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
