"""Rows of the real table as accounts, their secrets sealed, and faults in one line."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from mediaserver.errors import ConfigError
from mediaserver.storage import providers as table
from providers.accounts.rows import MASK, secret_names, secret_of, shown
from tests.providers.acme import AcmeSettings, acme, rows

ROWS = rows()
GIVEN: dict[str, Any] = {"account_id": "AC1", "token": "correct horse"}


async def test_an_account_is_kept_with_its_secrets_sealed(pool: asyncpg.Pool) -> None:
    account = acme(prefixes=["+49", "!+49900"], signing_key="battery staple")
    assert await table.add_provider(pool, "main", "acme", *ROWS.written(account))
    assert not await table.add_provider(pool, "main", "acme", *ROWS.written(account))
    stored = str(dict(await pool.fetchrow("select * from providers")))
    assert "correct horse" not in stored and "staple" not in stored and "+49" in stored
    assert ROWS.read_all(await table.all_providers(pool)).accounts == {"main": account}
    assert await table.change_provider(pool, "main", *ROWS.written(acme(region="eu"))) == 2
    row = await table.one_provider(pool, "main")
    assert row is not None and ROWS.read(row) == ROWS.made("main", "acme", {**GIVEN, "region": "eu"}, 2)
    assert await table.remove_provider(pool, "main") and not await table.remove_provider(pool, "main")
    assert await table.one_provider(pool, "main") is None
    assert await table.change_provider(pool, "main", {}, "") is None


async def test_a_row_that_makes_no_sense_touches_no_other(pool: asyncpg.Pool) -> None:
    settings, secrets = ROWS.written(acme())
    await table.add_provider(pool, "main", "acme", settings, secrets)
    await table.add_provider(pool, "stolen", "acme", settings, secrets)
    await table.add_provider(pool, "other", "acne", {}, "")
    await table.add_provider(pool, "open", "acme", GIVEN, "")
    await table.add_provider(pool, "wrong", "acme", {"acount_id": "AC1"}, "")
    found = ROWS.read_all(await table.all_providers(pool))
    assert set(found.accounts) == {"main"}
    assert "another key" in found.faults["stolen"], "the secrets of one account are none of another's"
    assert "nearest is acme" in found.faults["other"]
    assert "column of its own" in found.faults["open"]
    assert "nearest is account_id" in found.faults["wrong"] and "token is missing" in found.faults["wrong"]


def test_what_is_shown_has_masks_and_can_be_sent_back() -> None:
    account = acme(signing_key="staple")
    content = shown(account)
    assert (content["token"], content["signing_key"]) == (MASK, MASK)
    assert shown(acme())["signing_key"] == ""
    assert ROWS.changed(account, content) == account
    left_out = {name: value for name, value in content.items() if name not in ("token", "signing_key")}
    assert ROWS.changed(account, left_out) == account
    new = ROWS.changed(account, {**content, "token": "new", "region": "eu"}).settings
    assert isinstance(new, AcmeSettings)
    assert (secret_of(new, "token"), secret_of(new, "signing_key"), new.region) == ("new", "staple", "eu")
    assert secret_of(ROWS.changed(account, {**content, "signing_key": ""}).settings, "signing_key") == ""
    assert secret_of(ROWS.changed(acme(), {**GIVEN, "signing_key": MASK}).settings, "signing_key") == ""


@pytest.mark.parametrize("field", ["account_id", "host"])
def test_secrets_go_to_nobody_whom_they_were_not_given_for(field: str) -> None:
    content = {**shown(acme()), field: "evil"}
    with pytest.raises(ConfigError, match=f"token would go with another {field}: give the secrets again"):
        ROWS.changed(acme(), content)
    assert secret_of(ROWS.changed(acme(), {**content, "token": "mine"}).settings, "token") == "mine"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"token": "t"}, "account_id is missing"),
        ({**GIVEN, "tokn": "t"}, "tokn: there is no such setting; the nearest is token"),
        ({**GIVEN, "caller": "030 123"}, "caller: must be a number in E.164"),
        ({**GIVEN, "fallback_number": "0301"}, "fallback_number: must be a number in E.164"),
        ({**GIVEN, "prefixes": ["4x"]}, "prefixes.0: must be the beginning of a number"),
        ({**GIVEN, "public_url": "http://voice.test"}, "public_url: must begin with https://"),
        ({**GIVEN, "public_url": "https://a b"}, "public_url: must be an address such as"),
        ({**GIVEN, "public_url": "https://u:p@voice.test"}, "public_url: must be an address such as"),
        ({**GIVEN, "max_calls": "many"}, "max_calls: should be a valid integer"),
    ],
)
def test_faults_are_one_line(content: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        ROWS.made("main", "acme", content)
    assert said in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 65, "kinds", "trunks"])
def test_names_that_cannot_be(name: str) -> None:
    with pytest.raises(ConfigError, match="name|called"):
        ROWS.made(name, "acme", GIVEN)


def test_a_fault_shows_no_secret() -> None:
    with pytest.raises(ConfigError) as error:
        ROWS.made("main", "acme", {"account_id": 7, "token": ["correct horse"], "signing_key": 12345})
    assert "horse" not in str(error.value) and "12345" not in str(error.value)
    assert "horse" not in repr(acme()) + str(acme().settings)


def test_its_own_public_address_comes_before_the_servers() -> None:
    assert acme().public_url == "https://voice.test"
    assert acme(public_url="https://other.test/voice/").public_url == "https://other.test/voice"
    assert acme(public_url="http://127.0.0.1:8080").public_url == "http://127.0.0.1:8080"
    assert rows("").made("main", "acme", GIVEN).public_url == ""


def test_what_is_too_long_for_a_row_is_refused() -> None:
    with pytest.raises(ConfigError, match="too long"):
        ROWS.written(acme(signing_key="x" * 40_000))


def test_secrets_are_known_by_their_type() -> None:
    assert secret_names(AcmeSettings) == {"token", "signing_key"}
