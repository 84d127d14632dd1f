"""Rows of the real table as trunks, their secrets sealed, and faults in one line."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from mediaserver.errors import ConfigError
from mediaserver.storage import trunks as table
from mediaserver.storage.sealing import Sealer
from sip.trunks.rows import MASK, changed, checked, read_all, shown, written
from sip.trunks.spec import Quirks, TrunkSpec

SEALER = Sealer(b"k" * 32)
ACME = TrunkSpec(
    "acme", "sip.acme.test", username="me", password="correct horse", header="X-Token: 12345",
    prefixes=("+49", "!+49900"), quirks=Quirks(md5_only=True),
)  # fmt: skip


async def test_a_trunk_is_kept_with_its_secrets_sealed(pool: asyncpg.Pool) -> None:
    assert await table.add_trunk(pool, "acme", *written(ACME, SEALER))
    assert not await table.add_trunk(pool, "acme", *written(ACME, SEALER))
    stored = str(dict(await pool.fetchrow("select * from trunks")))
    assert "correct horse" not in stored and "12345" not in stored and "+49" in stored
    assert read_all(await table.all_trunks(pool), SEALER).specs == {"acme": ACME}
    assert await table.change_trunk(pool, "acme", *written(TrunkSpec("acme", "other.test"), SEALER))
    row = await table.one_trunk(pool, "acme")
    assert row is not None and (row["version"], row["secrets"]) == (2, "")
    assert await table.remove_trunk(pool, "acme") and not await table.remove_trunk(pool, "acme")
    assert await table.one_trunk(pool, "acme") is None
    assert not await table.change_trunk(pool, "acme", {}, "")


async def test_a_row_that_makes_no_sense_touches_no_other(pool: asyncpg.Pool) -> None:
    await table.add_trunk(pool, "acme", *written(ACME, SEALER))
    for name, settings in [
        ("a", '{"hots": "x"}'),
        ("b", '{"host": "x", "password": "open"}'),
        ("c", '{"host": "x", "name": "z"}'),
    ]:
        await pool.execute("insert into trunks (name, settings) values ($1, $2)", name, settings)
    await table.add_trunk(pool, "stolen", *written(ACME, SEALER))
    found = read_all(await table.all_trunks(pool), SEALER)
    assert set(found.specs) == {"acme"} and set(found.faults) == {"a", "b", "c", "stolen"}
    assert "nearest is host" in found.faults["a"] and "column of its own" in found.faults["b"]
    assert "another key" in found.faults["stolen"], "the password of one trunk is none of another"


def test_what_is_shown_has_masks_and_can_be_sent_back() -> None:
    content = shown(ACME)
    assert (content["password"], content["header"]) == (MASK, MASK)
    assert changed(ACME, content) == ACME
    left_out: dict[str, Any] = {k: v for k, v in content.items() if k != "password"}
    assert changed(ACME, left_out) == ACME
    assert changed(ACME, {**content, "password": "new"}).password == "new"
    assert changed(ACME, {**content, "password": "", "name": "x"}).password == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"name": "a"}, "host is missing"),
        ({"name": "a", "host": "h", "prefix": []}, "nearest is prefixes"),
        ({"name": "a", "host": "h", "quirks": {"md5only": True}}, "nearest is md5_only"),
        ({"name": "a", "host": "h", "register": True}, "without a username"),
        ({"name": "a", "host": "h", "port": "x"}, "port: should be a valid integer"),
    ],
)
def test_faults_are_one_line(content: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        checked(content)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_a_fault_shows_no_secret() -> None:
    with pytest.raises(ConfigError) as error:
        checked({"name": "a", "host": "h", "password": ["correct horse"], "header": "tell-tale"})
    assert "horse" not in str(error.value) and "tell-tale" not in str(error.value)


ACCOUNT = TrunkSpec(
    "a", "one.test", transport="tls", username="me", password="correct horse", header="X-Key: k"
)


@pytest.mark.parametrize(
    "content",
    [
        {"host": "two.test", "transport": "tls", "username": "me"},
        {"host": "one.test", "transport": "tls", "username": "me", "outbound_proxy": "two.test"},
        {"host": "one.test", "transport": "udp", "username": "me", "password": MASK},
    ],
)
def test_a_password_does_not_follow_a_row_to_another_server(content: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="give the password again"):
        changed(ACCOUNT, content)
    assert changed(ACCOUNT, {**content, "password": "another"}).password == "another"
    assert changed(ACCOUNT, {**content, "password": ""}).password == ""


def test_a_password_stays_where_its_server_does() -> None:
    content = {"host": "one.test", "transport": "tls", "port": 5071, "username": "you", "weight": 3}
    kept = changed(ACCOUNT, content)
    assert (kept.password, kept.header) == ("correct horse", "X-Key: k")
