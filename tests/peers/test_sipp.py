"""Calls from and to SIPp, which shares nothing with us: media, hold, cancel and refusal at every stage, DTMF,
lost packets, fifty at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.phones import OwnCaller, Sipp, levels

pytestmark = pytest.mark.peer

UDP_AND_TCP = pytest.mark.parametrize("transport", ["u1", "t1"], ids=["udp", "tcp"])

Call = Callable[..., None]
Phone = Callable[..., Sipp]


@pytest.fixture
def call(server: ServerProcess, sipp: Callable[..., Sipp]) -> Call:
    """Runs a calling scenario against the server to its good end."""

    def run(scenario: str, user: str, *options: str) -> None:
        sipp(scenario, "-s", user, *options, host="127.0.0.42", target=server.sip).ends_well()

    return run


@pytest.fixture
def phone(server: ServerProcess, sipp: Callable[..., Sipp]) -> Phone:
    """A SIPp that waits to be called, registered as extension 101."""

    def start(scenario: str, *options: str, transport: str = "u1") -> Sipp:
        # Always the same address: an extension may have eight at most, and they stay for two minutes.
        waiting = sipp(scenario, "-t", transport, *options, host="127.0.0.43", port=6190)
        contact = waiting.address + (";transport=tcp" if transport == "t1" else "")
        registering = ("-s", "101", "-key", "phone", contact, "-au", "101", "-ap", "correct-horse")
        sipp("uac_register", *registering, host=waiting.host, target=server.sip).ends_well()
        return waiting

    return start


@shows(Peer.SIPP, Feature.CALLS_UDP, Feature.CALLS_TCP)
@UDP_AND_TCP
def test_call_with_media_comes_back_without_loss(server: ServerProcess, call: Call, transport: str) -> None:
    before = server.ids()
    call("uac_media", "echo", "-t", transport, "-d", "1500")
    record = server.newest("echo", before)
    assert record["why"] == "hung up" and record["ended_by"] == "caller"
    [leg] = record["legs"]
    assert leg["stats"]["packets"] >= 60
    assert leg["stats"]["lost"] == 0


@shows(Peer.SIPP, Feature.HOLD)
@UDP_AND_TCP
def test_hold_and_resume_are_answered(call: Call, transport: str) -> None:
    call("uac_hold", "echo", "-t", transport)


@shows(Peer.SIPP, Feature.DELAYED_OFFER)
@UDP_AND_TCP
def test_delayed_offer_is_answered_with_an_offer(call: Call, transport: str) -> None:
    call("uac_delayed_offer", "echo", "-t", transport)


@shows(Peer.SIPP, Feature.KEYS_RFC4733)
def test_digits_arrive_once_each_and_in_order(server: ServerProcess, call: Call) -> None:
    before = server.ids()
    call("uac_dtmf", "demo")
    events = server.newest("demo", before)["events"]
    assert [e["data"]["digit"] for e in events if e["kind"] == "dtmf"] == ["1", "2", "5", "9"]


def test_cancel_after_the_answer_leaves_the_call_up_until_bye(call: Call) -> None:
    call("uac_cancel_late", "echo")


def all_ended(server: ServerProcess, before: set[str]) -> list[dict[str, Any]]:
    """The calls that are new, once all are over and written down."""
    if server.get("/api/telephony/calls?state=live")["items"]:
        return []
    fresh = [record for record in server.calls() if record["id"] not in before]
    return fresh if all(record["ended_at"] for record in fresh) else []


def test_fifty_calls_at_once(server: ServerProcess, call: Call) -> None:
    before = server.ids()
    call("uac_media", "echo", "-m", "50", "-l", "50", "-r", "25", "-d", "3000")
    fresh = server.wait_for("the end of all fifty", lambda: all_ended(server, before))
    assert len(fresh) == 50
    assert {record["why"] for record in fresh} == {"hung up"}


def test_calls_survive_lost_datagrams(server: ServerProcess, call: Call) -> None:
    """SIPp loses 5 % of what it sends and receives: only repetitions bring these calls to their ends.

    They last long enough for the 200 to be repeated twice. SIPp takes one that is repeated after a lost ACK
    and a lost BYE for the BYE's answer, and leaves the call up: seen in 1 of 13 runs of 300 ms.
    """
    before = server.ids()
    call("uac_media", "echo", "-m", "30", "-l", "30", "-r", "30", "-d", "2000", "-lost", "5")
    fresh = server.wait_for("the end of all thirty", lambda: all_ended(server, before))
    assert len(fresh) == 30
    assert {record["why"] for record in fresh} == {"hung up"}


def test_a_caller_without_audio_is_hung_up_on(
    impatient_server: ServerProcess, sipp: Callable[..., Sipp]
) -> None:
    before = impatient_server.ids()
    sipp("uac_gone", "-s", "echo", host="127.0.0.42", target=impatient_server.sip).ends_well()
    assert impatient_server.newest("echo", before)["why"] == "no audio arrived"


def test_an_unknown_user_is_not_found(server: ServerProcess, own_caller: Callable[..., OwnCaller]) -> None:
    assert "404" in own_caller(f"sip:nobody@{server.sip}").refusal()


def test_a_phone_that_never_registered_is_unavailable(
    server: ServerProcess, own_caller: Callable[..., OwnCaller]
) -> None:
    before = server.ids()
    assert "480" in own_caller(f"sip:102@{server.sip}").refusal()
    assert server.newest("extension", before)["why"] == "no answer"


def test_a_wrong_password_registers_nothing(call: Call) -> None:
    call("uac_register_refused", "102", "-key", "phone", "127.0.0.43:1", "-au", "102", "-ap", "guessed")


@shows(Peer.SIPP, Feature.CANCEL)
@UDP_AND_TCP
@pytest.mark.parametrize("silent_ms", [0, 600], ids=["ringing", "silent"])
def test_cancel_reaches_the_phone_that_rings_and_the_one_that_said_nothing_yet(
    server: ServerProcess, call: Call, phone: Phone, silent_ms: int, transport: str
) -> None:
    rings = phone("uas_ringing", "-d", str(silent_ms), transport=transport)
    before = server.ids()
    call("uac_cancel_ringing", "101", "-t", transport)
    assert server.newest("extension", before)["why"] == "cancelled before answer"
    rings.ends_well()


@UDP_AND_TCP
def test_cancel_at_the_first_sign_of_life(
    server: ServerProcess, call: Call, phone: Phone, transport: str
) -> None:
    """It may overtake our call to the phone, so the phone is not asked."""
    phone("uas_ringing", transport=transport)
    before = server.ids()
    call("uac_cancel_early", "101", "-t", transport)
    assert server.newest("extension", before)["why"] == "cancelled before answer"


@shows(Peer.SIPP, Feature.BUSY)
def test_a_busy_phone_is_busy_for_the_caller(server: ServerProcess, call: Call, phone: Phone) -> None:
    busy = phone("uas_busy")
    before = server.ids()
    call("uac_busy", "101")
    assert server.newest("extension", before)["why"] == "busy"
    busy.ends_well()


@shows(Peer.SIPP, Feature.CALLED_UDP, Feature.CALLED_TCP, Feature.REGISTERS)
@UDP_AND_TCP
def test_an_extension_hears_its_caller_and_the_caller_the_extension(
    server: ServerProcess, call: Call, phone: Phone, transport: str
) -> None:
    """The phone echoes, so the agent's channel of the recording holds what went there and back."""
    echoing = phone("uas_answer", "-rtp_echo", transport=transport)
    before = server.ids()
    call("uac_media", "101", "-d", "1500", "-t", transport)
    echoing.ends_well()
    record = server.newest("extension", before)
    assert record["why"] == "hung up" and record["ended_by"] == "caller"
    assert [leg["stats"]["packets"] >= 60 for leg in record["legs"]] == [True, True]
    caller, echoed = levels(server.recording(record["id"]))
    assert caller > 1000 and echoed > 1000


def test_the_caller_is_hung_up_on_when_the_phone_hangs_up(
    server: ServerProcess, phone: Phone, own_caller: Callable[..., OwnCaller]
) -> None:
    hangs_up = phone("uas_hang_up", "-rtp_echo", "-d", "500")
    before = server.ids()
    report = own_caller(f"sip:101@{server.sip}").report()
    assert report["ended"].startswith("hung up")
    assert server.newest("extension", before)["ended_by"] == "callee"
    hangs_up.ends_well()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_our_own_caller_calls_sipp(
    sipp: Callable[..., Sipp], own_caller: Callable[..., OwnCaller], transport: str
) -> None:
    phone = sipp("uas_answer", "-rtp_echo", "-t", "t1" if transport == "tcp" else "u1", host="127.0.0.43")
    report = own_caller(f"sip:anyone@{phone.address}", "--seconds", "1.5", "--transport", transport).report()
    phone.ends_well()
    assert report["rtp"]["received"] >= 60
    assert report["rtp"]["lost"] == 0


def test_our_own_caller_says_that_a_phone_is_busy(
    sipp: Callable[..., Sipp], own_caller: Callable[..., OwnCaller]
) -> None:
    phone = sipp("uas_busy", host="127.0.0.43")
    assert "486" in own_caller(f"sip:anyone@{phone.address}").refusal()
    phone.ends_well()


def test_our_own_caller_hears_the_demo_over_tcp(
    server: ServerProcess, own_caller: Callable[..., OwnCaller], tmp_path: Path
) -> None:
    recording = str(tmp_path / "call.wav")
    caller = own_caller(
        f"sip:demo@{server.sip}", "--seconds", "3", "--record", recording, "--transport", "tcp"
    )
    caller.report()
    _, heard = levels(Path(recording))
    assert heard > 300
