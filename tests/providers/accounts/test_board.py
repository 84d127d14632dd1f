"""The board over the real table: who is made, what one fault touches, and who is closed when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import cast

import asyncpg
import pytest

from mediaserver.errors import TelephonyError
from mediaserver.storage import providers as table
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from providers.accounts.board import ProviderBoard
from providers.accounts.served import ServedAccount, Standing
from providers.kind import Account, Surroundings
from tests.providers.acme import KIND, Acme, acme, rows

NOTHING = cast(Surroundings, None)


class Shelf:
    """A board that follows, and who changes its table."""

    def __init__(self, pool: asyncpg.Pool, board: ProviderBoard) -> None:
        self.pool, self.board = pool, board

    async def put(self, account: Account) -> None:
        written = self.board.rows.written(account)
        if not await table.add_provider(self.pool, account.name, account.kind, *written):
            await table.change_provider(self.pool, account.name, *written)
        await self.board.caught_up()

    async def remove(self, name: str) -> None:
        await table.remove_provider(self.pool, name)
        await self.board.caught_up()

    async def until(self, name: str, standing: Standing) -> ServedAccount:
        """It stands so."""
        changed = asyncio.Event()
        self.board.on_change(changed.set)
        async with asyncio.timeout(10):
            while (served := self.board.served(name)) is None or served.standing is not standing:
                changed.clear()
                await changed.wait()
        return served


async def opened(
    undo: AsyncExitStack, pool: asyncpg.Pool, postgres: EmbeddedPostgres, environ: dict[str, str]
) -> Shelf:
    board = ProviderBoard(rows(), environ)
    undo.push_async_callback(board.close)
    await board.start(lambda: open_connection(postgres.dsn))
    return Shelf(pool, board)


@pytest.fixture
async def shelf(pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> AsyncIterator[Shelf]:
    async with AsyncExitStack() as undo:
        shelf = await opened(undo, pool, postgres, {})
        shelf.board.made_with(lambda account: NOTHING)
        yield shelf


def speaker(served: ServedAccount) -> Acme:
    assert isinstance(served.provider, Acme)
    return served.provider


async def test_each_enabled_account_has_somebody_who_speaks_to_its_provider(shelf: Shelf) -> None:
    await shelf.put(acme())
    await shelf.put(acme("off", enabled=False))
    served = await shelf.until("main", Standing.READY)
    assert shelf.board.provider("main") is speaker(served)
    assert shelf.board.account("main") == acme()
    off = shelf.board.served("off")
    assert off is not None and off.standing is Standing.DISABLED and "enable it" in off.lacks
    assert shelf.board.provider("off") is None and shelf.board.provider("nobody") is None
    (finding,) = shelf.board.findings()
    assert finding.ok and finding.detail == "main, off"


async def test_one_that_cannot_be_made_touches_no_other_and_shows_no_secret(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    await shelf.put(acme("a", region="mars"))
    await shelf.put(acme("b", region="void"))
    await table.add_provider(shelf.pool, "c", "acme", {}, "")
    await shelf.put(acme("d"))
    await shelf.until("d", Standing.READY)
    assert (await shelf.until("a", Standing.FAULTY)).fault == "there is no region mars"
    failed = await shelf.until("b", Standing.FAULTY)
    assert "RuntimeError" in failed.fault and "tell-tale" not in failed.fault
    told = {each.name: each for each in shelf.board.findings()}
    assert set(told) == {"provider a", "provider b", "provider c"}
    assert not any(each.fatal for each in told.values()), "the server does its work without them"
    assert "missing" in told["provider c"].detail and "voiceforge providers set c" in told["provider c"].mend


async def test_a_changed_account_is_closed_once_its_calls_are_over(shelf: Shelf) -> None:
    await shelf.put(acme())
    before = await shelf.until("main", Standing.READY)
    old, first, second = speaker(before), before.borrow(), before.borrow()
    await shelf.put(acme(region="eu"))
    after = await shelf.until("main", Standing.READY)
    assert after is not before and speaker(after) is not old
    first()
    first()
    assert before.calls == 1 and not old.closed.is_set(), "to say twice that a call is over changes nothing"
    assert shelf.board.answering("main") is after
    second()
    await asyncio.wait_for(old.closed.wait(), 10)


async def test_what_the_provider_tells_of_a_removed_accounts_calls_is_heard_still(shelf: Shelf) -> None:
    await shelf.put(acme())
    served = await shelf.until("main", Standing.READY)
    provider, release = speaker(served), served.borrow()
    await shelf.remove("main")
    assert shelf.board.served("main") is None and shelf.board.answering("main") is served
    release()
    await asyncio.wait_for(provider.closed.wait(), 10)
    assert shelf.board.answering("main") is None


async def test_closing_lets_go_of_all(shelf: Shelf) -> None:
    await shelf.put(acme())
    await shelf.put(acme("other"))
    one = await shelf.until("main", Standing.READY)
    two = await shelf.until("other", Standing.READY)
    both = [speaker(one), speaker(two)]
    one.borrow()
    await shelf.remove("main")
    await shelf.board.close()
    assert all(each.closed.is_set() for each in both)


async def test_variables_make_an_account_until_a_row_has_its_name(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres
) -> None:
    async with AsyncExitStack() as undo:
        shelf = await opened(undo, pool, postgres, {"ACME_ACCOUNT": "AC9", "ACME_TOKEN": "t"})
        served = shelf.board.served("acme")
        assert served is not None and served.from_environment and served.standing is Standing.STARTING
        shelf.board.made_with(lambda account: NOTHING)
        assert speaker(await shelf.until("acme", Standing.READY)).settings.account_id == "AC9"
        await shelf.put(acme("acme"))
        of_row = shelf.board.served("acme")
        assert of_row is not None and not of_row.from_environment
        await shelf.remove("acme")
        again = shelf.board.served("acme")
        assert again is not None and again.from_environment


async def test_what_cannot_place_calls_is_refused_before_anything_is_asked(shelf: Shelf) -> None:
    await shelf.put(acme())
    (await shelf.until("main", Standing.READY)).refuse_placing()
    for name, settings in (("off", {"enabled": False}), ("bad", {"region": "mars"})):
        await shelf.put(acme(name, **settings))
        wanted = Standing.DISABLED if name == "off" else Standing.FAULTY
        with pytest.raises(TelephonyError, match=f"the account {name} is not in use"):
            (await shelf.until(name, wanted)).refuse_placing()
    unsaid = ServedAccount(rows("").made("main", "acme", {"account_id": "AC1", "token": "t"}), KIND)
    unsaid.provider = speaker(await shelf.until("main", Standing.READY))
    with pytest.raises(TelephonyError, match=r"cannot place calls: nobody has said .* http\.public_url"):
        unsaid.refuse_placing()
