"""A speech-to-speech model that is steered by a keyboard and a button."""

from __future__ import annotations

from typing import Any

import pytest

from mediaserver.errors import CallError, ConfigError
from mediaserver.media.leg import Hold
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.speech_to_speech.lines import MOST_BEGUN
from tests.fakes import tone
from tests.pipelines.speech_to_speech.calling import ModelCall


def listening(**more: Any) -> ModelCall:
    """The model has greeted, and listens."""
    call = ModelCall(**more)
    call.tick(20)
    call.model.ready()
    call.model.says("Hello there.", 600)
    call.tick(1_000)
    call.model.events.clear()
    call.call.events.clear()
    return call


def sent(call: ModelCall) -> list[str]:
    return [event["type"] for event in call.model.events]


def told(call: ModelCall) -> list[tuple[str, dict[str, Any]]]:
    return [event for event in call.call.events if event[0] in ("voice", "unheard", "final")]


def over(call: ModelCall, status: str = "cancelled") -> None:
    call.model.tells("response.done", response={"status": status, "output": [], "usage": {}})


# ---- typed words


async def test_typed_words_are_told_to_the_model_which_answers() -> None:
    call = listening()
    call.app.hear("a room, please")
    assert sent(call) == ["conversation.item.create", "response.create"]
    content = call.model.events[0]["item"]["content"]
    assert content == [{"type": "input_text", "text": "a room, please"}], "as they are: they are no note"
    call.model.says("Of course.", 400, item="two")
    call.tick(800)
    lines = [(line.speaker, line.heard) for line in call.call.lines()]
    assert lines[1:] == [("caller", "a room, please"), ("agent", "Of course.")]
    assert told(call) == [("final", {"text": "a room, please", "confidence": 1.0, "understood": True})]
    assert any(kind == "latency" for kind, _ in call.call.events)


async def test_typed_words_stop_the_model_which_forgets_what_was_not_heard() -> None:
    call = listening()
    call.model.says("one two three four five six", 3_000, item="two", done=False)
    call.tick(1_000)
    call.app.hear("stop it")
    assert sent(call) == ["conversation.item.truncate", "response.cancel", "conversation.item.create"]
    over(call)
    assert sent(call)[3:] == ["response.create"], "once that response is over"
    audible = call.audible_ms()
    call.tick(1_000)
    assert call.audible_ms() == audible


async def test_words_that_are_typed_before_there_is_a_connection_follow_the_greeting() -> None:
    call = ModelCall()
    call.app.hear("hello?")
    call.tick(20)
    call.model.ready()
    assert sent(call) == ["session.update", "conversation.item.create", "response.create"]
    over(call, "completed")
    assert sent(call)[3:] == ["response.create"]


async def test_nobody_listens_on_hold_at_the_end_and_after_it() -> None:
    call = listening()
    call.app.on_event(Hold(True))
    with pytest.raises(CallError, match="on hold"):
        call.app.hear("hello")
    with pytest.raises(CallError, match="on hold"):
        call.app.ask()
    call.app.commit()
    assert told(call) == [("unheard", {"why": "nothing said"})] and sent(call) == []
    call.app.on_event(Hold(False))
    call.app.end_call()
    with pytest.raises(CallError, match="does not listen"):
        call.app.hear("wait")
    call.app.cancel()
    call.end()
    with pytest.raises(CallError, match="over"):
        call.app.ask()


# ---- cancel, ask


async def test_a_model_that_speaks_is_silenced_and_what_it_owes_is_forgotten() -> None:
    call = listening()
    call.model.says("one two three four five six", 3_000, item="two", done=False)
    call.tick(1_000)
    call.app.tell("The caller pressed the keys 1.")
    call.app.cancel()
    audible = call.audible_ms()
    over(call)
    call.tick(1_000)
    assert call.audible_ms() == audible
    assert sent(call) == ["conversation.item.create", "conversation.item.truncate", "response.cancel"]
    call.app.cancel()
    assert len(call.model.events) == 3, "there is nothing to be cancelled"


async def test_an_answer_that_was_cancelled_before_it_began_is_not_heard_and_not_waited_for() -> None:
    call = listening()
    call.app.hear("tell me")
    call.app.cancel()
    audible = call.audible_ms()
    call.model.says("one two", 400, item="two")
    call.tick(25_000)
    assert call.audible_ms() == audible and not call.hung_up
    call.app.hear("tell me all the same")
    call.model.says("one two", 400, item="three")
    call.tick(800)
    assert call.audible_ms() == audible + 400


async def test_a_model_is_asked_to_speak_unless_it_does_or_is_about_to() -> None:
    call = listening()
    call.app.ask()
    call.app.ask()
    assert sent(call) == ["response.create"]
    call.model.says("Are you there?", 1_000, item="two")
    call.tick(200)
    with pytest.raises(CallError, match="speaks already"):
        call.app.ask()


# ---- commit, forget


async def test_a_manual_turn_is_answered_when_it_is_declared_over() -> None:
    call = listening()
    call.app.manual(True)
    (update,) = call.model.events
    assert update["session"] == {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
    call.tick(400, tone(FRAME_SAMPLES))
    call.app.commit()
    assert sent(call)[1:] == ["input_audio_buffer.commit"]
    call.model.tells("input_audio_buffer.committed", item_id="c")
    assert sent(call)[2:] == ["response.create"]
    call.model.tells(
        "conversation.item.input_audio_transcription.completed", item_id="c", transcript="a room"
    )
    (began, ended, final) = told(call)
    assert began[1]["turn"] == ended[1]["turn"] == 1 and ended[1]["committed"] is True
    assert final[1]["text"] == "a room"
    call.app.manual(False)
    assert call.model.events[-1]["session"]["audio"]["input"]["turn_detection"]["type"] == "server_vad"
    call.app.manual(False)
    assert len(call.model.events) == 4, "it is so already"


async def test_a_manual_turn_silences_the_model_which_nobody_else_would() -> None:
    call = listening()
    call.app.manual(True)
    call.model.says("one two three four five six", 3_000, item="two", done=False)
    call.tick(1_000)
    call.app.commit()
    assert sent(call)[1:] == ["conversation.item.truncate", "response.cancel", "input_audio_buffer.commit"]
    call.model.tells("input_audio_buffer.committed", item_id="c")
    assert sent(call)[4:] == []
    over(call)
    assert sent(call)[4:] == ["response.create"]


async def test_a_turn_in_which_nothing_was_said_is_told_and_costs_no_trust() -> None:
    call = listening()
    for number in range(12):
        call.app.commit()
        call.model.tells("error", error={"code": "input_audio_buffer_commit_empty", "message": "empty"})
        assert told(call) == [("unheard", {"why": "nothing said"})] * (number + 1)
    assert not call.hung_up and "response.create" not in sent(call)
    assert call.call.happened("model_complains") == []


async def test_a_turn_that_is_declared_over_while_the_server_hears_it_is_told_once() -> None:
    call = listening()
    call.model.tells("input_audio_buffer.speech_started", item_id="c", audio_start_ms=500)
    call.tick(400, tone(FRAME_SAMPLES))
    call.app.commit()
    call.model.tells("input_audio_buffer.committed", item_id="c")
    call.model.tells("input_audio_buffer.speech_stopped", item_id="c", audio_end_ms=900)
    call.model.tells("conversation.item.input_audio_transcription.failed", item_id="c")
    kinds = [(kind, sorted(data)) for kind, data in told(call)]
    assert kinds == [
        ("voice", ["began", "turn"]),
        ("voice", ["committed", "ended", "turn"]),
        ("unheard", ["turn", "why"]),
    ]
    assert [line.speaker for line in call.call.lines()] == ["agent", "caller"]


async def test_a_turn_is_declared_over_once_there_is_a_connection_again() -> None:
    call = ModelCall()
    call.app.manual(True)
    call.tick(400, tone(FRAME_SAMPLES))
    call.app.commit()
    call.model.ready()
    assert sent(call) == ["session.update", "input_audio_buffer.commit"], "it greets nobody who has spoken"
    assert call.model.events[0]["session"]["audio"]["input"]["turn_detection"] is None
    call.app.lost("it broke", over=False)
    call.model.ready()
    call.model.tells("input_audio_buffer.committed", item_id="c")
    assert sent(call).count("input_audio_buffer.commit") == 1


async def test_what_was_heard_of_a_turn_is_dropped() -> None:
    call = listening()
    call.model.tells("input_audio_buffer.speech_started", item_id="c", audio_start_ms=500)
    call.app.forget()
    assert sent(call) == ["input_audio_buffer.clear"]
    assert [kind for kind, _ in told(call)] == ["voice", "voice", "unheard"]
    call.app.forget()
    assert len(told(call)) == 3


async def test_turns_of_a_caller_whose_words_nobody_writes_down_have_none() -> None:
    call = listening(transcription="")
    call.model.tells("input_audio_buffer.speech_started", item_id="c", audio_start_ms=500)
    call.model.tells("input_audio_buffer.speech_stopped", item_id="c", audio_end_ms=900)
    assert [kind for kind, _ in told(call)] == ["voice", "voice", "unheard"]


async def test_a_server_that_hears_voices_for_ever_fills_no_memory() -> None:
    call = listening()
    for number in range(3 * MOST_BEGUN):
        call.model.tells("input_audio_buffer.speech_started", item_id=f"c{number}", audio_start_ms=500)
    begun = {data["turn"] for kind, data in told(call) if kind == "voice" and "began" in data}
    unheard = {data["turn"] for kind, data in told(call) if kind == "unheard"}
    assert len(begun) == 3 * MOST_BEGUN and len(begun - unheard) <= 2 * MOST_BEGUN


async def test_how_turns_are_taken_is_the_servers_business() -> None:
    call = listening()
    call.app.take_turns({"whole_ms": 400})
    with pytest.raises(ConfigError, match="whole_ms 5"):
        call.app.take_turns({"whole_ms": 5})
    assert sent(call) == []
