"""Who may have a session, with whom, and how much a client may send."""

from __future__ import annotations

import base64
import contextlib
import gc
import json
import weakref
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiohttp import WSServerHandshakeError

from api.access.scopes import Scope
from api.gateway.close_codes import CloseCode
from api.realtime.client_events import MOST_EVENT
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import CapacityError, EngineError
from tests.api.realtime.desk import MODEL, RealtimeDesk, said, written


async def test_a_key_for_sessions_is_wanted(desk: RealtimeDesk) -> None:
    assert await desk.refused(secret="vf_wrong") == (401, "unauthorized")
    assert await desk.refused(secret=desk.new_key(Scope.CALLS_READ)[1]) == (403, "missing_scope")
    assert await desk.refused("nothing") == (404, "model_not_found")
    assert await desk.refused("echo") == (400, "unsupported_model")
    assert await desk.refused("") == (400, "bad_request")


async def test_the_agent_of_another_key_is_none(desk: RealtimeDesk) -> None:
    other, secret = desk.new_key()
    desk.agents["mine"] = AgentSpec(uuid4(), "mine", 1, "flow", flow="booking", owner=other.id)
    assert await desk.refused("mine") == (404, "model_not_found")
    client = await desk.connect("mine", secret)
    assert client.session["model"] == "mine"


async def test_a_browser_gives_its_key_as_a_subprotocol(desk: RealtimeDesk) -> None:
    async def connect(*protocols: str, **headers: str) -> str | None:
        ws = await desk.client.ws_connect(f"/v1/realtime?model={MODEL}", protocols=protocols, headers=headers)
        assert (await ws.receive_json())["type"] == "session.created"
        return ws.protocol

    secret = f"openai-insecure-api-key.{desk.secret}"
    assert await connect("realtime", secret) == "realtime"
    with pytest.raises(WSServerHandshakeError, match="401"):
        await connect("realtime", "openai-insecure-api-key.vf_wrong")
    with pytest.raises(WSServerHandshakeError, match="403"):
        await connect("realtime", secret, Origin="https://elsewhere.example")


async def test_a_key_has_so_many_sessions() -> None:
    desk = RealtimeDesk(max_sessions_per_key=1)
    await desk.start()
    client = await desk.connect()
    assert await desk.refused() == (429, "too_many_sessions")
    await client.ws.close()
    await desk.until(lambda: not len(desk.hub))
    await desk.connect()
    await desk.stop()


async def test_a_key_that_is_switched_off_ends_its_sessions(desk: RealtimeDesk) -> None:
    client = await desk.connect()
    desk.access.ring.take(replace(desk.key, active=False))
    desk.hub.sweep()
    assert await client.closed() == CloseCode.INACTIVE_KEY


async def test_a_lost_socket_ends_the_call(desk: RealtimeDesk) -> None:
    desk.llm.answers.append(said(*["word"] * 100))
    client = await desk.connect()
    await client.send("response.create")
    await client.told("response.output_audio.delta")
    assert len(desk.board) == 1
    await client.ws.close()
    await desk.until(lambda: not len(desk.board))
    await desk.until(lambda: not desk.gateway.wire.active)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "invalid_json"),
        ("[]", "invalid_json"),
        ('{"type": "session.destroy"}', "unknown_event"),
        ('{"type": "input_audio_buffer.append", "audio": "%%%"}', "invalid_value"),
        ('{"type": "input_audio_buffer.append", "audio": "AAA="} ', None),
        (json.dumps({"type": "input_audio_buffer.append", "audio": "A" * MOST_EVENT}), "event_too_large"),
    ],
)
async def test_nonsense_is_answered_and_the_session_goes_on(
    desk: RealtimeDesk, message: str, code: str | None
) -> None:
    client = await desk.connect()
    await client.ws.send_str(message)
    if code is not None:
        assert (await client.take())["error"]["code"] == code
    assert (await client.setup(instructions="x"))["instructions"] == "x"


async def test_a_client_that_sends_too_much_is_let_go(desk: RealtimeDesk) -> None:
    client = await desk.connect()
    await client.ws.send_str("x" * (2 * MOST_EVENT))
    assert await client.closed() == 1009
    client = await desk.connect()
    for _ in range(1_100):
        await client.ws.send_str("{}")
    assert await client.closed() == CloseCode.RATE_LIMIT
    client = await desk.connect()
    await client.ws.send_bytes(b"x")
    assert await client.closed() == CloseCode.PROTOCOL


async def test_an_event_of_very_many_values_is_not_even_parsed(desk: RealtimeDesk) -> None:
    client = await desk.connect()
    await client.ws.send_str('{"type": "x", "a": [' + "[]," * 100_000 + "[]]}")
    assert await client.closed() == CloseCode.RATE_LIMIT
    assert client.types == ["session.created"], "nothing was said of its type"


async def test_a_short_event_counts_as_much_as_it_is_answered_with(desk: RealtimeDesk) -> None:
    tools = [
        {
            "type": "function",
            "name": f"tool_{number}",
            "parameters": {
                "type": "object",
                "properties": {
                    f"p{each}": {"type": "string", "description": "What it is."} for each in range(20)
                },
            },
        }
        for number in range(64)
    ]
    client = await desk.connect()
    assert len((await client.setup(tools=tools))["tools"]) == 64, "so many are nothing unusual"
    with contextlib.suppress(ConnectionError):
        for _ in range(50):
            await client.send("session.update", session={"type": "realtime"})
    assert await client.closed() == CloseCode.RATE_LIMIT


async def test_too_much_audio_is_refused_with_a_word(desk: RealtimeDesk) -> None:
    client = await desk.connect()
    sound = base64.b64encode(bytes(480_000)).decode()
    for _ in range(5):
        await client.send("input_audio_buffer.append", audio=sound)
    assert (await client.take())["error"]["code"] == "input_audio_buffer_full"


async def test_a_client_that_never_reads_is_let_go() -> None:
    desk = RealtimeDesk(unsent_kb=32)
    await desk.start()
    client = await desk.connect()
    await client.send("conversation.item.create", item=written("x" * 60_000, id="long"))
    await client.told("conversation.item.done")
    transport = client.ws._response.connection.transport  # type: ignore[union-attr]
    transport.pause_reading()  # type: ignore[union-attr]
    with contextlib.suppress(ConnectionError):
        for _ in range(300):
            await client.send("conversation.item.retrieve", item_id="long")
    await desk.until(lambda: not len(desk.hub))
    transport.abort()  # type: ignore[union-attr]
    await desk.stop()


async def test_responses_are_not_asked_for_without_end(desk: RealtimeDesk) -> None:
    client = await desk.connect()
    with contextlib.suppress(ConnectionError):
        for _ in range(100):
            await client.send("response.create")
            await client.send("response.cancel")
    assert await client.closed() == CloseCode.RATE_LIMIT


async def test_a_quota_of_tokens_counts_in_mid_session(desk: RealtimeDesk) -> None:
    desk.llm.answers += [said("One."), said("Two.")]
    key, secret = desk.new_key(quota={"tokens": 10.0})
    client = await desk.connect(secret=secret)
    await client.setup(output_modalities=["text"])
    assert (await client.ask())["status"] == "completed"
    desk.access.quotas.spend(key.id, "tokens", 25.0, datetime.now(UTC))
    done = await client.ask()
    assert done["status"] == "failed"
    assert "may use 10 tokens in a month" in done["status_details"]["error"]["message"]


async def test_a_model_that_fails_says_nothing_of_the_server(desk: RealtimeDesk) -> None:
    desk.llm.answers += [[EngineError("http://10.0.0.1 is gone")], said("Fine.")]
    client = await desk.connect()
    done = await client.ask()
    assert done["status"] == "failed"
    assert "10.0.0.1" not in str(done)
    assert (await client.ask())["status"] == "completed"


async def test_nothing_of_a_session_waits_for_the_garbage_collector(desk: RealtimeDesk) -> None:
    desk.llm.answers.append(said("One two."))
    client = await desk.connect()
    await client.ask()
    (session,) = desk.hub
    kept = [weakref.ref(each) for each in (session, session.leg, session.machine) if each is not None]
    del session
    gc.collect()
    gc.disable()
    try:
        await client.ws.close()
        await desk.until(lambda: not any(each() for each in kept))
    finally:
        gc.enable()
    assert len(kept) == 3


async def test_a_session_that_fails_keeps_no_other_key_good(
    desk: RealtimeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await desk.connect()
    seen = 0

    def failing() -> None:
        nonlocal seen
        seen += 1
        raise RuntimeError("odd")

    for session in desk.hub:
        monkeypatch.setattr(session, "look", failing)
    desk.hub.sweep()
    assert seen == 3


async def test_why_no_conversation_can_be_had_fits_a_close_frame(
    desk: RealtimeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise CapacityError("\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 100)

    monkeypatch.setattr(desk.board, "join", refuse)
    client = await desk.connect()
    await client.send("response.create")
    assert await client.closed() == CloseCode.UNAVAILABLE
