"""All accounts of a server: the table in memory, those of the environment, and whoever speaks to their
providers.

It follows the table. Each enabled account gets a `Provider`, made in a thread since that may import an SDK;
one that cannot be made touches no other. One whose row changes or goes is closed once its calls are over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial

import asyncpg

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError
from mediaserver.storage import providers as table
from mediaserver.storage.following import POLL_S, Following
from mediaserver.storage.sql import Row
from providers.accounts.checking import ADDRESS, look
from providers.accounts.environment import accounts_in, named_in
from providers.accounts.rows import AccountRows, ReadAccounts
from providers.accounts.served import ServedAccount, Standing
from providers.kind import Account, Surroundings
from providers.provider import KeepsConnection, Provider

log = logging.getLogger(__name__)

CLOSING_S = 5.0
"""A provider that takes longer to be closed is left."""
SurroundingsOf = Callable[[Account], Surroundings]


class ProviderBoard:
    """One for a server."""

    def __init__(self, rows: AccountRows, environ: Mapping[str, str] | None = None) -> None:
        """`environ`: variables that may make accounts."""
        self.rows = rows
        self.faults: Mapping[str, str] = {}
        """Rows and variables that make no sense, and why."""
        self._environ = environ or {}
        self._given = ReadAccounts()
        """By the environment."""
        self._read: list[Row] | None = None
        self._served: dict[str, ServedAccount] = {}
        self._leaving: list[ServedAccount] = []
        """Gone or changed; their calls are not over."""
        self._surroundings: SurroundingsOf | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._following: Following | None = None
        self._listeners: list[Callable[[], None]] = []

    # -- life

    async def start(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]], poll_s: float = POLL_S
    ) -> None:
        """Read the variables and the table, then follow that. Raises DatabaseError when it cannot be
        reached."""
        if named_in(self._environ, self.rows.kinds):
            self._given = await asyncio.to_thread(accounts_in, self._environ, self.rows)
        self._following = Following(connect, self._load, "providers", poll_s)
        await self._following.start()

    async def caught_up(self) -> None:
        """See `Following.caught_up`."""
        if self._following is not None:
            await self._following.caught_up()

    async def close(self) -> None:
        """Follow no more, and let go of all providers, whatever calls they have. Idempotent."""
        if self._following is not None:
            await self._following.close()
        self._surroundings = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        left, self._leaving, self._served = [*self._served.values(), *self._leaving], [], {}
        await asyncio.gather(*(_close(each) for each in left))

    def on_change(self, tell: Callable[[], None]) -> None:
        """`tell` is called now, and after each change: of the table, and of who is made."""
        self._listeners.append(tell)
        tell()

    def made_with(self, surroundings: SurroundingsOf) -> None:
        """From now on each enabled account has somebody who speaks to its provider, made with these."""
        self._surroundings = surroundings
        for served in self._served.values():
            self._begin(served)

    # -- what is known

    @property
    def accounts(self) -> Collection[ServedAccount]:
        """All that make sense, by name."""
        return self._served.values()

    @property
    def leaving(self) -> Collection[ServedAccount]:
        """Those that are gone or changed, and whose calls are not over; the newest last."""
        return tuple(self._leaving)

    def served(self, name: str) -> ServedAccount | None:
        return self._served.get(name)

    def account(self, name: str) -> Account | None:
        served = self._served.get(name)
        return None if served is None else served.account

    def provider(self, name: str) -> Provider | None:
        """Who speaks to the provider of this account now."""
        served = self._served.get(name)
        return None if served is None else served.provider

    def answering(self, name: str) -> ServedAccount | None:
        """Who takes what the provider tells: also of an account that is gone or disabled, while it has
        calls."""
        served = self._served.get(name)
        if served is not None and served.provider is not None:
            return served
        left = [each for each in self._leaving if each.account.name == name and each.provider is not None]
        return left[-1] if left else None

    async def made(self, name: str, within_s: float) -> ServedAccount | None:
        """As `answering`, once it is known who speaks to its provider: to import an SDK takes seconds, and
        calls do not wait for that to come in. Raises TimeoutError."""
        found, served = self.answering(name), self._served.get(name)
        if found is None and served is not None:
            async with asyncio.timeout(within_s):
                await served.settled()
            found = self.answering(name)
        return found

    def findings(self) -> list[Finding]:
        """Each account that is not as it should be; one line for all when they are."""
        found = [
            Finding(
                f"provider {name}",
                False,
                fault,
                f"correct it: `voiceforge providers set {name}`",
                required=False,
            )
            for name, fault in self.faults.items()
        ]
        for served in self._served.values():
            name, why = served.account.name, served.trouble
            if served.standing is not Standing.DISABLED and served.standing is not Standing.STARTING:
                why = why or served.lacks
            if why:
                mend = f"see `voiceforge providers check {name}`"
                found.append(Finding(f"provider {name}", False, why, mend, required=False))
        if not found and self._served:
            found.append(Finding("providers", True, ", ".join(self._served)))
        return found

    async def check(self, served: ServedAccount) -> list[Finding]:
        """Try an account; what its provider says of it counts from now on. Nobody is called."""
        if served.provider is None:
            mend = "try again in a moment" if served.standing is Standing.STARTING else "correct its settings"
            return [Finding("account", False, served.lacks, mend)]
        around = None if self._surroundings is None else self._surroundings(served.account)
        found = await look(
            served.account, served.kind, served.provider, None if around is None else around.fetcher
        )
        fatal = [each.detail for each in found if each.fatal and each.name != ADDRESS]
        served.trouble = "; ".join(fatal)
        return found

    # -- the table

    async def _load(self, connection: asyncpg.Connection) -> None:
        rows = await table.all_providers(connection)
        if rows != self._read:
            # The first account of a kind imports it.
            read = await asyncio.to_thread(self.rows.read_all, rows) if rows else ReadAccounts()
            self.take(read)
            self._read = rows

    def take(self, read: ReadAccounts) -> None:
        """The table is this now. Of an account that variables make, too, the row counts."""
        given = {name: each for name, each in self._given.accounts.items() if not _has(read, name)}
        faults = {name: each for name, each in self._given.faults.items() if not _has(read, name)}
        faults |= read.faults
        for name, fault in faults.items():
            if self.faults.get(name) != fault:
                log.warning("the provider's account %s is not used: %s", name, fault)
        self.faults = faults
        accounts = {**given, **read.accounts}
        for name in self._served.keys() - accounts.keys():
            self._leave(self._served.pop(name))
        for name, account in accounts.items():
            before = self._served.get(name)
            if before is not None and before.account == account:
                continue
            if before is not None:
                self._leave(before)
            kind = self.rows.kinds.kind(account.kind)
            served = self._served[name] = ServedAccount(account, kind, from_environment=name in given)
            self._begin(served)
        self._served = dict(sorted(self._served.items()))
        self._tell()

    def _tell(self) -> None:
        for tell in self._listeners:
            tell()

    # -- who speaks to providers

    def _begin(self, served: ServedAccount) -> None:
        if self._surroundings is not None and served.account.settings.enabled and served.provider is None:
            self._keep(self._make(served, self._surroundings))

    def _leave(self, served: ServedAccount) -> None:
        """Its calls go on; then it is closed."""
        served.settle()
        self._leaving.append(served)
        self._keep(self._close_once_idle(served))

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _make(self, served: ServedAccount, surroundings: SurroundingsOf) -> None:
        account = served.account
        try:
            made = await asyncio.to_thread(served.kind.make, account, surroundings(account))
        except ConfigError as error:
            served.fault = str(error)
            log.warning("the provider's account %s is not used: %s", account.name, error)
        except Exception as error:
            served.fault = f"it could not be started ({type(error).__name__}); the log says more"
            log.exception("the provider's account %s could not be started", account.name)
        else:
            served.provider = made
            if isinstance(made, KeepsConnection):
                before = [each.provider for each in self._leaving if each.account.name == account.name]
                made.begin(partial(setattr, served, "trouble"), [each for each in before if each is not None])
            if served is not self._served.get(account.name) and served not in self._leaving:
                await _close(served)  # it went meanwhile
        finally:
            served.settle()
        self._tell()

    async def _close_once_idle(self, served: ServedAccount) -> None:
        await served.idle()
        self._leaving.remove(served)
        await _close(served)


def _has(read: ReadAccounts, name: str) -> bool:
    return name in read.accounts or name in read.faults


async def _close(served: ServedAccount) -> None:
    provider, served.provider = served.provider, None
    if provider is None:
        return
    try:
        async with asyncio.timeout(CLOSING_S):
            await provider.close()
    except Exception as error:
        log.warning("the provider of the account %s was not closed well: %r", served.account.name, error)
