"""The server's side of the Realtime protocol: what comes of a client's events and of a conversation."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.realtime.client_events import EVENTS, MOST_AUDIO, MOST_EVENT
from api.realtime.commands import (
    CancelAnswer,
    ClearInput,
    CommitInput,
    DropPlayout,
    HearAudio,
    KnowTruncated,
    ThinkOfAnswer,
    UseSettings,
)
from api.realtime.conversation import MOST_ITEMS, NO_OUTPUT
from pipelines.engines.protocols import LlmMessage, LlmToolCall, LlmUsage
from tests.api.realtime.script import Script

SECOND = bytes(48_000)
"""Of PCM at 24 kHz."""
TOOL = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}}
MANUAL: dict[str, Any] = {
    "audio": {"input": {"turn_detection": None, "transcription": {"model": "whisper-1"}}}
}
SPOKEN = [
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "response.output_item.done",
    "conversation.item.done",
    "response.done",
]
"""How a spoken response ends."""


def audio(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def test_a_session_begins_with_its_settings() -> None:
    script = Script(instructions="Be brief.", model="helper")
    (use,) = script.see(script.machine.start())
    assert isinstance(use, UseSettings)
    session = script.of("session.created")["session"]
    assert session["instructions"] == "Be brief."
    assert session["model"] == "helper"
    assert session["audio"]["input"]["turn_detection"]["type"] == "server_vad"
    assert session["audio"]["output"]["format"] == {"type": "audio/pcm", "rate": 24_000}


def test_a_written_question_is_answered_in_writing() -> None:
    script = Script(instructions="Be brief.")
    script.user("Hello")
    think = script.asked(output_modalities=["text"], metadata={"n": "1"})
    assert script.types == ["response.created"]
    assert think.history == (LlmMessage("system", "Be brief."), LlmMessage("user", "Hello"))
    assert not think.spoken
    script.see(script.machine.words(think.response, "Good day."))
    assert script.types == [
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_text.delta",
    ]
    script.see(script.machine.words(think.response, "How are you?"))
    script.see(script.machine.done(think.response, LlmUsage(10, 5, cached_tokens=4)))
    assert script.of("response.output_text.done")["text"] == "Good day. How are you?"
    response = script.of("response.done")["response"]
    assert (response["status"], response["metadata"]) == ("completed", {"n": "1"})
    assert response["usage"]["total_tokens"] == 15
    assert response["output"][0]["content"] == [{"type": "output_text", "text": "Good day. How are you?"}]
    assert script.asked().history[-1] == LlmMessage("assistant", "Good day. How are you?")


def test_a_spoken_turn_is_told_and_answered_by_itself() -> None:
    script = Script(audio={"input": {"transcription": {"language": "en"}}})
    assert script.send("input_audio_buffer.append", audio=audio(SECOND)) == [HearAudio(SECOND)]
    assert script.told == []
    script.see(script.machine.speech_began(200))
    assert script.of("input_audio_buffer.speech_started")["audio_start_ms"] == 200
    item = script.told[0]["item_id"]
    script.see(script.machine.partial("what"))
    script.see(script.machine.partial("what time"))
    assert script.of("conversation.item.input_audio_transcription.delta")["delta"] == " time"
    script.see(script.machine.partial("watt"))
    assert script.told == [], "a client cannot be told of fewer words"
    script.see(script.machine.speech_ended(900))
    assert script.types == [
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ]
    (think,) = script.see(script.machine.final("What time is it?"))
    assert script.types == [
        "conversation.item.input_audio_transcription.completed",
        "response.created",
    ]
    assert (script.told[0]["item_id"], script.told[0]["usage"]["seconds"]) == (item, 0.7)
    assert isinstance(think, ThinkOfAnswer)
    assert think.history == (LlmMessage("user", "What time is it?"),)
    script.see(script.machine.words(think.response, "Ten."))
    script.see(script.machine.sound(think.response, SECOND))
    assert base64.b64decode(script.of("response.output_audio.delta")["delta"]) == SECOND
    script.see(script.machine.done(think.response))
    assert script.types == SPOKEN


def test_noise_is_not_answered_and_words_are_told_where_they_are_wanted() -> None:
    script = Script()
    script.see(script.machine.speech_began(0))
    script.see(script.machine.speech_ended(300))
    assert script.see(script.machine.final(" ")) == []
    assert script.told == []


def test_a_turn_that_the_client_commits_is_answered_when_it_asks() -> None:
    script = Script(**MANUAL)
    script.send("input_audio_buffer.commit", event_id="mine")
    assert (script.error["code"], script.error["event_id"]) == ("input_audio_buffer_commit_empty", "mine")
    script.send("input_audio_buffer.append", audio=audio(SECOND))
    script.see(script.machine.speech_began(100))
    script.see(script.machine.speech_ended(500))
    assert script.told == [], "the client says when turns are over"
    (commit,) = script.send("input_audio_buffer.commit")
    assert commit == CommitInput(script.of("input_audio_buffer.committed")["item_id"])
    assert script.send("response.create") == [], "the words are not known yet"
    assert script.types == ["response.created"]
    (think,) = script.see(script.machine.final("Hello"))
    assert isinstance(think, ThinkOfAnswer)
    assert think.history == (LlmMessage("user", "Hello"),)


def test_words_that_cannot_be_had_hold_nothing_up() -> None:
    script = Script(**MANUAL)
    script.send("input_audio_buffer.append", audio=audio(SECOND))
    script.send("input_audio_buffer.commit")
    script.send("response.create")
    (think,) = script.see(script.machine.not_recognised("the recogniser is down"))
    assert isinstance(think, ThinkOfAnswer)
    assert script.types == ["conversation.item.input_audio_transcription.failed"]


def test_a_response_that_waits_for_words_is_cancelled_unasked() -> None:
    script = Script(**MANUAL)
    script.send("input_audio_buffer.append", audio=audio(SECOND))
    script.send("input_audio_buffer.commit")
    script.send("response.create")
    assert script.send("response.cancel") == []
    assert script.see(script.machine.final("Hello")) == []


def test_audio_is_cleared() -> None:
    script = Script(**MANUAL)
    script.send("input_audio_buffer.append", audio=audio(SECOND))
    assert script.send("input_audio_buffer.clear") == [ClearInput()]
    assert script.types == ["input_audio_buffer.cleared"]
    script.send("input_audio_buffer.commit")
    assert script.error["code"] == "input_audio_buffer_commit_empty"


def test_there_is_one_response_at_a_time_and_late_results_are_dropped() -> None:
    script = Script()
    think = script.asked()
    script.send("response.create")
    assert script.error["code"] == "conversation_already_has_active_response"
    script.see(script.machine.words(think.response, "One"))
    assert script.send("response.cancel") == [CancelAnswer(think.response)]
    details = script.of("response.done")["response"]["status_details"]
    assert (details["type"], details["reason"]) == ("cancelled", "client_cancelled")
    late = think.response
    machine = script.machine
    for commands in (
        machine.words(late, "two"),
        machine.sound(late, SECOND),
        machine.tool(late, LlmToolCall("c", "weather", {})),
        machine.failed(late, "gone"),
        machine.cut(late, "One"),
        machine.done(late),
    ):
        assert commands == []
    script.send("response.cancel")
    assert script.error["code"] == "response_cancel_not_active"


def test_what_was_not_heard_of_an_answer_is_forgotten() -> None:
    script = Script()
    think = script.asked()
    script.see(script.machine.words(think.response, "One two three four."))
    script.see(script.machine.sound(think.response, SECOND * 2))
    (know,) = script.see(script.machine.cut(think.response, "One two"))
    assert isinstance(know, KnowTruncated)
    assert (know.audio_ms, know.text) == (2_000, "One two")
    assert script.of("response.output_audio_transcript.done")["transcript"] == "One two"
    assert script.of("response.done")["response"]["status_details"]["reason"] == "turn_detected"
    assert script.of("conversation.item.truncated")["audio_end_ms"] == 2_000
    assert script.asked().history == (LlmMessage("assistant", "One two"),)


@pytest.mark.parametrize(
    ("ms", "left"),
    [(0, ""), (500, "One"), (1_000, "One two."), (1_700, "One two. Three"), (2_000, "One two. Three four.")],
)
def test_a_client_truncates_what_it_has_not_played(ms: int, left: str) -> None:
    script = Script()
    think = script.asked()
    for sentence in ("One two.", "Three four."):
        script.see(script.machine.words(think.response, sentence))
        script.see(script.machine.sound(think.response, SECOND))
    script.see(script.machine.done(think.response))
    item = script.of("response.output_item.done")["item"]["id"]
    script.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=2_500)
    assert (script.error["code"], script.error["param"]) == ("invalid_value", "audio_end_ms")
    (know,) = script.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=ms)
    assert know == KnowTruncated(item, ms, left)
    script.send("conversation.item.retrieve", item_id=item)
    assert script.told[0]["item"]["content"] == [{"type": "output_audio", "transcript": left}]


def test_truncating_an_answer_under_way_ends_it() -> None:
    script = Script()
    think = script.asked()
    script.see(script.machine.words(think.response, "One two."))
    item = script.told[0]["item"]["id"]
    script.see(script.machine.sound(think.response, SECOND))
    done = script.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=0)
    assert done == [CancelAnswer(think.response), KnowTruncated(item, 0, "")]
    assert script.types[-2:] == ["response.done", "conversation.item.truncated"]


def test_a_function_is_called_and_its_output_goes_to_the_model() -> None:
    script = Script(tools=[TOOL])
    script.user("Rain?")
    think = script.asked()
    assert [tool.name for tool in think.tools] == ["weather"]
    script.see(script.machine.words(think.response, "Let me see."))
    script.see(script.machine.tool(think.response, LlmToolCall("call_1", "weather", {"city": "Köln"})))
    assert json.loads(script.of("response.function_call_arguments.done")["arguments"]) == {"city": "Köln"}
    script.see(script.machine.done(think.response))
    assert [item["type"] for item in script.told[-1]["response"]["output"]] == ["message", "function_call"]
    output = {"type": "function_call_output", "call_id": "call_1", "output": "sun"}
    script.send("conversation.item.create", item=output | {"call_id": "call_2"})
    assert script.error["code"] == "call_not_found"
    script.send("conversation.item.create", item=output)
    assert script.asked(tool_choice="none").tools == ()
    script.send("response.cancel")
    call = LlmToolCall("call_1", "weather", {"city": "Köln"})
    assert script.asked().history == (
        LlmMessage("user", "Rain?"),
        LlmMessage("assistant", "Let me see.", tool_calls=(call,)),
        LlmMessage("tool", "sun", tool_call_id="call_1"),
    )


def test_a_response_apart_leaves_no_trace() -> None:
    script = Script()
    script.user("Hello", id="first")
    asked = [{"type": "item_reference", "id": "first"}]
    think = script.asked(conversation="none", instructions="Name the mood.", input=asked)
    assert think.history == (LlmMessage("system", "Name the mood."), LlmMessage("user", "Hello"))
    script.see(script.machine.words(think.response, "Good."))
    script.see(script.machine.done(think.response))
    assert script.of("response.done")["response"]["conversation_id"] is None
    assert [item.id for item in script.machine.conversation.items] == ["first"]


def test_a_response_fails_or_is_cut_by_its_limit() -> None:
    script = Script()
    think = script.asked(max_output_tokens=5)
    assert think.max_tokens == 5
    script.see(script.machine.words(think.response, "One"))
    script.see(script.machine.done(think.response, LlmUsage(1, 5, cut=True)))
    assert script.of("response.done")["response"]["status_details"]["reason"] == "max_output_tokens"
    script.see(script.machine.failed(script.asked().response, "no model answers"))
    failed = script.of("response.done")["response"]
    assert (failed["status"], failed["status_details"]["error"]["message"]) == ("failed", "no model answers")


def test_silence_is_told_where_it_is_to_be() -> None:
    script = Script()
    assert script.machine.silence(0, 6_000) == []
    vad = {"type": "server_vad", "idle_timeout_ms": 6_000}
    script = Script(audio={"input": {"turn_detection": vad}})
    (think,) = script.see(script.machine.silence(0, 6_000))
    assert isinstance(think, ThinkOfAnswer)
    assert script.types[0] == "input_audio_buffer.timeout_triggered"


def test_what_waits_to_be_played_is_dropped() -> None:
    script = Script()
    assert script.send("output_audio_buffer.clear") == [DropPlayout()]
    think = script.asked()
    script.see(script.machine.words(think.response, "One"))
    script.see(script.machine.sound(think.response, SECOND))
    script.send("output_audio_buffer.clear")
    assert script.of("output_audio_buffer.cleared")["response_id"] == think.response


def test_items_are_put_in_order_and_deleted() -> None:
    script = Script()
    script.user("b", id="b")
    for id, after in (("c", "b"), ("a", "root"), ("d", None)):
        item = {
            "type": "message",
            "role": "system",
            "id": id,
            "content": [{"type": "input_text", "text": id}],
        }
        script.send("conversation.item.create", item=item, previous_item_id=after)
        assert script.types == ["conversation.item.added", "conversation.item.done"]
    assert script.told[0]["previous_item_id"] == "c"
    script.send("conversation.item.delete", item_id="c")
    assert script.of("conversation.item.deleted")["item_id"] == "c"
    assert [item.id for item in script.machine.conversation.items] == ["a", "b", "d"]
    script.send("conversation.item.delete", item_id="c")
    assert script.error["code"] == "item_not_found"


def test_a_conversation_is_bounded() -> None:
    script = Script()
    for _ in range(MOST_ITEMS):
        script.user("x")
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]}
    script.send("conversation.item.create", item=item)
    assert script.error["code"] == "conversation_full"
    script.see(script.machine.words(script.asked().response, "Yes."))
    assert "conversation.item.deleted" in script.types
    assert len(script.machine.conversation) == MOST_ITEMS


TEXT = [{"type": "input_text", "text": "x"}]


@pytest.mark.parametrize(
    ("event", "code", "param"),
    [
        ("{", "invalid_json", None),
        ("[" * 100_000, "invalid_json", None),
        ("[]", "invalid_json", None),
        ('{"type": "x", "n": NaN}', "invalid_json", None),
        (b'{"type": "\xff"}', "invalid_json", None),
        ('{"type": "\ud800"}', "invalid_json", None),
        (" " * (MOST_EVENT + 1), "event_too_large", None),
        ({}, "missing_required_parameter", "type"),
        ({"type": "nonsense"}, "unknown_event", "type"),
        ({"type": "input_audio_buffer.append"}, "missing_required_parameter", "audio"),
        ({"type": "input_audio_buffer.append", "audio": "%%"}, "invalid_value", "audio"),
        ({"type": "input_audio_buffer.append", "audio": audio(b"abc")}, "invalid_value", "audio"),
        (
            {"type": "input_audio_buffer.append", "audio": audio(bytes(MOST_AUDIO + 2))},
            "audio_too_long",
            "audio",
        ),
        (
            {"type": "response.create", "response": {"tool_choice": "required"}},
            "unsupported_value",
            "response.tool_choice",
        ),
        ({"type": "response.create", "response": {"nonsense": 1}}, "unknown_parameter", "response.nonsense"),
        (
            {"type": "response.create", "response": {"input": [{"type": "item_reference", "id": "x"}]}},
            "item_not_found",
            "response.input",
        ),
        (
            {"type": "conversation.item.create", "item": {"type": "message", "role": "user", "content": []}},
            "invalid_value",
            "item.content",
        ),
        (
            {
                "type": "conversation.item.create",
                "previous_item_id": "x",
                "item": {"type": "message", "role": "user", "content": TEXT},
            },
            "item_not_found",
            "previous_item_id",
        ),
        (
            {
                "type": "conversation.item.create",
                "item": {
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_audio", "audio": "AAAA"}],
                },
            },
            "unsupported_value",
            "item.content",
        ),
        (
            {
                "type": "conversation.item.create",
                "item": {
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_image", "image_url": "x"}],
                },
            },
            "unsupported_value",
            "item.content",
        ),
        (
            {
                "type": "conversation.item.create",
                "item": {"type": "function_call", "name": "f", "arguments": "[]"},
            },
            "invalid_value",
            "item.arguments",
        ),
        (
            {"type": "conversation.item.truncate", "item_id": "x", "content_index": 0, "audio_end_ms": -1},
            "invalid_value",
            "audio_end_ms",
        ),
    ],
)
def test_what_is_wrong_is_an_error_that_says_so(event: Any, code: str, param: str | None) -> None:
    script = Script()
    raw = json.dumps(event) if isinstance(event, dict) else event
    assert script.see(script.machine.receive(raw)) == []
    assert (script.error["code"], script.error["param"]) == (code, param)
    assert len(script.error["message"]) < 600
    script.user("It goes on.")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "item",
    "item_id",
    "audio",
    "session",
    "response",
    "response_id",
    "previous_item_id",
    "content_index",
)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(EVENTS)), st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3))
def test_no_event_raises(type: str, fields: dict[str, Any]) -> None:
    script = Script()
    script.see(script.machine.receive(json.dumps({**fields, "type": type}, ensure_ascii=True)))


def a_turn(script: Script, words: str) -> list[Any]:
    script.see(script.machine.speech_began(0))
    script.see(script.machine.speech_ended(300))
    return script.see(script.machine.final(words))


def test_an_answer_goes_before_the_next_turn_as_the_client_wants() -> None:
    script = Script(audio={"input": {"turn_detection": {"type": "server_vad", "interrupt_response": False}}})
    (think,) = a_turn(script, "One")
    assert a_turn(script, "Two") == [], "it is not interrupted"
    script.see(script.machine.done(think.response))
    script = Script(audio={"input": {"turn_detection": {"type": "server_vad"}}})
    (think,) = a_turn(script, "One")
    cancel, then = a_turn(script, "Two")
    assert cancel == CancelAnswer(think.response)
    assert then.history == (LlmMessage("user", "One"), LlmMessage("user", "Two"))
    assert script.of("response.done")["response"]["status_details"]["reason"] == "turn_detected"
    script = Script(audio={"input": {"turn_detection": {"type": "server_vad", "create_response": False}}})
    assert a_turn(script, "One") == [], "the client asks for its answers"


def test_a_model_is_told_no_empty_words_and_no_call_without_its_output() -> None:
    script = Script(tools=[TOOL])
    a_turn(script, "")
    think = script.asked()
    assert think.history == ()
    script.see(script.machine.tool(think.response, LlmToolCall("call_1", "weather", {})))
    script.see(script.machine.done(think.response))
    call, output = script.asked().history
    assert call.tool_calls == (LlmToolCall("call_1", "weather", {}),)
    assert (output.role, output.tool_call_id, output.content) == ("tool", "call_1", NO_OUTPUT)


def test_an_event_of_many_faults_is_refused_with_their_number() -> None:
    script = Script()
    junk = {f"k{number}": 1 for number in range(2_000)}
    for fields in ({"session": {"type": "realtime"} | junk}, {"session": {"type": "realtime"}} | junk):
        script.send("session.update", **fields)
        assert script.error["message"] == "There are 2000 faults in this event."
    script.send("conversation.item.create", item={"type": "function_call_output", "call_id": "c"} | junk)
    assert "faults" in script.error["message"]


def test_what_a_model_is_given_is_bounded_also_where_it_is_named_often() -> None:
    script = Script()
    script.user("x" * 60_000, id="long")
    script.send("response.create", response={"input": [{"type": "item_reference", "id": "long"}] * 18})
    assert (script.error["code"], script.error["param"]) == ("input_too_long", "response.input")
    script.asked(input=[{"type": "item_reference", "id": "long"}] * 2)


def test_arguments_of_many_values_fill_a_conversation_sooner() -> None:
    script = Script()
    arguments = json.dumps({"a": [[]] * 10_000})
    call = {"type": "function_call", "name": "f", "arguments": arguments}
    for _ in range(2):
        script.send("conversation.item.create", item=call)
        assert script.types[0] == "conversation.item.added"
    script.send("conversation.item.create", item=call)
    assert script.error["code"] == "conversation_full"


def test_a_number_that_json_has_not_is_no_parameter_of_a_tool() -> None:
    script = Script()
    tool = '{"type": "function", "name": "f", "parameters": {"x": 1e999}}'
    script.see(
        script.machine.receive(
            '{"type": "session.update", "session": {"type": "realtime", "tools": [' + tool + "]}}"
        )
    )
    assert script.error["code"] == "invalid_value"
