"""A conversation with the real engines, against a server started as a user starts it: spoken over a WebSocket
by the built-in voice, and taken up again after its socket was lost."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from callers.lines import BOOKING, synthesised
from callers.server_child import ServerChild
from tests.api.gateway.desk import WebClient

pytestmark = pytest.mark.slow
RATE = 8_000
FRAME = RATE // 50


class Visitor:
    """Speaks in real time, silence included, as a microphone does."""

    def __init__(self, client: WebClient) -> None:
        self.client = client
        self._line = b""
        self._speaking = asyncio.create_task(self._speak())

    async def _speak(self) -> None:
        due = asyncio.get_running_loop().time()
        while True:
            octets, self._line = self._line[: 2 * FRAME], self._line[2 * FRAME :]
            await self.client.sound(octets.ljust(2 * FRAME, b"\0"))
            due += 0.02
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))

    async def say(self, line: bytes) -> dict[str, Any]:
        """What the server has understood."""
        self._line = line
        while True:
            told = await self.client.told("transcript")
            if told["final"]:
                return told

    async def stop(self) -> None:
        self._speaking.cancel()
        await asyncio.gather(self._speaking, return_exceptions=True)


@pytest.mark.timeout(120)
async def test_a_room_is_asked_for_by_voice_over_a_websocket() -> None:
    clips = await synthesised(BOOKING[:2])
    lines = [clip.samples.astype("<i2").tobytes() for clip in clips]
    async with ServerChild() as server, aiohttp.ClientSession() as http:
        key = (await asyncio.to_thread((server.data / "api.key").read_text)).strip()
        client = WebClient(await http.ws_connect(f"{server.http}/ws"))
        await client.say(
            type="init", apiKey=key, agent="demo", mode="hybrid", audio={"format": "pcm16", "rate": RATE}
        )
        ready = await client.told("ready")
        visitor = Visitor(client)
        await client.told("heard")
        assert len(b"".join(client.audio)) > RATE, "a greeting of more than half a second"
        first = await visitor.say(lines[0])
        assert (first["text"], first["understood"]) == (BOOKING[0], True)
        metrics = await client.told("metrics")
        assert metrics["end_to_end_ms"] > 0 and metrics["tts_ms"] > 0
        await visitor.stop()
        received = max(each["seq"] for each in client.messages if "seq" in each)
        client.lose()
        await client.ws.close()

        again = WebClient(await http.ws_connect(f"{server.http}/ws"))
        await again.say(type="resume", session=ready["session"], token=ready["token"], received=received)
        assert (await again.told("resumed"))["call"] == ready["call"]
        visitor = Visitor(again)
        await again.told("heard")
        second = await visitor.say(lines[1])
        assert (second["text"], second["understood"]) == (BOOKING[1], True)
        await again.say(type="message", content="today")
        assert (await again.told("transcript"))["text"] == "today"
        await again.told("agent")
        await visitor.stop()
        await again.say(type="end")
        assert (await again.told("ended"))["by"] == "caller"
        await again.ws.close()
        call = await kept(http, f"{server.http}/api/telephony/calls/{ready['call']}", key)
    assert [leg["kind"] for leg in call["legs"]] == ["websocket"]
    said = [line["text"] for line in call["transcript"] if line["speaker"] == "caller"]
    assert said == [*BOOKING[:2], "today"]


async def kept(http: aiohttp.ClientSession, call: str, key: str) -> dict[str, Any]:
    """The call as it is in the database, once its end is there: records are written behind the call."""
    while True:
        async with http.get(call, headers={"Authorization": f"Bearer {key}"}) as answer:
            row: dict[str, Any] = json.loads(await answer.text())
        if row.get("ended_at"):
            return row
        await asyncio.sleep(0.1)
