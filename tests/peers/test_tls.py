"""Encrypted signalling with phones that people use, as docs/interop.md tells them to: the server's self-made
certificate, its authority given to the phone.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.peers.conftest import EXTENSIONS, ServerProcess, running_server
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.phones import Baresip, OwnCaller

pytestmark = pytest.mark.peer

HOST = "127.0.0.51"
SERVER = "127.0.0.52"

Phone = Callable[..., Baresip]


@pytest.fixture(scope="module")
def secure() -> Iterator[ServerProcess]:
    """A server that can be called by TLS."""
    yield from running_server(SERVER, 'digest = ["MD5"]\ntls = "self-made"\ntls_port = 0' + EXTENSIONS)


def authority(server: ServerProcess) -> Path:
    return server.folder / "data" / "tls" / "ca.pem"


def account(server: ServerProcess, user: str = "102", *, regint: int = 60) -> str:
    return (
        f"<sip:{user}@{server.sips};transport=tls>;regint={regint};auth_user=102;auth_pass=battery-staple;"
        "answermode=auto;audio_codecs=PCMU"
    )


@shows(Peer.BARESIP, Feature.CALLS_TLS, Feature.CALLED_TLS, Feature.REGISTERS)
def test_baresip_registers_by_tls_and_calls_and_is_called_by_it(
    secure: ServerProcess, baresip: Phone, own_caller: Callable[..., OwnCaller]
) -> None:
    phone = baresip(account(secure), host=HOST, options=f"sip_cafile {authority(secure)}\n")
    assert phone.registration().startswith("200 OK")
    before = secure.ids()
    phone.command("dial", f"sip:echo@{secure.sips}")  # it adds its account's transport itself
    phone.wait_for("CALL_ESTABLISHED")
    phone.command("hangup")
    record = secure.newest("echo", before)
    assert (record["why"], record["ended_by"]) == ("hung up", "caller")
    phone.events.clear()
    caller = own_caller(f"sips:102@{secure.sips}", "--ca", str(authority(secure)), "--seconds", "2")
    phone.wait_for("CALL_ESTABLISHED")
    assert caller.report()["answered"]
    phone.wait_for("CALL_CLOSED")


def test_who_does_not_know_the_authority_says_so(
    secure: ServerProcess, own_caller: Callable[..., OwnCaller]
) -> None:
    said = own_caller(f"sips:echo@{secure.sips}").refusal()
    assert "authority that is not known here; add that one to the CA file (sip.tls_ca, --ca)" in said
    assert said.count("\n") == 1
    assert "it does not know who signed our certificate; give it our CA file" in secure.log()


def test_a_certificate_is_read_anew_while_the_server_runs(
    secure: ServerProcess, own_caller: Callable[..., OwnCaller]
) -> None:
    caller = own_caller(f"sips:echo@{secure.sips}", "--ca", str(authority(secure)), "--seconds", "4")
    before = secure.ids()
    secure.wait_for("the call", lambda: secure.ids() - before)
    (authority(secure).parent / "server.pem").unlink()
    secure.process.send_signal(signal.SIGHUP)
    secure.wait_for("the new one", lambda: "was read anew" in secure.log())
    report = caller.report()
    assert report["ended"] == "hung up by caller" and report["rtp"]["lost"] == 0
    assert own_caller(f"sips:echo@{secure.sips}", "--ca", str(authority(secure)), "--seconds", "1").report()
