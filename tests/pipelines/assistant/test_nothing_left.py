"""What a call with an assistant leaves behind: nothing that only the garbage collector could free, and little
memory while it lasts."""

from __future__ import annotations

import asyncio
import tracemalloc

from pipelines.conversation.agent import Answered, Context, Utterance
from tests.fakes import CALL_ID, FakeLlm
from tests.pipelines.assistant.talking import Kit, assistant, call, text
from tests.uncollected import standing_still


async def told(agent: object, said: object, line: int) -> None:
    async for _ in agent.respond(said, Context(CALL_ID, line)):  # type: ignore[attr-defined]
        pass


async def test_nothing_is_left_for_the_garbage_collector() -> None:
    with standing_still() as uncollected:
        kit, slow = Kit(confirm="Shall I?"), Kit("book", interruptible=False)
        slow.gate.clear()
        llm = FakeLlm([call("look_up")], text("It is done."), [call("book")], text("Bye."))
        agent = assistant(llm, kit, slow)
        await told(agent, Answered(), 0)
        await told(agent, Utterance("look it up"), 1)
        agent.heard(1, "Shall I?", False)
        await told(agent, Utterance("yes"), 2)
        going = asyncio.ensure_future(told(agent, Utterance("book it"), 3))
        await asyncio.wait_for(slow.started.wait(), 10)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        agent.hung_up()
        slow.gate.set()
        for _ in range(10):
            await asyncio.sleep(0)
        del agent, going, llm
        assert uncollected() == []


async def test_a_long_call_takes_little_memory() -> None:
    llm = FakeLlm()
    agent = assistant(llm)
    tracemalloc.start()
    try:
        await told(agent, Answered(), 0)
        for line in range(1, 200):
            llm.answers = [text(f"Answer {line}. {'and so on ' * 20}"), text("They talked at length.")]
            await told(agent, Utterance(f"question {line} {'blah ' * 40}"), line)
            agent.heard(line, "Answer", True)
            llm.asked.clear()
            await asyncio.sleep(0)  # the loop throws cancelled timers away
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 1_000_000
