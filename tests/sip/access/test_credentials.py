"""Which challenges are answered, and with what."""

from __future__ import annotations

import pytest

from sip.access.credentials import WEAK, Account, Credentials, proofs_of
from sip.access.digest import digest, parse_auth
from sip.messages.message import Request, Response
from sip.messages.uri import Uri

URI = Uri.parse("sip:+4930@acme.test")


def challenge(realm: str = "acme", algorithm: str = "SHA-256", nonce: str = "n1", more: str = "") -> str:
    return f'Digest realm="{realm}", nonce="{nonce}", algorithm={algorithm}, qop="auth"{more}'


def unauthorized(*challenges: str, status: int = 401) -> Response:
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    return Response(status, headers=[(name, each) for each in challenges])


def asked(
    credentials: Credentials, response: Response, tried: set[tuple[int, str]] | None = None
) -> dict[str, dict[str, str]]:
    """What the next request is signed with, by header; empty when there is none."""
    request = Request("INVITE", URI, body=b"v=0")
    if not credentials.answer(request, response, set() if tried is None else tried):
        return {}
    credentials.sign(request)
    return {name: parse_auth(value)[1] for name, value in proofs_of(request)}


def ours(**more: str) -> Credentials:
    return Credentials.of(Account("bob", "zanzibar", **more))


def signed(credentials: Credentials) -> dict[str, str]:
    request = Request("BYE", URI)
    credentials.sign(request)
    return parse_auth(request.get("Authorization") or "None")[1]


@pytest.mark.parametrize("algorithm", ["SHA-256", "SHA-512-256", "MD5"])
def test_each_algorithm_that_we_know_is_answered(algorithm: str) -> None:
    found = asked(ours(), unauthorized(challenge(algorithm=algorithm)))["Authorization"]
    assert found["response"] == digest(
        algorithm=algorithm, username="bob", realm="acme", password="zanzibar", method="INVITE", uri=str(URI),
        nonce="n1", qop="auth", nc="00000001", cnonce=found["cnonce"],
    )  # fmt: skip


def test_sha_goes_before_md5_whatever_the_order() -> None:
    weak, strong = challenge(algorithm="MD5", nonce="m"), challenge(algorithm="SHA-256", nonce="s")
    other = challenge(algorithm="SHA-512-256", nonce="t")
    assert asked(ours(), unauthorized(weak, strong))["Authorization"]["nonce"] == "s"
    assert asked(ours(), unauthorized(strong, weak))["Authorization"]["nonce"] == "s"
    assert asked(ours(), unauthorized(weak, other, strong))["Authorization"]["nonce"] == "t"  # as it likes


def test_an_unknown_challenge_does_not_hide_one_that_we_know() -> None:
    found = asked(
        ours(), unauthorized("Basic realm=acme", "Digest", challenge(algorithm="ROT13"), challenge())
    )
    assert found["Authorization"]["algorithm"] == "SHA-256"


def test_a_proxys_and_a_servers_challenge_in_one_response_are_both_answered() -> None:
    response = Response(
        407,
        headers=[("Proxy-Authenticate", challenge(nonce="p")), ("WWW-Authenticate", challenge(nonce="w"))],
    )
    found = asked(ours(), response)
    assert {name: each["nonce"] for name, each in found.items()} == {
        "Proxy-Authorization": "p",
        "Authorization": "w",
    }


def test_what_proved_us_to_the_proxy_is_kept_when_the_server_asks_too() -> None:
    credentials, tried = ours(), set[tuple[int, str]]()
    asked(credentials, unauthorized(challenge(nonce="p"), status=407), tried)
    found = asked(credentials, unauthorized(challenge(nonce="w")), tried)
    assert (found["Proxy-Authorization"]["nonce"], found["Proxy-Authorization"]["nc"]) == ("p", "00000002")
    assert (found["Authorization"]["nonce"], found["Authorization"]["nc"]) == ("w", "00000001")


def test_only_the_realm_that_is_set_is_answered() -> None:
    credentials = ours(realm="acme")
    assert asked(credentials, unauthorized(challenge("evil"))) == {}
    assert '"evil"' in credentials.why and '"acme"' in credentials.why and "zanzibar" not in credentials.why
    assert (
        asked(credentials, unauthorized(challenge("evil"), challenge()))["Authorization"]["realm"] == "acme"
    )
    assert credentials.why == ""


def test_the_first_realm_stays_for_all_calls_of_the_account() -> None:
    account = Account("bob", "zanzibar")
    assert asked(Credentials.of(account), unauthorized(challenge()))
    assert asked(Credentials.of(account), unauthorized(challenge("evil"))) == {}
    both = Response(
        407,
        headers=[("Proxy-Authenticate", challenge("a")), ("WWW-Authenticate", challenge("b"))],
    )
    assert {each["realm"] for each in asked(ours(), both).values()} == {"a"}


def test_md5_is_refused_once_the_server_took_something_better() -> None:
    account = Account("bob", "zanzibar")
    first = Credentials.of(account)
    asked(first, unauthorized(challenge()))
    assert asked(Credentials.of(account), unauthorized(challenge(algorithm="MD5")))  # nothing was taken yet
    first.accepted(Response(200))
    later = Credentials.of(account)
    assert asked(later, unauthorized(challenge(algorithm="MD5"))) == {} and "stronger" in later.why


def test_md5_only_leaves_all_else_unanswered() -> None:
    account = Account("bob", "zanzibar", algorithms=(WEAK,))
    found = asked(Credentials.of(account), unauthorized(challenge(), challenge(algorithm="MD5", nonce="m")))
    assert found["Authorization"]["nonce"] == "m"
    only = Credentials.of(account)
    assert asked(only, unauthorized(challenge())) == {} and "SHA-256" in only.why


def test_a_wrong_password_is_not_sent_twice_and_an_old_nonce_is_replaced() -> None:
    credentials, tried = ours(), set[tuple[int, str]]()
    assert asked(credentials, unauthorized(challenge()), tried)
    assert asked(credentials, unauthorized(challenge(nonce="n2", more=", stale=true")), tried)
    assert asked(credentials, unauthorized(challenge(nonce="n3")), tried) == {} and credentials.why == ""
    assert asked(credentials, unauthorized(challenge(nonce="n4", more=", stale=TRUE")), tried) == {}


def test_a_nonce_is_used_again_and_counted() -> None:
    credentials = ours()
    assert signed(credentials) == {}
    asked(credentials, unauthorized(challenge()))
    found = [signed(credentials) for _ in range(3)]
    assert [each["nc"] for each in found] == ["00000002", "00000003", "00000004"]
    assert found[0]["response"] == digest(
        algorithm="SHA-256", username="bob", realm="acme", password="zanzibar", method="BYE", uri=str(URI),
        nonce="n1", qop="auth", nc="00000002", cnonce=found[0]["cnonce"],
    )  # fmt: skip


def test_the_next_nonce_is_the_one_that_the_server_names() -> None:
    credentials = ours()
    asked(credentials, unauthorized(challenge()))
    credentials.accepted(Response(200, headers=[("Authentication-Info", 'nextnonce="n9", qop=auth')]))
    assert (signed(credentials)["nonce"], signed(credentials)["nc"]) == ("n9", "00000002")
    credentials.accepted(Response(200, headers=[("Authentication-Info", "<<broken")]))
    assert signed(credentials)["nonce"] == "n9"
    session = ours()
    asked(session, unauthorized(challenge(algorithm="MD5-sess")))
    session.accepted(Response(200, headers=[("Authentication-Info", 'nextnonce="n9"')]))
    assert signed(session) == {}


def test_a_session_keeps_its_client_nonce() -> None:
    credentials = ours()
    first = asked(credentials, unauthorized(challenge(algorithm="SHA-256-sess")))["Authorization"]
    assert signed(credentials)["cnonce"] == first["cnonce"]


def test_auth_int_covers_the_body_where_nothing_else_is_offered() -> None:
    only_int = challenge().replace('qop="auth"', 'qop="auth-int"')
    assert asked(ours(), unauthorized(only_int))["Authorization"]["qop"] == "auth-int"
    both = challenge().replace('qop="auth"', 'qop="auth-int, auth"')
    assert asked(ours(), unauthorized(both))["Authorization"]["qop"] == "auth"


def test_a_thousand_challenges_cost_no_more_than_ten() -> None:
    many = [challenge("evil", nonce=f"e{n}") for n in range(1000)]
    assert asked(ours(realm="acme"), unauthorized(*many, challenge())) == {}


def test_an_account_does_not_show_its_password() -> None:
    assert "zanzibar" not in repr(Account("bob", "zanzibar"))
