"""Who is let in, by what, and until when; on a clock of one's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from api.access.access import AccessControl, KeyRefusal, KeyRefused
from api.access.asker import NOBODY, How
from api.access.scopes import Scope
from mediaserver.settings.access import AccessSettings
from mediaserver.storage.console_sessions import ConsoleSession
from mediaserver.storage.keys import ApiKey, hash_of, new_secret
from tests.api.keys import BEGAN

HERE = "127.0.0.1"


class Clocked(AccessControl):
    """Time passes when a test says so."""

    def __init__(self, admin_token: str = "", **settings: float) -> None:
        self.time = 0.0
        super().__init__(
            AccessSettings(**settings),
            admin_token,
            now=lambda: self.time,
            wall=lambda: BEGAN + timedelta(seconds=self.time),
        )
        self.ring.known = True

    def key(self, *scopes: Scope, **more: object) -> tuple[ApiKey, str]:
        secret = new_secret()
        names = tuple(str(scope) for scope in scopes)
        key = ApiKey(uuid4(), "k", secret[:9], hash_of(secret), names, True, BEGAN)
        key = replace(key, **more)  # type: ignore[arg-type]
        self.ring.take(key)
        return key, secret

    def refusal(self, secret: str, source: str = HERE) -> KeyRefusal | None:
        try:
            self.recognise(secret, source)
        except KeyRefused as refused:
            return refused.why
        return None


def test_a_key_is_known_by_its_text_and_has_what_it_was_given() -> None:
    access = Clocked()
    key, secret = access.key(Scope.SPEECH)
    asker = access.recognise(secret, HERE)
    assert (asker.key, asker.name, asker.how) == (key.id, "k", How.KEY)
    assert asker.may(Scope.SPEECH) and not asker.may(Scope.MODELS)
    assert access.uses[key.id] == BEGAN


def test_a_rotated_key_is_known_by_both_texts_until_the_grace_is_over() -> None:
    access = Clocked()
    key, first = access.key(Scope.SPEECH)
    second = new_secret()
    until: datetime = BEGAN + timedelta(seconds=60)
    access.ring.take(replace(key, hash=hash_of(second), old_hash=key.hash, old_until=until))
    access.time = 59.0
    assert access.refusal(first) is None and access.refusal(second) is None
    access.time = 60.0
    assert access.refusal(first) is KeyRefusal.UNKNOWN and access.refusal(second) is None


def test_a_network_of_ipv6_is_one_source_and_another_address_is_another() -> None:
    access = Clocked(wrong_keys_per_minute=3)
    for n in range(3):
        assert access.refusal("wrong", f"2001:db8::{n:x}") is KeyRefusal.UNKNOWN
    assert access.refusal("wrong", "2001:db8::ffff:1") is KeyRefusal.TOO_MANY_WRONG
    assert access.refusal("wrong", "2001:db8:0:1::1") is KeyRefusal.UNKNOWN
    assert access.refusal("wrong", "192.0.2.1") is KeyRefusal.UNKNOWN
    assert access.refusal("wrong", "::ffff:192.0.2.1") is KeyRefusal.UNKNOWN
    access.time = 20.0  # a third of a minute: one more
    assert access.refusal("wrong", "2001:db8::1") is KeyRefusal.UNKNOWN
    assert access.refusal("wrong", "2001:db8::1") is KeyRefusal.TOO_MANY_WRONG


def test_a_guesser_is_not_told_when_the_token_was_right() -> None:
    access = Clocked("s3cret", wrong_keys_per_minute=2)
    assert access.recognise("s3cret", HERE).how is How.TOKEN
    for _ in range(2):
        access.refusal("wrong")
    told = []
    for guess in ("wrong", "s3cret"):
        with pytest.raises(KeyRefused) as refused:
            access.recognise(guess, HERE)
        told.append((refused.value.why, str(refused.value), refused.value.headers))
    assert told[0] == told[1] and told[0][0] is KeyRefusal.TOO_MANY_WRONG
    access.time = 60.0
    assert access.refusal("s3cret") is None


def test_links_with_wrong_codes_keep_nobody_out_who_has_the_token() -> None:
    """Any page can have the operator's own browser follow them."""
    access = Clocked("s3cret", wrong_keys_per_minute=2)
    for _ in range(2):
        assert not access.redeem("wrong", HERE)
    with pytest.raises(KeyRefused):
        access.redeem("wrong", HERE)
    assert access.recognise("s3cret", HERE).how is How.TOKEN


def test_the_log_tells_what_was_wrong_and_from_where(caplog: pytest.LogCaptureFixture) -> None:
    access = Clocked()
    access.redeem("wrong", HERE)
    access.refusal("vf_wrong")
    assert [each.getMessage().partition(" (")[0] for each in caplog.records] == [
        f"a wrong code of a sign-in link from {HERE}", f"a wrong key from {HERE}",
    ]  # fmt: skip


def test_ten_thousand_wrong_keys_a_minute_are_refused_and_a_right_one_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    access = Clocked()
    _, secret = access.key(Scope.SPEECH)
    told = []
    for n in range(10_000):
        access.time = n * 0.006
        told.append(access.refusal(f"vf_{n}"))
    assert told.count(KeyRefusal.UNKNOWN) <= 60 and access.refusal(secret) is None
    assert len(caplog.records) == 1  # a line a minute


@pytest.mark.parametrize(
    ("more", "answers"),
    [
        ({}, [True, True, False]),  # as the settings say
        ({"per_second": 0.1}, [True, False, False]),
        ({"burst": 1}, [True, False, False]),
    ],
)
def test_a_key_has_the_limit_of_the_settings_or_its_own(more: dict[str, float], answers: list[bool]) -> None:
    access = Clocked(requests_per_s=1.0, burst=2)
    _, secret = access.key(Scope.SPEECH, **more)
    assert [access.refusal(secret) is None for _ in range(3)] == answers


def test_an_admin_has_a_limit_where_it_was_given_one() -> None:
    access = Clocked(requests_per_s=1.0, burst=1)
    _, free = access.key(Scope.ADMIN)
    _, limited = access.key(Scope.ADMIN, per_second=1.0, burst=1)
    assert all(access.refusal(free) is None for _ in range(5))
    assert [access.refusal(limited) for _ in range(2)] == [None, KeyRefusal.TOO_OFTEN]


def test_what_is_held_open_is_told_when_its_key_no_longer_counts() -> None:
    access = Clocked("s3cret")
    key, secret = access.key(Scope.SPEECH, Scope.SESSIONS)
    asker = access.recognise(secret, HERE)
    assert access.still_good(asker)
    access.ring.take(replace(key, scopes=("speech",)))
    assert not access.still_good(asker)  # it lost what it may have been let in for
    access.ring.take(replace(key, active=False))
    assert not access.still_good(asker)
    access.ring.take(key)
    assert access.still_good(asker)
    access.ring.take(replace(key, revoked_at=BEGAN))
    assert not access.still_good(asker)
    session = ConsoleSession(uuid4(), hash_of("cookie"), BEGAN + timedelta(seconds=60))
    access.ring.take_session(session)
    found = access.signed_in("cookie")
    assert found is not None
    browser, _ = found
    assert access.still_good(browser)
    access.time = 60.0
    assert not access.still_good(browser) and access.signed_in("cookie") is None
    assert access.still_good(access.recognise("s3cret", HERE)) and not access.still_good(NOBODY)


def test_a_code_is_good_once_and_the_oldest_of_too_many_is_forgotten() -> None:
    access = Clocked()
    first = access.login_code()
    codes = [access.login_code() for _ in range(20)]
    assert not access.redeem(first, HERE)
    assert access.redeem(codes[-1], HERE) and not access.redeem(codes[-1], HERE)
    access.time = 600.0
    assert not access.redeem(codes[0], HERE)
