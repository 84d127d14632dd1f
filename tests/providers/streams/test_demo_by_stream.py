"""A call from Twilio, from its signed webhook to the last word, with the demo agent and the server as users
start it; nothing is made up but Twilio itself."""

from __future__ import annotations

from contextlib import AsyncExitStack

import aiohttp
import pytest

from callers.lines import BOOKING, synthesised
from callers.server_child import ServerChild
from callers.stream_account import account_of, party


@pytest.mark.slow
async def test_the_demo_agent_answers_is_interrupted_and_hangs_up_on() -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(ServerChild())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        await account_of(server, http)
        clips = await synthesised(BOOKING)
        twilio = await stack.enter_async_context(party(server, "demo"))
        call = await twilio.call()
        assert await call.talk.my_turn(), "it is greeted"
        await call.talk.say(clips[0])
        assert await call.talk.speaking_for(700), "it is answered"
        spoken_over = await call.talk.interrupt(clips[1])
        assert await call.talk.my_turn(), "and answered again"
        await call.hang_up()
        figures = call.figures()
        assert figures.voice_to_voice_ms, "the first answer came behind the caller's words"
        assert [at for at in call.clears_ns if at > spoken_over.voice_began_ns], "Twilio's buffer is emptied"
        headers = {"Authorization": f"Bearer {server.key}"}
        async with http.get(f"{server.http}/api/telephony/calls?limit=1", headers=headers) as response:
            (kept,) = (await response.json())["items"]
        assert kept["direction"] == "inbound" and kept["from_uri"] == "+15550100"
