"""A requester that remembers what it was told."""

from __future__ import annotations

import asyncio

from pipelines.workers.protocol import WorkerMessage


class Asker:
    def __init__(self) -> None:
        self.messages: list[WorkerMessage] = []
        self.lost = ""
        """Why its worker was lost."""
        self._changed = asyncio.Event()

    def on_message(self, message: WorkerMessage) -> None:
        self.messages.append(message)
        self._changed.set()

    def on_lost(self, why: str) -> None:
        self.lost = why
        self._changed.set()

    async def change(self) -> None:
        """The next news, waited for."""
        async with asyncio.timeout(10):
            await self.news()

    async def news(self) -> None:
        """Likewise, for as long as it takes."""
        await self._changed.wait()
        self._changed.clear()
