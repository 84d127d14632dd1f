"""What Asterisk and we hear of each other: codecs, keys in every mode, holding, audio that goes past it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.peers.matrix import Feature, Peer, shows
from tests.peers.pbx import HOST, Calls
from tests.peers.phones import Baresip, OwnCaller, levels, wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

WIDE_BAND = [
    pytest.param("G722", marks=shows(Peer.ASTERISK, Feature.G722)),
    pytest.param("opus", marks=shows(Peer.ASTERISK, Feature.OPUS)),
]
PHONE = "127.0.0.54"


@pytest.mark.parametrize("codec", WIDE_BAND)
def test_asterisk_calls_in_wide_band(calls: Calls, codec: str) -> None:
    call = calls.come_in("echo", "800", codec.lower())
    calls.talk()
    calls.asterisk.hang_up()
    (leg,) = calls.ended(call)["legs"]
    assert leg["codec"] == codec and leg["stats"]["lost"] == 0
    said, echoed = levels(calls.server.recording(call))
    assert said > 1000 and echoed > 1000


@pytest.mark.parametrize("codec", WIDE_BAND)
def test_asterisk_is_called_in_wide_band(calls: Calls, codec: str) -> None:
    calls.trunk(codec.lower(), codecs=[codec])
    call = calls.answered(calls.place("603", "echo"))
    calls.talk()
    (leg,) = calls.end(call)["legs"]
    assert leg["codec"] == codec
    heard, _ = levels(calls.server.recording(call))
    assert heard > 1000


def keys_of(record: dict[str, Any]) -> str:
    return "".join(each["data"]["digit"] for each in record["events"] if each["kind"] == "dtmf")


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param("server", marks=shows(Peer.ASTERISK, Feature.KEYS_RFC4733), id="rfc4733"),
        pytest.param("inband", marks=shows(Peer.ASTERISK, Feature.KEYS_INBAND)),
        pytest.param("info", marks=shows(Peer.ASTERISK, Feature.KEYS_INFO)),
        pytest.param("auto", marks=shows(Peer.ASTERISK, Feature.KEYS_RFC4733)),
    ],
)
def test_keys_of_asterisk_arrive_once_each(calls: Calls, mode: str) -> None:
    assert keys_of(calls.ended(calls.come_in("demo", "801", mode))) == "1225#"


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param("server", marks=shows(Peer.ASTERISK, Feature.KEYS_RFC4733), id="rfc4733"),
        pytest.param("inband", marks=shows(Peer.ASTERISK, Feature.KEYS_INBAND)),
        pytest.param("info", marks=shows(Peer.ASTERISK, Feature.KEYS_INFO)),
    ],
)
def test_keys_of_an_asterisk_that_we_called_arrive_once_each(calls: Calls, mode: str) -> None:
    calls.trunk(mode)
    assert keys_of(calls.ended(calls.place("604"))) == "1225#"


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param("server", marks=shows(Peer.ASTERISK, Feature.OUR_KEYS_RFC4733), id="rfc4733"),
        pytest.param("info", marks=shows(Peer.ASTERISK, Feature.OUR_KEYS_INFO)),
        pytest.param("inband", marks=shows(Peer.ASTERISK, Feature.OUR_KEYS_INFO)),
        pytest.param("auto", marks=shows(Peer.ASTERISK, Feature.OUR_KEYS_RFC4733)),
    ],
)
def test_asterisk_reads_our_keys(calls: Calls, mode: str) -> None:
    calls.trunk(mode)
    seen = calls.asterisk.log().count("READ KEYS 1225")
    call = calls.answered(calls.place("602", "echo"))
    calls.server.ask("POST", f"/api/telephony/calls/{call}/digits", {"digits": "1225"})
    wait_until("the keys", lambda: calls.asterisk.log().count("READ KEYS 1225") > seen)


def holding(calls: Calls, baresip: Callable[..., Baresip], dialled: str) -> tuple[str, Baresip]:
    """A phone at Asterisk has called us by it; our call and the phone."""
    phone = baresip(
        f"<sip:phone@{calls.asterisk.address}>;regint=0;auth_user=phone;auth_pass=0pen;audio_codecs=PCMU",
        host=PHONE,
    )
    before = calls.server.ids()
    phone.command("dial", f"sip:{dialled}@{calls.asterisk.address}")
    phone.wait_for("CALL_ESTABLISHED")
    return calls.arrived(before), phone


@shows(Peer.ASTERISK, Feature.HOLD_MUSIC)
def test_asterisk_holds_with_music(calls: Calls, baresip: Callable[..., Baresip]) -> None:
    """The music comes as audio: nothing is signalled, and the call goes on."""
    call, phone = holding(calls, baresip, "music*echo")
    calls.talk()
    phone.command("hold")
    wait_until("the music", lambda: "Started music on hold" in calls.asterisk.log())
    calls.talk(150)
    phone.command("resume")
    wait_until("its end", lambda: "Stopped music on hold" in calls.asterisk.log())
    phone.command("hangup")
    record = calls.ended(call)
    assert record["why"] == "hung up"
    assert not [each for each in record["events"] if each["kind"] == "hold"]
    assert min(levels(calls.server.recording(call))) > 1000


@shows(Peer.ASTERISK, Feature.HOLD)
def test_asterisk_holds_without_music(calls: Calls, baresip: Callable[..., Baresip]) -> None:
    """`moh_passthrough`: a re-INVITE says so, and the agent is told."""
    call, phone = holding(calls, baresip, "silent*demo")

    def holds() -> list[bool]:
        events = calls.server.records(call)["events"]
        return [each["data"]["held"] for each in events if each["kind"] == "hold"]

    phone.command("hold")
    calls.server.wait_for("the hold", lambda: holds() == [True])
    phone.command("resume")
    calls.server.wait_for("the end of the hold", lambda: holds() == [True, False])
    phone.command("hangup")
    assert calls.ended(call)["why"] == "hung up"


@shows(Peer.ASTERISK, Feature.OUR_MUSIC)
def test_asterisk_hears_our_music_on_hold(calls: Calls) -> None:
    calls.trunk()
    call = calls.answered(calls.place("600", "demo"))
    calls.server.ask("POST", f"/api/telephony/calls/{call}/hold")
    calls.talk(100)
    calls.server.ask("POST", f"/api/telephony/calls/{call}/resume")
    record = calls.end(call)
    assert record["why"] == "hung up"
    echoed, _ = levels(calls.server.recording(call))
    assert echoed > 100


@shows(Peer.ASTERISK, Feature.DIRECT_MEDIA)
def test_asterisk_moves_audio_past_itself_and_back(
    calls: Calls, own_caller: Callable[..., OwnCaller]
) -> None:
    """`direct_media`: both ends of the call are ours, and hear each other without Asterisk in between."""
    before = calls.server.ids()
    caller = own_caller(
        f"sip:direct*echo@{calls.asterisk.address}", "--user", "direct-phone", "--password", "0pen",
        "--codec", "PCMA", "--seconds", "6",
    )  # fmt: skip
    call = calls.arrived(before)

    def audio_goes_to() -> list[str]:
        """As Asterisk told the server."""
        told = "".join(calls.asterisk.sent(calls.server.sip))
        return re.findall(r"^INVITE sip:(?:.|\n)*?^c=IN IP4 (\S+)", told, re.MULTILINE)

    wait_until("audio without Asterisk", lambda: audio_goes_to()[-1] == "127.0.0.1")
    # What Asterisk is to record has to come by it.
    (channel,) = re.findall(
        r"^PJSIP/direct-\w{8}", calls.asterisk.command("core show channels"), re.MULTILINE
    )
    calls.asterisk.command(f"mixmonitor start {channel} {calls.asterisk.etc}/mixed.wav")
    wait_until("audio by Asterisk again", lambda: audio_goes_to()[-1] == HOST)
    report = caller.report()
    assert report["rtp"]["received"] > 200
    (leg,) = calls.ended(call)["legs"]
    assert leg["stats"]["packets"] > 200
