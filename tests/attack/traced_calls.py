"""B10: what is kept of signalling: strangers neither push out what a call said nor fill memory with it."""

from __future__ import annotations

from collections.abc import Iterable

from tests.attack.case import Measured, at_most, attack, is_true, told
from tests.attack.phone import Phone
from tests.attack.target import Target

CALLER, STRANGER = "127.7.0.5", "127.7.0.66"
FLOOD = 6_000
KEPT = 2 << 20
"""Bytes that are kept of what makes no call (sip.tracing.kept), and those of one call beside them."""
OF_A_CALL = 256 << 10
PROOF = 'Authorization: Digest username="u", nonce="n", response="{secret}", uri="sip:x"'


@attack("B10", fresh=True)
def a_flood_of_call_ids_beside_a_call_that_is_traced(target: Target) -> Iterable[Measured]:
    """While a call runs, strangers send requests under thousands of Call-IDs, with proofs and passwords."""
    with Phone(target.sip, CALLER) as phone, Phone(target.sip, STRANGER) as stranger:
        call = phone.call("echo", (CALLER, 41_000))
        yield is_true("the call is up", call.up)
        (live,) = (each for each in target.get("/api/telephony/calls")["items"] if each["live"])
        before = target.rss_mb()
        for i in range(FLOOD):
            proof = PROOF.format(secret=f"hushhush{i}")
            stranger.send(
                stranger.request("OPTIONS", f"u:hushhush@{i}", more=(proof, f"X-Fill: {'x' * 900}"))
            )
            if i % 50 == 0:
                stranger.listen(0.02)
        ladder = target.get(f"/api/telephony/calls/{live['id']}/sip")
        labels = [each["label"] for each in ladder["messages"]]
        yield is_true("its first messages are there", labels[:1] == ["INVITE + SDP"] and "ACK" in labels)
        status, latest = target.ask("GET", "/api/telephony/sip?limit=1000")
        yield is_true("the latest of the flood are there", status == 200 and STRANGER in latest)
        yield at_most("passwords and proofs that can be read", latest.count("hush"), 0)
        kept = target.metrics()["voiceforge_sip_trace_bytes"]
        yield at_most("bytes of messages that are kept", kept, KEPT + OF_A_CALL)
        yield told("MB that the server grew by", target.rss_mb() - before)
        call.bye()
