"""Conversations over a real WebSocket: who may begin one, audio and text both ways, losses mended."""

from __future__ import annotations

import asyncio
import gc
import json
import weakref
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from aiohttp import WSMsgType

from api.access.asker import OPERATOR, Asker, How
from api.access.scopes import Scope
from api.gateway.close_codes import CloseCode, NoLanguageModel
from api.gateway.manner import DETECTED
from api.gateway.messages import Init, first_message
from api.gateway.opening import agent_for
from api.telephony.monitor_line import MonitorLine
from mediaserver.calls.routes import AgentSpec
from mediaserver.calls.seat_kinds import SeatKind
from mediaserver.errors import EngineWarmingError
from mediaserver.media.leg import EndedBy, Why
from mediaserver.media.socket_leg import SocketLeg
from mediaserver.media.stream_format import Coding, StreamFormat
from pipelines.conversation.interruption import Sensitivity
from pipelines.conversation.session import AgentSession
from tests.api.gateway.desk import GatewayDesk, WebClient

DEMO = "flow"
LOUD = (np.sin(np.arange(320) * 0.2) * 6_000).astype("<i2").tobytes()


def test_the_codes_that_clients_know_are_these() -> None:
    codes = CloseCode.INVALID_KEY, CloseCode.INACTIVE_KEY, CloseCode.RATE_LIMIT, CloseCode.PROTOCOL
    assert [int(code) for code in codes] == [4001, 4002, 4003, 4004]


# ---- who may


async def test_a_key_in_the_first_message_begins_a_call_of_that_key(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="echo")
    ready = client.ready
    assert ready["audio"] == {"format": "pcm16", "rate": 16_000} and ready["mode"] == "voice"
    call = desk.board.get(UUID(ready["call"]))
    assert call is not None and call.owner == desk.key.id and call.direction == "inbound"
    assert call.agent == "echo"
    assert len(ready["token"]) >= 32 and ready["seq"] == 1


async def refused(desk: GatewayDesk, **init: object) -> tuple[int, str]:
    client = await desk.connect()
    await client.say(type="init", **init)
    code = await client.closed()
    assert len(desk.gateway) == 0 and len(desk.board) == 0
    return code, client.of("error")[-1]["message"]


async def test_no_key_and_a_wrong_one_are_invalid(desk: GatewayDesk) -> None:
    code, said = await refused(desk, agent="echo")
    assert code == CloseCode.INVALID_KEY and "apiKey" in said
    code, _ = await refused(desk, agent="echo", apiKey="vf_nonsense")
    assert code == 4001


async def test_a_key_that_is_switched_off_or_made_for_other_things_is_inactive(desk: GatewayDesk) -> None:
    _, off = desk.new_key(active=False)
    assert (await refused(desk, agent="echo", apiKey=off))[0] == CloseCode.INACTIVE_KEY
    _, other = desk.new_key(Scope.VOICES_READ)
    assert (await refused(desk, agent="echo", apiKey=other))[0] == 4002


async def test_one_key_has_so_many_conversations(desk: GatewayDesk) -> None:
    desk.gateway.settings = desk.gateway.settings.model_copy(update={"max_sessions_per_key": 1})
    first = await desk.begin(agent="echo")
    client = await desk.connect()
    await client.say(type="init", agent="echo", apiKey=desk.secret)
    assert await client.closed() == CloseCode.RATE_LIMIT
    await first.say(type="end")
    assert await first.closed() == CloseCode.DONE
    await desk.begin(agent="echo")


@pytest.mark.parametrize("kind", ["call_minutes", "requests"])
async def test_a_key_whose_quota_is_spent_begins_no_conversation(desk: GatewayDesk, kind: str) -> None:
    _, secret = desk.new_key(Scope.SESSIONS, quota={kind: 0.5})
    assert (await refused(desk, agent="echo", apiKey=secret))[0] == CloseCode.RATE_LIMIT


async def test_a_conversation_counts_as_a_request_of_its_key(desk: GatewayDesk) -> None:
    await desk.begin(agent="echo")
    assert desk.access.requests == {desk.key.id: 1}


async def test_what_does_not_exist_for_a_key_is_unavailable(desk: GatewayDesk) -> None:
    code, said = await refused(desk, agent="nobody", apiKey=desk.secret)
    assert (code, said) == (CloseCode.UNAVAILABLE, "There is no agent 'nobody'.")
    desk.agents["secret"] = AgentSpec(uuid4(), "secret", 1, "echo", owner=uuid4())
    assert (await refused(desk, agent="secret", apiKey=desk.secret))[1] == "There is no agent 'secret'."
    desk.flow_owners["hidden"] = uuid4()
    assert (await refused(desk, flow="hidden", apiKey=desk.secret))[1] == "There is no flow 'hidden'."


async def test_a_prompt_without_a_model_says_what_is_missing(desk: GatewayDesk) -> None:
    code, said = await refused(desk, prompt="Be kind.", mode="text", apiKey=desk.secret)
    assert (
        code == CloseCode.UNAVAILABLE and "set OPENAI_API_KEY" in said and said.endswith("(docs/models.md).")
    )
    assert len(NoLanguageModel().reason.decode()) == len(said), "a close frame has room for all of it"


@pytest.mark.parametrize(
    ("init", "said"),
    [
        ({"agent": "echo", "flow": "booking"}, "name one of agent, flow and prompt"),
        ({}, "name one of agent, flow and prompt"),
        ({"agent": "echo", "mode": "song"}, "mode"),
        ({"agent": "echo", "audio": {"format": "mp3"}}, "pcm16, mulaw, alaw, opus"),
        ({"agent": "echo", "audio": {"rate": 11_025}}, "8000, 16000, 24000, 48000"),
        ({"agent": "echo", "language": "klingon language"}, "pt-BR"),
        ({"agent": "echo", "colour": "red"}, "colour"),
        ({"agent": "echo", "style": "shouting"}, "style"),
        ({"agent": "echo", "turn": {"whole_ms": 3}}, "no whole number from 40 to 10000"),
        ({"agent": "echo", "turn": {"hole_ms": 300}}, "whole_ms"),
        ({"agent": "echo", "turn": {"sensitivity": "low"}}, "cannot be set here"),
    ],
)
async def test_an_init_that_makes_no_sense_says_why(
    desk: GatewayDesk, init: dict[str, object], said: str
) -> None:
    code, message = await refused(desk, apiKey=desk.secret, **init)
    assert code == CloseCode.PROTOCOL and said in message


async def test_other_first_messages_are_none(desk: GatewayDesk) -> None:
    client = await desk.connect()
    await client.sound(LOUD)
    assert await client.closed() == 4004
    client = await desk.connect()
    await client.say(type="message", content="hello")
    assert await client.closed() == 4004
    client = await desk.connect()
    await client.ws.send_str("{" * 1000)
    assert await client.closed() == 4004


# ---- audio


async def test_audio_goes_both_ways(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="echo")
    for _ in range(10):
        await client.sound(LOUD)
    await desk.until(lambda: desk.board.clock.frames > 20)
    await client.drain()
    heard = np.frombuffer(b"".join(client.audio), "<i2")
    assert np.abs(heard).max() > 5_000 and all(len(each) == 640 for each in client.audio)


async def test_audio_that_is_none_closes_with_the_reason(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="echo")
    await client.sound(b"abc")
    assert await client.closed() == 4004
    assert "whole samples" in client.of("error")[0]["message"]
    written = await desk.begin(agent="demo", mode="text")
    await written.sound(LOUD)
    assert await written.closed() == 4004


async def test_too_much_audio_ahead_is_refused_and_said(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="echo", audio={"queue_ms": 1_000})
    for _ in range(12):
        await client.sound(LOUD * 5)
    told = await client.told("warning")
    assert told["code"] == "audio_refused" and told["ms"] > 0


# ---- a conversation


async def answered(desk: GatewayDesk, client: WebClient) -> None:
    """The agent has spoken, and is silent."""
    await client.drain()
    before = len(client.of("heard"))
    for _ in range(400):
        await desk.run(100)
        await client.drain()
        if len(client.of("heard")) > before:
            return
    raise AssertionError("the agent never finished")


async def test_a_hybrid_conversation_by_typed_words(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="demo", mode="hybrid")
    await answered(desk, client)
    assert client.audio and client.of("agent"), "a greeting, heard and read"
    await client.say(type="message", content="tomorrow")
    await answered(desk, client)
    (said,) = client.of("transcript")
    assert said["final"] and said["text"] == "tomorrow" and said["confidence"] == 1.0
    (metrics,) = client.of("metrics")
    assert metrics["quality"] in ("excellent", "good", "fair", "poor") and metrics["end_to_end_ms"] >= 0
    numbers = [each["seq"] for each in client.messages if "seq" in each]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_typed_words_interrupt_and_the_client_drops_what_it_holds(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="demo", mode="hybrid")
    await desk.until(lambda: desk.board.clock.frames > 60)
    await client.say(type="message", content="tomorrow")
    await desk.run(100)
    told = await client.told("interrupted")
    assert 0 < told["heard_ms"] < 2_000
    assert told["audio_ms"] == 20 * len(client.audio), "and so much is played or dropped"
    heard = await client.told("heard")
    assert heard["interrupted"]
    assert heard["line"] == client.of("agent")[0]["line"] == 0


async def test_a_takeover_interrupts_once(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="demo", mode="hybrid")
    await desk.until(lambda: desk.board.clock.frames > 60)
    call = next(iter(desk.board))
    line = MonitorLine()
    leg = SocketLeg(desk.gateway.wire, StreamFormat(Coding.PCM16, 16_000), line, ref="m", remote="192.0.2.1")
    desk.board.listen(call.id, leg)
    desk.board.change_seat(call.id, "listener", SeatKind.TAKEOVER)
    await desk.run(200)
    await client.drain()
    assert len(client.of("interrupted")) == 1


async def test_an_agent_is_as_the_conversation_wishes_it(desk: GatewayDesk) -> None:
    desk.agents["desk"] = AgentSpec(
        uuid4(), "desk", 1, "llm", prompt="You book rooms.", turn={"open_ms": 900}
    )
    init = first_message(
        json.dumps(
            {"type": "init", "agent": "desk", "style": "concise", "system_prompt": "Speak of cats.",
             "language": "auto", "interruption_sensitivity": "low", "turn": {"whole_ms": 300}, "mood": True}
        )
    )  # fmt: skip
    assert isinstance(init, Init)
    spec = await agent_for(
        init.wanted, Asker(None, "operator", OPERATOR, How.TOKEN), desk.find, desk.flow_owner
    )
    assert spec.turn == {"open_ms": 900, "whole_ms": 300, "sensitivity": "low"}
    assert spec.insight == {"mood": True} and spec.language == ""
    assert spec.assistant == {"languages": list(DETECTED)}
    assert spec.prompt.startswith("You book rooms.\n\nSpeak of cats.\n\nAnswer in one short")


async def test_how_turns_are_taken_may_change_in_mid_conversation(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="demo")
    await desk.run(40)
    await client.say(type="turns", interruption_sensitivity="high", turn={"whole_ms": 123})
    steering = desk.board.steering(UUID(client.ready["call"]))
    assert isinstance(steering, AgentSession)
    await desk.until(lambda: steering.turn.waits.whole == 123)
    assert steering.turn.sensitivity is Sensitivity.HIGH


async def test_an_engine_that_is_being_loaded_says_when_to_try_again(
    desk: GatewayDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def warming(name: str) -> AgentSpec | None:
        raise EngineWarmingError("the voice is being loaded", after_s=2.3)

    monkeypatch.setattr(desk.gateway, "_find", warming)
    client = await desk.connect()
    await client.say(type="init", agent="desk", apiKey=desk.secret)
    assert await client.closed() == CloseCode.UNAVAILABLE
    (told,) = client.of("error")
    assert told["retry_after_s"] == 3 and told["message"] == "the voice is being loaded"


async def test_voice_takes_no_typed_words(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="demo", mode="voice")
    await client.say(type="message", content="hello")
    told = await client.told("error")
    assert told["code"] == "wrong_mode"


async def test_a_conversation_in_writing_needs_no_clock(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="demo", mode="text")
    assert client.ready["audio"] is None and len(desk.board.clock) == 0
    await client.told("agent")
    await client.say(type="message", content="tomorrow")
    assert (await client.told("transcript"))["text"] == "tomorrow"
    assert (await client.told("metrics"))["tts_ms"] == 0
    await client.told("agent")
    assert desk.tts.spoken == [] and client.audio == []
    await client.say(type="end")
    assert (await client.told("ended"))["by"] == "caller"
    assert await client.closed() == CloseCode.DONE


async def test_keys_are_pressed_and_pings_answered(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="echo")
    await client.say(type="ping", at=12.5)
    assert (await client.told("pong"))["at"] == 12.5
    await client.say(type="digit", digit="7")
    call = desk.board.get(UUID(client.ready["call"]))
    assert call is not None
    await desk.until(lambda: any(event.kind == "digit" for event in call.history))
    await client.say(type="digit", digit="seven")
    assert await client.closed() == 4004


async def test_the_network_that_a_client_reports_is_in_the_figures_of_its_leg(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="echo")
    await client.say(type="network", rtt_ms=80, loss_pct=2.5, jitter_ms=12)
    await client.say(type="ping")
    await client.told("pong")
    (session,) = desk.gateway
    assert session.leg is not None
    stats = session.leg.stats().as_dict()
    assert (stats["rtt_ms"], stats["loss_pct"], stats["jitter_ms"]) == (80, 2.5, 12)


async def test_whoever_hangs_up_on_the_client_is_told_to_it(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="echo")
    await desk.board.hang_up(UUID(client.ready["call"]))
    ended = await client.told("ended")
    assert (ended["by"], ended["why"]) == ("server", "hung up")
    assert await client.closed() == CloseCode.DONE


async def test_a_voice_or_language_that_nobody_would_hear_is_refused(desk: GatewayDesk) -> None:
    desk.gateway.faults = lambda spec: {"voice": "there is no such voice", "language": "none speaks it"}
    for wanted, said in (({"voice": "x"}, "no such voice"), ({"language": "xx"}, "none speaks it")):
        client = await desk.connect()
        await client.say(type="init", apiKey=desk.secret, agent="echo", **wanted)
        assert said in (await client.told("error"))["message"]
        assert await client.closed() == CloseCode.UNAVAILABLE
    await desk.begin(agent="echo")  # what its row says is not the client's fault


# ---- push to talk


async def test_a_manual_turn_is_answered_at_its_commit(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="demo", mode="voice", turns="manual")
    await answered(desk, client)
    (session,) = desk.gateway
    desk.stt.text = "tomorrow"
    for _ in range(50):
        await client.sound(LOUD)
    await desk.until(lambda: session.leg is not None and session.leg.stats().packets == 50)
    await desk.run(3_000)
    await client.drain()
    assert client.of("transcript") == []
    await client.say(type="release")
    await answered(desk, client)
    assert [each["text"] for each in client.of("transcript") if each["final"]] == ["tomorrow"]


async def came(desk: GatewayDesk, client: WebClient, kind: str, count: int = 1) -> list[dict[str, Any]]:
    """So many messages of this kind are there."""
    for _ in range(100):
        if len(client.of(kind)) >= count:
            return client.of(kind)
        await desk.run(60)
        await client.drain()
    raise AssertionError(f"{kind} never came")


async def test_a_client_is_told_of_turns_and_of_those_without_words(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="demo", mode="voice", turns="manual")
    await answered(desk, client)
    await client.say(type="commit")
    (unheard,) = await came(desk, client, "unheard")
    assert unheard == {"type": "unheard", "why": "nothing said"}
    desk.stt.text = "tomorrow"
    for _ in range(50):
        await client.sound(LOUD)
    (began,) = await came(desk, client, "voice")
    await client.say(type="release")
    await answered(desk, client)
    ended = client.of("voice")[-1]
    assert began["turn"] == ended["turn"] == 1 and began["began"] < ended["ended"] and ended["committed"]
    assert "seq" not in began, "who was away needs none of it"


async def test_what_was_said_of_a_turn_is_discarded(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="demo", mode="voice", turns="manual", audio={"queue_ms": 5_000})
    await answered(desk, client)
    (session,) = desk.gateway
    desk.stt.text = "tomorrow"
    for _ in range(200):
        await client.sound(LOUD)
    await came(desk, client, "voice")
    assert session.leg is not None and session.leg.stats().as_dict()["buffer_ms"] > 1_000
    await client.say(type="discard")
    await client.say(type="release")
    why = [each["why"] for each in await came(desk, client, "unheard", 2)]
    assert why == ["no words", "nothing said"]
    assert client.of("transcript") == []
    began, ended = client.of("voice")
    assert ended["ended"] - began["began"] < 1_500, "nor was the rest of the four seconds heard"


async def test_an_agent_speaks_when_it_is_to(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="demo", mode="hybrid")
    await answered(desk, client)
    said = len(client.of("agent"))
    await client.say(type="respond")
    for _ in range(20):
        await desk.run(60)
        await client.drain()
    assert len(client.of("agent")) > said, "long before it asks by itself"
    assert client.of("transcript") == []


async def test_turns_are_taken_otherwise_from_now_on(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="demo", mode="voice")
    await answered(desk, client)
    await client.say(type="turns", turns="manual", interruption_sensitivity="low")
    desk.stt.text = "tomorrow"
    for _ in range(30):
        await client.sound(LOUD)
    await came(desk, client, "voice")
    await desk.run(3_000)
    await client.drain()
    assert client.of("transcript") == []
    await client.say(type="commit")
    await answered(desk, client)
    assert [each["text"] for each in client.of("transcript") if each["final"]] == ["tomorrow"]


# ---- lost and found


async def test_a_lost_socket_is_resumed_and_misses_no_message(desk: GatewayDesk) -> None:
    first = await desk.begin(agent="demo", mode="text")
    await first.told("agent")
    (session,) = desk.gateway
    first.lose()
    await desk.until(lambda: session.away_since is not None)
    call = desk.board.get(UUID(first.ready["call"]))
    assert call is not None
    desk.board.say(call.id, "We close soon.")
    second = await desk.connect()
    got = first.messages[-1]["seq"]
    await second.say(type="resume", session=first.ready["session"], token=first.ready["token"], received=got)
    resumed = await second.told("resumed")
    assert resumed["call"] == first.ready["call"] and not resumed["missed"]
    assert (await second.told("operator"))["text"] == "We close soon."
    numbers = [each["seq"] for each in second.messages if "seq" in each]
    assert numbers == list(range(got + 1, got + 1 + len(numbers)))
    await second.say(type="message", content="tomorrow")
    await second.told("transcript")


async def test_who_comes_back_knows_which_of_its_messages_arrived(desk: GatewayDesk) -> None:
    first = await desk.begin(agent="demo", mode="hybrid")
    (session,) = desk.gateway
    await desk.run(400)
    await first.sound(bytes(640))
    await first.say(type="message", content="tomorrow")
    await first.say(type="ping")
    await first.told("pong")
    first.lose()
    await desk.until(lambda: session.away_since is not None)
    await desk.run(1_000)
    second = await desk.connect()
    await second.say(type="resume", session=first.ready["session"], token=first.ready["token"], received=1)
    resumed = await second.told("resumed")
    assert resumed["taken"] == 3
    assert isinstance(session.leg, SocketLeg)
    assert resumed["audio_ms"] == session.leg.stream.sent_ms > 0
    await second.say(type="ping")
    await second.told("pong")
    second.lose()
    await desk.until(lambda: session.away_since is not None)
    third = await desk.connect()
    await third.say(type="resume", session=first.ready["session"], token=first.ready["token"], received=1)
    assert (await third.told("resumed"))["taken"] == 4


@pytest.mark.parametrize(("code", "hangs_up"), [(1000, True), (0, True), (1001, False), (4999, False)])
async def test_who_closes_a_socket_hangs_up_and_who_loses_it_may_come_back(
    desk: GatewayDesk, code: int, hangs_up: bool
) -> None:
    client = await desk.begin(agent="echo")
    (session,) = desk.gateway
    frame = code.to_bytes(2, "big") if code else b""  # a browser's close() names none
    await client.ws._writer.send_frame(frame, WSMsgType.CLOSE)
    await desk.until(lambda: session.away_since is not None)
    assert session.is_over is hangs_up


async def test_a_second_socket_takes_a_conversation_over(desk: GatewayDesk) -> None:
    first = await desk.begin(agent="echo")
    second = await desk.connect()
    await second.say(type="resume", session=first.ready["session"], token=first.ready["token"], received=1)
    await second.told("resumed")
    assert await first.closed() == CloseCode.TAKEN_OVER
    await second.say(type="ping")
    await second.told("pong")
    assert len(desk.gateway) == 1 and len(desk.board) == 1


async def test_who_comes_back_too_late_hears_how_it_ended(desk: GatewayDesk) -> None:
    first = await desk.begin(agent="echo")
    (session,) = desk.gateway
    first.lose()
    await desk.until(lambda: session.away_since is not None)
    assert desk.gateway.away() == 1
    await desk.board.hang_up(UUID(first.ready["call"]))
    desk.gateway.sweep()
    second = await desk.connect()
    await second.say(type="resume", session=first.ready["session"], token=first.ready["token"], received=1)
    assert (await second.told("ended"))["by"] == "server"
    assert await second.closed() == CloseCode.DONE


async def test_a_server_that_stops_says_so(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="echo")
    await desk.board.stop("", 0.1)
    assert (await client.told("ended"))["why"] == "the server was stopped"
    assert await client.closed() == CloseCode.GOING_AWAY


async def test_a_wrong_token_resumes_nothing(desk: GatewayDesk) -> None:
    first = await desk.begin(agent="echo")
    for session, token in ((first.ready["session"], "x"), ("y", first.ready["token"])):
        second = await desk.connect()
        await second.say(type="resume", session=session, token=token)
        assert await second.closed() == CloseCode.GONE
    await first.say(type="ping")
    await first.told("pong")


async def test_nobody_is_waited_for_for_ever(desk: GatewayDesk) -> None:
    first = await desk.begin(agent="echo")
    (session,) = desk.gateway
    leg = session.leg
    first.lose()
    await desk.until(lambda: session.away_since is not None)
    desk.now += 29
    desk.gateway.sweep()
    assert len(desk.gateway) == 1
    desk.now += 2
    desk.gateway.sweep()
    assert len(desk.gateway) == 0 and leg is not None
    why = leg.termination
    assert why is not None and (why.by, why.why) == (EndedBy.NETWORK, Why.LOST)
    assert len(desk.board.clock) == 0


async def test_who_closes_deliberately_has_hung_up(desk: GatewayDesk) -> None:
    first = await desk.begin(agent="echo")
    await first.ws.close(code=1000)
    await desk.until(lambda: len(desk.board) == 0)
    assert len(desk.gateway) == 0


async def test_a_key_that_is_switched_off_ends_its_conversations(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="echo")
    desk.switch_off(desk.key)
    desk.gateway.sweep()
    assert await client.closed() == CloseCode.INACTIVE_KEY
    assert len(desk.board) == 0


@pytest.mark.parametrize("mode", ["text", "voice", "hybrid"])
async def test_nothing_of_a_conversation_waits_for_the_garbage_collector(
    desk: GatewayDesk, mode: str
) -> None:
    gc.collect()
    gc.disable()
    try:
        client = await desk.begin(agent="demo", mode=mode)
        await desk.run(200)
        (session,) = desk.gateway
        assert session.leg is not None
        left: list[weakref.ref[Any]] = [weakref.ref(session), weakref.ref(session.leg)]
        del session
        await client.say(type="end")
        assert await client.closed() == CloseCode.DONE
        for _ in range(100):
            await asyncio.sleep(0.01)
            if not any(each() for each in left):
                break
        assert [each() for each in left] == [None, None]
    finally:
        gc.enable()


# ---- those who do harm


async def test_a_socket_that_never_reads_is_closed_and_may_come_back(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="echo", audio={"rate": 48_000})
    transport = client.ws._response.connection.transport  # type: ignore[union-attr]
    assert transport is not None
    transport.pause_reading()
    (session,) = desk.gateway
    for _ in range(20_000):
        session.audio(bytes(1_920))
        if session.outbox.line is None or session.outbox.line.closed:
            break
        await asyncio.sleep(0)
    else:
        raise AssertionError("it was sent to for ever")
    for _ in range(300):
        if session.away_since is not None:
            break
        await asyncio.sleep(0.01)
    assert session.away_since is not None and not session.is_over
    client.lose()


async def test_a_flood_of_messages_is_cut_off(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="echo")
    for _ in range(1_100):
        await client.say(type="ping")
    assert await client.closed() == CloseCode.RATE_LIMIT


async def test_words_that_are_typed_count_as_what_they_ask_of_a_model(desk: GatewayDesk) -> None:
    client = await desk.begin(agent="demo", mode="text")
    for _ in range(60):
        await client.say(type="message", content="tomorrow")
    assert await client.closed() == CloseCode.RATE_LIMIT
