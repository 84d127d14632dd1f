"""An agent with a tool: it speaks before it looks, and remembers what it was asked when it is interrupted.

Try it: `voiceforge chat examples.stock:StockDesk`.
"""

import asyncio
from collections.abc import AsyncIterator

from mediaserver.storage.records import OutcomeMade, Record
from pipelines.conversation.agent import Act, AgentInput, Answered, Context, Keep, Say, Utterance

STOCK = {"lamp": 3, "chair": 0, "desk": 12}


async def look_up(item: str) -> int:
    """The tool: stands for a request to your own system. Cancelled when the caller goes on."""
    await asyncio.sleep(0.5)
    return STOCK[item]


class StockDesk:
    def __init__(self) -> None:
        self.asked: list[str] = []

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        if isinstance(said, Answered):
            yield Say("Stock desk. What are you looking for?")
            return
        text = said.text.lower() if isinstance(said, Utterance) else ""
        item = next((item for item in STOCK if item in text), None)
        if item is None:
            yield Say(f"I know of {', '.join(STOCK)}.")
            return
        self.asked.append(item)  # before anything is awaited: an interruption must not lose it
        yield Say("Let me look.")
        count = await look_up(item)
        yield Keep(OutcomeMade(context.call_id, "stock", "told", {"item": item, "count": count}))
        yield Say(f"There are {count} of them." if count else f"We have no {item} left.")

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        return ()
