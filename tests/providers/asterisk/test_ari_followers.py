"""Who follows an application of Asterisk's: one server of a database at a time, one WebSocket for an account
whose row is changed while calls are up, and nobody who was replaced by another program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial

import asyncpg
import pytest
from aiohttp import ClientSession, encode_basic_auth

from mediaserver.errors import TelephonyError
from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.client import GuardedClient
from mediaserver.storage.claims import DatabaseClaim
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.sealing import Sealer
from providers.accounts.board import ProviderBoard
from providers.accounts.rows import AccountRows
from providers.accounts.served import ServedAccount, Standing
from providers.asterisk import events
from providers.asterisk.kind import KIND
from providers.asterisk.provider import AsteriskProvider
from providers.call_state import CallState
from providers.kind import Account, Surroundings
from providers.kinds import Kinds
from tests.providers.asterisk.ari_world import CALLER, MEDIA, Streams, World, account
from tests.providers.asterisk.bench import until
from tests.providers.bench import CONNECT, DecidingDesk, order
from tests.standins.asterisk.ari import PASSWORD, USER, AriStandIn, serving


class Server:
    """One of several that share a database: the account comes by variables, as each has them."""

    def __init__(self, there: AriStandIn, dsn: str) -> None:
        self.there = there
        self.desk, self.streams = DecidingDesk(), Streams()
        self.desk.decision = CONNECT
        self.fetcher = GuardedClient(AddressRule(["127.0.0.1"]))
        variables = {"ASTERISK_URL": there.url, "ASTERISK_USERNAME": USER, "ASTERISK_PASSWORD": PASSWORD}
        variables |= {"ASTERISK_ENDPOINT": "PJSIP/{number}@carrier", "ASTERISK_PREFIXES": "+1"}
        rows = AccountRows(Kinds({"asterisk": lambda: KIND}), Sealer(bytes(32)))
        self.board = ProviderBoard(rows, variables)
        self._connect = partial(open_connection, dsn)

    async def start(self) -> None:
        await self.board.start(self._connect)
        self.board.made_with(
            lambda _: Surroundings(
                self.desk, self.fetcher, self.fetcher, self.streams, partial(DatabaseClaim, self._connect)
            )
        )

    @property
    def served(self) -> ServedAccount:
        found = self.board.served("asterisk")
        assert found is not None
        return found

    async def close(self) -> None:
        await self.board.close()
        await self.fetcher.close()


@pytest.fixture
async def servers(postgres: EmbeddedPostgres, pool: asyncpg.Pool) -> AsyncIterator[list[Server]]:
    async with AsyncExitStack() as undo:
        there = await undo.enter_async_context(serving())
        made = [Server(there, postgres.dsn) for _ in range(2)]
        for each in made:
            undo.push_async_callback(each.close)
        yield made


async def test_one_server_of_a_database_follows_and_the_other_takes_over(
    servers: list[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "WAITS_S", 0.02)
    first, second = servers
    there = first.there
    await first.start()
    await until(lambda: there.listeners)
    await until(lambda: first.served.provider is not None and first.served.standing is Standing.READY)
    await second.start()
    await until(lambda: "another server of this database follows" in second.served.trouble)
    assert second.served.standing is Standing.TROUBLED
    await there.call_in(CALLER)
    await until(lambda: first.streams.leg)
    assert not second.desk.incoming_calls and len(there.listeners) == 1
    provider = second.served.provider
    assert provider is not None
    with pytest.raises(TelephonyError, match="another server of this database"):
        await provider.place(order(account(there.url).format))
    (finding,) = [each for each in await provider.check() if each.name == "events"]
    assert not finding.ok and not finding.fatal
    await first.close()
    await until(lambda: second.served.standing is Standing.READY)
    await there.call_in("1795.2")
    await until(lambda: second.streams.leg)
    assert [each.ref for each in second.desk.incoming_calls] == ["1795.2"]


async def test_a_changed_row_takes_no_call_that_is_up(ready: World) -> None:
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    leg = await ready.connected()
    await until(lambda: len(ready.there.bridges) == 1)
    fetcher, desk, told = GuardedClient(AddressRule(["127.0.0.1"])), DecidingDesk(), list[str]()
    changed = account(ready.there.url, prefixes=("+49",))
    newer = KIND.make(Account("pbx", "asterisk", 2, changed, ""), Surroundings(desk, fetcher, fetcher))
    assert isinstance(newer, AsteriskProvider)
    try:
        newer.begin(told.append, [ready.provider])
        await until(lambda: told == [""])
        await ready.there.call_in("1795.2")
        await until(lambda: desk.incoming_calls)
        assert leg.termination is None and MEDIA in ready.there.channels
        assert [each.ref for each in ready.desk.incoming_calls] == [CALLER]
        await ready.there.ends(CALLER)
        await until(lambda: ready.states[-1:] == [CallState.COMPLETED])
        await ready.quiet()
        await ready.provider.close()
        await ready.there.call_in("1795.3")
        await until(lambda: len(desk.incoming_calls) == 2)
        assert len(ready.there.listeners) == 1
    finally:
        await newer.close()
        await fetcher.close()


async def test_a_new_password_counts_for_calls_that_are_up(ready: World) -> None:
    """The old one is revoked in mid-call: what the call has at Asterisk is removed with the new one."""
    ready.desk.decision = CONNECT
    await ready.there.call_in(CALLER)
    await ready.connected()
    ready.there.password = "another"
    await ready.there.drop_listeners()
    await until(lambda: "password of ari.conf" in ready.troubles[-1])
    fetcher, told = GuardedClient(AddressRule(["127.0.0.1"])), list[str]()
    changed = account(ready.there.url, password="another")
    newer = KIND.make(
        Account("pbx", "asterisk", 2, changed, ""), Surroundings(DecidingDesk(), fetcher, fetcher)
    )
    assert isinstance(newer, AsteriskProvider)
    try:
        newer.begin(told.append, [ready.provider])
        await until(lambda: told[-1:] == [""])
        await ready.there.ends(CALLER)
        await ready.quiet()
        assert ready.states[-1] is CallState.COMPLETED
    finally:
        await newer.close()
        await fetcher.close()


async def test_who_was_replaced_by_another_program_takes_nothing_back_while_that_one_lives(
    ready: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "REPLACED_S", 0.02)
    url = f"ws{ready.there.url.removeprefix('http')}/ari/events?app=voiceforge"
    async with ClientSession(headers={"Authorization": encode_basic_auth(USER, PASSWORD)}) as session:
        async with session.ws_connect(url) as other:
            await until(lambda: "another program" in ready.troubles[-1])
            await until(lambda: ready.there.count("GET", "/applications/voiceforge") >= 3)
            assert not other.closed and len(ready.there.listeners) == 1
            ready.there.listened.clear()
    await until(ready.there.listened.is_set)
    await until(lambda: ready.troubles[-1] == "")
