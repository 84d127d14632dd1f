"""Asterisk and the rest of call control: session timers, reliable responses, who calls and why."""

from __future__ import annotations

import pytest

from tests.peers.matrix import Feature, Peer, shows
from tests.peers.pbx import Calls
from tests.peers.phones import wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]


@shows(Peer.ASTERISK, Feature.TIMERS)
def test_session_timers_are_agreed_on_and_refreshed(calls: Calls) -> None:
    """`timers=always` with the shortest time there is: refreshed after half of it, whoever called."""
    outgoing = calls.trunk("timers")
    incoming = calls.come_in("echo", "800", "timers")
    placed = calls.answered(calls.place("603", "echo"))

    def refreshes() -> int:
        """By UPDATE, whoever sent it."""
        return calls.asterisk.log().count("\nUPDATE sip:")

    before = refreshes()
    wait_until("both refreshes", lambda: refreshes() >= before + 2, 70)
    for call in (incoming, placed):
        record = calls.end(call)
        assert record["why"] == "hung up" and record["legs"][0]["stats"]["trunk"] == outgoing


def test_an_asterisk_that_requires_reliable_responses_calls(calls: Calls) -> None:
    """An agent answers without ringing, so there may be none."""
    call = calls.come_in("demo", "800", "reliable")
    calls.talk()
    assert calls.end(call)["why"] == "hung up"


@shows(Peer.ASTERISK, Feature.RELIABLE)
def test_an_asterisk_that_requires_reliable_responses_is_called(calls: Calls) -> None:
    acknowledged = calls.asterisk.log().count("\nPRACK sip:")
    calls.trunk("reliable")
    call = calls.answered(calls.place("606", "echo"))
    assert calls.end(call)["why"] == "hung up"
    assert calls.asterisk.log().count("\nPRACK sip:") > acknowledged


@shows(Peer.ASTERISK, Feature.ASSERTED)
def test_asterisk_is_told_who_calls(calls: Calls) -> None:
    calls.trunk("identity", caller={"number": "+4930123"}, quirks={"contact_user": "identity"})
    calls.ended(calls.place("605", "echo"))
    wait_until("our number", lambda: "CALLED BY +4930123" in calls.asterisk.log())


@shows(Peer.ASTERISK, Feature.ASSERTED, Feature.DIVERSION)
def test_asterisk_says_who_calls_and_from_where_the_call_was_diverted(calls: Calls) -> None:
    calls.trunk("identity")
    before = calls.server.ids()
    calls.asterisk.command("channel originate Local/802@calls extension 800@calls")
    about = calls.end(calls.arrived(before))["about"]["sip"]
    assert "+4930555" in about["asserted"]
    assert "+4930777" in str(about["diversion"])


@shows(Peer.ASTERISK, Feature.BUSY)
def test_asterisk_is_busy(calls: Calls) -> None:
    calls.trunk()
    record = calls.ended(calls.place("607", "echo"))
    assert (record["why"], record["code"]) == ("busy", 486)


@shows(Peer.ASTERISK, Feature.BLIND_TRANSFER)
def test_asterisk_transfers_us_by_refer(calls: Calls) -> None:
    """The agent that called its extension goes on with extension 102 of ours, which is at Asterisk."""
    calls.trunk(may_dial=["102"])
    wait_until("the registration", lambda: "Registered" in calls.asterisk.command("pjsip show registrations"))
    call = calls.answered(calls.place("608"))
    wait_until("what Asterisk is told of it", lambda: "TRANSFER SUCCESS" in calls.asterisk.log())
    calls.server.wait_for("the other leg", lambda: len(calls.server.records(call)["legs"]) == 2)
    calls.talk()
    record = calls.end(call)
    assert record["why"] == "hung up"
    assert max(leg["stats"]["packets"] for leg in record["legs"][1:]) >= 30
