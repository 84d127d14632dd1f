"""B5: calls in a trunk's name, by datagrams that anybody may write. The trunk and who calls by it go on."""

from __future__ import annotations

from collections.abc import Iterable

from tests.attack.case import Measured, at_most, attack, is_true
from tests.attack.messages import sdp
from tests.attack.phone import Phone
from tests.attack.target import Target, eventually
from tests.attack.wire import TcpWire

TRUNK = "127.7.0.21"
PLACES = 8


@attack("B5", fresh=True)
def forged_calls_of_a_trunk(target: Target) -> Iterable[Measured]:
    """More INVITEs than a trunk may have calls, from its address and never ACKed: its own calls get in."""
    row = {"name": "pbx", "host": TRUNK, "max_calls": PLACES, "keep_alive_s": 0}
    status, _ = target.ask("POST", "/api/telephony/trunks", row)
    yield is_true(f"the trunk is there ({status})", status == 201)

    def held() -> float:
        found = target.get("/api/telephony/trunks/pbx").get("status") or {}
        return float(found.get("calls", -1))

    yield is_true("the server knows it", eventually(lambda: held() == 0, 10.0))
    with Phone(target.sip, TRUNK) as forger:
        for _ in range(2 * PLACES):
            forger.send(forger.request("INVITE", "echo", sdp(TRUNK, 41_000)))
            forger.wire.receive(0.02)
        yield at_most("of its places, held by forged calls", held() / PLACES, 0.75)
        with Phone(target.sip, TRUNK, wire=TcpWire(TRUNK, target.sip)) as phone:
            dialled = phone.call("echo", (TRUNK, 41_002))
            yield is_true(f"the trunk calls ({dialled.status})", dialled.status == 200)
            dialled.bye()
