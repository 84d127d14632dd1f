"""Calls with linphonec, Linphone's phone for the console: every transport, both ways, keys, holding, SRTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.peers.conftest import EXTENSIONS, ServerProcess, running_server
from tests.peers.linphone import Linphone, account
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.pbx import Calls
from tests.peers.phones import OwnCaller, levels, wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

HOST = "127.0.0.55"

Phone = Callable[..., Linphone]


@pytest.fixture(scope="module")
def named_server() -> Iterator[ServerProcess]:
    """A server that is called by a name: Linphone finds no address in a certificate."""
    tls = 'digest = ["MD5"]\ntls = "self-made"\ntls_port = 0\ntls_names = ["localhost"]\n'
    yield from running_server("127.0.0.1", tls + EXTENSIONS)


def settings(server: ServerProcess, transport: str = "udp", more: str = "") -> str:
    """Of a phone that registers as extension 101."""
    address = server.sip
    if transport == "tls":
        address = server.sips.replace("127.0.0.1", "localhost")
    trust = f"root_ca={server.folder}/data/tls/ca.pem\n"
    return trust + more + account(address, "101", "correct-horse", transport)


def dialled(server: ServerProcess, phone: Linphone, user: str = "demo") -> str:
    """The phone has called a user of the server; the call's id."""
    before = server.ids()
    phone.dial(f"sip:{user}@{server.sip_host}")
    (call,) = server.ids() - before
    return call


def events(server: ServerProcess, call: str, kind: str, key: str) -> list[Any]:
    return [each["data"][key] for each in server.records(call)["events"] if each["kind"] == kind]


def spoken(server: ServerProcess, call: str) -> bool:
    return any(line["heard"] for line in server.records(call)["transcript"])


def hung_up(server: ServerProcess, phone: Linphone, call: str) -> dict[str, Any]:
    """The phone hangs up; the figures of its leg."""
    phone.command("terminate")

    def whole() -> dict[str, Any] | None:
        records = server.records(call)
        return records if records.get("ended_at") and all(x["closed_at"] for x in records["legs"]) else None

    record = server.wait_for("the end of the call", whole)
    assert (record["why"], record["ended_by"]) == ("hung up", "caller")
    (leg,) = record["legs"]
    found: dict[str, Any] = leg["stats"]
    return found


TRANSPORTS = [
    pytest.param("udp", marks=shows(Peer.LINPHONE, Feature.CALLS_UDP, Feature.CALLED_UDP)),
    pytest.param("tcp", marks=shows(Peer.LINPHONE, Feature.CALLS_TCP, Feature.CALLED_TCP)),
]


@pytest.mark.parametrize("transport", TRANSPORTS)
@shows(Peer.LINPHONE, Feature.REGISTERS)
def test_linphone_registers_calls_and_is_called(
    secure_server: ServerProcess, linphone: Phone, own_caller: Callable[..., OwnCaller], transport: str
) -> None:
    registers_calls_and_is_called(
        secure_server, linphone(host=HOST, settings=settings(secure_server, transport)), own_caller
    )


@shows(Peer.LINPHONE, Feature.CALLS_TLS, Feature.CALLED_TLS)
def test_linphone_registers_calls_and_is_called_by_tls(
    named_server: ServerProcess, linphone: Phone, own_caller: Callable[..., OwnCaller]
) -> None:
    phone = linphone(host=HOST, settings=settings(named_server, "tls"))
    registers_calls_and_is_called(named_server, phone, own_caller)


@shows(Peer.LINPHONE, Feature.CALLS_IPV6, Feature.CALLED_IPV6)
def test_linphone_registers_calls_and_is_called_by_ipv6(
    ipv6_server: ServerProcess, linphone: Phone, own_caller: Callable[..., OwnCaller]
) -> None:
    phone = linphone(host="::1", settings=settings(ipv6_server))
    registers_calls_and_is_called(ipv6_server, phone, own_caller)


def registers_calls_and_is_called(
    server: ServerProcess, phone: Linphone, own_caller: Callable[..., OwnCaller]
) -> None:
    phone.registered()
    call = dialled(server, phone)
    server.wait_for("the greeting", lambda: spoken(server, call))
    figures = hung_up(server, phone, call)
    assert figures["packets"] >= 20 and figures["sent"] >= 20
    said, greeted = levels(server.recording(call))
    assert said > 1000 and greeted > 300
    report = own_caller(f"sip:101@{server.sip}", "--seconds", "2").report()
    assert report["rtp"]["received"] >= 60


@pytest.mark.parametrize(
    "codec",
    [
        pytest.param("G722", marks=shows(Peer.LINPHONE, Feature.G722)),
        pytest.param("opus", marks=shows(Peer.LINPHONE, Feature.OPUS)),
    ],
)
def test_linphone_talks_in_wide_band(secure_server: ServerProcess, linphone: Phone, codec: str) -> None:
    phone = linphone(host=HOST, settings=settings(secure_server), codec=codec)
    call = dialled(secure_server, phone)
    secure_server.wait_for("the greeting", lambda: spoken(secure_server, call))
    figures = hung_up(secure_server, phone, call)
    assert figures["codec"] == codec and figures["packets"] >= 20
    said, greeted = levels(secure_server.recording(call))
    assert said > 1000 and greeted > 300


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(
            "use_rfc2833=1\nuse_info=0\n", marks=shows(Peer.LINPHONE, Feature.KEYS_RFC4733), id="rfc4733"
        ),
        pytest.param("use_rfc2833=0\nuse_info=1\n", marks=shows(Peer.LINPHONE, Feature.KEYS_INFO), id="info"),
    ],
)
def test_keys_of_linphone_arrive_once_each(secure_server: ServerProcess, linphone: Phone, how: str) -> None:
    phone = linphone(host=HOST, settings=settings(secure_server, more=how))
    call = dialled(secure_server, phone)

    def keys() -> str:
        return "".join(events(secure_server, call, "dtmf", "digit"))

    for pressed in ("1", "12", "125", "125#"):
        phone.command(pressed[-1])
        secure_server.wait_for(f"the keys {pressed}", lambda: len(keys()) >= len(pressed))  # noqa: B023 - at once
    hung_up(secure_server, phone, call)
    assert keys() == "125#"


@shows(Peer.LINPHONE, Feature.HOLD)
def test_linphone_holds_and_resumes(secure_server: ServerProcess, linphone: Phone) -> None:
    phone = linphone(host=HOST, settings=settings(secure_server))
    call = dialled(secure_server, phone)

    def holds() -> list[bool]:
        return events(secure_server, call, "hold", "held")

    phone.command("pause")
    secure_server.wait_for("the hold", lambda: holds() == [True])
    phone.wait_for("is now paused")  # until it has our answer it resumes nothing
    phone.command("resume")
    secure_server.wait_for("the end of the hold", lambda: holds() == [True, False])
    hung_up(secure_server, phone, call)


@pytest.mark.parametrize(
    ("wish", "seen"),
    [
        pytest.param("srtp", "SDES A", marks=shows(Peer.LINPHONE, Feature.SDES), id="sdes"),
        pytest.param("dtls", "DTLS A", marks=shows(Peer.LINPHONE, Feature.DTLS), id="dtls"),
    ],
)
def test_linphone_encrypts(
    named_server: ServerProcess,
    linphone: Phone,
    own_caller: Callable[..., OwnCaller],
    wish: str,
    seen: str,
) -> None:
    more = f"media_encryption={wish}\nmedia_encryption_mandatory=1\n"
    phone = linphone(host=HOST, settings=settings(named_server, "tls", more))
    call = dialled(named_server, phone)
    named_server.wait_for("the greeting", lambda: spoken(named_server, call))
    figures = hung_up(named_server, phone, call)
    assert figures["encryption"].startswith(seen) and figures["packets"] >= 20


@shows(Peer.LINPHONE, Feature.BLIND_TRANSFER)
def test_linphone_transfers_its_agent(secure_server: ServerProcess, linphone: Phone, calls: Calls) -> None:
    """To extension 102, which is Asterisk: the agent goes on with that one."""
    wait_until("the registration", lambda: "Registered" in calls.asterisk.command("pjsip show registrations"))
    phone = linphone(host=HOST, settings=settings(secure_server))
    call = dialled(secure_server, phone)
    phone.command(f"transfer sip:102@{secure_server.sip_host}")
    secure_server.wait_for("the other leg", lambda: len(secure_server.records(call)["legs"]) == 2)
    calls.talk()
    calls.asterisk.hang_up()
    record = calls.ended(call)
    assert record["why"] == "hung up" and max(leg["stats"]["packets"] for leg in record["legs"]) >= 30


@shows(Peer.LINPHONE, Feature.ATTENDED_TRANSFER)
def test_linphone_transfers_its_agent_with_consultation(
    secure_server: ServerProcess, linphone: Phone, calls: Calls
) -> None:
    """It talks with extension 102 first, then joins the two."""
    wait_until("the registration", lambda: "Registered" in calls.asterisk.command("pjsip show registrations"))
    phone = linphone(host=HOST, settings=settings(secure_server))
    call = dialled(secure_server, phone)
    phone.command("pause")
    phone.wait_for("is now paused")
    phone.command(f"call sip:102@{secure_server.sip_host}")
    phone.wait_for("for call 2 (audio)")
    phone.command("transfer 1 --to-call 2")
    secure_server.wait_for("the other leg", lambda: len(secure_server.records(call)["legs"]) == 2)
    calls.talk(100)
    calls.asterisk.hang_up()
    record = calls.ended(call)
    assert record["why"] == "hung up" and max(leg["stats"]["packets"] for leg in record["legs"]) >= 30
