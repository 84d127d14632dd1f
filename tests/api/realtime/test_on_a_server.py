"""The official client and the real engines, against a server started as a user starts it: no key of others,
no GPU, nothing downloaded."""

from __future__ import annotations

import asyncio
import base64

import pytest
from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection

from callers.lines import BOOKING, synthesised
from callers.server_child import ServerChild
from mediaserver.media.g711 import PCMU
from tests.api.realtime.test_official_client import until, user

pytestmark = pytest.mark.slow
SILENCE = b"\xff" * 160


async def speak(connection: AsyncRealtimeConnection, octets: bytes) -> None:
    """In real time, silence included, as a microphone does, for ever."""
    due = asyncio.get_running_loop().time()
    while True:
        piece, octets = octets[:160], octets[160:]
        await connection.input_audio_buffer.append(audio=base64.b64encode(piece or SILENCE).decode())
        due += 0.02
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))


@pytest.mark.timeout(120)
async def test_the_demo_is_talked_to_with_the_official_client() -> None:
    (clip,) = await synthesised(BOOKING[:1])
    line = PCMU.encode(clip.samples).tobytes()
    async with ServerChild() as server:
        key = (await asyncio.to_thread((server.data / "api.key").read_text)).strip()
        client = AsyncOpenAI(base_url=f"{server.http}/v1", api_key=key)
        async with client.realtime.connect(model="demo") as connection:
            await connection.session.update(
                session={
                    "type": "realtime",
                    "audio": {"input": {"format": {"type": "audio/pcmu"}, "transcription": {}}},
                }
            )
            greeting = await until(connection, "response.done")
            octets = b"".join(
                base64.b64decode(event.delta)
                for event in greeting
                if event.type == "response.output_audio.delta"
            )
            assert len(octets) > 24_000, "half a second of PCM at 24 kHz"
            speaking = asyncio.create_task(speak(connection, line))
            events = await until(connection, "conversation.item.input_audio_transcription.completed")
            last = events[-1]
            assert last.type == "conversation.item.input_audio_transcription.completed"
            assert last.transcript == BOOKING[0]
            events = await until(connection, "response.done")
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
            assert events[-1].type == "response.done" and events[-1].response.status == "completed"
            await connection.conversation.item.create(item=user(BOOKING[1]))
            await connection.response.create()
            events = await until(connection, "response.done")
            assert any(event.type == "response.output_audio.delta" for event in events)
        await client.close()
