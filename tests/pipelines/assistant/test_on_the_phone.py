"""A real call to `sip:assistant@` of a real server, which thinks with an OpenAI-compatible server: the row is
there because a model is, the answer is heard, an interruption is remembered, the model ends the call."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mediaserver.errors import CallError
from tests.faults.calling import Watched, all_stored, calls, poll, stored
from tests.model_server import KEY, MODEL, Answer, ModelServer, chat_chunks, model_server
from tests.peers.conftest import ServerProcess, start_server, stop_server

LONG = "The first room is upstairs, the second is in the yard, and the third is closed for the whole winter."


def end_call() -> Answer:
    call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "end_call", "arguments": "{}"}}
    return Answer(chat_chunks("Thank you for calling. ", "Goodbye.", calls=[call]))


@asynccontextmanager
async def serving(model: ModelServer) -> AsyncIterator[ServerProcess]:
    folder = Path(tempfile.mkdtemp(prefix="vf-"))
    await asyncio.to_thread(folder.chmod, 0o755)
    options = (
        f'[engines.options.openai]\nbase_url = "{model.url}/v1"\nmodel = "{MODEL}"\n'
        'api_key_env = "MODEL_KEY"\n'
        "[engines]\nstt_workers = 1\ntts_workers = 1\n"
    )
    server = await asyncio.to_thread(start_server, folder, "127.0.0.57", options, {"MODEL_KEY": KEY})
    try:
        # A server answers calls before its models are there: until then theirs are refused.
        await poll("the model's engine", lambda: model.connections > 0)
        await poll("an assistant that answers", lambda: asyncio.run(answers(server)))
        yield server
    finally:
        await asyncio.to_thread(stop_server, server)
        shutil.rmtree(folder, ignore_errors=True)


async def answers(server: ServerProcess) -> bool:
    """It takes a call."""
    try:
        async with calls(server, "assistant"):
            return True
    except CallError as error:
        assert error.code == 503
        return False


def conversation(asked: dict[str, Any]) -> list[tuple[str, str]]:
    """What the model was given, without the instructions."""
    return [(message["role"], message.get("content") or "") for message in asked["messages"][1:]]


async def heard(one: Watched, text: str) -> None:
    await poll(text, lambda: any(text in line["text"] for line in one.all("heard")))


async def test_a_caller_talks_with_a_model_and_what_was_heard_is_what_it_remembers() -> None:
    async with model_server() as model:
        model.answers += [
            Answer(chat_chunks("You pressed one. ", "Very well.")),
            Answer(chat_chunks(*(f"{word} " for word in LONG.split()))),
            end_call(),
        ]
        async with serving(model) as server, calls(server, "assistant") as (one,):
            await heard(one, "Hello, how can I help you?")
            one.call.stream.press("1")
            await heard(one, "You pressed one. Very well.")
            one.call.stream.press("2")
            await poll("the long answer", lambda: "first room" in str(one.all("agent")))
            one.call.stream.press("3")
            await one.ended()
            await all_stored(server)
            kept = await stored(server, one.id)
        assert model.faults == []
        told = conversation(model.asked[-1])
        assert told[-1][0] == "user" and told[-1][1].endswith("[The caller pressed the key 3.]")
        assert "You were interrupted" in told[-1][1]
        assert ("assistant", "You pressed one. Very well.") in told
        assert LONG not in str(told)
        figures = [event["data"] for event in kept["events"] if event["kind"] == "llm"]
        assert [turn["rounds"] for turn in figures] == [1, 1, 1]
        assert figures[0]["tokens_in"] == 100 and figures[0]["model"]
        assert kept["ended_by"] == "agent"
