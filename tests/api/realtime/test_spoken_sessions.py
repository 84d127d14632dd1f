"""Conversations that are spoken: by pauses, by the client's own word, interrupted, and in other formats."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from mediaserver.storage.records import TurnSaid
from pipelines.engines.protocols import LlmMessage
from tests.api.realtime.desk import RealtimeClient, RealtimeDesk, said
from tests.fakes import voice

WORDS = {"transcription": {"model": "whisper-1"}}


def pcm(speech_ms: int, silence_ms: int = 0) -> bytes:
    """As a microphone has it at 24 kHz."""
    samples = voice(speech_ms * 24, 6_000) if speech_ms else np.zeros(0, np.int16)
    return np.concatenate((samples, np.zeros(silence_ms * 24, np.int16))).astype("<i2").tobytes()


async def speak(client: RealtimeClient, octets: bytes) -> None:
    for at in range(0, len(octets), 48_000):
        sound = base64.b64encode(octets[at : at + 48_000]).decode()
        await client.send("input_audio_buffer.append", audio=sound)


async def test_a_pause_ends_a_turn_and_it_is_answered(desk: RealtimeDesk) -> None:
    desk.stt.text = "how are you"
    desk.llm.answers.append(said("All is well."))
    client = await desk.connect()
    await client.setup(audio={"input": WORDS})
    await speak(client, pcm(900, 1_500))
    began = await client.told("input_audio_buffer.speech_started")
    ended = await client.told("input_audio_buffer.speech_stopped")
    assert 0 <= began["audio_start_ms"] < 300
    assert 700 <= ended["audio_end_ms"] <= 1_300
    told = await client.told("conversation.item.input_audio_transcription.completed")
    assert told["transcript"] == "how are you"
    assert began["item_id"] == ended["item_id"] == told["item_id"]
    done = await client.answered()
    assert done["output"][0]["content"] == [{"type": "output_audio", "transcript": "All is well."}]
    assert desk.llm.asked[0][0] == (LlmMessage("user", "how are you"),)
    assert len(client.audio()) > 24_000
    spoken = [record for record in desk.sink.records if isinstance(record, TurnSaid) and not record.open]
    assert [(each.speaker, each.heard) for each in spoken] == [
        ("caller", "how are you"),
        ("agent", "All is well."),
    ]


async def test_the_client_says_when_its_turn_is_over(desk: RealtimeDesk) -> None:
    desk.stt.text = "how are you"
    desk.llm.answers.append(said("All is well."))
    client = await desk.connect()
    await client.setup(audio={"input": {"turn_detection": None, **WORDS}})
    await speak(client, pcm(900))
    await client.send("input_audio_buffer.commit")
    await client.send("response.create")
    told = await client.told("conversation.item.input_audio_transcription.completed")
    assert told["transcript"] == "how are you"
    assert (await client.answered())["status"] == "completed"
    assert desk.llm.asked[0][0] == (LlmMessage("user", "how are you"),)
    assert not client.of("input_audio_buffer.speech_started")


async def test_a_commit_of_silence_holds_nothing_up(desk: RealtimeDesk) -> None:
    desk.llm.answers.append(said("Nobody there?"))
    client = await desk.connect()
    await client.setup(audio={"input": {"turn_detection": None, **WORDS}})
    await speak(client, pcm(0, 600))
    await client.send("input_audio_buffer.commit")
    await client.send("response.create")
    told = await client.told("conversation.item.input_audio_transcription.completed")
    assert told["transcript"] == ""
    assert (await client.answered())["status"] == "completed"


async def test_what_was_not_committed_is_cleared(desk: RealtimeDesk) -> None:
    desk.stt.text = "second"
    desk.llm.answers.append(said("Fine."))
    client = await desk.connect()
    await client.setup(audio={"input": {"turn_detection": None, **WORDS}})
    await speak(client, pcm(3_000))
    await client.send("input_audio_buffer.clear")
    await client.told("input_audio_buffer.cleared")
    await speak(client, pcm(0, 400) + pcm(900))
    await client.send("input_audio_buffer.commit")
    told = await client.told("conversation.item.input_audio_transcription.completed")
    assert told["transcript"] == "second"
    assert told["usage"]["seconds"] == 1.3
    frames = len(desk.stt.utterances[-1].frames) * 20
    assert frames < 2_000, "what was cleared is no part of what is recognised"


async def test_turns_without_answers_are_answered_when_asked(desk: RealtimeDesk) -> None:
    desk.stt.text = "how are you"
    desk.llm.answers.append(said("All is well."))
    client = await desk.connect()
    turns = {"type": "server_vad", "create_response": False}
    await client.setup(audio={"input": {"turn_detection": turns, **WORDS}})
    await speak(client, pcm(900, 1_500))
    await client.told("conversation.item.input_audio_transcription.completed")
    assert not client.of("response.created")
    assert (await client.ask())["status"] == "completed"


async def test_the_caller_interrupts_and_what_was_not_heard_is_forgotten(desk: RealtimeDesk) -> None:
    desk.stt.text = "stop please now"
    desk.llm.answers += [said(*["word"] * 60), said("Fine.")]
    client = await desk.connect()
    await client.setup(audio={"input": WORDS})
    await client.send("response.create")
    while len(client.audio()) < 48_000:
        await client.told("response.output_audio.delta")
    await speak(client, pcm(1_500, 1_500))
    done = await client.answered()
    assert (done["status"], done["status_details"]["reason"]) == ("cancelled", "turn_detected")
    truncated = await client.told("conversation.item.truncated")
    assert truncated["item_id"] == done["output"][0]["id"]
    assert (await client.answered())["status"] == "completed"
    before, caller = desk.llm.asked[1][0]
    assert (before.role, caller.content) == ("assistant", "stop please now")
    assert 0 < len(before.content.split()) < 40


async def test_a_client_truncates_what_it_has_not_played(desk: RealtimeDesk) -> None:
    desk.llm.answers += [said("One two three four. Five six seven eight."), said("Fine.")]
    client = await desk.connect()
    item = (await client.ask())["output"][0]
    await client.send("conversation.item.truncate", item_id=item["id"], content_index=0, audio_end_ms=800)
    assert (await client.told("conversation.item.truncated"))["audio_end_ms"] == 800
    await client.ask()
    assert desk.llm.asked[1][0] == (LlmMessage("assistant", "One two three four."),)


@pytest.mark.parametrize(
    ("came", "goes"), [("audio/pcmu", "audio/pcma"), ("audio/pcma", "audio/pcm"), ("audio/pcm", "audio/pcmu")]
)
async def test_each_way_has_a_format_of_its_own(desk: RealtimeDesk, came: str, goes: str) -> None:
    desk.stt.text = "how are you"
    desk.llm.answers.append(said("All is well."))
    client = await desk.connect()
    await client.setup(audio={"input": {"format": {"type": came}}, "output": {"format": {"type": goes}}})
    quiet, loud = {
        "audio/pcm": (bytes(48 * 1_500), pcm(900)),
        "audio/pcmu": (b"\xff" * 8 * 1_500, bytes([0x10, 0x90] * 4 * 900)),
        "audio/pcma": (b"\xd5" * 8 * 1_500, bytes([0x2A, 0xAA] * 4 * 900)),
    }[came]
    await speak(client, loud + quiet)
    await client.answered()
    second = 48_000 if goes == "audio/pcm" else 8_000
    assert 0.5 * second < len(client.audio()) < 0.8 * second, "three words of 200 ms"


async def test_silence_is_answered_where_it_is_wanted(desk: RealtimeDesk) -> None:
    desk.llm.answers += [said("Hello."), said("Are you there?")]
    client = await desk.connect()
    turns = {"type": "server_vad", "idle_timeout_ms": 5_000}
    await client.setup(audio={"input": {"turn_detection": turns}})
    await client.ask()
    told = await client.told("input_audio_buffer.timeout_triggered")
    assert told["audio_end_ms"] >= told["audio_start_ms"] >= 0
    done = await client.answered()
    assert done["output"][0]["content"][0]["transcript"] == "Are you there?"


async def test_a_flow_is_talked_to(desk: RealtimeDesk) -> None:
    desk.stt.text = "london"
    client = await desk.connect("demo")
    await client.setup(audio={"input": WORDS})
    await client.answered()
    await speak(client, pcm(900, 1_500))
    told = await client.told("conversation.item.input_audio_transcription.completed")
    assert told["transcript"] == "london"
    answer: dict[str, Any] = await client.answered()
    assert answer["status"] == "completed"
    assert answer["output"][0]["content"][0]["transcript"]


async def test_words_that_never_come_are_not_waited_for(
    desk: RealtimeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await desk.connect()
    await client.setup(audio={"input": {"turn_detection": None, **WORDS}})
    session = next(iter(desk.hub))
    monkeypatch.setattr(session, "_in_order", lambda do: None)  # the commit is lost on its way
    await speak(client, pcm(500))
    await client.send("input_audio_buffer.commit")
    await client.told("conversation.item.done")
    await desk.until(lambda: not session._waits)
    desk.hub.sweep()
    desk.now += 9
    desk.hub.sweep()
    await client.told("conversation.item.input_audio_transcription.failed")


async def test_an_operators_words_are_told(desk: RealtimeDesk) -> None:
    client = await desk.connect("demo")
    await client.setup(output_modalities=["audio"])
    await client.answered()
    (call,) = desk.board
    desk.board.say(call.id, "This is the operator.")
    done = await client.answered()
    assert done["output"][0]["content"][0]["transcript"] == "This is the operator."
    assert done["status"] == "completed"


async def test_a_longer_pause_is_waited_for_from_now_on(desk: RealtimeDesk) -> None:
    desk.stt.text = "how are you"
    client = await desk.connect()
    await client.setup(audio={"input": {"turn_detection": {"type": "server_vad", "create_response": False}}})
    await speak(client, pcm(900, 1_500))
    first = await client.told("input_audio_buffer.speech_stopped")
    turns = {"type": "server_vad", "silence_duration_ms": 2_000, "create_response": False}
    await client.setup(audio={"input": {"turn_detection": turns}})
    await speak(client, pcm(900, 4_500))
    began = await client.told("input_audio_buffer.speech_started")
    second = await client.told("input_audio_buffer.speech_stopped")
    assert first["audio_end_ms"] < began["audio_start_ms"] < second["audio_end_ms"]
    await client.told("conversation.item.done")
    waits = [
        record.latency["endpoint"]
        for record in desk.sink.records
        if isinstance(record, TurnSaid) and record.speaker == "caller"
    ]
    assert waits[0] < 400 < 600 <= waits[1] < 1_000
