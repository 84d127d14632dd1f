"""Digest authentication: known answers, nonces that age and count, and nothing told to a guesser."""

from __future__ import annotations

import json
import re

import pytest

import sip.calls.digest
from sip.calls.digest import (
    Authenticator,
    ChallengeError,
    Proof,
    answer_challenge,
    digest,
    is_stale,
    parse_auth,
)
from sip.messages.grammar import ParseError
from sip.messages.uri import Uri
from tests.testdata import TESTDATA

USERS = {"bob": "zanzibar", "jörg": "schlüssel", 'we"ird\\': 'p"w'}
TARGET = Uri.parse("sip:example.com")
VECTORS = TESTDATA / "webhooks" / "vectors.json"


@pytest.fixture
def server() -> Authenticator:
    return Authenticator("example.com", USERS.get)


def login(server: Authenticator, now: float = 0.0, user: str = "bob", password: str = "zanzibar") -> str:
    return answer_challenge(server.challenge(now), user, password, "REGISTER", TARGET)


def outcome(server: Authenticator, header: str | None, now: float = 0.0, method: str = "REGISTER") -> Proof:
    return server.verify(header, method, TARGET, b"", now).outcome


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


def test_the_challenge_offers_sha256_and_md5_with_a_random_128_bit_nonce(server: Authenticator) -> None:
    challenges = [parse_auth(text)[1] for text in server.challenge(0.0)]
    assert [fields["algorithm"] for fields in challenges] == ["SHA-256", "MD5"]
    for fields in challenges:
        assert fields["realm"] == "example.com" and fields["qop"] == "auth"
        assert re.fullmatch("[0-9a-f]{32}", fields["nonce"])
    assert parse_auth(server.challenge(0.0)[0])[1]["nonce"] != challenges[0]["nonce"]
    assert not is_stale(server.challenge(0.0)) and is_stale(server.challenge(0.0, stale=True))


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("which", [0, 1])
def test_the_right_password_passes(server: Authenticator, user: str, which: int) -> None:
    header = answer_challenge([server.challenge(0.0)[which]], user, USERS[user], "REGISTER", TARGET)
    verdict = server.verify(header, "REGISTER", TARGET, b"", 1.0)
    assert verdict.ok and verdict.user == user


def test_the_same_credentials_twice_are_a_replay(server: Authenticator) -> None:
    header = login(server)
    assert outcome(server, header) is Proof.OK
    assert outcome(server, header) is Proof.REFUSED


def test_the_nonce_count_must_rise(server: Authenticator) -> None:
    challenges = server.challenge(0.0)
    results = [
        outcome(server, answer_challenge(challenges, "bob", "zanzibar", "REGISTER", TARGET, nc=nc))
        for nc in (1, 3, 2, 3, 4)
    ]
    assert results == [Proof.OK, Proof.OK, Proof.REFUSED, Proof.REFUSED, Proof.OK]


def test_a_nonce_of_a_client_that_does_not_count_is_good_once(server: Authenticator) -> None:
    challenge = server.challenge(0.0)[1].replace(', qop="auth"', "")
    header = answer_challenge([challenge], "bob", "zanzibar", "REGISTER", TARGET)
    assert outcome(server, header) is Proof.OK
    assert outcome(server, header) is Proof.REFUSED


def test_a_nonce_lives_60_seconds(server: Authenticator) -> None:
    assert outcome(server, login(server, 0.0), 59.9) is Proof.OK
    assert outcome(server, login(server, 100.0), 160.0) is Proof.STALE
    assert outcome(server, login(server, 200.0, password="wrong"), 260.0) is Proof.REFUSED


def test_a_nonce_we_never_gave_is_stale_only_with_the_right_password(server: Authenticator) -> None:
    other = Authenticator("example.com", USERS.get)
    assert outcome(server, login(other)) is Proof.STALE
    assert outcome(server, login(other, password="wrong")) is Proof.REFUSED


def test_nonces_are_bounded_and_the_oldest_goes_first() -> None:
    server = Authenticator("example.com", USERS.get, max_nonces=3)
    headers = [login(server) for _ in range(4)]
    assert [outcome(server, header) for header in headers] == [Proof.STALE] + [Proof.OK] * 3


def test_unknown_user_and_wrong_password_get_the_same_answer_for_the_same_work(
    server: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    real = sip.calls.digest.digest

    def counting(**given: str) -> str:
        calls.append(given["username"])
        return real(**given)  # type: ignore[arg-type]

    unknown = login(server, user="nobody", password="zanzibar")
    wrong = login(server, user="bob", password="wrong")
    monkeypatch.setattr(sip.calls.digest, "digest", counting)
    verdicts = [server.verify(header, "REGISTER", TARGET, b"", 0.0) for header in (unknown, wrong)]
    assert verdicts[0] == verdicts[1] and verdicts[0].outcome is Proof.REFUSED
    assert calls == ["nobody", "bob"]


def test_the_dummy_password_of_unknown_users_opens_nothing(server: Authenticator) -> None:
    header = login(server, user="nobody", password=server._dummy)
    assert outcome(server, header) is Proof.REFUSED


def test_credentials_hold_for_their_method_and_uri_only(server: Authenticator) -> None:
    assert outcome(server, login(server), method="INVITE") is Proof.REFUSED
    elsewhere = Uri.parse("sip:other.example.com")
    assert server.verify(login(server), "REGISTER", elsewhere, b"", 0.0).outcome is Proof.REFUSED
    assert server.verify(login(server), "REGISTER", "sip:EXAMPLE.com", b"", 0.0).ok


def test_a_changed_field_is_refused(server: Authenticator) -> None:
    for old, new in [
        ('username="bob"', 'username="Bob"'),
        ('realm="example.com"', 'realm="example.org"'),
        ("qop=auth", "qop=auth-int"),
        ("nc=00000001", "nc=1"),
        ("nc=00000001", "nc=00000002"),
        ("algorithm=SHA-256", "algorithm=SHA-256-sess"),
        ("algorithm=SHA-256", "algorithm=MD5"),
        ("Digest ", "Basic "),
        ('response="', 'response="0'),
        ('uri="sip:example.com"', 'uri="sip:("'),
        ("cnonce=", "x="),
    ]:
        header = login(server)
        assert old in header
        assert outcome(server, header.replace(old, new)) is Proof.REFUSED


@pytest.mark.parametrize(
    "header", [None, "", "NoOneKnowsThisScheme opaque-data=here", "Digest", 'Digest a="', "Digest a=1,a=2"]
)
def test_strange_credentials_are_refused_without_an_exception(
    server: Authenticator, header: str | None
) -> None:
    assert outcome(server, header) is Proof.REFUSED


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
