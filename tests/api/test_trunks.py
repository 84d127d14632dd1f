"""`/api/telephony/trunks` over the real table."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from mediaserver.storage import trunks as table
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.sealing import Sealer
from sip.trunks.board import TrunkBoard
from tests.api.desk import Desk
from tests.api.keys import STRANGER, bearer, stored_key

TRUNKS = "/api/telephony/trunks"
ACME = {"name": "acme", "host": "sip.acme.test", "username": "me", "password": "correct horse"}


@pytest.fixture
async def shelf(desk: Desk, pool: asyncpg.Pool) -> AsyncIterator[Desk]:
    desk.context.pool, desk.context.trunks = pool, TrunkBoard(Sealer(b"k" * 32))
    _, secret = await stored_key(desk.context, pool)
    desk.client.session.headers.update(bearer(secret))
    yield desk


async def follow(desk: Desk) -> None:
    assert desk.context.trunks is not None and desk.context.pool is not None
    desk.context.trunks.take(await table.all_trunks(desk.context.pool))


async def test_a_trunk_is_made_shown_changed_and_removed(shelf: Desk) -> None:
    client = shelf.client
    made = await client.post(TRUNKS, json=ACME)
    assert made.status == 201 and (await made.json())["password"] == "********"
    assert (await client.post(TRUNKS, json=ACME)).status == 409
    await follow(shelf)
    (trunk,) = (await (await client.get(TRUNKS)).json())["trunks"]
    assert (trunk["name"], trunk["fault"], trunk["version"]) == ("acme", "", 1)
    assert trunk["status"]["standing"] == "not known yet" and trunk["status"]["lately"]["attempts"] == 0

    trunk = {name: value for name, value in trunk.items() if name not in ("version", "fault", "status")}
    changed = await client.put(f"{TRUNKS}/acme", json=trunk | {"prefixes": ["+49"]})
    assert changed.status == 200
    await follow(shelf)
    line = shelf.context.trunks.line("acme") if shelf.context.trunks else None
    assert line is not None and line.spec.prefixes == ("+49",) and line.spec.password == "correct horse"
    one = await (await client.get(f"{TRUNKS}/acme")).json()
    assert one["version"] == 2 and one["prefixes"] == ["+49"]
    late = await client.put(f"{TRUNKS}/acme", json=trunk, headers={"If-Match": '"1"'})
    assert late.status == 412 and (await late.json())["error"]["detail"] == {"version": 2}
    assert (await client.put(f"{TRUNKS}/acme", json=trunk, headers={"If-Match": '"2"'})).status == 200

    assert (await client.delete(f"{TRUNKS}/acme")).status == 204
    for answer in (
        await client.delete(f"{TRUNKS}/acme"),
        await client.get(f"{TRUNKS}/acme"),
        await client.put(f"{TRUNKS}/acme", json=ACME),
    ):
        assert answer.status == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"name": "a"}, "host: it is needed"),
        ({"name": "a", "host": "h", "hots": 1}, "nearest is host"),
        ({"name": "a", "host": "h", "register": True}, "without a username"),
        ({"name": "a b", "host": "h"}, "name"),
        ({"name": "a", "host": "h", "password": 5}, "password"),
    ],
)
async def test_what_makes_no_sense_is_a_400(shelf: Desk, content: dict[str, object], said: str) -> None:
    answer = await shelf.client.post(TRUNKS, json=content)
    assert answer.status == 400 and said in (await answer.json())["error"]["message"]


async def test_a_row_beyond_reading_is_shown_with_its_fault_and_can_be_mended(
    shelf: Desk, pool: asyncpg.Pool
) -> None:
    await pool.execute("insert into trunks (name, settings, secrets) values ('acme', '{}', 'v1:AAAA')")
    await follow(shelf)
    (trunk,) = (await (await shelf.client.get(TRUNKS)).json())["trunks"]
    assert "another key" in trunk["fault"] and trunk["status"] is None
    assert (await shelf.client.put(f"{TRUNKS}/acme", json=ACME)).status == 200
    await follow(shelf)
    assert (await (await shelf.client.get(f"{TRUNKS}/acme")).json())["fault"] == ""


async def test_a_trunk_counts_when_its_maker_is_told_that_it_is_made(
    shelf: Desk, pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> None:
    await pool.execute("drop trigger trunks_told on trunks")  # nobody else tells of it
    board = shelf.context.trunks
    assert board is not None
    await board.start(lambda: open_connection(postgres.dsn), poll_s=3600)
    try:
        assert (await shelf.client.post(TRUNKS, json=ACME)).status == 201
        assert board.line("acme") is not None
        assert (await shelf.client.put(f"{TRUNKS}/acme", json=ACME | {"prefixes": ["+49"]})).status == 200
        assert (line := board.line("acme")) is not None and line.spec.prefixes == ("+49",)
        assert (await shelf.client.delete(f"{TRUNKS}/acme")).status == 204
        assert board.line("acme") is None
    finally:
        await board.close()


async def test_strangers_learn_nothing(pool: asyncpg.Pool) -> None:
    desk = Desk(http={"admin_token": "token"})
    desk.context.pool, desk.context.trunks = pool, TrunkBoard(Sealer(b"k" * 32))
    _, secret = await stored_key(desk.context, pool)
    desk.client.session.headers.update(bearer(secret))
    await desk.start()
    try:
        assert (await desk.client.get(TRUNKS, headers=STRANGER)).status == 401
        assert (await desk.client.post(TRUNKS, json=ACME, headers=STRANGER)).status == 401
    finally:
        await desk.stop()


async def test_while_the_server_starts_there_are_none(desk: Desk) -> None:
    assert (await desk.client.get(TRUNKS)).status == 503


async def test_presets_are_listed_and_no_trunk_hides_them(shelf: Desk) -> None:
    answer = await shelf.client.get(f"{TRUNKS}/presets")
    presets = {each["name"]: each for each in (await answer.json())["presets"]}
    assert presets["zadarma"]["settings"]["register"] is True
    assert presets["twilio"]["blanks"][0]["name"] == "trunk"
    taken = await shelf.client.post(TRUNKS, json=ACME | {"name": "presets"})
    assert taken.status == 400 and "its name is taken" in (await taken.json())["error"]["message"]
