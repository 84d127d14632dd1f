"""Webhooks prove themselves by Ed25519 over time and body, within five minutes."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from mediaserver.errors import UnprovenError
from providers.telnyx.account import TelnyxAccount
from providers.telnyx.signature import SIGNATURE, TIMESTAMP, Verifier
from tests.standins.telnyx.calls import Signer, event
from tests.testdata import TESTDATA

BODY = event("call.initiated", {"call_control_id": "v3:a"}, "0ccc7b54-4df3-4bca-a65a-3da1ecc777f0")
AT = 1_795_219_200


def signed(body: bytes = BODY, at: float = AT) -> tuple[Verifier, dict[str, str]]:
    signer = Signer()
    return Verifier(signer.public_key), dict(signer.webhook("", body, at).headers)


@pytest.fixture(scope="module")
def vector() -> dict[str, Any]:
    path = TESTDATA / "webhooks" / "vectors.json"
    if not path.exists():
        pytest.skip("the vectors are not on this machine")
    found: dict[str, Any] = json.loads(path.read_text())["telnyx"][0]
    return found


def test_the_known_vector_is_proven(vector: dict[str, Any]) -> None:
    headers = {TIMESTAMP: vector["timestamp"], SIGNATURE: vector["signature_b64"]}

    Verifier(vector["public_key_b64"]).verify(headers, vector["body"].encode(), int(vector["timestamp"]))


def test_no_bit_of_the_known_vectors_body_may_change(vector: dict[str, Any]) -> None:
    headers = {TIMESTAMP: vector["timestamp"], SIGNATURE: vector["signature_b64"]}
    verifier, body = Verifier(vector["public_key_b64"]), vector["body"].encode()

    for changed in flipped(body):
        with pytest.raises(UnprovenError, match="signature does not fit"):
            verifier.verify(headers, changed, int(vector["timestamp"]))


def test_no_bit_of_the_signature_or_the_time_may_change() -> None:
    verifier, headers = signed()

    for changed in flipped(base64.b64decode(headers[SIGNATURE])):
        told = {**headers, SIGNATURE: base64.b64encode(changed).decode()}
        with pytest.raises(UnprovenError):
            verifier.verify(told, BODY, AT)
    for later in range(-3, 4):
        if later:
            with pytest.raises(UnprovenError, match="does not fit"):
                verifier.verify({**headers, TIMESTAMP: str(AT + later)}, BODY, AT)


def flipped(octets: bytes) -> list[bytes]:
    number = int.from_bytes(octets, "big")
    return [(number ^ (1 << bit)).to_bytes(len(octets), "big") for bit in range(len(octets) * 8)]


@pytest.mark.parametrize("apart", [-300, -299, 0, 300])
def test_five_minutes_apart_are_allowed_either_way(apart: int) -> None:
    verifier, headers = signed()

    verifier.verify(headers, BODY, AT + apart)


@pytest.mark.parametrize(
    ("apart", "words"), [(301, "behind this machine's"), (-301, "ahead of this machine's")]
)
def test_more_is_told_apart_from_a_wrong_signature(apart: int, words: str) -> None:
    verifier, headers = signed()

    with pytest.raises(UnprovenError, match=words):
        verifier.verify(headers, BODY, AT + apart)


def test_another_accounts_key_proves_nothing() -> None:
    _, headers = signed()

    with pytest.raises(UnprovenError, match="public_key"):
        Verifier(Signer().public_key).verify(headers, BODY, AT)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {TIMESTAMP: str(AT)},
        {SIGNATURE: "AAAA"},
        {TIMESTAMP: "soon", SIGNATURE: "AAAA"},
        {TIMESTAMP: "-1", SIGNATURE: "AAAA"},
        {TIMESTAMP: "9" * 400, SIGNATURE: "AAAA"},
        {TIMESTAMP: "\u0661\u0662", SIGNATURE: "AAAA"},
        {TIMESTAMP: str(AT), SIGNATURE: "not base64!"},
        {TIMESTAMP: str(AT), SIGNATURE: "AAAA"},
        {TIMESTAMP: str(AT), SIGNATURE: "A" * 100_000},
    ],
)
def test_headers_that_make_no_sense_prove_nothing(headers: dict[str, str]) -> None:
    verifier, _ = signed()

    with pytest.raises(UnprovenError):
        verifier.verify(headers, BODY, AT)


@pytest.mark.parametrize("key", ["", "AAAA", "not base64", base64.b64encode(bytes(31)).decode()])
def test_an_account_wants_a_key_that_is_one(key: str) -> None:
    with pytest.raises(ValueError, match="Ed25519"):
        TelnyxAccount.model_validate({"api_key": "KEY", "public_key": key, "connection_id": "1"})


@pytest.mark.parametrize(
    "url",
    [
        "http://api.telnyx.com/v2",
        "ftp://127.0.0.1",
        "https://me:secret@host",
        "https://host?x=1",
        "https://",
        "x",
    ],
)
def test_the_key_is_sent_nowhere_unsafe(url: str) -> None:
    with pytest.raises(ValueError):
        TelnyxAccount.model_validate(
            {"api_key": "KEY", "public_key": Signer().public_key, "connection_id": "1", "base_url": url}
        )


def test_an_id_may_be_told_as_a_number() -> None:
    """As `--set connection_id=…` of the command line has it."""
    told = {"api_key": "KEY", "public_key": Signer().public_key, "connection_id": 1494404757140276705}

    assert TelnyxAccount.model_validate(told).connection_id == "1494404757140276705"
