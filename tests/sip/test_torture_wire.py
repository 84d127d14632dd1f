"""RFC 4475 over real sockets: the verdict's answer or silence, and the agent lives on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sip.calls.invitation import SipInvitation
from sip.calls.registrar import Registrar
from sip.calls.user_agent import SipAgent
from tests.sip.agents import agent
from tests.sip.messages.torture import FOLDER, NAMES, load

VIA_PORT = 5060
OTHER_PORT = 5050
"""Without rport the answers go to the port of the Via: there we are. quotbal names 5050."""
SELF = "127.44.75.1"

ANSWERS = {
    # 3.1.1 valid messages
    "wsinv": {481},  # carries a To tag: a dialog that we do not have
    "intmeth": {501},
    "esc01": {404},
    "escnull": {401},
    "esc02": {501},
    "lwsdisp": {200},
    "longreq": {404},
    "dblreq": {401},
    "semiuri": {200},
    "transports": {200},
    "mpart01": {405},
    "unreason": set(),
    "noreason": set(),
    # 3.1.2 invalid messages
    "badinv01": {400},
    "clerr": {400},
    "ncl": {400},
    "scalar02": {400},
    "scalarlg": set(),
    "quotbal": {400},
    "ltgtruri": {400},
    "lwsruri": {400},
    "lwsstart": {400},
    "trws": {400},
    "escruri": {400},
    "baddate": {404},
    "regbadct": {400},
    "badaspec": {400},
    "baddn": {400},
    "badvers": {505},
    "mismatch01": {400},
    "mismatch02": {400, 501},
    "bigcode": set(),
    # 3.2 to 3.4
    "badbranch": {400},
    "insuf": {400},
    "unkscm": {416},
    "novelsc": {416},
    "unksm2": {400},
    "bext01": {420},
    "invut": {415},
    "regaut01": {401},
    "multi01": {400},
    "mcl01": {400},
    "bcast": set(),
    "zeromf": {200},
    "cparam01": {401},
    "cparam02": {401},
    "regescrt": {401},
    "sdp01": {406},
    "inv2543": {400},  # no Contact: the call could not even be ended
}
"""What this agent answers: a registrar that wants a password and knows no one who is called."""

OVER_TCP: dict[str, set[int]] = {
    "inv2543": {400},  # no Content-Length, which a stream cannot do without
    "clerr": set(),  # the rest of its body might still come
    "baddn": set(),  # the file ends before the blank line does
    "dblreq": {401, 400},  # what is noise in a datagram is a second, broken request on a stream
}
"""Where a stream makes a difference."""


def reject(call: SipInvitation) -> None:
    call.reject(404)


@pytest.fixture
async def target() -> AsyncIterator[SipAgent]:
    async with agent(reject, registrar=Registrar("torture", {"user": "x"}.get)) as made:
        yield made


class Listener(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.got: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self.got.put_nowait(data)


def ping(transport: str, number: int) -> bytes:
    return (
        f"OPTIONS sip:demo@127.0.0.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/{transport} {SELF}:{VIA_PORT};branch=z9hG4bKp{number}\r\n"
        f"From: <sip:p@x>;tag=p\r\nTo: <sip:demo@x>\r\nCall-ID: ping-{number}\r\nCSeq: 1 OPTIONS\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()


@pytest.fixture
async def listener() -> AsyncIterator[tuple[asyncio.DatagramTransport, Listener]]:
    protocol = Listener()
    wires = []
    for port in (OTHER_PORT, VIA_PORT):
        try:
            wire, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: protocol, local_addr=(SELF, port)
            )
        except OSError as error:
            pytest.skip(f"the answers go to {SELF}:{port}, which cannot be bound here: {error}")
        wires.append(wire)
    yield wires[-1], protocol
    for wire in wires:
        wire.close()


async def ask(
    target: SipAgent, listener: tuple[asyncio.DatagramTransport, Listener], data: bytes, number: int = 0
) -> list[bytes]:
    """Send a datagram and then an OPTIONS; everything that came before the latter's 200."""
    wire, protocol = listener
    wire.sendto(data, ("127.0.0.1", target.port))
    wire.sendto(ping("UDP", number), ("127.0.0.1", target.port))
    answers = []
    while True:
        answer = await asyncio.wait_for(protocol.got.get(), 5)
        if f"ping-{number}\r".encode() in answer:
            assert answer.startswith(b"SIP/2.0 200 ")
            while not protocol.got.empty():  # what came to the other port
                answers.append(protocol.got.get_nowait())
            return answers
        answers.append(answer)


async def ask_tcp(target: SipAgent, data: bytes) -> list[bytes]:
    """Send bytes on a connection of their own; the start lines of all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    writer.write(data)
    writer.write_eof()
    answers = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return re.findall(rb"^SIP/2\.0 [^\r]*", answers, re.MULTILINE)


def codes(answers: list[bytes]) -> set[int]:
    return {int(answer.split()[1]) for answer in answers}


def test_every_message_has_its_verdict_here() -> None:
    assert set(ANSWERS) == set(NAMES)
    assert len(ANSWERS) == 49


@pytest.mark.parametrize("name", NAMES)
async def test_torture_over_udp(
    name: str, target: SipAgent, listener: tuple[asyncio.DatagramTransport, Listener]
) -> None:
    answers = codes(await ask(target, listener, load(name)))
    assert answers <= ANSWERS[name]
    assert bool(answers) == bool(ANSWERS[name])


@pytest.mark.parametrize("name", NAMES)
async def test_torture_over_tcp(name: str, target: SipAgent) -> None:
    expected = OVER_TCP.get(name, ANSWERS[name])
    answers = codes(await ask_tcp(target, load(name)))
    assert answers <= expected
    assert bool(answers) == bool(expected)
    assert codes(await ask_tcp(target, ping("TCP", 1))) == {200}


async def test_other_peoples_torture(
    target: SipAgent, listener: tuple[asyncio.DatagramTransport, Listener]
) -> None:
    folder = FOLDER / "extra"
    if not folder.exists():
        pytest.skip(f"no further messages at {folder}")
    messages = [path.read_bytes() for path in sorted(folder.glob("*.dat"))]
    text = (folder / "jsip-torture.xml").read_bytes()
    for message in re.findall(rb"<message>\s*<!\[CDATA\[(.*?)\]\]>\s*</message>", text, re.DOTALL):
        messages.append(message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert len(messages) > 30
    for number, message in enumerate(messages):
        await ask(target, listener, message, number)
        await ask_tcp(target, message)
        assert codes(await ask_tcp(target, ping("TCP", number))) == {200}
