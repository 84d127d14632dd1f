"""Keys, console sessions and the audit log in a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from mediaserver.storage import agents, audit, calls, console_sessions, flows, keys
from mediaserver.storage.audit import Actor
from mediaserver.storage.saving import save
from tests.mediaserver.calls.rows import agent
from tests.mediaserver.samples import CALL, started


def test_a_key_is_256_bits_that_no_two_share_and_a_double_click_selects() -> None:
    made = {keys.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(each) for each in made} == {46} and all(each.startswith("vf_") for each in made)
    assert all(each.removeprefix("vf_").isalnum() for each in made)


async def test_a_key_is_kept_without_its_text(pool: asyncpg.Pool) -> None:
    secret = keys.new_secret()
    made = await keys.add_key(pool, "shop", secret, {"speech", "calls:read"}, quota={"requests": 5.0})
    assert (made.prefix, made.hash) == (secret[:9], keys.hash_of(secret))
    assert (made.scopes, made.quota) == (("calls:read", "speech"), {"requests": 5.0})
    assert secret not in await pool.fetchval("select string_agg(k::text, ' ') from api_keys k")
    assert await keys.one_key(pool, made.id) == await keys.key_of(pool, keys.hash_of(secret)) == made


async def test_a_change_leaves_the_rest_as_it_is(pool: asyncpg.Pool) -> None:
    made = await keys.add_key(pool, "shop", keys.new_secret(), {"speech"}, per_second=2.0, burst=4)
    changed = await keys.change_key(pool, made.id, {"active": False, "burst": None})
    assert changed == replace(made, active=False, burst=None)
    changed = await keys.change_key(pool, made.id, {"name": "store", "scopes": ["models"], "quota": {"a": 1}})
    assert changed == replace(
        made, active=False, burst=None, name="store", scopes=("models",), quota={"a": 1}
    )


async def test_a_rotated_key_counts_as_it_was_until_its_grace_is_over(pool: asyncpg.Pool) -> None:
    first, second = keys.new_secret(), keys.new_secret()
    made = await keys.add_key(pool, "shop", first, {"speech"})
    rotated = await keys.rotate_key(pool, made.id, second, grace_s=60.0)
    assert rotated is not None and rotated.old_until is not None and rotated.rotated_at is not None
    assert (rotated.hash, rotated.old_hash) == (keys.hash_of(second), keys.hash_of(first))
    assert rotated.old_until - rotated.rotated_at == timedelta(seconds=60)
    again = await keys.rotate_key(pool, made.id, first)
    assert again is not None and (again.hash, again.old_hash) == (keys.hash_of(first), None)


async def test_a_revoked_key_is_kept_and_is_never_one_again(pool: asyncpg.Pool) -> None:
    made = await keys.add_key(pool, "shop", keys.new_secret(), {"speech"})
    await save(pool, replace(started(), owner=made.id))
    revoked = await keys.revoke_key(pool, made.id)
    assert revoked is not None and revoked.revoked_at is not None and not revoked.active
    assert await keys.revoke_key(pool, made.id) is None
    assert await keys.change_key(pool, made.id, {"active": True}) is None
    assert await keys.rotate_key(pool, made.id, keys.new_secret()) is None
    async with pool.acquire() as connection:
        assert [key async for key in keys.living_keys(connection)] == []
    assert [row["id"] for row in await keys.keys_before(pool, 10)] == [made.id]
    assert await keys.keys_before(pool, 10, revoked=False) == []
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await pool.execute("delete from api_keys")


async def test_keys_are_listed_newest_first_and_in_pages(pool: asyncpg.Pool) -> None:
    made = [await keys.add_key(pool, str(n), keys.new_secret(), {"speech"}) for n in range(3)]
    await pool.execute("update api_keys set created_at = '2026-01-01' where name in ('0', '1')")
    await keys.used(pool, {made[2].id: datetime(2026, 2, 1, tzinfo=UTC), uuid4(): datetime.now(UTC)})
    first = await keys.keys_before(pool, 2)
    second = await keys.keys_before(pool, 2, (first[-1]["created_at"], first[-1]["id"]))
    assert [row["name"] for row in first][0] == "2" and len(first) == 2 and len(second) == 1
    assert {row["name"] for row in first + second} == {"0", "1", "2"}
    assert first[0]["used_at"] == datetime(2026, 2, 1, tzinfo=UTC) and first[1]["used_at"] is None


async def test_use_is_never_dated_back(pool: asyncpg.Pool) -> None:
    made = await keys.add_key(pool, "shop", keys.new_secret(), {"speech"})
    late, early = datetime(2026, 2, 2, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    for at in (late, early):
        await keys.used(pool, {made.id: at})
    shown = await keys.one_shown(pool, made.id)
    assert shown is not None and shown["used_at"] == late


async def test_the_fingerprint_tells_each_change_and_no_use(pool: asyncpg.Pool) -> None:
    seen = [await keys.fingerprint(pool)]
    made = await keys.add_key(pool, "shop", keys.new_secret(), {"speech"})
    seen.append(await keys.fingerprint(pool))
    await keys.change_key(pool, made.id, {"name": "store"})
    seen.append(await keys.fingerprint(pool))
    await console_sessions.add_session(pool, "cookie", 60.0)
    seen.append(await keys.fingerprint(pool))
    assert len(set(seen)) == 4
    await keys.used(pool, {made.id: datetime.now(UTC)})
    assert await keys.fingerprint(pool) == seen[-1]


async def test_a_session_counts_until_it_runs_out_or_is_signed_out(pool: asyncpg.Pool) -> None:
    first = await console_sessions.add_session(pool, "one", 60.0, browser="Firefox", source="127.0.0.1")
    second = await console_sessions.add_session(pool, "two", 60.0)
    assert first.hash == keys.hash_of("one")
    assert {each.id for each in await console_sessions.living_sessions(pool)} == {first.id, second.id}
    assert await console_sessions.revoke_session(pool, second.id)
    assert not await console_sessions.revoke_session(pool, second.id)
    (shown,) = await console_sessions.shown_sessions(pool, 10)
    assert (shown["id"], shown["browser"]) == (first.id, "Firefox") and "hash" not in shown
    await pool.execute("update console_sessions set expires_at = now() - interval '1 second'")
    assert await console_sessions.living_sessions(pool) == []
    await pool.execute("update console_sessions set expires_at = now() - interval '31 days'")
    third = await console_sessions.add_session(pool, "three", 60.0)
    assert await pool.fetchval("select array_agg(id) from console_sessions") == [third.id]


async def test_the_audit_log_is_read_newest_first_and_never_changes(pool: asyncpg.Pool) -> None:
    made = await keys.add_key(pool, "shop", keys.new_secret(), {"speech"})
    operator, key = Actor("operator", "token", source="127.0.0.1"), Actor("shop", "key", made.id)
    await audit.wrote(pool, operator, "key.create", f"key:{made.id}", {"name": "sh\0op"})
    await audit.wrote(pool, key, "agent.change", "agent:demo")
    await audit.wrote(pool, operator, "key.revoke", f"key:{made.id}")
    lines = await audit.lines_before(pool, 10)
    assert [line["action"] for line in lines] == ["key.revoke", "agent.change", "key.create"]
    assert (lines[2]["change"], lines[2]["source"]) == ({"name": "sh\ufffdop"}, "127.0.0.1")
    assert [line["action"] for line in await audit.lines_before(pool, 1, lines[0]["id"])] == ["agent.change"]
    assert len(await audit.lines_before(pool, 10, action="key.")) == 2
    assert len(await audit.lines_before(pool, 10, key=made.id)) == 1
    assert len(await audit.lines_before(pool, 10, subject=f"key:{made.id}", action="key.create")) == 1
    with pytest.raises(asyncpg.RestrictViolationError):
        await pool.execute("update audit_log set actor = 'nobody'")


async def test_what_a_key_makes_is_its_own(pool: asyncpg.Pool) -> None:
    made = await keys.add_key(pool, "shop", keys.new_secret(), {"speech"})
    await save(pool, replace(started(), owner=made.id))
    row = await calls.one(pool, CALL)
    assert row is not None and row["owner"] == made.id
    await agents.put_agent(pool, agent("front"), made.id)
    await agents.put_agent(pool, agent("front", voice="ann"))
    owners = {each["name"]: (each["owner"], each["voice"]) for each in await agents.all_agents(pool)}
    assert owners["front"] == (made.id, "ann") and owners["demo"][0] is None
    async with pool.acquire() as connection:
        await flows.save(connection, "desk", {}, state="draft", owner=made.id)
        await flows.save(connection, "desk", {"nodes": []}, state="draft", owner=uuid4())
    assert [row["owner"] for row in await flows.all_flows(pool)] == [made.id]


async def test_a_call_of_a_key_that_nobody_knows_is_kept_all_the_same(pool: asyncpg.Pool) -> None:
    await save(pool, replace(started(), owner=uuid4()))
    row = await calls.one(pool, CALL)
    assert row is not None and row["owner"] is None
