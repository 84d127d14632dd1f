"""Asterisk and encryption, both ways: TLS with certificates that each side checks, SRTP with keys by SDES and
by DTLS, where it is optional, required and refused.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.peers.matrix import Feature, Peer, shows
from tests.peers.pbx import Calls
from tests.peers.phones import levels, wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

SDES = "SDES AES_CM_128_HMAC_SHA1_80"
DTLS = "DTLS AES_CM_128_HMAC_SHA1_80"


def called(calls: Calls, by: str) -> dict[str, Any]:
    """Asterisk calls our echo and hears it; the call's records."""
    call = calls.come_in("echo", "800", by)
    calls.talk()
    calls.asterisk.hang_up()
    record = calls.ended(call)
    assert record["why"] == "hung up"
    said, echoed = levels(calls.server.recording(call))
    assert said > 1000 and echoed > 1000
    return record


def placed(calls: Calls, endpoint: str, **more: Any) -> dict[str, Any]:
    """We call Asterisk's tone and talk to it; the call's records."""
    calls.trunk(endpoint, **more)
    call = calls.answered(calls.place("603", "echo"))
    calls.talk()
    record = calls.end(call)
    assert record["legs"][0]["stats"]["packets"] >= 50
    heard, _ = levels(calls.server.recording(call))
    assert heard > 1000
    return record


def encryption(record: dict[str, Any]) -> str | None:
    found: str | None = record["legs"][0]["stats"]["encryption"]
    return found


@shows(Peer.ASTERISK, Feature.CALLS_TLS)
def test_asterisk_calls_by_tls(calls: Calls) -> None:
    """It knows our authority, and no other; plain audio."""
    assert encryption(called(calls, "encrypted")) is None


@shows(Peer.ASTERISK, Feature.CALLED_TLS, Feature.TRUNK)
def test_asterisk_is_called_by_tls(calls: Calls) -> None:
    """We know its authority by `sip.tls_ca`; plain audio."""
    assert encryption(placed(calls, "encrypted", transport="tls")) is None


@shows(Peer.ASTERISK, Feature.SDES)
def test_asterisk_calls_with_srtp(calls: Calls) -> None:
    assert encryption(called(calls, "sdes")) == SDES


@shows(Peer.ASTERISK, Feature.DTLS)
def test_asterisk_calls_with_dtls(calls: Calls) -> None:
    assert encryption(called(calls, "dtls")) == DTLS


@shows(Peer.ASTERISK, Feature.SRTP_OPTIONAL)
def test_asterisk_calls_with_srtp_where_we_can(calls: Calls) -> None:
    assert encryption(called(calls, "sdes-optional")) == SDES


@pytest.mark.parametrize("wish", ["optional", "required"])
@shows(Peer.ASTERISK, Feature.SDES)
def test_asterisk_is_called_with_srtp(calls: Calls, wish: str) -> None:
    record = placed(calls, "sdes-optional", transport="tls", encryption=wish)
    assert encryption(record) == SDES


@shows(Peer.ASTERISK, Feature.SDES)
def test_asterisk_that_requires_srtp_is_called_with_it(calls: Calls) -> None:
    assert encryption(placed(calls, "sdes", transport="tls", encryption="required")) == SDES


@shows(Peer.ASTERISK, Feature.DTLS)
def test_asterisk_is_called_with_dtls(calls: Calls) -> None:
    assert encryption(placed(calls, "dtls", encryption="required")) == DTLS


@shows(Peer.ASTERISK, Feature.SRTP_OPTIONAL)
def test_asterisk_without_srtp_is_called_without_where_that_may_be(calls: Calls) -> None:
    assert encryption(placed(calls, "encrypted", transport="tls", encryption="optional")) is None


@shows(Peer.ASTERISK, Feature.SRTP_REQUIRED)
def test_asterisk_without_srtp_is_not_called_where_we_require_it(calls: Calls) -> None:
    calls.trunk("encrypted", transport="tls", encryption="required")
    record = calls.ended(calls.place("603", "echo"))
    assert record["code"] == 488 and not record["answered_at"]


@shows(Peer.ASTERISK, Feature.SRTP_REQUIRED)
def test_asterisk_that_requires_srtp_is_not_called_without(calls: Calls) -> None:
    calls.trunk("sdes", transport="tls", encryption="off")
    record = calls.ended(calls.place("603", "echo"))
    assert record["code"] == 488 and not record["answered_at"]


@pytest.mark.parametrize(("by", "wish"), [("encrypted", "required"), ("sdes", "off")])
@shows(Peer.ASTERISK, Feature.SRTP_REQUIRED)
def test_asterisk_is_refused_what_does_not_go_with_its_trunk(calls: Calls, by: str, wish: str) -> None:
    calls.trunk(by, transport="tls", encryption=wish)
    seen = calls.asterisk.log().count("SIP/2.0 488")
    calls.asterisk.call("echo", "800", by)
    wait_until("our refusal there", lambda: calls.asterisk.log().count("SIP/2.0 488") > seen)
