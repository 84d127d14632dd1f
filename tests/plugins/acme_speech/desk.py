"""An agent that speaks while it still looks for the answer, as one with a model or a slow tool does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, AgentInput, Answered, Context, Say, Utterance

LOOKING_TAKES_S = 0.4


class Desk:
    """`prompt`: HOST:PORT of a service that is sent a line and answers with one; empty: it looks nowhere."""

    def __init__(self, prompt: str) -> None:
        self._service = prompt
        self.asked: list[str] = []

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        match said:
            case Answered():
                yield Say("Acme desk here.")
            case Utterance(text=text, understood=True):
                self.asked.append(text)  # before anything is awaited: an interruption must not lose it
                yield Say("I will look.")
                yield Say(await self._looked_up(text))
            case _:
                yield Say("Once more please.")

    async def _looked_up(self, text: str) -> str:
        if not self._service:
            await asyncio.sleep(LOOKING_TAKES_S)
            return f"No news of {text}."
        host, _, port = self._service.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(f"{text}\n".encode())
            return (await reader.readline()).decode().strip()
        finally:
            writer.close()

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        return ()
