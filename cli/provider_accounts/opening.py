"""Accounts as a command reads them, and whoever speaks to the provider of one, without the server."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from cli.database import sealer_of, server_database
from mediaserver.config import Settings
from mediaserver.errors import ConfigError
from mediaserver.fetching.protocols import Fetcher
from mediaserver.storage import providers as table
from providers.accounts.environment import accounts_in
from providers.accounts.rows import AccountRows
from providers.kind import Account, Kind, Surroundings
from providers.kinds import installed
from providers.provider import Provider


@dataclass(frozen=True, slots=True)
class Opened:
    """An account, and who speaks to its provider."""

    account: Account
    kind: Kind
    provider: Provider
    fetcher: Fetcher


def rows_of(settings: Settings) -> AccountRows:
    return AccountRows(installed(), sealer_of(settings), settings.http.public_url)


def unknown(name: str, rows: AccountRows) -> ConfigError:
    given = accounts_in(os.environ, rows)
    if name in given.accounts or name in given.faults:
        return ConfigError(
            f"environment variables make the account {name}: change it there, or add one of that name"
        )
    return ConfigError(f"there is no account {name}: see `voiceforge providers list`")


async def read_account(settings: Settings, name: str, rows: AccountRows) -> Account:
    """Of the database, else of the environment. Raises ConfigError, SealError and DatabaseError."""
    async with server_database(settings) as connection:
        row = await table.one_provider(connection, name)
    if row is not None:
        return rows.read(row)
    given = accounts_in(os.environ, rows)
    if name in given.faults:
        raise ConfigError(given.faults[name])
    if name not in given.accounts:
        raise unknown(name, rows)
    return given.accounts[name]


@asynccontextmanager
async def opened(settings: Settings, name: str) -> AsyncIterator[Opened]:
    """Raises ConfigError, SealError and DatabaseError."""
    from cli.serving.fetching import open_fetching
    from mediaserver.metrics import Metrics
    from providers.accounts.checking import NobodysDesk

    rows = rows_of(settings)
    account = await read_account(settings, name, rows)
    kind = rows.kinds.kind(account.kind)
    async with AsyncExitStack() as undo:
        fetching = await open_fetching(settings.fetch, Metrics(), undo)
        around = Surroundings(NobodysDesk(), fetching, fetching)
        provider = await asyncio.to_thread(kind.make, account, around)
        undo.push_async_callback(provider.close)
        yield Opened(account, kind, provider, fetching)
