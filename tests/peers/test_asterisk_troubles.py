"""What goes wrong with an Asterisk in mid-call: nothing stays up for ever, each trouble is told, and calls
come again when it is over."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.peers.office import Office, opened_office
from tests.peers.phones import wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

ACCOUNT = "/api/telephony/providers/asterisk"
WAYS = ("600@to-a-line", "710@to-voiceforge-by-websocket", "810@to-voiceforge-by-ari")
GOES_ON = "Executing [710@to-voiceforge-by-websocket:2] Hangup"


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with opened_office() as made:
        yield made


def all_ways(office: Office) -> list[str]:
    """A call by each."""
    calls = [office.call(way) for way in WAYS]
    for call in calls:
        office.talk(call, 500)
    return calls


def standing(office: Office) -> tuple[str, str]:
    found = office.server.get(ACCOUNT)
    return found["standing"], found["detail"]


def works_again(office: Office) -> None:
    wait_until("the account", lambda: standing(office)[0] == "ready", 40)
    call = office.call("810@to-voiceforge-by-ari")
    office.pbx.hang_up()
    office.ended(call)
    office.quiet()


def originate(office: Office, dialled: str) -> None:
    office.pbx.command(f"channel originate Local/{dialled} extension 800@calls")


def test_a_password_that_is_revoked_in_mid_call_ends_none_and_keeps_nobody_waiting(office: Office) -> None:
    call = office.call("810@to-voiceforge-by-ari")
    office.talk(call, 500)
    file = office.pbx.folder / "ari.conf"
    before = file.read_text()
    file.write_text(before.replace("change-me-ari", "another"))
    office.pbx.command("module reload res_ari.so")
    try:
        office.server.ask("POST", f"{ACCOUNT}/check")
        assert "password of ari.conf" in standing(office)[1]
        office.talk(call, 1_500)
        originate(office, "811@to-voiceforge-by-ari")
        wait_until("the second caller", lambda: "could not be connected" in office.server.log())
        assert not office.server.records(call).get("ended_at")
        office.pbx.hang_up()
        assert office.ended(call)["why"] == "hung up"
        # Nobody follows it any more: the dialplan goes on.
        refused = "ari.conf: Authentication required; it is tried again"
        wait_until("nobody", lambda: refused in office.server.log())
        originate(office, "812@to-voiceforge-by-ari")
        wait_until("the next line", lambda: "[812@to-voiceforge-by-ari:2] Hangup" in office.pbx.log())
    finally:
        file.write_text(before)
        office.pbx.command("module reload res_ari.so")
    works_again(office)


def test_an_asterisk_that_dies_ends_its_calls_and_is_followed_again(office: Office) -> None:
    calls = all_ways(office)
    office.pbx.signal(signal.SIGKILL)
    assert {office.ended(call)["why"] for call in calls} <= {"hung up", "connection lost"}
    wait_until("the trouble", lambda: standing(office)[0] == "troubled")
    office.start_pbx()
    works_again(office)


def test_an_asterisk_that_stands_still_ends_its_calls_and_is_followed_again(office: Office) -> None:
    calls = all_ways(office)
    office.pbx.signal(signal.SIGSTOP)
    try:

        def over() -> bool:
            return all(office.server.records(call).get("ended_at") for call in calls)

        wait_until("their ends", over, 60)
        wait_until("the trouble", lambda: standing(office)[0] == "troubled", 40)
    finally:
        office.pbx.signal(signal.SIGCONT)
    assert {office.ended(call)["why"] for call in calls} == {"connection lost", "no audio arrived"}
    works_again(office)


def test_a_websocket_with_a_wrong_key_lets_the_dialplan_go_on(office: Office) -> None:
    file = office.pbx.folder / "websocket_client.conf"
    before = file.read_text()
    seen = office.pbx.log().count(GOES_ON)
    known = office.server.ids()
    file.write_text(before.replace("password = vf_", "password = vf_no"))
    office.pbx.command("module reload res_websocket_client.so")
    try:
        originate(office, "710@to-voiceforge-by-websocket")
        wait_until("the next line", lambda: office.pbx.log().count(GOES_ON) > seen)
        assert not office.server.ids() - known
    finally:
        file.write_text(before)
        office.pbx.command("module reload res_websocket_client.so")
