"""`X-Twilio-Signature`: Twilio's own vectors pass, and nothing that differs from them by a bit."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from providers.twilio.signature import (
    HEADER,
    SETTINGS_HEADER,
    form_of,
    is_signed,
    signature,
    spellings,
)
from tests.testdata import TESTDATA

FORM = "application/x-www-form-urlencoded"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FIELDS = {"CallSid": "CA1234567890ABCDE", "From": "+14158675309", "To": "+18005551212"}


def vectors() -> list[dict[str, Any]]:
    path = TESTDATA / "webhooks" / "vectors.json"
    found: list[dict[str, Any]] = json.loads(path.read_text())["twilio"] if path.exists() else []
    return found


def check(key: str, url: str, body: bytes, given: str, *, content_type: str = FORM, **more: str) -> bool:
    return is_signed([key], url, {HEADER: given, **more}, body, content_type=content_type)


def parts(vector: dict[str, Any]) -> tuple[str, str, bytes, str, str]:
    body = vector["body"]
    if body is None:
        return (
            vector["auth_token"],
            vector["signed_url"],
            urlencode(vector["params"], doseq=True).encode(),
            vector["x_twilio_signature"],
            FORM,
        )
    return (
        vector["auth_token"],
        vector["signed_url"],
        body.encode(),
        vector["x_twilio_signature"],
        "application/json",
    )


def flipped(text: str) -> list[str]:
    """Each bit of each of its characters turned, as far as that gives ASCII that stands in an address."""
    found = []
    for at, each in enumerate(text):
        for bit in range(7):
            other = chr(ord(each) ^ 1 << bit)
            if " " < other < "\x7f":
                found.append(text[:at] + other + text[at + 1 :])
    return found


@pytest.mark.skipif(not vectors(), reason="vectors of the webhooks are not there")
class TestVectors:
    @pytest.mark.parametrize("vector", vectors(), ids=lambda each: str(each["name"]))
    def test_each_passes(self, vector: dict[str, Any]) -> None:
        key, url, body, given, content_type = parts(vector)
        assert check(key, url, body, given, content_type=content_type)

    @pytest.mark.parametrize("vector", vectors(), ids=lambda each: str(each["name"]))
    def test_a_changed_bit_of_the_address_the_signature_or_the_key_is_refused(
        self, vector: dict[str, Any]
    ) -> None:
        key, url, body, given, content_type = parts(vector)
        for other in flipped(url):
            assert not check(key, other, body, given, content_type=content_type), other
        for other in flipped(given):
            assert not check(key, url, body, other, content_type=content_type), other
        for other in flipped(key):
            assert not check(other, url, body, given, content_type=content_type), other

    @pytest.mark.parametrize(
        "vector", [each for each in vectors() if each["body"] is None], ids=lambda each: str(each["name"])
    )
    def test_a_changed_bit_of_a_field_is_refused(self, vector: dict[str, Any]) -> None:
        key, url, _, given, _ = parts(vector)
        for name, value in vector["params"].items():
            others: list[Any] = []
            if isinstance(value, str):
                others = [{**vector["params"], name: other} for other in flipped(value)]
            others += [
                {key: kept for key, kept in vector["params"].items() if key != name} | {other: value}
                for other in flipped(name)
            ]
            for params in others:
                assert not check(key, url, urlencode(params, doseq=True).encode(), given), params

    def test_a_changed_bit_of_a_body_is_refused(self) -> None:
        for vector in vectors():
            if vector["body"] is not None:
                key, url, body, given, content_type = parts(vector)
                for other in flipped(body.decode()):
                    assert not check(key, url, other.encode(), given, content_type=content_type)


def test_it_is_what_the_official_library_makes() -> None:
    made = RequestValidator("token").compute_signature(URL, FIELDS)
    assert signature("token", URL, list(FIELDS.items())) == made


@pytest.mark.parametrize(
    "signed_with", ["https://voice.example.com/x?a=1", "https://voice.example.com:443/x?a=1"]
)
@pytest.mark.parametrize(
    "called_by", ["https://voice.example.com/x?a=1", "https://voice.example.com:443/x?a=1"]
)
def test_a_port_that_goes_without_saying_may_stand_there_or_not(signed_with: str, called_by: str) -> None:
    given = signature("token", signed_with, list(FIELDS.items()))
    assert check("token", called_by, urlencode(FIELDS).encode(), given)


def test_a_port_of_ones_own_is_part_of_the_address() -> None:
    given = signature("token", "https://voice.example.com:8443/x", list(FIELDS.items()))
    assert check("token", "https://voice.example.com:8443/x", urlencode(FIELDS).encode(), given)
    assert not check("token", "https://voice.example.com:8444/x", urlencode(FIELDS).encode(), given)
    assert not check("token", "https://voice.example.com/x", urlencode(FIELDS).encode(), given)


def test_nothing_but_the_port_is_written_anew() -> None:
    odd = "https://voice.example.com/a%2Fb//c?x=%20+y&x=1&&z#f"
    assert spellings(odd) == [odd, odd.replace(".com", ".com:443", 1)]
    assert spellings("wss://voice.example.com/a") == ["wss://voice.example.com/a"]
    assert spellings("https://voice.example.com:port/") == ["https://voice.example.com:port/"]


def test_the_order_of_a_query_counts_and_that_of_a_form_does_not() -> None:
    given = signature("token", "https://a.example/x?b=2&a=1", list(FIELDS.items()))
    turned = urlencode(dict(reversed(FIELDS.items()))).encode()
    assert check("token", "https://a.example/x?b=2&a=1", turned, given)
    assert not check("token", "https://a.example/x?a=1&b=2", turned, given)


def test_a_body_that_is_no_form_needs_its_hash_in_the_address() -> None:
    body = b'{"a": 1}'
    url = f"https://a.example/x?b=2&bodySHA256={hashlib.sha256(body).hexdigest()}"
    given = signature("token", url)
    assert check("token", url, body, given, content_type="application/json")
    assert not check("token", url, b'{"a": 2}', given, content_type="application/json")
    bare = signature("token", "https://a.example/x")
    assert not check("token", "https://a.example/x", body, bare, content_type="application/json")
    assert check("token", "https://a.example/x", b"", bare, content_type="")


def test_a_shared_key_may_sign_with_sha_256() -> None:
    body = urlencode(FIELDS).encode()
    given = signature("shared", URL, list(FIELDS.items()), "sha256")
    said = {SETTINGS_HEADER: "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}
    assert is_signed(["token", "shared"], URL, {HEADER: given, **said}, body, content_type=FORM)
    assert not is_signed(["token", "shared"], URL, {HEADER: given}, body, content_type=FORM)
    other = {SETTINGS_HEADER: "algorithm=HMAC_MD5"}
    assert not is_signed(["token", "shared"], URL, {HEADER: given, **other}, body, content_type=FORM)


def test_without_a_key_or_a_signature_nothing_counts() -> None:
    body = urlencode(FIELDS).encode()
    assert not is_signed([], URL, {HEADER: signature("", URL, list(FIELDS.items()))}, body, content_type=FORM)
    assert not is_signed(
        [""], URL, {HEADER: signature("", URL, list(FIELDS.items()))}, body, content_type=FORM
    )
    assert not is_signed(["token"], URL, {}, body, content_type=FORM)


@pytest.mark.parametrize("body", [b"a=\xff", b"a", b"a=%ff", b"&".join(b"a=1" for _ in range(400))])
def test_a_form_that_cannot_be_read_is_said_to_be_one(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        form_of(body, FORM)


def test_a_field_that_comes_several_times_counts_by_each_value_once() -> None:
    twice = [("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
    assert signature("k", URL, twice) == signature("k", URL, [("Digits", "1234"), ("Digits", "5678")])
