"""Transfers with Asterisk: it sends its call on by REFER, and takes back one that we send on."""

from __future__ import annotations

import urllib.error
from collections.abc import Callable

import pytest

from tests.peers.matrix import Feature, Peer, shows
from tests.peers.pbx import CALLS, Calls
from tests.peers.phones import OwnCaller, wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

PHONE = ("--user", "phone", "--password", "0pen")


@shows(Peer.ASTERISK, Feature.BLIND_TRANSFER)
def test_asterisk_transfers_whom_it_called(calls: Calls) -> None:
    """Its channel talks to our echo, and has it connected to extension 102, which is Asterisk, too."""
    asterisk = calls.asterisk
    wait_until("the registration", lambda: "Registered" in asterisk.command("pjsip show registrations"))
    calls.trunk(may_dial=["echo", "102"])
    asterisk.command(f"dialplan set global SENT_TO sip:102@{calls.server.sip}")
    call = calls.come_in("echo", "810")

    def kinds() -> list[str]:
        return [event["kind"] for event in calls.server.records(call)["events"]]

    calls.server.wait_for("the transfer", lambda: "transfer_accepted" in kinds())
    wait_until("its status", lambda: "TRANSFER ENDED SUCCESS" in asterisk.log())
    parties = calls.server.get(f"{CALLS}/{call}/parties")["parties"]
    assert [each["name"] for each in parties] == ["caller", "agent"]
    assert len(calls.end(call)["legs"]) == 2


@shows(Peer.ASTERISK, Feature.TRANSFERRED)
def test_asterisk_calls_whom_we_send_its_phone_to(calls: Calls, own_caller: Callable[..., OwnCaller]) -> None:
    """Its phone talks to our echo by way of Asterisk, and then to Asterisk's own echo; we are out."""
    calls.trunk()
    before = calls.server.ids()
    phone = own_caller(f"sip:server*echo@{calls.asterisk.address}", *PHONE, "--seconds", "6")
    call = calls.arrived(before)
    calls.server.ask("POST", f"{CALLS}/{call}/transfer", {"to": "600", "how": "refer"})
    record = calls.ended(call)
    assert (record["why"], record["detail"]) == ("completed", "the call was transferred")
    assert phone.report()["rtp"]["received"] >= 150


@shows(Peer.ASTERISK, Feature.TRANSFERRED)
def test_a_phone_of_asterisk_comes_back_from_where_nobody_is(
    calls: Calls, own_caller: Callable[..., OwnCaller]
) -> None:
    calls.trunk()
    before = calls.server.ids()
    own_caller(f"sip:server*echo@{calls.asterisk.address}", *PHONE, "--seconds", "6")
    call = calls.arrived(before)
    with pytest.raises(urllib.error.HTTPError) as error:
        calls.server.ask("POST", f"{CALLS}/{call}/transfer", {"to": "699", "how": "refer"})
    with error.value as answer:  # it holds its connection
        assert answer.code == 409
    assert calls.end(call)["ended_by"] == "server"
