"""B8: calls that cost money, by a stolen phone and by whoever has the token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.attack.called import EXTENSIONS
from tests.attack.case import Measured, at_most, attack, is_true
from tests.attack.phone import Phone
from tests.attack.target import Target

THIEF, PSTN = "127.7.0.66", "127.7.0.90"
A_MINUTE = 5
COSTLY: Mapping[str, Mapping[str, Any]] = {
    "sip": {
        "extensions": EXTENSIONS, "anonymous": [], "digest": ["MD5"], "allowed_targets": [f"*@{PSTN}:*", "*"],
    },
    "outbound": {"country_code": "49", "limits": {"each_caller": {"calls_per_minute": A_MINUTE}}},
}  # fmt: skip
DEAR = (
    "+49900123456", "0049900123456", "0900123456", "*31#0900123456", "+881600123456", "+18095551234",
    f"sip:0049-900.123456@{PSTN}:5060", "+5312345678", "11880",
)  # fmt: skip


@attack("B8", COSTLY, fresh=True)
def a_stolen_phone_is_capped(target: Target) -> Iterable[Measured]:
    """An extension calls in and has one number after the other called by REFER, as fast as it can."""
    asked = 15
    with Phone(target.sip, PSTN) as pstn, Phone(target.sip, THIEF, user="101") as thief:
        number = f"<sip:+4930123@{PSTN}:{pstn.wire.port}>"
        for _ in range(asked):
            call = thief.call("echo", (THIEF, 41_000), password=EXTENSIONS["101"])
            if call.status != 200:
                break
            thief.send(call.request("REFER", cseq=50, more=[f"Refer-To: {number}"]))
            pstn.listen(0.05)
        pstn.listen(0.5)
        called = {each.get("Call-ID") for each in pstn.asked if each.method == "INVITE"}
        yield at_most("numbers called in a minute", len(called), 2 * A_MINUTE)  # the minute may turn
        yield is_true("some were", len(called) > 0)


@attack("B8", COSTLY)
def dear_numbers_are_refused_however_they_are_written(target: Target) -> Iterable[Measured]:
    """By HTTP, with everything allowed: premium, satellite and Caribbean numbers, in all writings."""
    refused = 0
    for number in DEAR:
        status, _ = target.ask("POST", "/api/telephony/calls", {"to": number, "agent": "echo"})
        refused += status == 403
    yield is_true("all are refused", refused == len(DEAR))
