"""Servers that speak OpenAI's or Anthropic's interface each in its own way: what they refuse, what they want
back, and how their models think aloud."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from mediaserver.errors import ModelError
from pipelines.engines.llm.claude.events import MessageReader
from pipelines.engines.llm.claude.request import message_request
from pipelines.engines.llm.event_stream import ServerSentEvent
from pipelines.engines.llm.faults import Asked, fault_of
from pipelines.engines.llm.history import whole
from pipelines.engines.llm.openai_compatible.chunks import ChunkReader
from pipelines.engines.llm.openai_compatible.dialect import Dialect
from pipelines.engines.llm.openai_compatible.request import NOTED, chat_request
from pipelines.engines.llm.openai_compatible.thoughts import ThinkingHabit
from pipelines.engines.protocols import LlmEvent, LlmMessage, LlmText, LlmToolCall, LlmUsage
from tests.model_server import Answer, ModelServer, chat_chunks, chunk, message_events, model_server
from tests.pipelines.engines.llm.test_engines import engine, key_file, text_of, told

__all__ = ["key_file"]

ASKED = Asked("openai:mine", "http://127.0.0.1:8000/v1", "m", "")
QUESTION = [LlmMessage("system", "Be kind."), LlmMessage("user", "Have you a room?")]


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with model_server() as running:
        yield running


def read(pieces: Sequence[Any], habit: ThinkingHabit | None = None) -> list[LlmEvent]:
    reader = ChunkReader(ASKED, {}, habit)
    return [
        event
        for piece in pieces
        for event in reader.read(ServerSentEvent(piece if isinstance(piece, str) else json.dumps(piece)))
    ]


def asked(messages: Sequence[LlmMessage], engine: str = "", makers: bool = False) -> dict[str, Any]:
    return chat_request(
        messages, (), model="m", temperature=0.4, max_tokens=9, makers=makers, prefill=False, engine=engine
    )


def calls_in(events: Sequence[LlmEvent]) -> list[LlmToolCall]:
    return [event for event in events if isinstance(event, LlmToolCall)]


# ---- what a server refuses


def refusal(message: Any, status: int = 400) -> Answer:
    error = json.dumps({"object": "error", "error": {"message": message, "type": "invalid_request_error"}})
    return Answer([error.encode()], status, {"content-type": "application/json"})


@pytest.mark.parametrize(
    ("message", "status", "gone", "there"),
    [
        (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
            "'max_completion_tokens' instead.",
            400,
            "max_tokens",
            "max_completion_tokens",
        ),
        (
            {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options", "include_usage"]}]},
            422,
            "stream_options",
            "max_tokens",
        ),
        ("Unsupported value: 'temperature' does not support 0.5", 400, "temperature", "stream_options"),
    ],
)
async def test_what_a_server_does_not_take_is_left_out_at_once_and_from_then_on(
    server: ModelServer, key_file: Path, message: Any, status: int, gone: str, there: str
) -> None:
    for answer in (refusal(message, status), *[Answer(chat_chunks("Yes."))] * 2):
        server.answers.append(answer)
    async with engine("openai", server, key_file, temperature=0.5) as llm:
        assert [text_of(await told(llm)) for _ in range(2)] == ["Yes."] * 2
    first, *others = server.asked
    assert gone in first and len(others) == 2
    assert all(gone not in body and there in body for body in others)


async def test_a_refusal_that_nothing_can_be_done_about_is_one(server: ModelServer, key_file: Path) -> None:
    server.answers.append(refusal("'max_tokens' or 'max_completion_tokens' is too large: 1024"))
    async with engine("openai", server, key_file) as llm:
        with pytest.raises(ModelError, match="too large"):
            await told(llm)
    assert len(server.asked) == 1


async def test_what_the_operator_puts_in_stays(server: ModelServer, key_file: Path) -> None:
    server.answers += [refusal("stream_options: unknown"), Answer(chat_chunks("Yes."))]
    async with engine("openai", server, key_file, extra={"top_p": 0.5}) as llm:
        await told(llm)
    assert [body["top_p"] for body in server.asked] == [0.5, 0.5]


def test_a_model_without_a_systems_role_is_told_in_the_callers_words() -> None:
    dialect, body = Dialect("mine"), asked(QUESTION)
    assert dialect.learn('"System role not supported"', body)
    assert len(body["messages"]) == 2  # what was sent stays what it was
    assert dialect.fit(body)["messages"] == [{"role": "user", "content": "Be kind.\n\nHave you a room?"}]
    assert not dialect.learn('"System role not supported"', dialect.fit(asked(QUESTION)))


def test_thoughts_are_given_back_to_who_misses_them_and_not_to_who_refuses_them() -> None:
    call = LlmToolCall("a", "rooms", {}, kept={"reasoning_content": "hm"}, kept_by="mine")
    body = asked([*QUESTION, LlmMessage("assistant", "", (call,))], "mine")
    dialect = Dialect("mine")
    assert not dialect.learn("Missing `reasoning_content` field in the assistant message at index 2", body)
    assert not dialect.learn("The `reasoning_content` in the thinking mode must be passed back", body)
    assert dialect.learn("property 'reasoning_content' is unsupported", body)
    assert "reasoning_content" not in dialect.fit(body)["messages"][2]


def test_a_refusal_in_a_list_is_quoted() -> None:
    body = [{"error": {"code": 400, "message": "Function call is missing something"}}]
    assert "is missing something" in str(fault_of(ASKED, 400, body))


# ---- histories


def test_no_caller_speaks_right_behind_a_tools_result() -> None:
    """Mistral's models refuse it, and with it every later turn of a call that was interrupted there."""
    call = LlmToolCall("a", "rooms", {})
    history = [*QUESTION, LlmMessage("assistant", "", (call,)), LlmMessage("tool", "two", tool_call_id="a")]
    bodies = [asked([*history, LlmMessage("user", "wait")], makers=makers) for makers in (False, True)]
    roles = [[message["role"] for message in body["messages"]] for body in bodies]
    assert roles[0] == ["system", "user", "assistant", "tool", "assistant", "user"]
    assert bodies[0]["messages"][4]["content"] == NOTED
    assert roles[1] == ["system", "user", "assistant", "tool", "user"]


@pytest.mark.parametrize(
    ("name", "taken"), [("", "unknown"), ("functions.rooms:0", "functions_rooms_0"), ("ä" * 99, "_")]
)
def test_the_name_of_a_tool_that_nobody_has_does_not_spoil_the_history(name: str, taken: str) -> None:
    (_, call, _) = whole(
        [LlmMessage("user", "hi"), LlmMessage("assistant", "", (LlmToolCall("a", name, {}),))]
    )
    assert call.tool_calls[0].name == taken


# ---- how calls come


def test_calls_that_come_one_by_one_without_numbers_or_ids_stay_apart() -> None:
    """Gemini's, each whole in a chunk of its own."""
    functions = [{"name": "rooms", "arguments": f'{{"day": {day}}}'} for day in (1, 2, 3)]
    pieces = [chunk({"tool_calls": [{"id": "", "function": each}]}) for each in functions]
    events = read([*pieces, chunk({}, "tool_calls")])
    assert [call.arguments for call in calls_in(events)] == [{"day": 1}, {"day": 2}, {"day": 3}]
    assert len({call.id for call in calls_in(events)}) == 3


def test_a_call_whose_every_piece_has_its_name_is_one() -> None:
    parts = ['{"day": "', "{}", '"}', ""]
    pieces = [
        chunk({"tool_calls": [{"index": 0, "function": {"name": "rooms", "arguments": part}}]})
        for part in parts
    ]
    (call,) = calls_in(read([*pieces, chunk({}, "tool_calls")]))
    assert call.arguments == {"day": "{}"}


def test_arguments_that_are_written_as_json_twice_are_read() -> None:
    function = {"name": "rooms", "arguments": json.dumps('{"day": "x"}')}
    events = read([chunk({"tool_calls": [{"index": 0, "function": function}]}), chunk({}, "tool_calls")])
    assert calls_in(events)[0].arguments == {"day": "x"}


# ---- what a server wants back


def test_a_signature_goes_back_with_its_call_and_to_nobody_else() -> None:
    signed = {"google": {"thought_signature": "abc"}}
    function = {"name": "rooms", "arguments": "{}"}
    delta = {"tool_calls": [{"id": "x", "function": function, "extra_content": signed}]}
    (call,) = calls_in(read([chunk(delta), chunk({}, "tool_calls")]))
    answer = [LlmMessage("assistant", "", (call,)), LlmMessage("tool", "two", tool_call_id="x")]
    mine, others = (asked([*QUESTION, *answer], name)["messages"][2] for name in ("openai:mine", "other"))
    assert mine["tool_calls"][0]["extra_content"] == signed
    assert "extra_content" not in others["tool_calls"][0]
    assert "abc" not in repr(call)


def test_thoughts_before_a_call_go_back_and_are_not_said() -> None:
    delta = {"tool_calls": [{"index": 0, "id": "x", "function": {"name": "rooms", "arguments": "{}"}}]}
    thoughts = [chunk({"reasoning_content": part}) for part in ("He wants ", "a room.")]
    events = read([*thoughts, chunk(delta), chunk({}, "tool_calls")])
    assert text_of(events) == ""
    body = asked([*QUESTION, LlmMessage("assistant", "", tuple(calls_in(events)))], "openai:mine")
    assert body["messages"][2]["reasoning_content"] == "He wants a room."


def test_claude_gets_its_signed_thoughts_back_before_the_call() -> None:
    thoughts = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm"}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "s1"}},
        {"type": "content_block_stop", "index": 0},
    ]
    sealed = {
        "type": "content_block_start",
        "index": 1,
        "content_block": {"type": "redacted_thinking", "data": "d"},
    }
    answer = message_events(("toolu_1", "rooms", ["{}"]), stop="tool_use")
    shifted = [
        piece | ({"index": piece["index"] + 2} if "index" in piece else {})
        if isinstance(piece, dict)
        else piece
        for piece in answer
    ]
    reader = MessageReader(Asked("anthropic", "x", "m", ""), {})
    events = [
        event
        for piece in [*shifted[:2], *thoughts, sealed, *shifted[2:]]
        for event in reader.read(ServerSentEvent(json.dumps(piece)))
    ]
    (call,) = calls_in(events)
    history = [
        *QUESTION,
        LlmMessage("assistant", "", (call,)),
        LlmMessage("tool", "two", tool_call_id=call.id),
    ]
    mine, others = (
        message_request(history, (), model="m", max_tokens=9, temperature=None, extra={}, engine=name)
        for name in ("anthropic", "other")
    )
    assert mine["messages"][1]["content"][:2] == [
        {"type": "thinking", "thinking": "Hm", "signature": "s1"},
        {"type": "redacted_thinking", "data": "d"},
    ]
    assert [block["type"] for block in others["messages"][1]["content"]] == ["tool_use"]


# ---- how answers end and begin


@pytest.mark.parametrize("reason", ["abort", "error", {"type": "abort", "message": "no"}])
def test_an_answer_that_the_server_gave_up_is_no_answer(reason: Any) -> None:
    with pytest.raises(ModelError, match="gave the answer up") as raised:
        read([chunk({"content": "Yes, on"}), chunk({}, reason)])
    assert raised.value.retryable


def test_a_filter_may_name_itself() -> None:
    with pytest.raises(ModelError, match="content filter") as raised:
        read([chunk({}, "content_filter: PROHIBITED_CONTENT")])
    assert raised.value.about_request


@pytest.mark.parametrize("usage", [True, False])
def test_an_answer_that_met_its_limit_says_so(usage: bool) -> None:
    *_, last = read(chat_chunks("Yes, on Tu", finish="length", usage=usage))
    assert isinstance(last, LlmUsage) and last.cut
    assert not any(isinstance(e, LlmUsage) and e.cut for e in read(chat_chunks("Yes.")))


def test_content_in_parts_is_its_text_alone() -> None:
    """Mistral's reasoning models."""
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    pieces = [chunk({"content": [thought]}), chunk({"content": [{"type": "text", "text": "Yes."}]})]
    assert text_of(read([*pieces, chunk({}, "stop")])) == "Yes."


def test_thoughts_that_nothing_opens_are_not_said_once_they_are_known() -> None:
    habit = ThinkingHabit()
    read(chat_chunks("He wants", " a room.", "</think>", "\n\nYes."), habit)
    knows = [habit.unopened]
    assert text_of(read(chat_chunks("He wants", " two.</th", "ink>", "Two."), habit)) == "Two."
    assert text_of(read(chat_chunks("I must think of", finish="length"), habit)) == ""
    assert text_of(read(chat_chunks("Good", "bye."), habit)) == "Goodbye."  # without any thought
    assert [*knows, habit.unopened] == [True, False]
    events = read(chat_chunks("Good", "bye."), habit)
    assert [event for event in events if isinstance(event, LlmText)] == [LlmText("Good"), LlmText("bye.")]


def test_thoughts_that_are_opened_are_left_to_who_reads_on() -> None:
    habit = ThinkingHabit(unopened=True)
    assert text_of(read(chat_chunks("<think>", "Hm.", "</think>", "Yes."), habit)) == "<think>Hm.</think>Yes."
    assert not habit.unopened
