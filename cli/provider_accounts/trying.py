"""What commands ask of a provider itself, beside a running server and without one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cli.database import server_database
from cli.findings import tell_findings
from cli.provider_accounts.opening import opened
from cli.provider_accounts.showing import number_row, show_numbers
from cli.terminal import print_json
from mediaserver.config import Settings
from mediaserver.errors import ConfigError, ProviderFault, TelephonyError
from mediaserver.storage import agents as agents_table
from mediaserver.storage import numbers as numbers_table
from providers.accounts import pointing
from providers.accounts.checking import look
from providers.provider import Capability

ASKED_S = 30.0


async def check(settings: Settings, name: str, as_json: bool) -> int:
    """Raises ConfigError when the account does not work."""
    async with opened(settings, name) as found:
        findings = await look(found.account, found.kind, found.provider, found.fetcher)
    tell_findings(f"the account {name}", findings, as_json)
    return 0


async def numbers(settings: Settings, name: str, as_json: bool) -> None:
    """Raises TelephonyError."""
    async with opened(settings, name) as found:
        pointing.demand(found.account, found.provider, Capability.NUMBERS, "list its numbers")
        async with _patience(found.kind.title):
            theirs = await found.provider.numbers()
    async with server_database(settings) as connection:
        ours = {row["number"]: row for row in await numbers_table.all_numbers(connection)}
    rows = [number_row(each, ours.get(each.number)) for each in theirs]
    if as_json:
        print_json({"numbers": rows})
    else:
        show_numbers(rows)


async def point(settings: Settings, name: str, number: str, agent: str | None, *, messages: bool) -> None:
    """Raises ConfigError and TelephonyError; then nothing is changed here."""
    number = pointing.plain(number)
    async with server_database(settings) as connection:
        if agent is not None and await agents_table.one_agent(connection, agent) is None:
            raise ConfigError(f"there is no agent {agent}: see `voiceforge agents list`")
        async with opened(settings, name) as found, _patience(found.kind.title):
            await pointing.point(found.account, found.provider, number, messages=messages)
        if agent is not None:
            await numbers_table.have_answered(connection, number, agent, name)
        row = await numbers_table.one_number(connection, number)
    if row is not None and row["agent"]:
        print(f"calls to {number} come here, and {row['agent']} answers")
    elif row is not None and row["route"]:
        print(f"calls to {number} come here, by the route {row['route']}")
    else:
        print(f"calls to {number} come here; who answers say routes, or --agent")


@asynccontextmanager
async def _patience(title: str) -> AsyncIterator[None]:
    """Not for ever. Raises TelephonyError."""
    try:
        async with asyncio.timeout(ASKED_S):
            yield
    except TimeoutError:
        raise TelephonyError(f"{title} did not answer within {ASKED_S:.0f} s", ProviderFault.DOWN) from None
