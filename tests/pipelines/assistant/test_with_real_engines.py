"""Whole conversations with the makers' own clients against strict servers: whatever interrupts, fails or
asks, the history is one that the real ones take."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mediaserver.errors import ToolError
from pipelines.assistant.agent import Assistant
from pipelines.conversation.agent import Act, Answered, Context, End, Pressed, Say, Silence, Utterance
from pipelines.engines.llm.claude import engine as claude
from pipelines.engines.llm.openai_compatible import engine as openai_compatible
from pipelines.engines.llm.remote import RemoteLlm
from pipelines.engines.registry import EngineOptions
from tests.fakes import CALL_ID
from tests.model_server import (
    KEY,
    MODEL,
    Answer,
    ModelServer,
    Piece,
    chat_chunks,
    message_events,
    model_server,
)
from tests.pipelines.assistant.talking import Kit, assistant

ENGINES = {"openai": openai_compatible, "anthropic": claude}
Calls = dict[str, dict[str, Any]]
"""Arguments by name of the tool."""


def answer(kind: str, words: str, calls: Calls) -> Answer:
    pieces: list[Piece]
    if kind == "anthropic":
        blocks = [(f"t{at}", name, [json.dumps(given)]) for at, (name, given) in enumerate(calls.items())]
        stop = "tool_use" if calls else "end_turn"
        pieces = message_events(*([words] if words else []), *blocks, stop=stop)
    else:
        chunks = [
            {
                "index": at,
                "id": f"t{at}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(given)},
            }
            for at, (name, given) in enumerate(calls.items())
        ]
        pieces = chat_chunks(*([words] if words else []), calls=chunks)
    return Answer(pieces)


class Talk:
    """A call with an assistant whose model is at this server."""

    def __init__(self, kind: str, server: ModelServer, agent: Assistant) -> None:
        self._kind = kind
        self._server = server
        self._agent = agent
        self._line = 0

    def script(self, words: str, **calls: dict[str, Any]) -> None:
        self._server.answers.append(answer(self._kind, words, calls))

    async def tell(self, said: Any, heard: str | None = None) -> list[Act]:
        """`heard`: all the caller hears of the answer; None: all of it."""
        self._line += 1
        acts = [act async for act in self._agent.respond(said, Context(CALL_ID, self._line))]
        words = " ".join(act.text for act in acts if isinstance(act, Say))
        self._agent.heard(self._line, words if heard is None else heard, heard is not None)
        return acts

    async def stop(self, said: Any, kit: Kit) -> None:
        """The caller goes on while this tool runs."""
        self._line += 1
        going = asyncio.ensure_future(self._read(said))
        kit.started.clear()
        await asyncio.wait_for(kit.started.wait(), 20)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)

    async def _read(self, said: Any) -> None:
        async for _ in self._agent.respond(said, Context(CALL_ID, self._line)):
            pass


@pytest.fixture(params=ENGINES)
async def llm(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[str, ModelServer, RemoteLlm]]:
    key = tmp_path / "key"
    key.write_text(KEY)
    async with model_server() as server:
        settings = {"base_url": f"{server.url}/v1", "model": MODEL, "api_key_file": str(key)}
        made = await asyncio.to_thread(ENGINES[request.param].make, EngineOptions(settings=settings))
        await made.start()
        yield request.param, server, made
        await made.stop()
    assert server.faults == []


async def test_every_history_is_one_that_a_strict_server_takes(
    llm: tuple[str, ModelServer, RemoteLlm],
) -> None:
    kind, server, model = llm
    look, cancel = Kit(), Kit("cancel", "cancelled", confirm="Shall I cancel {what}?")
    book = Kit("book", "booked", interruptible=False)
    agent = assistant(model, look, cancel, book)
    talk = Talk(kind, server, agent)
    await talk.tell(Answered())

    talk.script("Let me look.", look_up={"what": "rooms"}, nowhere={})
    talk.script("There are two.")
    await talk.tell(Utterance("have you a room"))

    talk.script("", cancel={"what": "the order"})
    asked = await talk.tell(Utterance("cancel my order"))
    assert Say("Shall I cancel the order?") in asked
    talk.script("It is cancelled.")
    await talk.tell(Utterance("yes please"), heard="It is")
    assert cancel.ran == [{"what": "the order"}]

    look.gate.clear()
    talk.script("One moment.", look_up={"what": "more"})
    await talk.stop(Utterance("and more"), look)
    assert look.cancelled == 1
    look.gate.set()
    talk.script("As you like.")
    await talk.tell(Utterance("no wait", amends=True), heard="")

    book.gate.clear()
    talk.script("", book={"what": "it"})
    await talk.stop(Utterance("book it"), book)
    book.gate.set()
    await asyncio.sleep(0)
    talk.script("It is booked.")
    await talk.tell(Pressed("5"))

    look.gives = ToolError("no")
    talk.script("", look_up={"what": "x"})
    talk.script("That went wrong.")
    await talk.tell(Utterance("once more"))

    talk.script("", cancel={"what": "all"})
    await talk.tell(Utterance("cancel all"))
    talk.script("Very well.")
    await talk.tell(Silence())
    assert len(cancel.ran) == 1

    talk.script("Goodbye.", end_call={})
    assert (await talk.tell(Utterance("bye")))[-1] == End()
    talk.script("Yes?")
    await talk.tell(Utterance("one more thing"))
    assert not server.answers


async def test_a_long_call_is_summed_up_by_the_model_itself(llm: tuple[str, ModelServer, RemoteLlm]) -> None:
    kind, server, model = llm
    agent = assistant(model)
    talk = Talk(kind, server, agent)
    await talk.tell(Answered())
    for number in range(16):
        talk.script(f"Answer {number}.")
        if number == 15:
            break
        await talk.tell(Utterance(f"question {number}"))
    server.answers.append(answer(kind, "Ann asked about rooms.", {}))
    await talk.tell(Utterance("question 15"))
    assert agent._summing is not None
    await agent._summing
    talk.script("Fine.")
    await talk.tell(Utterance("and now"))
    assert "Ann asked about rooms." in json.dumps(server.asked[-1])
