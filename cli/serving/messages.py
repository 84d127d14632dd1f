"""Text messages by accounts at providers: who takes them while the server runs."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack

import asyncpg

from cli.serving.database import Stored
from cli.serving.outbound import policy_of
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.config import Settings
from providers.accounts.board import ProviderBoard
from providers.messages.desk import TextDesk
from providers.messages.sending import TextSender

log = logging.getLogger(__name__)


def open_texts(
    settings: Settings,
    database: Stored,
    accounts: ProviderBoard,
    switchboard: LocalSwitchboard,
    undo: AsyncExitStack,
) -> TextDesk:
    """Who takes what people write, has agents answer it, and sends what calls want sent."""
    sender = TextSender(
        database.pool, accounts, policy_of(settings), database.sealer.digests, settings.texts.limits
    )
    desk = TextDesk(database.pool, accounts, sender, switchboard, database.directory)
    undo.push_async_callback(desk.close)
    return desk


async def go_on_with_texts(desk: TextDesk) -> None:
    """Once accounts have somebody who speaks to their providers."""
    try:
        await desk.start()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        log.warning("texts that came in before this start are not answered: %r", error)
