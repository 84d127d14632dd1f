"""Digest authentication: known answers, the client's side, and the grammar."""

from __future__ import annotations

import json

import pytest

from sip.access.digest import (
    ChallengeError,
    answer_challenge,
    digest,
    parse_auth,
)
from sip.messages.grammar import ParseError
from tests.testdata import TESTDATA

VECTORS = TESTDATA / "webhooks" / "vectors.json"


# RFC 2617 section 3.5 and RFC 7616 sections 3.9.1.
RFC2617 = dict(
    username="Mufasa",
    realm="testrealm@host.com",
    password="Circle Of Life",
    method="GET",
    uri="/dir/index.html",
    nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
    qop="auth",
    nc="00000001",
    cnonce="0a4f113b",
)
RFC7616 = dict(
    username="Mufasa",
    realm="http-auth@example.org",
    password="Circle of Life",
    method="GET",
    uri="/dir/index.html",
    nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    qop="auth",
    nc="00000001",
    cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
)


@pytest.mark.parametrize(
    ("given", "algorithm", "response"),
    [
        (RFC2617, "MD5", "6629fae49393a05397450978507c4ef1"),
        (RFC7616, "MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        (RFC7616, "SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_known_answers_of_the_rfcs(given: dict[str, str], algorithm: str, response: str) -> None:
    assert digest(algorithm=algorithm, **given) == response  # type: ignore[arg-type]  # no body among them


def test_known_answers_of_the_shared_vectors() -> None:
    if not VECTORS.exists():
        pytest.skip(f"no vectors at {VECTORS}")
    vectors = json.loads(VECTORS.read_text())["sip_digest"]
    assert vectors
    for vector in vectors:
        given = {name: value for name, value in vector.items() if name not in ("source", "response")}
        assert digest(**given) == vector["response"]


def test_the_client_answers_the_rfc_challenge_with_the_rfc_response() -> None:
    challenges = [
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, '
        f'nonce="{RFC7616["nonce"]}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, '
        f'nonce="{RFC7616["nonce"]}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    ]
    answer = answer_challenge(
        challenges, "Mufasa", "Circle of Life", "GET", "/dir/index.html", cnonce=RFC7616["cnonce"]
    )
    scheme, fields = parse_auth(answer)
    assert scheme == "Digest" and fields["algorithm"] == "SHA-256"
    assert fields["response"] == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    assert fields["opaque"] == "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
    assert (fields["qop"], fields["nc"]) == ("auth", "00000001")
    assert "nc=00000001" in answer and "qop=auth," in answer


def test_the_client_manages_auth_int_and_no_qop_and_session_algorithms() -> None:
    only_int = answer_challenge(
        ['Digest realm="r", nonce="n", qop="auth-int"'], "u", "p", "M", "sip:x", b"v=0"
    )
    assert "qop=auth-int" in only_int
    other = answer_challenge(['Digest realm="r", nonce="n", qop="auth-int"'], "u", "p", "M", "sip:x", b"v=1")
    assert parse_auth(only_int)[1]["response"] != parse_auth(other)[1]["response"]
    legacy = parse_auth(answer_challenge(['Digest realm="r",nonce="n"'], "u", "p", "M", "sip:x"))[1]
    assert not {"qop", "nc", "cnonce", "algorithm"} & legacy.keys()
    # H(H(u:r:p):n:H(M:sip:x)) by RFC 2617 section 3.2.2.1
    assert legacy["response"] == digest(
        algorithm="MD5", username="u", realm="r", password="p", method="M", uri="sip:x", nonce="n"
    )
    session = parse_auth(
        answer_challenge(
            ['Digest realm="r",nonce="n",algorithm=MD5-sess'], "u", "p", "M", "sip:x", cnonce="c"
        )
    )[1]
    assert session["algorithm"] == "MD5-sess" and session["cnonce"] == "c"
    assert session["response"] != legacy["response"]


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "Basic realm=x",
        "Digest",
        'Digest realm="x"',
        'Digest realm="x", nonce="n", algorithm=ROT13',
        'Digest realm="x", nonce="n", qop="magic"',
        'Digest realm="x',
    ],
)
def test_the_client_says_when_no_challenge_can_be_answered(challenge: str) -> None:
    with pytest.raises(ChallengeError):
        answer_challenge([challenge], "u", "p", "M", "sip:x")


def test_auth_grammar() -> None:
    assert parse_auth('Digest a="x, \\"y\\"" , b=1,,C = z ,') == (
        "Digest",
        {"a": 'x, "y"', "b": "1", "c": "z"},
    )
    assert parse_auth("Negotiate") == ("Negotiate", {})
    for text in ("", "=", "Digest a", "Digest a=", 'Digest a="x', "Digest a=1 b=2", 'Digest a="x"y'):
        with pytest.raises(ParseError):
            parse_auth(text)
    with pytest.raises(ParseError):
        parse_auth("Digest " + ",".join(f"a{i}=1" for i in range(100)))
