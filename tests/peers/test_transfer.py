"""Transfers against SIPp: REFER blind and attended, refused and in vain, and Replaces."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.phones import Baresip, Sipp
from tests.peers.test_baresip import GUEST, HOST, dial
from tests.peers.test_sipp import UDP_AND_TCP, Call, Phone, call, phone

__all__ = ["call", "phone"]
pytestmark = pytest.mark.peer


def address(server: ServerProcess, user: str) -> str:
    return f"sip:{user}@{server.sip}"


def kinds(server: ServerProcess, before: set[str]) -> list[str]:
    """What happened in the newest call with the echo."""
    return [event["kind"] for event in server.newest("echo", before)["events"]]


@shows(Peer.SIPP, Feature.BLIND_TRANSFER)
@UDP_AND_TCP
def test_a_caller_transfers_whom_it_called(
    server: ServerProcess, call: Call, phone: Phone, transport: str
) -> None:
    before = server.ids()
    rung = phone("uas_hang_up", "-d", "1000")
    call("uac_refer", "echo", "-t", transport, "-key", "refer_to", address(server, "101"))
    rung.ends_well()
    assert "transfer_accepted" in kinds(server, before)


def test_a_transfer_to_somebody_busy_leaves_the_call_up(
    server: ServerProcess, call: Call, phone: Phone
) -> None:
    before = server.ids()
    rung = phone("uas_busy")
    call("uac_refer_failed", "echo", "-key", "refer_to", address(server, "101"))
    rung.ends_well()
    assert "transfer_failed" in kinds(server, before)


@pytest.mark.parametrize("to", ["sip:eve@192.0.2.1", "tel:+1900555"])
def test_a_transfer_to_where_nobody_may_call_is_refused(call: Call, to: str) -> None:
    call("uac_refer_refused", "echo", "-key", "refer_to", to)


def test_a_caller_that_hangs_up_at_once_has_handed_over(
    server: ServerProcess, call: Call, phone: Phone
) -> None:
    before = server.ids()
    rung = phone("uas_hang_up", "-d", "1000")
    call("uac_refer_gone", "echo", "-key", "refer_to", address(server, "101"))
    rung.ends_well()
    assert "transfer_accepted" in kinds(server, before)


@shows(Peer.SIPP, Feature.ATTENDED_TRANSFER)
@UDP_AND_TCP
def test_a_caller_connects_the_two_it_talks_to(
    server: ServerProcess, call: Call, phone: Phone, transport: str
) -> None:
    rung = phone("uas_hang_up", "-d", "1000")
    before = server.ids()
    to = address(server, "101")
    names = ("-cid_str", "%u-%p-%s")  # without an @, which would have to be escaped in an address
    keys = ("-key", "consulted", "101", "-key", "refer_to", to)
    call("uac_refer_attended", "echo", "-t", transport, *names, *keys)
    rung.ends_well()
    assert "transfer_accepted" in kinds(server, before)


@UDP_AND_TCP
def test_a_new_call_takes_the_place_of_an_old_one(server: ServerProcess, call: Call, transport: str) -> None:
    before = server.ids()
    call("uac_replaces", "echo", "-t", transport)
    record = server.newest("echo", before)
    assert record["why"] == "hung up" and len(record["legs"]) == 2


@shows(Peer.BARESIP, Feature.BLIND_TRANSFER)
def test_baresip_transfers_whom_it_called(
    server: ServerProcess, baresip: Callable[..., Baresip], phone: Phone
) -> None:
    """It holds the call first, and hangs up when it is told that somebody has answered."""
    before = server.ids()
    rung = phone("uas_hang_up", "-d", "2000")
    caller = baresip(GUEST, host=HOST)
    dial(caller, server, "echo")
    caller.command("transfer", address(server, "101"))
    caller.wait_for("CALL_CLOSED")
    rung.ends_well()
    assert "transfer_accepted" in kinds(server, before)


@shows(Peer.BARESIP, Feature.TRANSFERRED)
def test_baresip_calls_whom_we_send_it_to(
    server: ServerProcess, baresip: Callable[..., Baresip], sipp: Callable[..., Sipp]
) -> None:
    before = server.ids()
    there = sipp("uas_answer", "-rtp_echo", host="127.0.0.44")
    caller = baresip(GUEST, host=HOST)
    dial(caller, server, "echo")
    server.wait_for("the call", lambda: bool(server.ids() - before))
    (call_id,) = server.ids() - before
    to = f"sip:moved@{there.address}"
    server.ask("POST", f"/api/telephony/calls/{call_id}/transfer", {"to": to, "how": "refer"})
    record = server.newest("echo", before)
    assert (record["why"], record["detail"]) == ("completed", "the call was transferred")
    caller.command("hangup")
    there.ends_well()
