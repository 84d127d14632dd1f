"""A newcomer connects an Asterisk by docs/asterisk.md alone: each block of that page is taken and used
as it stands there, with other addresses and keys, against a real Asterisk.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.peers.office import Office, opened_office, said_and_echoed
from tests.peers.pbx import CALLS
from tests.peers.phones import levels, wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with opened_office() as made:
        yield made


def test_asterisk_announces_a_call_and_brings_it_by_audiosocket(office: Office) -> None:
    call = office.call("810@calls")
    office.talk(call)
    office.pbx.hang_up()
    record = office.ended(call)
    assert record["why"] == "hung up" and record["ended_by"] == "caller"
    assert record["about"]["asterisk"] == {
        "dialled": "510", "caller": "+493055501", "caller_name": "Ada Lovelace",
    }  # fmt: skip
    assert record["from_uri"].startswith("sip:+493055501@")
    (leg,) = record["legs"]
    assert (
        leg["codec"] == "pcm16/8000" and leg["stats"]["packets"] >= 80 and not leg["stats"]["dropped_frames"]
    )
    said_and_echoed(office, call)


def test_the_dialplan_goes_on_when_the_server_hangs_up(office: Office) -> None:
    seen = office.pbx.log().count("Executing [510@to-voiceforge:3] Hangup")
    call = office.call("510@to-voiceforge")
    office.server.ask("DELETE", f"/api/telephony/calls/{call}")
    assert office.ended(call)["ended_by"] == "server"
    wait_until(
        "the next line", lambda: office.pbx.log().count("Executing [510@to-voiceforge:3] Hangup") > seen
    )


def test_keys_arrive_once_each(office: Office) -> None:
    call = office.call("600@to-a-line", "801")
    wait_until("the keys", lambda: len(office.keys(call)) >= 5)
    office.pbx.hang_up()
    office.ended(call)
    assert office.keys(call) == "1225#"


def test_a_channel_of_audiosocket_has_wide_band(office: Office) -> None:
    call = office.call("811@calls")
    office.talk(call)
    office.server.ask("DELETE", f"/api/telephony/calls/{call}")
    record = office.ended(call)
    assert record["legs"][0]["codec"] == "pcm16/16000"
    said_and_echoed(office, call)
    wait_until("its end", lambda: "0 active channels" in office.pbx.command("core show channels"))


def test_asterisk_connects_a_call_by_websocket(office: Office) -> None:
    call = office.call("812@calls")
    office.talk(call)
    office.pbx.hang_up()
    record = office.ended(call)
    assert record["why"] == "hung up" and record["ended_by"] == "caller"
    assert record["about"]["asterisk"]["caller"] == "+493055501"
    (leg,) = record["legs"]
    assert leg["codec"] == "pcm16/16000" and leg["stats"]["packets"] >= 80
    assert not leg["stats"]["faults"] and not leg["stats"]["undrained_ms"]
    said_and_echoed(office, call)


def test_our_hang_up_ends_a_call_by_websocket(office: Office) -> None:
    call = office.call("710@to-voiceforge-by-websocket")
    office.talk(call, 500)
    office.server.ask("DELETE", f"/api/telephony/calls/{call}")
    assert office.ended(call)["ended_by"] == "server"
    wait_until("its end", lambda: "0 active channels" in office.pbx.command("core show channels"))


def test_keys_arrive_by_websocket_once_each(office: Office) -> None:
    call = office.call("710@to-voiceforge-by-websocket", "801")
    wait_until("the keys", lambda: len(office.keys(call)) >= 5)
    office.pbx.hang_up()
    office.ended(call)
    assert office.keys(call) == "1225#"


def test_whom_nobody_knows_the_dialplan_takes_care_of(office: Office) -> None:
    """The server refuses, and `Dial()` comes back."""
    office.pbx.command("channel originate Local/799@to-voiceforge-by-websocket extension 800@calls")
    wait_until("the end", lambda: "Executing [799@to-voiceforge-by-websocket:2] Hangup" in office.pbx.log())


def test_asterisk_hands_a_call_over_by_ari(office: Office) -> None:
    call = office.call("813@calls")
    office.talk(call)
    office.pbx.hang_up()
    record = office.ended(call)
    assert record["why"] == "hung up" and record["ended_by"] == "caller"
    assert record["from_uri"] == "+493055501"
    (leg,) = record["legs"]
    assert leg["kind"] == "asterisk" and leg["codec"] == "pcm16/16000" and leg["stats"]["packets"] >= 80
    said_and_echoed(office, call)
    office.quiet()


def test_our_hang_up_ends_a_call_by_ari(office: Office) -> None:
    call = office.call("810@to-voiceforge-by-ari")
    office.talk(call, 500)
    office.server.ask("DELETE", f"/api/telephony/calls/{call}")
    assert office.ended(call)["ended_by"] == "server"
    office.quiet()


def test_keys_arrive_by_ari_once_each(office: Office) -> None:
    call = office.call("810@to-voiceforge-by-ari", "801")
    wait_until("the keys", lambda: len(office.keys(call)) >= 5)
    office.pbx.hang_up()
    office.ended(call)
    assert office.keys(call) == "1225#"


def test_an_agent_calls_by_ari_and_hears_who_answers(office: Office) -> None:
    call = str(office.server.ask("POST", CALLS, {"to": "+493017012", "agent": "echo"})["id"])
    office.server.wait_for("the answer", lambda: office.server.records(call).get("answered_at"))
    office.talk(call)
    office.server.ask("DELETE", f"{CALLS}/{call}")
    record = office.ended(call)
    heard, _ = levels(office.server.recording(call))
    assert heard > 1_000 and record["legs"][0]["stats"]["number"] == "+493017012"
    office.quiet()


def test_who_is_busy_is_told_as_busy(office: Office) -> None:
    call = str(office.server.ask("POST", CALLS, {"to": "+4930171", "agent": "echo"})["id"])
    assert office.ended(call)["why"] == "busy"
    office.quiet()


def test_asterisk_transfers_a_call_itself(office: Office) -> None:
    call = office.call("813@calls")
    office.talk(call, 500)
    office.server.ask("POST", f"{CALLS}/{call}/transfer", {"to": "900", "how": "refer"})
    office.ended(call)
    wait_until("the other extension", lambda: "HANDED OVER +493055501" in office.pbx.log())
    wait_until("our channels' end", lambda: "WebSocket/" not in office.pbx.command("core show channels"))
    office.pbx.hang_up()
    office.quiet()
