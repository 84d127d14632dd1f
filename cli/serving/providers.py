"""Accounts at telephony providers while the server runs: followed from its start, joined to the calls."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack

from cli.serving.database import Stored
from mediaserver.config import Settings
from providers.accounts.board import ProviderBoard
from providers.accounts.rows import AccountRows
from providers.kinds import installed


async def open_board(settings: Settings, database: Stored, undo: AsyncExitStack) -> ProviderBoard:
    """The table of accounts, followed from now on, and those of the environment. Nobody speaks to a provider
    yet. Raises DatabaseError."""
    board = ProviderBoard(
        AccountRows(installed(), database.sealer, settings.http.public_url), dict(os.environ)
    )
    undo.push_async_callback(board.close)
    await board.start(database.connect)
    return board
