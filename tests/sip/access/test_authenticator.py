"""The server's side of digest authentication: nonces that age and count, and nothing told to a guesser."""

from __future__ import annotations

import re

import pytest

import sip.access.authenticator
import sip.access.digest
from sip.access.authenticator import Authenticator, Proof
from sip.access.digest import answer_challenge, is_stale, parse_auth
from sip.messages.uri import Uri

USERS = {"bob": "zanzibar", "jörg": "schlüssel", 'we"ird\\': 'p"w'}
TARGET = Uri.parse("sip:example.com")
HOST = "192.0.2.1"


@pytest.fixture
def server() -> Authenticator:
    return Authenticator("example.com", USERS.get)


def login(server: Authenticator, now: float = 0.0, user: str = "bob", password: str = "zanzibar") -> str:
    return answer_challenge(server.challenge(HOST, now), user, password, "REGISTER", TARGET)


def outcome(
    server: Authenticator, header: str | None, now: float = 0.0, method: str = "REGISTER", host: str = HOST
) -> Proof:
    return server.verify(header, method, TARGET, b"", host, now).outcome


def test_the_challenge_offers_sha256_and_md5_with_a_nonce_of_its_own(server: Authenticator) -> None:
    challenges = [parse_auth(text)[1] for text in server.challenge(HOST, 0.0)]
    assert [fields["algorithm"] for fields in challenges] == ["SHA-256", "MD5"]
    for fields in challenges:
        assert fields["realm"] == "example.com" and fields["qop"] == "auth"
        assert re.fullmatch("[0-9a-f]{60}", fields["nonce"])
    assert parse_auth(server.challenge(HOST, 0.0)[0])[1]["nonce"] != challenges[0]["nonce"]
    assert not is_stale(server.challenge(HOST, 0.0)) and is_stale(server.challenge(HOST, 0.0, stale=True))


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("which", [0, 1])
def test_the_right_password_passes(server: Authenticator, user: str, which: int) -> None:
    header = answer_challenge([server.challenge(HOST, 0.0)[which]], user, USERS[user], "REGISTER", TARGET)
    verdict = server.verify(header, "REGISTER", TARGET, b"", HOST, 1.0)
    assert verdict.ok and verdict.user == user


def test_the_same_credentials_twice_are_a_replay(server: Authenticator) -> None:
    header = login(server)
    assert outcome(server, header) is Proof.OK
    assert outcome(server, header) is Proof.STALE


def test_the_nonce_count_must_rise(server: Authenticator) -> None:
    challenges = server.challenge(HOST, 0.0)
    results = [
        outcome(server, answer_challenge(challenges, "bob", "zanzibar", "REGISTER", TARGET, nc=nc))
        for nc in (0, 1, 3, 2, 3, 4)
    ]
    assert results == [Proof.STALE, Proof.OK, Proof.OK, Proof.STALE, Proof.STALE, Proof.OK]


def test_a_nonce_of_a_client_that_does_not_count_is_good_once(server: Authenticator) -> None:
    challenge = server.challenge(HOST, 0.0)[1].replace(', qop="auth"', "")
    header = answer_challenge([challenge], "bob", "zanzibar", "REGISTER", TARGET)
    assert outcome(server, header) is Proof.OK
    assert outcome(server, header) is Proof.STALE


def test_a_client_that_protects_the_body_is_heard_and_the_body_counts(server: Authenticator) -> None:
    challenge = server.challenge(HOST, 0.0)[0].replace('qop="auth"', 'qop="auth-int"')
    header = answer_challenge([challenge], "bob", "zanzibar", "INVITE", TARGET, b"v=0")
    assert server.verify(header, "INVITE", TARGET, b"v=1", HOST, 0.0).outcome is Proof.WRONG
    assert server.verify(header, "INVITE", TARGET, b"v=0", HOST, 0.0).ok


def test_a_nonce_lives_60_seconds(server: Authenticator) -> None:
    assert outcome(server, login(server, 0.0), 59.9) is Proof.OK
    assert outcome(server, login(server, 100.0), 160.0) is Proof.STALE
    assert outcome(server, login(server, 200.0, password="wrong"), 260.0) is Proof.WRONG


def test_a_nonce_is_good_for_the_host_that_was_asked_and_for_nobody_else(server: Authenticator) -> None:
    header = login(server)
    assert outcome(server, header, host="192.0.2.2") is Proof.FOREIGN
    assert outcome(server, header) is Proof.OK


def test_a_nonce_we_never_gave_tells_no_right_password_from_a_wrong_one(server: Authenticator) -> None:
    other = Authenticator("example.com", USERS.get)
    assert outcome(server, login(other)) is outcome(server, login(other, password="wrong")) is Proof.FOREIGN
    challenge = server.challenge(HOST, 0.0)[0]
    nonce = parse_auth(challenge)[1]["nonce"]
    for changed in (
        "",
        "00" * 30,
        "zz" * 30,
        nonce[:-2] + "  ",
        nonce[:-1] + ("0" if nonce[-1] != "0" else "1"),
    ):
        header = answer_challenge([challenge.replace(nonce, changed)], "bob", "zanzibar", "REGISTER", TARGET)
        assert outcome(server, header) is Proof.FOREIGN


def test_a_flood_of_challenges_pushes_no_nonce_out_and_costs_no_memory(server: Authenticator) -> None:
    header = login(server)
    for _ in range(20_000):
        server.challenge(HOST, 0.0)
    assert len(server._nonces) == 0
    assert outcome(server, header, 1.0) is Proof.OK


def test_used_nonces_are_bounded_and_none_of_them_is_ever_good_again() -> None:
    server = Authenticator("example.com", USERS.get, max_used_nonces=3)
    headers = [login(server, float(now)) for now in range(5)]
    unused = login(server, 0.5)
    assert [outcome(server, header, 5.0) for header in headers] == [Proof.OK] * 5
    assert len(server._nonces) == 3
    assert [outcome(server, header, 6.0) for header in headers] == [Proof.STALE] * 5
    assert outcome(server, unused, 6.0) is Proof.STALE, "it is as old as one that was forgotten"
    assert outcome(server, login(server, 6.0), 6.0) is Proof.OK


def test_unknown_user_and_wrong_password_get_the_same_answer_for_the_same_work(
    server: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    real = sip.access.digest.digest

    def counting(**given: str) -> str:
        calls.append(given["username"])
        return real(**given)  # type: ignore[arg-type]

    unknown = login(server, user="nobody", password="zanzibar")
    wrong = login(server, user="bob", password="wrong")
    monkeypatch.setattr(sip.access.authenticator, "digest", counting)
    verdicts = [server.verify(header, "REGISTER", TARGET, b"", HOST, 0.0) for header in (unknown, wrong)]
    assert [verdict.outcome for verdict in verdicts] == [Proof.WRONG] * 2
    assert calls == ["nobody", "bob"]


def test_the_dummy_password_of_unknown_users_opens_nothing(server: Authenticator) -> None:
    header = login(server, user="nobody", password=server._dummy)
    assert outcome(server, header) is Proof.WRONG


def test_credentials_hold_for_their_method_and_user_only(server: Authenticator) -> None:
    assert outcome(server, login(server), method="INVITE") is Proof.WRONG
    elsewhere = Uri.parse("sip:other@example.com")
    assert server.verify(login(server), "REGISTER", elsewhere, b"", HOST, 0.0).outcome is Proof.NONE
    assert server.verify(login(server), "REGISTER", "sip:EXAMPLE.com", b"", HOST, 0.0).ok


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
        assert not server.verify(header.replace(old, new), "REGISTER", TARGET, b"", HOST, 0.0).ok


@pytest.mark.parametrize(
    "header", [None, "", "NoOneKnowsThisScheme opaque-data=here", "Digest", 'Digest a="', "Digest a=1,a=2"]
)
def test_strange_credentials_are_refused_without_an_exception(
    server: Authenticator, header: str | None
) -> None:
    assert outcome(server, header) is Proof.NONE


@pytest.mark.parametrize("signed", ["sip:echo@voice.example", "sip:echo@192.0.2.9", "sips:%65cho@pbx;a=b"])
def test_a_proxy_on_the_way_may_write_the_host_anew(server: Authenticator, signed: str) -> None:
    header = answer_challenge(server.challenge(HOST, 0.0), "bob", "zanzibar", "INVITE", signed)
    claim = server.read(header, "sip:echo@192.0.2.9:5060", HOST, 0.0)
    assert claim is not None and claim.rewritten
    assert server.check(claim, "INVITE", b"", 0.0).ok


@pytest.mark.parametrize("signed", ["sip:+4930123@voice.example", "sip:voice.example", "tel:echo", "*"])
def test_a_password_for_one_number_dials_no_other(server: Authenticator, signed: str) -> None:
    header = answer_challenge(server.challenge(HOST, 0.0), "bob", "zanzibar", "INVITE", signed)
    assert server.read(header, "sip:echo@192.0.2.9:5060", HOST, 0.0) is None


def test_credentials_for_the_very_address_are_not_rewritten(server: Authenticator) -> None:
    claim = server.read(login(server), TARGET, HOST, 0.0)
    assert claim is not None and not claim.rewritten
