"""baresip over UDP and TCP: registers, calls and is called (by TLS: test_tls.py)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.phones import Baresip, OwnCaller
from tests.peers.test_baresip import spoken

pytestmark = pytest.mark.peer

HOST = "127.0.0.46"

Phone = Callable[..., Baresip]


def registers_calls_and_is_called(
    server: ServerProcess, phone: Baresip, own_caller: Callable[..., OwnCaller]
) -> None:
    assert phone.registration().startswith("200")
    before = server.ids()
    phone.command("dial", f"sip:demo@{server.sip}")  # it adds its account's transport itself
    phone.wait_for("CALL_ESTABLISHED")
    server.wait_for("the greeting", lambda: spoken(server))
    phone.command("hangup")
    phone.events.clear()
    (leg,) = server.newest("demo", before)["legs"]
    assert leg["stats"]["packets"] >= 20 and leg["stats"]["sent"] >= 20
    report = own_caller(f"sip:102@{server.sip}", "--seconds", "2").report()
    assert report["rtp"]["received"] >= 60
    phone.wait_for("CALL_CLOSED")


def account(server: ServerProcess, transport: str) -> str:
    return (
        f"<sip:102@{server.sip};transport={transport}>;regint=60;auth_user=102;auth_pass=battery-staple;"
        "answermode=auto;audio_codecs=PCMU"
    )


@pytest.mark.parametrize(
    "transport",
    [
        pytest.param("udp", marks=shows(Peer.BARESIP, Feature.CALLS_UDP, Feature.CALLED_UDP)),
        pytest.param("tcp", marks=shows(Peer.BARESIP, Feature.CALLS_TCP, Feature.CALLED_TCP)),
    ],
)
@shows(Peer.BARESIP, Feature.REGISTERS)
def test_baresip_registers_calls_and_is_called(
    server: ServerProcess, baresip: Phone, own_caller: Callable[..., OwnCaller], transport: str
) -> None:
    registers_calls_and_is_called(server, baresip(account(server, transport), host=HOST), own_caller)
