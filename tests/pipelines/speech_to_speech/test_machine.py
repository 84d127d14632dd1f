"""The client's side of the Realtime protocol: what is sent when. The test is the server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelines.speech_to_speech.audio_format import AudioFormat
from pipelines.speech_to_speech.commands import (
    Command,
    Complaint,
    ModelSound,
    ModelWords,
    Renew,
    Responded,
    SendEvent,
    ToolWanted,
)
from pipelines.speech_to_speech.machine import MOST_TOOL_CALLS, RealtimeMachine, RealtimeOptions


def machine() -> RealtimeMachine:
    return RealtimeMachine(RealtimeOptions("You answer the phone.", AudioFormat("pcm")))


def ready() -> RealtimeMachine:
    made = machine()
    made.connected()
    told(made, "session.updated", session={})
    return made


def told(machine: RealtimeMachine, kind: str, **fields: Any) -> list[Command]:
    return machine.received(json.dumps({"type": kind, **fields}))


def done(machine: RealtimeMachine, *calls: str, status: str = "completed") -> list[Command]:
    output = [{"type": "function_call", "name": "look", "call_id": call, "arguments": "{}"} for call in calls]
    return told(machine, "response.done", response={"status": status, "output": output})


def kinds(commands: list[Command]) -> list[str]:
    return [str(each.event["type"]) for each in commands if isinstance(each, SendEvent)]


def test_results_of_parallel_tools_are_answered_once_all_are_there() -> None:
    made = ready()
    told(made, "response.created", response={})
    assert sum(isinstance(each, ToolWanted) for each in done(made, "a", "b")) == 2
    assert made.busy
    assert kinds(made.result("a", "1")) == ["conversation.item.create"]
    assert kinds(made.result("b", "2")) == ["conversation.item.create", "response.create"]


def test_a_result_waits_while_the_model_is_talking() -> None:
    made = ready()
    told(made, "response.created", response={})
    done(made, "a")
    told(made, "response.created", response={})  # the caller has said something meanwhile
    assert kinds(made.result("a", "1")) == ["conversation.item.create"]
    assert kinds(done(made)) == ["response.create"]


def test_a_cancelled_response_calls_no_tool() -> None:
    made = ready()
    told(made, "response.created", response={})
    assert not any(isinstance(each, ToolWanted) for each in done(made, "a", status="cancelled"))


def test_a_result_that_comes_after_the_connection_broke_is_told_over_the_new_one() -> None:
    made = ready()
    told(made, "response.created", response={})
    done(made, "a")
    made.connected()
    told(made, "session.updated", session={})
    sent = made.result("a", "the order is shipped")
    assert "the order is shipped" in json.dumps([each.event for each in sent if isinstance(each, SendEvent)])


def test_what_the_caller_said_before_the_connection_broke_is_answered_after_it() -> None:
    made = ready()
    told(made, "conversation.item.input_audio_transcription.completed", item_id="c", transcript="a room")
    assert kinds(made.connected()) == ["session.update", "conversation.item.create"]
    assert kinds(told(made, "session.updated", session={})) == ["response.create"]


def test_a_greeting_that_broke_off_with_the_connection_is_made_again() -> None:
    made = machine()
    assert made.greet("Greet.") == []
    made.connected()
    assert kinds(told(made, "session.updated", session={})) == ["response.create"]
    made.connected()
    assert kinds(told(made, "session.updated", session={})) == ["response.create"]


def test_events_of_the_beta_version_are_understood() -> None:
    made = ready()
    where = {"item_id": "i", "content_index": 0}
    assert isinstance(told(made, "response.audio.delta", delta="AAAA", **where)[0], ModelSound)
    assert isinstance(told(made, "response.audio_transcript.delta", delta="a", **where)[0], ModelWords)


def test_a_race_between_us_and_the_server_is_no_fault() -> None:
    assert told(ready(), "error", error={"code": "response_cancel_not_active", "message": "none"}) == []


def test_a_result_is_answered_though_the_server_answered_something_else_first() -> None:
    made = ready()
    told(made, "response.created", response={})
    done(made, "a")
    assert kinds(made.result("a", "1"))[-1] == "response.create"
    error = {"code": "conversation_already_has_active_response", "message": "wait"}
    assert told(made, "error", error=error) == []
    assert kinds(done(made)) == ["response.create"]


def test_an_expired_session_is_followed_by_another() -> None:
    commands = told(ready(), "error", error={"code": "session_expired", "message": "60 minutes"})
    assert commands == [Complaint("60 minutes"), Renew()]


def test_a_server_that_refuses_the_session_is_given_up_at_once() -> None:
    made = machine()
    (update, *_) = made.connected()
    assert isinstance(update, SendEvent)
    error = {"message": "Invalid value: 'x'", "event_id": update.event["event_id"]}
    assert told(made, "error", error=error) == [Complaint("Invalid value: 'x'", fatal=True)]
    assert told(ready(), "error", error=error) == [Complaint("Invalid value: 'x'")]


def test_what_comes_of_a_response_that_was_stopped_is_not_heard() -> None:
    made = ready()
    where = {"item_id": "new", "content_index": 0}
    told(made, "response.created", response={})
    assert kinds(made.stop()) == ["response.cancel"]
    assert told(made, "response.output_audio.delta", delta="AAAA", **where) == []
    assert told(made, "response.output_audio_transcript.delta", delta="a", **where) == []
    done(made, status="cancelled")
    told(made, "response.created", response={})
    assert told(made, "response.output_audio.delta", delta="AAAA", **where)


def test_a_failure_that_would_come_again_says_so() -> None:
    made = ready()
    for code, hopeless in (("insufficient_quota", True), ("rate_limit_exceeded", False)):
        details = {"error": {"code": code, "message": "no"}}
        response = {"status": "failed", "status_details": details}
        assert told(made, "response.done", response=response) == [Responded("failed", "no", {}, hopeless)]


DEEP = "[" * 900 + "]" * 900
LONG = "a" * 9_000


@pytest.mark.parametrize(
    "event",
    [
        '{"type": "input_audio_buffer.speech_started", "item_id": "a", "audio_start_ms": 1e999}',
        '{"type": "input_audio_buffer.speech_started", "item_id": "a", "audio_start_ms": -1}',
        '{"type": "input_audio_buffer.speech_stopped", "item_id": "a", "audio_end_ms": NaN}',
        '{"type": "response.output_audio.done", "item_id": "a", "content_index": 1e999}',
        f'{{"type": "response.output_audio.done", "item_id": "{LONG}", "content_index": 0}}',
        f'{{"type": "response.done", "response": {DEEP}}}',
        f'{{"type": {DEEP}}}',
    ],
)
def test_no_event_raises(event: str) -> None:
    """Infinity did, and ended the task that reads: the call went on in silence."""
    (complaint,) = ready().received(event)
    assert isinstance(complaint, Complaint) and not complaint.fatal


def test_what_a_response_took_is_kept_in_figures_alone() -> None:
    made = ready()
    usage = {
        "input_tokens": 20, "output_tokens": -5, "total": 1e308, "by": {"audio": 7, "deep": {"er": {}}},
        "x" * 999: 1, "text": "y" * 999, **{f"n{each}": each for each in range(99)},
    }  # fmt: skip
    (responded,) = told(made, "response.done", response={"status": DEEP * 9, "usage": usage})
    assert isinstance(responded, Responded) and len(responded.status) <= 40
    assert responded.usage["input_tokens"] == 20 and responded.usage["output_tokens"] == 0
    assert responded.usage["by"] == {"audio": 7}
    assert len(responded.usage) <= 20 and max(map(len, responded.usage)) <= 60


def test_a_response_that_is_told_twice_calls_its_tools_once() -> None:
    made, item = ready(), {"type": "function_call", "name": "pay", "call_id": "c", "arguments": "{}"}
    response = {"id": "r1", "status": "completed", "output": [item]}
    assert any(isinstance(each, ToolWanted) for each in told(made, "response.done", response=response))
    made.result("c", "paid")
    assert told(made, "response.done", response=response) == []


def test_no_more_tools_are_wanted_at_once_than_any_model_wants() -> None:
    made = ready()
    wanted = sum(
        isinstance(each, ToolWanted)
        for response in range(50)
        for each in done(made, *(f"c{response}_{call}" for call in range(10)))
    )
    assert wanted == MOST_TOOL_CALLS


def test_what_is_said_holds_no_control_characters_and_has_an_end() -> None:
    (words,) = told(
        ready(),
        "response.output_audio_transcript.delta",
        item_id="a",
        content_index=0,
        delta="a\x1b[2J" + "b" * 99_999,
    )
    assert isinstance(words, ModelWords) and words.text.startswith("a[2Jb") and len(words.text) < 20_001
