"""The official client against our server: what its users write, and what it reads."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection
from openai.types.realtime import RealtimeServerEvent
from websockets.exceptions import InvalidStatus

from pipelines.engines.protocols import LlmToolCall
from tests.api.realtime.desk import MODEL, RealtimeDesk, said
from tests.api.realtime.test_spoken_sessions import pcm


@asynccontextmanager
async def session(
    desk: RealtimeDesk, model: str = MODEL, secret: str = ""
) -> AsyncIterator[AsyncRealtimeConnection]:
    client = AsyncOpenAI(base_url=str(desk.client.make_url("/v1")), api_key=secret or desk.secret)
    async with client.realtime.connect(model=model) as connection:
        yield connection
    await client.close()


async def until(connection: AsyncRealtimeConnection, type: str) -> list[RealtimeServerEvent]:
    """All events up to the first of this type."""
    events: list[RealtimeServerEvent] = []
    async for event in connection:
        assert event.type != "error", event
        events.append(event)
        if event.type == type:
            break
    return events


def user(text: str) -> Any:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


async def test_a_text_turn(desk: RealtimeDesk) -> None:
    desk.llm.answers.append(said("All is well."))
    async with session(desk) as connection:
        await connection.session.update(session={"type": "realtime", "output_modalities": ["text"]})
        await connection.conversation.item.create(item=user("How are you?"))
        await connection.response.create()
        events = await until(connection, "response.done")
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == "All is well. "


async def test_a_spoken_turn_is_heard_and_answered_aloud(desk: RealtimeDesk) -> None:
    desk.stt.text = "how are you"
    desk.llm.answers.append(said("All is well."))
    async with session(desk) as connection:
        await connection.session.update(
            session={
                "type": "realtime",
                "audio": {"input": {"transcription": {}, "turn_detection": {"type": "server_vad"}}},
            }
        )
        sound = base64.b64encode(pcm(900, 1_500)).decode()
        await connection.input_audio_buffer.append(audio=sound)
        events = await until(connection, "response.done")
    (heard,) = [
        event.transcript
        for event in events
        if event.type == "conversation.item.input_audio_transcription.completed"
    ]
    assert heard == "how are you"
    audio = b"".join(
        base64.b64decode(event.delta) for event in events if event.type == "response.output_audio.delta"
    )
    assert len(audio) > 24_000


async def test_a_turn_that_is_committed(desk: RealtimeDesk) -> None:
    desk.stt.text = "how are you"
    desk.llm.answers.append(said("All is well."))
    async with session(desk) as connection:
        await connection.session.update(
            session={"type": "realtime", "audio": {"input": {"turn_detection": None}}}
        )
        await connection.input_audio_buffer.append(audio=base64.b64encode(pcm(900)).decode())
        await connection.input_audio_buffer.commit()
        await connection.response.create()
        events = await until(connection, "response.done")
    done = events[-1]
    assert done.type == "response.done"
    assert done.response.status == "completed"


async def test_a_function_is_called_and_its_output_used(desk: RealtimeDesk) -> None:
    desk.llm.answers += [[LlmToolCall("call_1", "weather", {"city": "Bonn"})], said("It is sunny.")]
    async with session(desk) as connection:
        await connection.session.update(
            session={
                "type": "realtime",
                "tools": [{"type": "function", "name": "weather", "parameters": {"type": "object"}}],
            }
        )
        await connection.conversation.item.create(item=user("What is the weather?"))
        await connection.response.create()
        events = await until(connection, "response.done")
        (call,) = [event for event in events if event.type == "response.function_call_arguments.done"]
        assert (call.name, call.arguments) == ("weather", '{"city": "Bonn"}')
        await connection.conversation.item.create(
            item={"type": "function_call_output", "call_id": call.call_id, "output": "sun"}
        )
        await connection.response.create()
        events = await until(connection, "response.done")
    said_aloud = [
        event.transcript for event in events if event.type == "response.output_audio_transcript.done"
    ]
    assert said_aloud == ["It is sunny."]


async def test_an_answer_is_cut_short_and_cancelled(desk: RealtimeDesk) -> None:
    desk.llm.answers.append(said(*["word"] * 300))
    async with session(desk) as connection:
        await connection.response.create()
        events = await until(connection, "response.output_audio.delta")
        last = events[-1]
        assert last.type == "response.output_audio.delta"
        await connection.conversation.item.truncate(item_id=last.item_id, content_index=0, audio_end_ms=0)
        events = await until(connection, "conversation.item.truncated")
        (done,) = [event for event in events if event.type == "response.done"]
        assert done.response.status == "cancelled"
        desk.llm.answers.append(said(*["word"] * 300))
        await connection.response.create()
        await until(connection, "response.output_audio.delta")
        await connection.response.cancel()
        events = await until(connection, "response.done")
        assert events[-1].type == "response.done" and events[-1].response.status == "cancelled"


async def test_a_wrong_key_and_a_foreign_agent(desk: RealtimeDesk) -> None:
    for model, secret, status in ((MODEL, "vf_wrong", 401), ("nobody", "", 404)):
        with pytest.raises(InvalidStatus) as refused:
            async with session(desk, model, secret):
                pass
        assert refused.value.response.status_code == status


async def test_an_error_is_read_as_one(desk: RealtimeDesk) -> None:
    async with session(desk) as connection:
        await connection.input_audio_buffer.commit()
        async for event in connection:
            if event.type == "error":
                assert event.error.code == "input_audio_buffer_commit_empty"
                break
