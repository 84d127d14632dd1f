"""B8: who may call and register, and what a guesser learns."""

from __future__ import annotations

import socket
import statistics
import time
from collections.abc import Iterable, Mapping
from typing import Any

from tests.attack.called import EXTENSIONS
from tests.attack.case import Measured, at_most, attack, is_true, told
from tests.attack.messages import digest, parse, sdp, token
from tests.attack.phone import Phone
from tests.attack.target import Target
from tests.attack.wire import TcpWire

PHONE, OTHER_PHONE, ATTACKER = "127.7.0.11", "127.7.0.12", "127.7.0.66"
GUESSES = 1000
ALGORITHMS = ["MD5"]
"""What guessers use; one challenge makes the shorter script."""
GUARDED: Mapping[str, Mapping[str, Any]] = {
    "sip": {"extensions": EXTENSIONS, "anonymous": [], "digest": ALGORITHMS, "ban_after": 10, "ban_s": 60}
}
EARS: Mapping[str, Mapping[str, Any]] = {
    "sip": {"extensions": EXTENSIONS, "anonymous": [], "digest": ALGORITHMS, "ban_after": 0}
}
"""Nobody is banned, so that one host can ask on and on."""
DIALLED = ("echo", "demo", "101", "102", "nobody", "00491711234567")
SPREAD_MS = 3.0
"""Between the medians of what exists and what does not: below what a network hides."""


def _status(phone: Phone, user: str, from_: str | None = None) -> int:
    data = phone.request("INVITE", user, sdp(phone.host, 41_000), from_=from_)
    answer = phone.ask(data, 4.0)
    if answer is not None and answer.status >= 300:
        phone.send(phone._plain_ack(data, answer))
    return answer.status if answer else 0


@attack("B8", EARS)
def nobody_calls_by_claiming_to_be_an_extension(target: Target) -> Iterable[Measured]:
    """INVITEs without proof: From says 101, 102, somebody unknown, and nothing of ours."""
    with Phone(target.sip, ATTACKER) as phone:
        host = target.sip[0]
        for name, from_ in (
            ("From is extension 101", f"<sip:101@{host}>;tag={token()}"),
            ("From is extension 102", f"<sip:102@{host}>;tag={token()}"),
            ("From is unknown here", f"<sip:nobody@{host}>;tag={token()}"),
            ("From is elsewhere", f"<sip:a@example.org>;tag={token()}"),
        ):
            status = _status(phone, "echo", from_)
            yield is_true(f"challenged: {name} ({status})", status in (401, 407))


@attack("B8", EARS)
def a_phone_with_its_password_calls(target: Target) -> Iterable[Measured]:
    """The rightful one still can: by digest from anywhere, and it may not claim to be another."""
    with Phone(target.sip, PHONE, user="101") as phone:
        dialled = phone.call("echo", (PHONE, 41_000), password=EXTENSIONS["101"])
        yield is_true(f"101 with its password ({dialled.status})", dialled.status == 200)
        dialled.bye()
    with Phone(target.sip, PHONE, user="101") as phone:
        dialled = phone.call("echo", (PHONE, 41_000), password="wrong")
        yield is_true(f"101 with a wrong one ({dialled.status})", dialled.status in (401, 403, 407))


@attack("B8", EARS, fresh=True)
def a_registration_ends_with_its_connection(target: Target) -> Iterable[Measured]:
    """101 registers over TCP and calls on that connection unasked. It is cut off, and somebody else behind
    the same NAT opens one from the same port."""
    with Phone(target.sip, PHONE, user="101", wire=(wire := TcpWire(PHONE, target.sip))) as phone:
        yield is_true("101 registers", phone.register(EXTENSIONS["101"]) == 200)
        dialled = phone.call("echo", (PHONE, 41_000))
        yield is_true(f"101 on its connection ({dialled.status})", dialled.status == 200)
        dialled.bye()
        wire.reset()
    with Phone(target.sip, PHONE, user="mallory", wire=TcpWire(PHONE, target.sip, port=wire.port)) as other:
        dialled = other.call("echo", (PHONE, 41_000))
        yield is_true(f"the next one from its port ({dialled.status})", dialled.status in (401, 407))
        dialled.bye()


class _InAnyHome(Phone):
    """Calls itself what phones in the commonest of private networks do."""

    @property
    def contact(self) -> str:
        return "Contact: <sip:phone@192.168.1.5:5060;transport=tcp>"


@attack("B8", EARS, fresh=True)
def a_call_is_not_had_by_registering_its_contact(target: Target) -> Iterable[Measured]:
    """101 is in a call over TCP; 102 registers, with its own password, the Contact that 101 has. Then the
    connection of 101 breaks, and the server ends the call."""
    first, second = TcpWire(PHONE, target.sip), TcpWire(OTHER_PHONE, target.sip)
    with (
        _InAnyHome(target.sip, PHONE, user="101", wire=first) as victim,
        _InAnyHome(target.sip, OTHER_PHONE, user="102", wire=second) as thief,
    ):
        dialled = victim.call("echo", (PHONE, 41_000), password=EXTENSIONS["101"])
        yield is_true(f"101 is in a call ({dialled.status})", dialled.status == 200)
        yield is_true("102 registers", thief.register(EXTENSIONS["102"]) == 200)
        first.reset()
        for call in target.get("/api/telephony/calls?state=live")["items"]:
            target.ask("DELETE", f"/api/telephony/calls/{call['id']}")
        asked = thief.wait_for("BYE", 4.0)
        yield at_most("requests of that call to 102", float(asked is not None), 0)


@attack("B8", EARS)
def numbers_cannot_be_told_apart_by_code(target: Target) -> Iterable[Measured]:
    """Without proof, agents, extensions and what does not exist are answered alike, whatever is asked."""
    with Phone(target.sip, ATTACKER) as phone:
        invited = {_status(phone, user) for user in DIALLED}
        registered = set()
        for user in ("101", "102", "103", "nobody"):
            phone.user = user
            registered.add(phone.register("wrong-password"))
    yield at_most("different answers to INVITE", len(invited), 1)
    yield at_most("different answers to REGISTER", len(registered), 1)
    yield is_true(f"INVITE is challenged ({sorted(invited)})", invited <= {401, 407})
    yield told("answer to REGISTER", max(registered))


@attack("B8", EARS, timed=True)
def numbers_cannot_be_told_apart_by_time(target: Target) -> Iterable[Measured]:
    """The medians of 60 answers each to INVITE and to a REGISTER with a wrong digest, in turn."""
    known, unknown = "101", "103"
    times: dict[tuple[str, str], list[float]] = {}
    with Phone(target.sip, ATTACKER) as phone:
        for _ in range(60):
            for user in (known, unknown):
                begun = time.perf_counter()
                _status(phone, user)
                times.setdefault(("INVITE", user), []).append(1000 * (time.perf_counter() - begun))
                phone.user = user
                begun = time.perf_counter()
                phone.register("wrong-password")
                times.setdefault(("REGISTER", user), []).append(1000 * (time.perf_counter() - begun))
    for method in ("INVITE", "REGISTER"):
        medians = [statistics.median(times[method, user]) for user in (known, unknown)]
        yield at_most(f"ms between the medians, {method}", abs(medians[0] - medians[1]), SPREAD_MS)


def _guess(target: Target, count: int) -> tuple[int, float]:
    """As many wrong passwords for 101 as are let through: how many were judged, and in what time."""
    judged = 0
    begun = time.monotonic()
    with Phone(target.sip, ATTACKER, user="101") as phone:
        uri = f"sip:{target.sip[0]}:{target.sip[1]}"
        address = f"<sip:101@{target.sip[0]}>"
        challenge = ""
        for number in range(count):
            guess = digest(challenge, "REGISTER", uri, "101", f"guess{number}") if challenge else ""
            proof = [f"Authorization: {guess}"] if guess else []
            said = phone.request("REGISTER", "", from_=f"{address};tag=1", more=proof)
            said = said.replace(f"To: <{uri}>".encode(), f"To: {address}".encode())
            answer = phone.ask(said, 0.05 if judged else 2.0, repeat=False)
            if answer is None:
                continue
            judged += bool(proof)
            challenge = answer.get("WWW-Authenticate") or challenge
    return judged, time.monotonic() - begun


@attack("B8", GUARDED, fresh=True)
def guessing_a_password_is_stopped(target: Target) -> Iterable[Measured]:
    """1,000 wrong passwords for 101, then the right one from the guesser, then from the phone itself."""
    with Phone(target.sip, PHONE, user="101") as phone:
        yield told("the phone before", phone.register(EXTENSIONS["101"]))
        judged, took = _guess(target, GUESSES)
        yield at_most("guesses that were judged, of 1,000", judged, 50)
        yield told("a second", judged / took)
        with Phone(target.sip, ATTACKER, user="101") as guesser:
            status = guesser.register(EXTENSIONS["101"])
        yield is_true(f"the right one from the guesser is refused ({status})", status != 200)
        status = phone.register(EXTENSIONS["101"])
        yield is_true(f"the phone itself registers ({status})", status == 200)
        log = target.log()
        yield is_true("the log names the guesser", ATTACKER in log)
        yield at_most("lines about it in the log", sum(ATTACKER in line for line in log.splitlines()), 60)


@attack("B8", GUARDED, fresh=True)
def a_ban_cannot_be_put_on_somebody_else(target: Target) -> Iterable[Measured]:
    """Wrong answers with a phone's address as their source, without the nonce it was given: nobody may lock a
    phone out by spoofing it."""
    address = f"<sip:102@{target.sip[0]}>"
    uri = f"sip:{target.sip[0]}:{target.sip[1]}"
    with Phone(target.sip, OTHER_PHONE, user="102") as phone:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as spoofer:
            spoofer.bind((OTHER_PHONE, 0))
            invented = 'Digest realm="voiceforge", nonce="0123456789abcdef", algorithm=MD5, qop="auth"'
            for number in range(100):
                proof = f"Authorization: {digest(invented, 'REGISTER', uri, '102', f'x{number}')}"
                said = phone.request("REGISTER", "", from_=f"{address};tag=1", more=[proof])
                spoofer.sendto(said.replace(f"To: <{uri}>".encode(), f"To: {address}".encode()), target.sip)
                time.sleep(0.002)  # a pace that no ceiling on requests cuts off
        status = phone.register(EXTENSIONS["102"])
    yield is_true(f"the phone itself registers ({status})", status == 200)


@attack("B5", GUARDED, fresh=True)
def a_nonce_flood_flushes_no_nonce(target: Target) -> Iterable[Measured]:
    """A phone is challenged; 20,000 challenges are handed out to others; then the phone answers its own."""
    before_mb = target.rss_mb()
    uri, address = f"sip:{target.sip[0]}:{target.sip[1]}", f"<sip:101@{target.sip[0]}>"
    with Phone(target.sip, PHONE, user="101") as phone:

        def register(proof: list[str]) -> bytes:
            said = phone.request("REGISTER", "", from_=f"{address};tag=1", more=proof)
            return said.replace(f"To: <{uri}>".encode(), f"To: {address}".encode())

        first = phone.ask(register([]), 4.0)
        challenge = first.get("WWW-Authenticate") if first else ""
        answered = _flood_of_challenges(target, 20_000)
        proof = digest(challenge, "REGISTER", uri, "101", EXTENSIONS["101"]) if challenge else ""
        last = phone.ask(register([f"Authorization: {proof}"]), 8.0)
        stale = last is not None and "stale=true" in last.get("WWW-Authenticate").lower()
        again = phone.register(EXTENSIONS["101"])
    yield told("challenges handed out", answered)
    status = last.status if last else 0
    yield is_true(f"the phone's own is good ({status}, stale: {stale})", status == 200)
    yield is_true(f"it registers afterwards ({again})", again == 200)
    yield at_most("memory grown, MB", target.rss_mb() - before_mb, 20)


def _flood_of_challenges(target: Target, count: int) -> int:
    """REGISTERs without proof, as fast as they are answered; how many challenges came."""
    came = 0
    with Phone(target.sip, ATTACKER, user="101") as phone:
        phone.wire.socket.setblocking(False)  # type: ignore[attr-defined]
        for number in range(count):
            phone.send(phone.request("REGISTER", ""))
            if number % 20 == 19:
                time.sleep(0.004)  # 5,000 a second
            try:
                while True:
                    came += parse(phone.wire.socket.recv(65_535)).status == 401  # type: ignore[attr-defined]
            except BlockingIOError:
                continue
    return came
