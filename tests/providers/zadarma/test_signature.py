"""Signatures against vectors made by the rules of Zadarma's official client."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

import pytest

from providers.zadarma.signature import SIGNED, authorization, proven, query, signature
from tests.testdata import TESTDATA

VECTORS = TESTDATA / "webhooks" / "vectors.json"
CALL = {"caller_id": "+15551230000", "called_did": "+15557654321", "call_start": "2026-11-20 12:00:00"}
RIGHT = "ZWExZmMxODBmZTNjZTQ3MDNiOGNkMmRmNjBhYzE5YWFkZWM0YzU1MQ=="


@pytest.mark.skipif(not VECTORS.exists(), reason="the vectors are not here")
def test_the_vectors() -> None:
    told, asked = json.loads(VECTORS.read_text())["zadarma"]
    fields = {"event": "NOTIFY_START", **{name: told[name] for name in CALL}}
    assert proven(told["secret"], fields, told["Signature"])
    params = dict(parse_qsl(asked["params"]))
    assert authorization("KEY", asked["secret"], asked["method"], params) == asked["Authorization"]


def test_a_signature_is_of_its_fields_and_secret() -> None:
    assert signature("test_secret", "".join(CALL.values())) == RIGHT
    assert proven("test_secret", {"event": "NOTIFY_START", **CALL}, RIGHT)
    assert proven("test_secret", {"event": "NOTIFY_END", **CALL}, f" {RIGHT} ")
    for fields, secret, given in (
        ({**CALL, "caller_id": "+15551230001"}, "test_secret", RIGHT), (CALL, "test_secret", ""),
        (CALL, "other", RIGHT), (CALL, "test_secret", "ZWEx"), (CALL, "test_secret", "é"),
    ):  # fmt: skip
        assert not proven(secret, {"event": "NOTIFY_START", **fields}, given)
    assert not proven("test_secret", CALL, RIGHT)
    assert not proven("test_secret", {"event": "NOTIFY_ANSWER", **CALL}, RIGHT)
    nothing = signature("test_secret", "")
    assert not any(proven("test_secret", {"event": event}, nothing) for event in SIGNED)


def test_a_query_is_written_as_php_writes_it() -> None:
    assert query({"b": "a b", "a": "1+1~2", "ü": "/*-_."}) == "a=1%2B1%7E2&b=a+b&%C3%BC=%2F%2A-_."
