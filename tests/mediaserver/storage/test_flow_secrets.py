"""Secrets of flows: sealed, each for its name and its host, and shown by nobody."""

from __future__ import annotations

import asyncpg
import pytest

from mediaserver.errors import ConfigError
from mediaserver.storage.flow_secrets import (
    FlowSecret,
    all_secrets,
    checked_secret,
    opened,
    put_secret,
    remove_secret,
)
from mediaserver.storage.sealing import Sealer

SEALER = Sealer(b"k" * 32)
TOKEN = checked_secret("TOKEN", "API.example.com.", "hunter2")


async def test_a_secret_is_sealed_and_opens_again(pool: asyncpg.Pool) -> None:
    assert await put_secret(pool, TOKEN, SEALER)
    (row,) = await all_secrets(pool)
    assert "hunter2" not in str(row) and row["host"] == "api.example.com"
    assert opened([row], SEALER) == ({"TOKEN": TOKEN}, {})
    assert "hunter2" not in repr(TOKEN)
    assert not await put_secret(pool, FlowSecret("TOKEN", "other.example", "newer"), SEALER)
    secrets, _ = opened(await all_secrets(pool), SEALER)
    assert secrets["TOKEN"].value == "newer" and secrets["TOKEN"].host == "other.example"
    assert await remove_secret(pool, "TOKEN") and not await remove_secret(pool, "TOKEN")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("update flow_secrets set host = 'evil.example'", "set for another host than evil.example"),
        ("update flow_secrets set name = 'OTHER'", "sealed with another key"),
    ],
)
async def test_a_row_that_was_turned_to_somebody_else_opens_no_more(
    pool: asyncpg.Pool, change: str, why: str
) -> None:
    await put_secret(pool, TOKEN, SEALER)
    await pool.execute(change)
    secrets, faults = opened(await all_secrets(pool), SEALER)
    assert secrets == {} and why in next(iter(faults.values())) and "hunter2" not in str(faults)


async def test_another_key_is_a_fault_of_each_and_no_error(pool: asyncpg.Pool) -> None:
    await put_secret(pool, TOKEN, SEALER)
    secrets, faults = opened(await all_secrets(pool), Sealer(b"x" * 32))
    assert secrets == {} and "secret.key" in faults["TOKEN"]


@pytest.mark.parametrize(
    ("name", "host", "value", "why"),
    [
        ("two words", "api.example.com", "x", "no name of a secret"),
        ("T" * 61, "api.example.com", "x", "no name of a secret"),
        ("T", "https://api.example.com", "x", "no scheme, no path"),
        ("T", "api.example.com/x", "longer", "no scheme, no path"),
        ("T", "", "x", "no scheme, no path"),
        ("T", "api.example.com", "abc", "has 3 characters"),
        ("T", "api.example.com", "x" * 8001, "has 8001 characters"),
        ("T", "api.example.com", "hunter2\r\nHost: evil", "control characters"),
    ],
)
def test_what_could_be_no_secret_is_refused_without_showing_it(
    name: str, host: str, value: str, why: str
) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        checked_secret(name, host, value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("host", ["api.example.com", "api.example.com:8443", "10.0.0.7", "[fd00::7]", "crm"])
def test_hosts_that_are_some(host: str) -> None:
    assert checked_secret("T", host, "hunter2").host == host
