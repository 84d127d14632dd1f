"""A desk with accounts of the test's kind, and who reaches what they are made of."""

from __future__ import annotations

import asyncio
from typing import cast
from uuid import UUID

from providers.accounts.board import ProviderBoard
from providers.accounts.rows import ReadAccounts
from providers.accounts.served import Standing
from providers.kind import Account, Surroundings
from tests.providers.acme import Acme, rows


class Sessions:
    """Implements providers.accounts.sessions.Sessions."""

    def __init__(self) -> None:
        self.known: dict[UUID, str] = {}

    def account_of(self, session: UUID) -> str | None:
        return self.known.get(session)


async def settled(board: ProviderBoard) -> None:
    """All that are enabled are made, or cannot be."""
    changed = asyncio.Event()
    board.on_change(changed.set)
    async with asyncio.timeout(10):
        while any(each.standing is Standing.STARTING for each in board.accounts):
            changed.clear()
            await changed.wait()


async def board_of(*accounts: Account) -> ProviderBoard:
    """Of these, and no table."""
    board = ProviderBoard(rows())
    board.made_with(lambda account: cast(Surroundings, None))
    board.take(ReadAccounts({each.name: each for each in accounts}))
    await settled(board)
    return board


def speaker(board: ProviderBoard, name: str = "main") -> Acme:
    provider = board.provider(name)
    assert isinstance(provider, Acme)
    return provider
