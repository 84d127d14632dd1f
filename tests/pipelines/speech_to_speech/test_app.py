"""A phone call with a speech-to-speech model, tick by tick; the test is the model."""

from __future__ import annotations

import asyncio
import base64

import pytest

from mediaserver.media.leg import Digit, Hold, Why
from mediaserver.media.time import FRAME_SAMPLES
from pipelines.engines.protocols import LlmToolCall
from pipelines.speech_to_speech import lines
from pipelines.speech_to_speech.audio_format import AudioFormat
from pipelines.speech_to_speech.fields import MOST_TEXT
from pipelines.speech_to_speech.lines import MOST_BEGUN
from pipelines.speech_to_speech.playback import MOST_ITEMS, Playback
from tests.fakes import tone
from tests.pipelines.speech_to_speech.calling import ModelCall
from tests.pipelines.speech_to_speech.realtime_server import tone_octets


async def test_the_model_greets_whoever_calls_once_it_is_ready() -> None:
    call = ModelCall()
    call.tick(100)
    assert call.model.sent("response.create") == []
    call.model.ready()
    assert [event["type"] for event in call.model.events] == ["session.update", "response.create"]
    assert call.model.listens


async def test_whom_we_call_speaks_first() -> None:
    call = ModelCall(called=True)
    call.tick(100)
    call.model.ready()
    assert call.model.sent("response.create") == []


async def test_the_first_words_of_a_caller_wait_for_the_connection() -> None:
    call = ModelCall()
    call.tick(400, tone(FRAME_SAMPLES))
    assert len(call.model.octets) > 8 * 390


async def test_what_was_said_and_heard_stands_in_the_transcript() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.model.says("Hello there.", 600)
    call.tick(800)
    assert call.audible_ms() == 600
    assert call.agent_lines() == [("Hello there.", "Hello there.", False)]


async def test_a_caller_who_interrupts_is_obeyed_and_the_model_forgets_what_was_not_heard() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.model.says("one two three four five six seven eight nine ten", 2_000, done=False)
    call.tick(1_000)
    call.model.tells("input_audio_buffer.speech_started", item_id="c", audio_start_ms=900)
    call.tick(300)
    assert call.audible_ms() == 1_000
    (cut,) = call.model.sent("conversation.item.truncate")
    assert (cut["item_id"], cut["audio_end_ms"]) == ("one", 1_000)
    call.model.tells(
        "response.output_audio.delta", item_id="one", content_index=0,
        delta=base64.b64encode(tone_octets(500)).decode(),
    )  # fmt: skip
    call.tick(600)  # what was still on its way is not said any more
    assert call.audible_ms() == 1_000
    ((text, heard, interrupted),) = call.agent_lines()
    assert text.startswith(heard) and 4 <= len(heard.split()) <= 6 and interrupted


async def test_our_own_ear_pauses_the_model_before_the_server_has_heard_anything() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.model.says("a long story", 3_000)
    call.tick(500)
    call.tick(160, tone(FRAME_SAMPLES), voice=0.9)
    before = call.audible_ms()
    call.tick(300)
    assert call.audible_ms() == before
    call.tick(4_000)  # the server heard nothing of it: the story goes on where it was
    assert call.audible_ms() == 3_000
    assert [event.data["outcome"] for event in call.call.happened("barge_in")] == ["resumed"]
    assert call.model.sent("conversation.item.truncate") == []


async def test_what_the_caller_says_keeps_its_place_though_its_words_come_late() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.tick(1_000, tone(FRAME_SAMPLES))
    call.model.tells("input_audio_buffer.speech_started", item_id="c", audio_start_ms=200)
    call.model.tells("input_audio_buffer.speech_stopped", item_id="c", audio_end_ms=800)
    call.model.says("Sure.", 200)
    call.tick(400)
    call.model.tells(
        "conversation.item.input_audio_transcription.completed", item_id="c", transcript="a room please"
    )
    said, answered = call.call.lines()
    assert (said.speaker, said.text, answered.text) == ("caller", "a room please", "Sure.")
    assert (said.started_ms, said.ended_ms) == (220, 820)
    assert answered.latency["voice_to_voice"] == 200.0


async def test_a_line_that_was_on_its_way_to_the_ear_when_the_caller_hung_up_is_not_lost() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.model.says("one two three four five", 1_000)
    call.tick(1_020)
    assert call.agent_lines() == []
    call.end()
    ((text, heard, _),) = call.agent_lines()
    assert text == "one two three four five" and heard == "one two three four"


async def test_words_that_nobody_wrote_down_are_not_lost() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.tick(1_000)
    call.model.tells("input_audio_buffer.speech_started", item_id="c", audio_start_ms=200)
    call.model.tells("input_audio_buffer.speech_stopped", item_id="c", audio_end_ms=800)
    call.end()
    (line,) = call.call.lines()
    assert (line.speaker, line.text, line.understood) == ("caller", "", False)


async def test_a_tool_is_run_and_the_model_goes_on_with_its_result() -> None:
    async def run(wanted: LlmToolCall) -> str:
        return f"{wanted.name} {wanted.arguments['number']}: shipped"

    call = ModelCall(run_tool=run)
    call.tick(20)
    call.model.ready()
    call.model.calls("order", '{"number": 7}')
    await call.settle(100)
    (made,) = call.model.sent("conversation.item.create")
    assert made["item"]["output"] == "order 7: shipped"
    assert len(call.model.sent("response.create")) == 2


async def test_arguments_that_are_no_json_are_told_to_the_model() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.model.calls("order", '{"number": ')
    await call.settle(100)
    (made,) = call.model.sent("conversation.item.create")
    assert made["item"]["output"].startswith("error:")


async def test_keys_are_told_together() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.model.says("Key in your number.", 200)
    call.tick(400)
    for digit in "427":
        call.app.on_event(Digit(digit, call.t))
        call.tick(200)
    call.tick(2_000)
    (told,) = call.model.sent("conversation.item.create")
    assert "4 2 7" in told["item"]["content"][0]["text"]


async def test_on_hold_nobody_listens_and_nothing_is_said() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.model.says("a long story", 1_000)
    call.tick(500)
    heard = len(call.model.octets)
    call.app.on_event(Hold(True))
    call.tick(1_000, tone(FRAME_SAMPLES))
    assert len(call.model.octets) == heard
    call.app.on_event(Hold(False))
    call.tick(1_000)
    assert call.audible_ms() == 1_000


async def test_a_connection_that_is_lost_for_good_ends_the_call_in_words() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.model.says("a long story", 3_000)
    call.tick(500)
    call.app.lost("the server closed the connection", over=True)
    await call.settle(8_000)
    assert call.tts.spoken and "sorry" in call.tts.spoken[0].lower()
    (ended,) = call.hung_up
    assert ended.why is Why.FAILED and "closed the connection" in ended.detail


async def test_a_new_connection_is_told_what_was_said_and_heard() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.model.says("Hello there.", 600)
    call.tick(900)
    call.model.tells(
        "conversation.item.input_audio_transcription.completed", item_id="c", transcript="a room please"
    )
    call.model.events.clear()
    call.app.lost("it broke", over=False)
    call.model.ready()
    items = [event["item"] for event in call.model.sent("conversation.item.create")]
    assert [(item["role"], item["content"][0]["text"]) for item in items] == [
        ("assistant", "Hello there."),
        ("user", "a room please"),
    ]


async def test_a_goodbye_is_heard_to_its_end() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.app.end_call()
    call.model.tells("response.created", response={})
    call.tick(200)
    assert call.hung_up == []
    call.model.says("Goodbye.", 600)
    call.tick(500)
    assert call.hung_up == []
    call.tick(400)
    assert [ended.why for ended in call.hung_up] == [Why.COMPLETED]
    assert call.audible_ms() == 600


async def test_an_answer_that_fails_is_asked_for_again_and_the_call_goes_on() -> None:
    call = ModelCall(called=True)
    call.tick(20)
    call.model.ready()
    call.model.fails("rate_limit_exceeded")
    call.tick(400)
    assert call.model.sent("response.create") == []
    call.tick(200)
    assert len(call.model.sent("response.create")) == 1
    call.model.says("Hello.", 200)
    call.tick(400)
    assert call.audible_ms() == 200 and call.hung_up == []


async def test_answers_that_fail_again_and_again_end_the_call_in_words() -> None:
    for code, tries in (("server_error", 3), ("insufficient_quota", 1)):
        call = ModelCall(called=True)
        call.tick(20)
        call.model.ready()
        for number in range(tries):
            assert call.tts.spoken == [] and len(call.model.sent("response.create")) == number
            call.model.fails(code)
            call.tick(3_000)
        await call.settle(4_000)
        assert call.hung_up and call.tts.spoken


async def test_a_caller_who_speaks_overtakes_the_next_try() -> None:
    call = ModelCall(called=True)
    call.tick(20)
    call.model.ready()
    call.model.fails("server_error")
    call.model.tells("input_audio_buffer.speech_started", item_id="c", audio_start_ms=0)
    call.tick(3_000)
    assert call.model.sent("response.create") == []


async def test_a_session_that_is_at_its_end_is_followed_by_another() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.model.tells("error", error={"code": "session_expired", "message": "60 minutes"})
    call.tick(100)
    assert call.model.renewed == 1 and call.hung_up == [] and call.tts.spoken == []


async def test_a_tool_that_takes_long_is_no_silence_of_the_model() -> None:
    done = asyncio.Event()

    async def slow(call: LlmToolCall) -> str:
        await done.wait()
        return "four"

    call = ModelCall(run_tool=slow)
    call.tick(20)
    call.model.ready()
    call.model.calls("order", "{}")
    await call.settle(25_000)
    assert call.hung_up == [] and call.tts.spoken == []
    done.set()
    await call.settle(25_000)
    assert call.hung_up


async def test_the_model_forgets_no_more_than_it_has_said() -> None:
    """The last frame is filled up: the server refuses to cut behind the end of its own audio."""
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.model.says("Hello.", 210)
    call.tick(220)
    call.model.tells("input_audio_buffer.speech_started", item_id="c", audio_start_ms=0)
    (cut,) = call.model.sent("conversation.item.truncate")
    assert cut["audio_end_ms"] <= 210


async def test_a_model_that_says_nothing_is_given_up_in_words() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    await call.settle(25_000)
    assert call.hung_up and call.tts.spoken


async def test_a_model_that_never_stops_talking_is_given_up() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    for _ in range(19):
        call.model.says("on and on", 10_000, done=False)
    await call.settle(8_000)
    assert call.hung_up and call.model.closed


async def test_nonsense_from_the_server_is_borne_for_a_while() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    for message in ("", "[]", "null", '{"type": 7}', '{"type": "response.output_audio.delta"}', "[" * 5_000):
        call.app.received(message)
    call.app.received(
        '{"type": "response.output_audio.delta", "item_id": "a", "content_index": 0, "delta": "?"}'
    )
    call.app.received('{"type": "response.done", "response": {"output": [7], "status": "completed"}}')
    call.app.received('{"type": "error", "error": null}')
    call.model.says("Hello.", 200)
    call.tick(400)
    assert call.audible_ms() == 200 and call.hung_up == []
    for _ in range(20):
        call.app.received("nonsense")
    await call.settle(8_000)
    assert call.hung_up


async def test_when_the_server_stops_it_is_our_voice_that_says_goodbye() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    call.model.says("a long story", 3_000)
    call.tick(500)
    stopping = asyncio.create_task(call.app.shutdown("We have to stop here.", 3.0))
    await asyncio.sleep(0)
    await call.settle(2_500)
    assert call.tts.spoken == ["We have to stop here."]
    assert [ended.why for ended in call.hung_up] == [Why.SHUTDOWN]
    call.end()
    await stopping


def longest_silence(call: ModelCall) -> int:
    """In ms, of what went out so far."""
    sounds = [at * 20 for at, frame in enumerate(call.out) if frame is not None and frame.any()]
    ends = [0, *sounds, len(call.out) * 20]
    return max(after - before for before, after in zip(ends, ends[1:], strict=False))


async def test_a_model_that_takes_its_time_leaves_no_dead_air() -> None:
    call = ModelCall()
    call.tick(8_000)  # it is not even connected
    assert longest_silence(call) <= 3_000
    call.model.ready()
    call.model.says("Hello.", 400)
    await call.settle(600)
    call.model.tells("input_audio_buffer.speech_started", audio_start_ms=300, item_id="c")
    call.out.clear()
    call.tick(2_400)
    assert longest_silence(call) == 2_400, "the caller speaks"
    call.model.tells("input_audio_buffer.speech_stopped", audio_end_ms=2_400, item_id="c")
    call.out.clear()
    call.tick(9_000)
    assert longest_silence(call) <= 3_000
    assert {event.data["text"] for event in call.call.happened("filler")} == {""}
    assert [line[0] for line in call.agent_lines()] == ["Hello."], "no words of the model's"
    call.model.says("Two rooms.", 400, "two")
    call.out.clear()
    await call.settle(5_000)
    assert longest_silence(call) > 4_000, "then it is the caller's turn"


async def test_while_a_tool_of_the_models_runs_there_is_no_dead_air() -> None:
    gate = asyncio.Event()

    async def run(called: LlmToolCall) -> str:
        await gate.wait()
        return "two"

    call = ModelCall(run_tool=run)
    call.model.ready()
    call.model.says("One moment.", 400)
    await call.settle(600)
    call.model.calls("rooms", "{}")
    call.out.clear()
    await call.settle(8_000)
    assert longest_silence(call) <= 3_000
    gate.set()
    await call.settle(40)


async def test_whom_we_called_speaks_first_and_in_silence() -> None:
    call = ModelCall(called=True)
    call.model.ready()
    call.tick(6_000)
    assert longest_silence(call) == 6_000


async def test_a_model_that_stops_in_the_middle_leaves_no_dead_air_and_is_given_up() -> None:
    call = ModelCall()
    call.model.ready()
    call.model.says("Hello, this is", 400, done=False)
    await call.settle(18_000)
    assert longest_silence(call) <= 3_000 and not call.call.happened("last_words")
    await call.settle(8_000)
    assert call.call.happened("last_words")[0].data["reason"].endswith("the model says nothing")


async def test_a_server_that_tells_of_more_than_any_call_has_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lines without end filled the database, and items without sound the memory."""
    monkeypatch.setattr(lines, "MOST_ENTRIES", 100)
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    for each in range(1_000):
        call.model.tells("input_audio_buffer.speech_stopped", item_id=f"i{each}", audio_end_ms=each)
        call.model.tells("input_audio_buffer.speech_started", item_id=f"o{each}", audio_start_ms=each)
    await call.settle(8_000)
    assert call.hung_up and call.model.closed
    assert len(call.app._spoke_from) <= MOST_BEGUN


async def test_a_server_that_begins_item_after_item_is_given_up() -> None:
    call = ModelCall()
    call.tick(20)
    call.model.ready()
    for each in range(MOST_ITEMS + 1):
        call.model.tells(
            "response.output_audio_transcript.delta", item_id=f"i{each}", content_index=0, delta="x" * 50
        )
    await call.settle(8_000)
    assert call.hung_up and call.model.closed


def test_the_words_of_an_item_have_an_end() -> None:
    playback = Playback(AudioFormat("pcmu"))
    for _ in range(100):
        playback.words("a", 0, "x" * 1_000)
    playback.sound("a", 0, tone_octets(100))
    frame = playback.next_frame(0)
    assert frame is not None and len(frame[1].text) == MOST_TEXT
