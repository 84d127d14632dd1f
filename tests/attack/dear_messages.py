"""B5: few messages that would cost much: payload types, parameters and branches without end."""

from __future__ import annotations

import itertools
import string
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager

from tests.attack.case import Measured, at_least, at_most, attack, is_true, told
from tests.attack.floods import GAP_MS, LOST, ROOM
from tests.attack.messages import branch, sdp
from tests.attack.phone import Dialled, Phone
from tests.attack.running_calls import running
from tests.attack.sound import ALAW, OURS_HZ, Talker
from tests.attack.target import Target
from tests.attack.wire import TcpWire

CALLS = 10
FOR_S = 8.0
MALLORY = "127.7.0.66"
PACKETS_PER_S, MESSAGES_PER_S = 1000, 450
KEPT_MB = 40.0
"""What the repetitions of answers, and the work itself, may take."""


@contextmanager
def _meanwhile(step: Callable[[], None], per_s: float) -> Iterator[None]:
    """Do something so many times a second, beside the rest."""
    over = threading.Event()

    def work() -> None:
        begun, done = time.monotonic(), 0
        while not over.wait(0.004):
            while done < (time.monotonic() - begun) * per_s and not over.is_set():
                step()
                done += 1

    working = threading.Thread(target=work)
    working.start()
    try:
        yield
    finally:
        over.set()
        working.join()


def _beside(target: Target, step: Callable[[], None], per_s: float) -> Iterable[Measured]:
    with running(target, CALLS) as calls:
        with _meanwhile(step, per_s):
            calls.talk(FOR_S)
            noticed = calls.noticed(FOR_S)
    yield at_most("largest gap of any running call, ms", noticed.largest_gap_ms, GAP_MS)
    yield at_most("% of the frames lost by the worst call", noticed.lost, LOST)
    yield at_most("running calls that ended", noticed.ended, 0)


@attack("B5", ROOM, fresh=True, timed=True)
def payload_types_without_end(target: Target) -> Iterable[Measured]:
    """10 echo calls run while another caller, whose SDP names payload type 0 29,000 times and then 8, sends
    1,000 packets of PCMA a second."""
    with Phone(target.sip, MALLORY) as phone, closing(Talker(MALLORY)) as talker:
        own = phone.call("echo", talker.address, body=sdp(MALLORY, talker.port, formats="0 " * 6000 + "8"))
        changed = own.ask("INVITE", sdp(MALLORY, talker.port, formats="0 " * 29_000 + "8", version=2))
        yield is_true("the long lists are answered", own.status == 200 and changed is not None)
        talker.to = own.media
        yield from _beside(target, lambda: talker.say(ALAW[OURS_HZ], 8), PACKETS_PER_S)


@attack("B5", ROOM, fresh=True, timed=True)
def parameters_without_end_over_tcp(target: Target) -> Iterable[Measured]:
    """10 echo calls run while a stranger brings OPTIONS of 58 KB by TCP: 14,000 parameters of Via."""
    letters = itertools.product(string.ascii_lowercase, repeat=3)
    names = "".join(f";{''.join(each)}" for each in itertools.islice(letters, 14_000))
    with Phone(target.sip, MALLORY) as phone:
        asking = phone.request("OPTIONS", "echo", via=f"Via: SIP/2.0/TCP a;branch={branch()}{names}")
    with ExitStack() as stack:
        wires: list[TcpWire] = []
        sent = 0

        def step() -> None:
            nonlocal sent
            try:
                if not wires:
                    wires.append(stack.enter_context(closing(TcpWire(MALLORY, target.sip, 1.0))))
                wires[0].send(asking, target.sip)
                sent += 1
            except OSError:
                wires.clear()

        yield from _beside(target, step, 50)
        yield told("messages sent", sent)


@attack("B5", ROOM, fresh=True)
def branches_as_long_as_messages(target: Target) -> Iterable[Measured]:
    """450 OPTIONS of 60 KB a second, nearly all of it the branch, within twelve calls of one host for 8 s."""
    with Phone(target.sip, MALLORY) as phone:
        body = sdp(MALLORY, 41_000, direction="inactive")
        own = [phone.call("echo", (MALLORY, 41_000), body=body) for _ in range(12)]
        yield at_least("calls", sum(each.status == 200 for each in own), 12)
        before, grown = target.rss_mb(), 0.0
        end, numbers = time.monotonic() + FOR_S, itertools.count()
        begun = time.monotonic()
        while (now := time.monotonic()) < end:
            for number in itertools.takewhile(lambda n: n < (now - begun) * MESSAGES_PER_S, numbers):
                phone.send(_long(own[number % 12], 2 + number // 12))
            phone.wire.receive(0.003)
            grown = max(grown, target.rss_mb() - before)
        yield at_most("memory grown, MB", grown, KEPT_MB)


def _long(call: Dialled, cseq: int) -> bytes:
    """Its Via comes last: what tells its call has to stand where the first look finds it."""
    first, _, rest = call.request("OPTIONS", cseq=cseq).partition(b"\r\n")
    _, _, headers = rest.rstrip(b"\r\n").partition(b"\r\n")
    via = f"{call.phone.via.partition('branch=')[0]}branch={branch()}{'x' * 60_000}"
    return b"\r\n".join([first, headers, via.encode(), b"", b""])


@attack("B5", ROOM, fresh=True, timed=True)
def octets_that_are_dear_to_mask(target: Target) -> Iterable[Measured]:
    """10 echo calls run while a stranger sends OPTIONS of 15 KB of slashes, 20 a second: whatever is kept of
    signalling is searched for passwords first."""
    with Phone(target.sip, MALLORY) as phone:
        asking = phone.request("OPTIONS", "echo", more=(f"X-Way: {'/' * 15_000}",))
        yield from _beside(target, lambda: phone.send(asking), 20)
