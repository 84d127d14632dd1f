"""B8: a server that is silent to strangers (`sip.strangers`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.attack.called import EXTENSIONS
from tests.attack.case import Measured, at_most, attack, is_true
from tests.attack.messages import sdp, token
from tests.attack.phone import Phone
from tests.attack.target import Target
from tests.attack.wire import TcpWire

PHONE, SCANNER, GUESSER = "127.7.0.11", "127.7.0.66", "127.7.0.67"
SILENT: Mapping[str, Mapping[str, Any]] = {
    "sip": {"extensions": EXTENSIONS, "anonymous": [], "digest": ["MD5"], "strangers": "silent"}
}
TRIED = tuple(str(number) for number in range(200, 220))
WAIT_S = 1.0


@attack("B8", SILENT)
def scanners_find_nothing(target: Target) -> Iterable[Measured]:
    """OPTIONS, REGISTER and INVITE of names that nobody has, messages that cannot be read, keep-alives by
    TCP: all without a byte of answer, while a phone registers."""
    with Phone(target.sip, SCANNER) as phone:
        for method in ("OPTIONS", "REGISTER", "INVITE", "SUBSCRIBE"):
            for name in TRIED[:5]:
                from_ = f"<sip:{name}@{target.sip[0]}>;tag={token()}"
                body = sdp(SCANNER, 41_000) if method == "INVITE" else ""
                phone.send(phone.request(method, name, body, from_=from_))
        phone.send(b"INVITE sip:x@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKm\r\nCSeq: x\r\n\r\n")
        yield is_true("nothing comes back by UDP", phone.wire.receive(WAIT_S) is None)
        options = phone.request("OPTIONS", "100")
    wire = TcpWire(SCANNER, target.sip)
    try:
        wire.send(b"\r\n\r\n" + options, target.sip)
        wire.receive(WAIT_S)
        yield at_most("bytes that it hears by TCP", wire.bytes_in, 0)
    finally:
        wire.close()
    with Phone(target.sip, PHONE, user="101") as phone:
        yield is_true("a phone registers meanwhile", phone.register(EXTENSIONS["101"]) == 200)


@attack("B8", SILENT)
def who_tries_names_finds_none(target: Target) -> Iterable[Measured]:
    """REGISTERs of one name after the other: nothing comes back, not for the names that exist either."""
    with Phone(target.sip, GUESSER) as phone:
        found = 0
        for name in (*TRIED, *EXTENSIONS):
            from_ = f"<sip:{name}@{target.sip[0]}>;tag={token()}"
            data = phone.request("REGISTER", name, from_=from_)
            found += phone.ask(data, 0.1) is not None
        yield at_most("names found", found, 0)
