"""Calls from and to Asterisk: audio both ways, passwords, registration of each at the other, trunks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.pbx import Calls, CompanyPbx
from tests.peers.phones import OwnCaller, levels, tone, wait_until, write_wav

pytestmark = [pytest.mark.peer, pytest.mark.slow]

PASSWORD = ("--user", "ours", "--password", "s3cret")


@pytest.mark.parametrize(
    "by",
    [
        pytest.param("server", marks=shows(Peer.ASTERISK, Feature.CALLS_UDP), id="udp"),
        pytest.param("tcp", marks=shows(Peer.ASTERISK, Feature.CALLS_TCP), id="tcp"),
    ],
)
def test_asterisk_calls_us_and_hangs_up(calls: Calls, by: str) -> None:
    call = calls.come_in("echo", "800", by)
    calls.talk(90)
    calls.asterisk.hang_up()
    record = calls.ended(call)
    assert record["why"] == "hung up" and record["ended_by"] == "caller"
    [leg] = record["legs"]
    assert leg["codec"] == "PCMA" and leg["stats"]["packets"] >= 80 and leg["stats"]["lost"] == 0
    said, echoed = levels(calls.server.recording(call))
    assert said > 1000 and echoed > 1000


@pytest.mark.parametrize(
    "transport",
    [
        pytest.param("udp", marks=shows(Peer.ASTERISK, Feature.CALLED_UDP, Feature.PASSWORDS)),
        pytest.param("tcp", marks=shows(Peer.ASTERISK, Feature.CALLED_TCP, Feature.PASSWORDS)),
    ],
)
def test_our_caller_hears_its_echo(
    asterisk: CompanyPbx, own_caller: Callable[..., OwnCaller], tmp_path: Path, transport: str
) -> None:
    write_wav(tmp_path / "tone.wav", tone(2))
    recording = tmp_path / "call.wav"
    report = own_caller(
        f"sip:600@{asterisk.address}", *PASSWORD, "--transport", transport,
        "--play", str(tmp_path / "tone.wav"), "--record", str(recording), "--seconds", "13",
    ).report()  # fmt: skip
    assert report["rtp"]["lost"] == 0
    said, heard = levels(recording)
    assert heard > said / 2


def test_a_wrong_password_is_refused(asterisk: CompanyPbx, own_caller: Callable[..., OwnCaller]) -> None:
    uri = f"sip:600@{asterisk.address}"
    assert "401" in own_caller(uri, "--user", "ours", "--password", "guessed").refusal()


@shows(Peer.ASTERISK, Feature.REGISTERS)
def test_asterisk_as_an_extension_is_called(
    secure_server: ServerProcess,
    asterisk: CompanyPbx,
    calls: Calls,
    own_caller: Callable[..., OwnCaller],
) -> None:
    wait_until("the registration", lambda: "Registered" in asterisk.command("pjsip show registrations"))
    before = secure_server.ids()
    report = own_caller(f"sip:102@{secure_server.sip}", "--seconds", "2").report()
    assert report["rtp"]["received"] >= 60
    record = calls.ended(*(secure_server.ids() - before))
    assert record["why"] == "hung up" and record["ended_by"] == "caller"
    assert [leg["stats"]["packets"] >= 60 for leg in record["legs"]] == [True, True]


@shows(Peer.ASTERISK, Feature.REGISTERED)
@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_we_register_at_asterisk_and_are_called_there(calls: Calls, transport: str) -> None:
    login = {"register": True, "username": "ours", "password": "s3cret", "transport": transport}
    calls.trunk("ours", **login)

    def registered() -> bool:
        return "ours" in calls.asterisk.command("pjsip show contacts")

    wait_until("our registration there", registered)
    record = calls.end(calls.answered(calls.place("605")))
    assert record["legs"][0]["stats"]["trunk"] == "ours"
    call = calls.come_in("echo", "800", "ours")
    calls.talk()
    record = calls.end(call)
    assert record["about"]["sip"]["trunk"] == "ours"
    calls.server.ask("DELETE", "/api/telephony/trunks/ours")
    calls.forget("ours")
    wait_until("the end of our registration", lambda: not registered())


@shows(Peer.ASTERISK, Feature.TRUNK)
def test_asterisk_as_a_trunk_is_called_and_calls(calls: Calls) -> None:
    trunk = calls.trunk()
    call = calls.answered(calls.place("600", "echo"))
    (leg,) = calls.end(call)["legs"]
    assert (leg["stats"]["trunk"], leg["codec"]) == (trunk, "PCMA")

    incoming = calls.come_in("echo", "800")
    calls.asterisk.hang_up()
    assert calls.ended(incoming)["about"]["sip"]["trunk"] == trunk
    lately = calls.server.get(f"/api/telephony/trunks/{trunk}")["status"]["lately"]
    assert (lately["attempts"], lately["answered"], lately["trunk_failures"]) == (1, 1, 0)


@shows(Peer.ASTERISK, Feature.TRUNK)
@pytest.mark.parametrize("transport", ["udp", "tls"])
def test_a_check_of_asterisk_finds_nothing_wrong(calls: Calls, transport: str) -> None:
    trunk = calls.trunk(transport=transport)
    said = calls.server.command("trunks", "check", trunk, "--json")
    checks = {each["name"]: each for each in json.loads(said.stdout)["checks"]}
    assert said.returncode == 0, said.stdout
    assert checks["answer"]["ok"] and "Asterisk" in checks["answer"]["detail"]
    assert transport == "tls" or checks["long requests"]["ok"]
