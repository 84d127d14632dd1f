"""Encrypted calls with baresip's own SRTP, and with that of `voiceforge call`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.peers.conftest import ServerProcess
from tests.peers.matrix import Feature, Peer, shows
from tests.peers.phones import Baresip, OwnCaller

pytestmark = pytest.mark.peer

HOST = "127.0.0.46"
SUITE = "SDES AES_CM_128_HMAC_SHA1_80"

Phone = Callable[..., Baresip]


def guest(options: str = "") -> str:
    return f"<sip:guest@{HOST}:PORT>;regint=0;audio_codecs=PCMU{options}"


def extension(server: ServerProcess, user: str, password: str, options: str) -> str:
    """A phone that registers and picks up at once."""
    return (
        f"<sip:{user}@{server.sip}>;regint=60;auth_user={user};auth_pass={password};"
        f"answermode=auto;audio_codecs=PCMU{options}"
    )


def heard(server: ServerProcess, before: set[str]) -> bool:
    """Audio of the new call came to us."""
    live = [
        call for call in server.get("/api/telephony/calls?state=live")["items"] if call["id"] not in before
    ]
    return any(leg["stats"]["packets"] > 20 for call in live for leg in server.records(call["id"])["legs"])


def called(server: ServerProcess, phone: Baresip, *, hold: bool = False) -> dict[str, Any]:
    """Call the demo until it speaks; the figures of the call's leg."""
    before = server.ids()
    phone.command("dial", f"sip:demo@{server.sip}")
    phone.wait_for("CALL_ESTABLISHED")
    server.wait_for("the greeting", lambda: _spoken(server, before))
    if hold:
        phone.command("hold")
        phone.command("resume")
    phone.command("hangup")
    record = server.newest("demo", before)
    assert record["why"] == "hung up"
    [leg] = record["legs"]
    figures: dict[str, Any] = leg["stats"]
    return figures


def _spoken(server: ServerProcess, before: set[str]) -> bool:
    fresh = server.ids() - before
    return any(line["heard"] for call in fresh for line in server.records(call)["transcript"])


@shows(Peer.BARESIP, Feature.DTLS)
def test_baresip_calls_with_dtls(server: ServerProcess, baresip: Phone) -> None:
    phone = baresip(guest(";mediaenc=dtls_srtp;rtcp_mux=yes"), host=HOST)
    figures = called(server, phone, hold=True)
    assert figures["encryption"].startswith("DTLS A")
    assert figures["packets"] >= 20 and figures["sent"] >= 20


@shows(Peer.BARESIP, Feature.SDES)
@pytest.mark.parametrize("mediaenc", ["srtp", "srtp-mand", "srtp-mandf"])
def test_baresip_calls_with_srtp(server: ServerProcess, baresip: Phone, mediaenc: str) -> None:
    phone = baresip(guest(f";mediaenc={mediaenc}"), host=HOST)
    figures = called(server, phone)
    assert figures["encryption"] == SUITE
    assert figures["packets"] >= 20 and figures["sent"] >= 20
    assert figures["rejected_packets"] <= 1  # it opens its NAT with an RTCP packet that it does not encrypt


@shows(Peer.BARESIP, Feature.SRTP_OPTIONAL)
def test_baresip_without_srtp_is_not_encrypted(server: ServerProcess, baresip: Phone) -> None:
    assert called(server, baresip(guest(), host=HOST))["encryption"] is None


def test_baresip_holds_and_resumes_an_encrypted_call(server: ServerProcess, baresip: Phone) -> None:
    figures = called(server, baresip(guest(";mediaenc=srtp-mand"), host=HOST), hold=True)
    assert figures["encryption"] == SUITE and figures["packets"] >= 20


@shows(Peer.BARESIP, Feature.SDES)
def test_an_encrypted_call_goes_on_to_a_phone_that_wants_it_as_well(
    server: ServerProcess, baresip: Phone, own_caller: Callable[..., OwnCaller]
) -> None:
    account = extension(server, "103", "staple-battery", ";mediaenc=srtp-mand")
    phone = baresip(account, host=HOST)
    assert phone.registration().startswith("200")
    before = server.ids()
    caller = own_caller(f"sip:103@{server.sip}", "--srtp", "--seconds", "2")
    phone.wait_for("CALL_ESTABLISHED")
    report = caller.report()
    assert report["rtp"]["encryption"] == "SDES AEAD_AES_256_GCM"
    record = server.newest("extension", before)
    assert [leg["stats"]["encryption"] for leg in record["legs"]] == ["SDES AEAD_AES_256_GCM"] * 2
    assert [leg["stats"]["packets"] >= 60 for leg in record["legs"]] == [True, True]


@shows(Peer.BARESIP, Feature.SRTP_REQUIRED)
def test_a_phone_that_cannot_is_not_called_where_encryption_is_required(
    server: ServerProcess, baresip: Phone, own_caller: Callable[..., OwnCaller]
) -> None:
    phone = baresip(extension(server, "103", "staple-battery", ""), host=HOST)
    assert phone.registration().startswith("200")
    assert "488" in own_caller(f"sip:103@{server.sip}").refusal()
