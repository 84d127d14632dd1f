"""Deliveries to a real server, out of the real database: signed, tried again, given up, sent again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from standardwebhooks import WebhookVerificationError

from mediaserver.fetching.address_rule import AddressRule
from mediaserver.settings.webhooks import WebhooksSettings
from mediaserver.storage.postgres import EmbeddedPostgres
from mediaserver.storage.saving import save_all
from mediaserver.webhooks import deliveries, endpoints
from mediaserver.webhooks.relay import WebhookRelay
from mediaserver.webhooks.signing import new_secret
from tests.mediaserver.jobs.running import empty
from tests.mediaserver.samples import CALL, started, turn, whole_call
from tests.mediaserver.webhooks.receiving import (
    LOCAL,
    QUICKLY,
    SEALER,
    Receiver,
    Sending,
    endpoint,
    sending,
    settled,
    states,
    tell,
)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.server.start_server()
    yield receiver
    await receiver.server.close()


async def test_a_call_is_sent_to_who_wants_it_and_can_be_proved(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    await tell(pool, "call.started")  # before the endpoint was there
    _, secret = await endpoint(pool, receiver.url, "call.*", "turn")
    async with sending(pool, postgres):
        async with pool.acquire() as connection, connection.transaction():
            await save_all(connection, whole_call())
        posted = await receiver.wait(5)
        await settled(pool, {"delivered": 5})
    for each in posted:
        each.checked(secret)
        with pytest.raises(WebhookVerificationError):
            each.checked(new_secret())
    kinds = Counter(each.content["type"] for each in posted)
    assert kinds == {"call.started": 1, "call.answered": 1, "turn": 2, "call.ended": 1}
    over = next(each.content for each in posted if each.content["type"] == "call.ended")
    assert (
        over["call"] == str(CALL) and over["data"]["why"] == "hung up" and over["seq"] and over["timestamp"]
    )
    assert len({each.id for each in posted}) == 5


async def test_a_keys_endpoint_is_sent_its_own_events_alone(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    mine, other = uuid4(), uuid4()
    for key in (mine, other):
        await pool.execute(
            "insert into api_keys (id, name, prefix, hash, scopes) values ($1, 'k', 'vf_', $2, '{}')",
            key, key.bytes * 2,
        )  # fmt: skip
    await endpoint(pool, receiver.url, owner=mine)
    async with sending(pool, postgres):
        await tell(pool, "turn", owner=other)
        await tell(pool, "call.ended")
        await tell(pool, "dtmf", owner=mine)
        await settled(pool, {"delivered": 1})
    assert [each.content["type"] for each in receiver.posted] == ["dtmf"]


async def test_a_keys_endpoint_is_no_host_that_is_listed_for_the_operators_alone(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    key = uuid4()
    await pool.execute(
        "insert into api_keys (id, name, prefix, hash, scopes) values ($1, 'k', 'vf_', $2, '{}')",
        key, key.bytes * 2,
    )  # fmt: skip
    theirs, _ = await endpoint(pool, receiver.url, owner=key)
    await endpoint(pool, receiver.url)
    settings = WebhooksSettings(tries=1)
    running = Sending(pool, postgres, settings, LOCAL, for_keys=AddressRule())
    await running.start()
    await tell(pool, "dtmf", owner=key)
    await settled(pool, {"delivered": 1, "dead": 1})
    await running.close()
    assert len(receiver.posted) == 1
    fault = await pool.fetchval("select fault from webhook_deliveries where webhook_id = $1", theirs)
    assert "loopback address" in fault


async def test_what_fails_is_tried_again_under_the_same_id(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    """It answers 500, closes the connection, hangs; then it takes it."""
    receiver.statuses = [500, 0, -1]
    hook, secret = await endpoint(pool, receiver.url)
    async with sending(pool, postgres):
        await tell(pool, "turn")
        await settled(pool, {"delivered": 1})
    assert len(receiver.posted) == 4 and len({each.id for each in receiver.posted}) == 1
    for each in receiver.posted:
        each.checked(secret)
    row = await endpoints.one(pool, hook)
    assert row is not None and row["delivered_at"] and row["failing_since"] is None and row["fault"] == ""


async def test_what_is_given_up_is_seen_and_can_be_sent_again(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    receiver.statuses = [503] * 8
    hook, _ = await endpoint(pool, receiver.url)
    settings = QUICKLY.model_copy(update={"tries": 2})
    async with sending(pool, postgres, settings):
        await tell(pool, "turn")
        await settled(pool, {"dead": 1})
        await tell(pool, "dtmf")
        await settled(pool, {"dead": 2})
        dead = await deliveries.page(pool, hook, "dead", None, 10)
        assert [(each["topic"], each["status"], each["tries"]) for each in dead] == [
            ("dtmf", 503, 2), ("turn", 503, 2),
        ]  # fmt: skip
        receiver.statuses = []
        async with pool.acquire() as connection, connection.transaction():
            assert await deliveries.replay(connection, hook, delivery=dead[1]["id"]) == 1
            assert await deliveries.replay(connection, hook, delivery=dead[1]["id"]) == 0
        await settled(pool, {"delivered": 1, "dead": 1})
        async with pool.acquire() as connection, connection.transaction():
            assert await deliveries.replay(connection, hook, since=datetime.now(UTC)) == 0
            assert (
                await deliveries.replay(connection, hook, since=datetime.now(UTC) - timedelta(hours=1)) == 1
            )
        await settled(pool, {"delivered": 2})
    assert len({each.id for each in receiver.posted}) == 2


async def test_an_endpoint_that_nothing_reaches_for_days_is_switched_off(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    hook, _ = await endpoint(pool, receiver.url, "turn")
    await pool.execute("update webhooks set failing_since = now() - interval '6 days'")
    async with sending(pool, postgres) as server:
        await tell(pool, "turn")
        await settled(pool, {"dead": 1})
        (finding,) = server.sender.findings()
        assert not finding.ok and not finding.required
        await tell(pool, "turn")
        await server.relay.step()
        told = await pool.fetchrow("select topic, data from outbox where topic like 'webhook.%'")
        assert told is not None and told["topic"] == "webhook.disabled" and str(hook) in told["data"]
        assert (await states(pool)) == {"dead": 1}
        await endpoints.change(pool, hook, {"active": True})
        await tell(pool, "turn")
        await receiver.wait(2)
        await settled(pool, {"delivered": 1, "dead": 1})


async def test_one_that_is_gone_is_switched_off_at_once(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    receiver.statuses = [410]
    hook, _ = await endpoint(pool, receiver.url)
    async with sending(pool, postgres):
        await tell(pool, "turn")
        await settled(pool, {"dead": 1})
    row = await endpoints.one(pool, hook)
    assert row is not None and row["disabled_at"] is not None


async def test_what_was_taken_is_delivered_however_long_the_answer(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    receiver.statuses, receiver.body = [200], b"thank you " * 500_000
    await endpoint(pool, receiver.url)
    async with sending(pool, postgres):
        await tell(pool, "turn")
        await settled(pool, {"delivered": 1})
    assert len(receiver.posted) == 1


async def test_redirects_are_not_followed_and_private_addresses_not_reached(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    receiver.statuses = [302, 307] * 2
    await endpoint(pool, receiver.url)
    async with sending(pool, postgres):
        await tell(pool, "turn")
        await settled(pool, {"dead": 1})
    assert receiver.fetched == 0 and len(receiver.posted) == 4
    await tell(pool, "turn")
    async with sending(pool, postgres, rule=AddressRule()):
        await settled(pool, {"dead": 2})
    assert len(receiver.posted) == 4


async def test_after_a_rotation_both_secrets_hold_for_a_while(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    hook, old = await endpoint(pool, receiver.url)
    new = new_secret()
    await endpoints.rotate(pool, hook, new, SEALER, 3600)
    async with sending(pool, postgres):
        await tell(pool, "turn")
        (first,) = await receiver.wait(1)
        first.checked(old)
        first.checked(new)
        await pool.execute("update webhooks set old_until = now() - interval '1 second'")
        await tell(pool, "turn")
        second = (await receiver.wait(2))[1]
    second.checked(new)
    with pytest.raises(WebhookVerificationError):
        second.checked(old)


async def test_two_servers_send_each_event_once(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    await endpoint(pool, receiver.url)
    async with sending(pool, postgres), sending(pool, postgres):
        for _ in range(10):
            await tell(pool, "turn", "dtmf")
        await receiver.wait(20)
        await settled(pool, {"delivered": 20})
    assert len({each.id for each in receiver.posted}) == 20 == len(receiver.posted)


async def test_a_server_that_dies_between_making_deliveries_and_the_commit_leaves_nothing_half_done(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await endpoint(pool, receiver.url)
    async with sending(pool, postgres) as server:
        await server.relay.close()
        await tell(pool, "turn")
        make, died = deliveries.make, Counter[str]()

        async def dies(connection: asyncpg.Connection, made: list[tuple[UUID, object]]) -> int:
            count = await make(connection, made)  # type: ignore[arg-type]
            died["times"] += 1
            connection.terminate()
            return count

        monkeypatch.setattr(deliveries, "make", dies)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
            await WebhookRelay(pool, server.feed).step()
        monkeypatch.undo()
        assert died["times"] == 1 and await states(pool) == {}
        assert await pool.fetchval("select count(*) from pgqueuer where entrypoint = $1", deliveries.JOB) == 0
        assert await WebhookRelay(pool, server.feed).step()
        await settled(pool, {"delivered": 1})
    assert len(receiver.posted) == 1


async def test_a_delivery_whose_success_could_not_be_noted_is_sent_again_under_its_id(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away between the answer and the commit."""
    tried, failed = deliveries.tried, Counter[str]()

    async def goes_away(connection: asyncpg.Connection, *what: object) -> None:
        if not failed["times"]:
            failed["times"] += 1
            connection.terminate()
        await tried(connection, *what)  # type: ignore[arg-type]

    monkeypatch.setattr(deliveries, "tried", goes_away)
    await endpoint(pool, receiver.url)
    async with sending(pool, postgres):
        await tell(pool, "turn")
        await receiver.wait(2)
        await settled(pool, {"delivered": 1})
    assert len(receiver.posted) == 2 and len({each.id for each in receiver.posted}) == 1


async def test_events_wait_while_the_database_is_away(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    await endpoint(pool, receiver.url)
    async with sending(pool, postgres):
        await tell(pool, "turn")
        await settled(pool, {"delivered": 1})
        await empty(pool)
        await pool.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where pid <> pg_backend_pid() and datname = current_database()"
        )
        await tell(pool, "dtmf")
        await receiver.wait(2)
        await settled(pool, {"delivered": 2})


async def test_what_is_kept_of_a_delivery_leaves_a_name_out_as_soon_as_its_line_does(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    """Names become known in the middle of a call; lines that were kept before are written again without."""
    await endpoint(pool, receiver.url, "turn")
    receiver.statuses = [503] * 4
    async with pool.acquire() as connection, connection.transaction():
        await save_all(connection, [started(), turn(0, "I am Ann Smith")])
    async with sending(pool, postgres):
        await settled(pool, {"dead": 1})
        async with pool.acquire() as connection, connection.transaction():
            await save_all(connection, [turn(0, "I am [name]")])
        kept = await pool.fetch("select body from webhook_deliveries")
        assert "Ann" not in str(kept)
        hook = await pool.fetchval("select id from webhooks")
        async with pool.acquire() as connection, connection.transaction():
            assert await deliveries.replay(connection, hook) == 1
        await settled(pool, {"delivered": 2})  # the line is told anew, too
    *_, again = [each for each in receiver.posted if each.id == receiver.posted[0].id]
    assert again.content["data"]["text"] == "I am [name]"
    assert again.content.keys() == receiver.posted[0].content.keys()
    assert {row["body"] for row in await pool.fetch("select body from webhook_deliveries")} == {""}


async def test_no_delivery_is_made_of_what_a_line_said_before_it_was_mended(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    await endpoint(pool, receiver.url, "turn")
    async with pool.acquire() as connection, connection.transaction():
        await save_all(connection, [started(), turn(0, "I am Ann Smith")])
    async with pool.acquire() as mending, mending.transaction():
        await save_all(mending, [turn(0, "I am [name]")])
        async with sending(pool, postgres) as sender:
            making = asyncio.create_task(sender.relay.step())
            await waits_for_a_lock(pool)
            await mending.execute("commit; begin")
            await making
            posted = await receiver.wait(2)  # of the line, and of its being mended
    assert [each.content["data"]["text"] for each in posted] == ["I am [name]"] * 2


async def waits_for_a_lock(pool: asyncpg.Pool) -> None:
    async with asyncio.timeout(10):
        while not await pool.fetchval(  # noqa: ASYNC110 - PostgreSQL tells nobody that somebody waits
            "select count(*) from pg_locks where not granted"
        ):
            await asyncio.sleep(0.01)


async def test_a_slow_endpoint_does_not_keep_others_waiting(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    slow = Receiver()
    await slow.server.start_server()
    slow.statuses = [-1] * 100
    await endpoint(pool, slow.url, "turn")
    await endpoint(pool, receiver.url, "dtmf")
    async with sending(pool, postgres):
        await tell(pool, *["turn"] * 40, "dtmf")
        await receiver.wait(1)
        assert len(slow.posted) < 30
    await slow.server.close()


async def test_a_switched_off_endpoint_gets_nothing_and_what_waits_is_dead(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    hook, _ = await endpoint(pool, receiver.url)
    async with sending(pool, postgres, WebhooksSettings(first_wait_s=0.05, longest_wait_s=0.05)):
        receiver.statuses = [500]
        await tell(pool, "turn")
        await receiver.wait(1)
        await endpoints.change(pool, hook, {"active": False})
        await tell(pool, "dtmf")
        await settled(pool, {"dead": 1})
    assert len(receiver.posted) <= 2


async def test_the_outbox_is_passed_over_while_nobody_wants_it(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> None:
    async with sending(pool, postgres) as server:
        await server.relay.close()
        await tell(pool, *["turn"] * 1200)
        head = await server.relay.step()
        assert await pool.fetchval("select seq from webhook_cursor") == head


async def test_an_event_that_is_too_long_is_named_by_its_number(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    await endpoint(pool, receiver.url)
    async with sending(pool, postgres):
        await pool.execute(
            "insert into outbox (topic, data) "
            "values ('turn', jsonb_build_object('text', repeat('x', 250000)))"
        )
        (posted,) = await receiver.wait(1)
    assert posted.content["data"] is None and posted.content["seq"]


async def test_what_is_over_is_thrown_away_after_a_while(pool: asyncpg.Pool) -> None:
    hook, _ = await endpoint(pool, "https://example.com/")
    await pool.executemany(
        "insert into webhook_deliveries (webhook_id, topic, body, state, created_at) "
        "values ($1, 'ping', '{}', $2, now() - interval '40 days')",
        [(hook, "dead"), (hook, "delivered"), (hook, "waiting")],
    )
    before = datetime.now(UTC) - timedelta(days=30)
    assert await deliveries.sweep(pool, before) == 2 and await deliveries.sweep(pool, before) == 0


async def test_a_slot_is_given_back(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, receiver: Receiver
) -> None:
    receiver.statuses = [500, 0]
    await endpoint(pool, receiver.url)
    async with sending(pool, postgres) as server:
        await tell(pool, "turn", "dtmf")
        await settled(pool, {"delivered": 2})
        assert not server.sender._busy
