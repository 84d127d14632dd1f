"""The machines under the language models: event streams, calls of tools, histories, prices."""

from __future__ import annotations

import json

import pytest

from mediaserver.errors import PeerError
from pipelines.engines.llm import event_stream, tool_calls
from pipelines.engines.llm.event_stream import EventStream
from pipelines.engines.llm.faults import Asked, fault_of
from pipelines.engines.llm.history import UNANSWERED, whole
from pipelines.engines.llm.prices import PUBLISHED, ModelPrice, TokenCounts, usage
from pipelines.engines.llm.tool_calls import MOST_ARGUMENTS, MOST_CALLS, CallAssembly
from pipelines.engines.llm.wire_text import parsed, shown, spoken_text, told_why
from pipelines.engines.protocols import LlmMessage, LlmToolCall, LlmUsage

STREAM = (
    b": hello\n\nevent: ping\ndata: {}\n\ndata: one\r\ndata:two\r\n\r\nid: 4\nretry: 1\ndata: \xc3\xa4\n\n"
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_the_same_however_the_bytes_are_cut(size: int) -> None:
    stream = EventStream()
    pieces = [STREAM[at : at + size] for at in range(0, len(STREAM), size)]
    events = [event for piece in pieces for event in stream.feed(piece)]
    assert [(event.name, event.data) for event in events] == [("ping", "{}"), ("", "one\ntwo"), ("", "ä")]


@pytest.mark.parametrize(
    ("flood", "said"),
    [
        (b"x" * 70_000, "a line of more"),
        (b"data: " + b"x" * 70_000 + b"\n", "a line of more"),
        (b"data: " + b"x" * 9_000 + b"\n", "an event of more"),
        (b"\n" * 70_000, "lines"),
        (b"\xff\xfe\n", "no text"),
    ],
)
def test_a_stream_that_is_too_much_or_none_is_refused(
    flood: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "MOST_LINE", 64_000)
    stream = EventStream()
    with pytest.raises(PeerError, match=said):
        for _ in range(100):
            stream.feed(flood)


def test_a_stream_without_an_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "MOST_BYTES", 100)
    stream = EventStream()
    with pytest.raises(PeerError, match="bytes"):
        for _ in range(100):
            stream.feed(b": x\n")


def test_control_characters_and_halves_of_characters_are_no_part_of_an_answer() -> None:
    assert spoken_text("a\x1b[31mb\x00\n\tc\u009b\ud83dd\u200be") == "a[31mb\n\tcd\u200be"
    assert spoken_text(None) == spoken_text(7) == ""
    assert shown("a\nb" * 200, 10) == "a ba ba..."


@pytest.mark.parametrize("data", ["", "[1]", '{"a": NaN}', "{", "[" * 100_000, '"x"'])
def test_what_is_no_json_object_is_a_fault_of_the_server(data: str) -> None:
    with pytest.raises(PeerError):
        parsed(data)


def calls_of(*pieces: tuple[int, str | None, str | None, object]) -> list[LlmToolCall]:
    calls = CallAssembly()
    for piece in pieces:
        calls.add(*piece)
    return calls.end_all()


def test_parallel_calls_are_put_together_from_their_pieces() -> None:
    assert calls_of(
        (0, "a", "rooms", ""), (1, "b", "price", '{"ro'), (0, None, None, '{"day": "tue'),
        (1, None, None, 'om": 4}'), (0, None, None, 'sday"}'),
    ) == [LlmToolCall("a", "rooms", {"day": "tuesday"}), LlmToolCall("b", "price", {"room": 4})]  # fmt: skip


def test_calls_that_a_server_gives_all_the_same_number_stay_apart() -> None:
    """As Ollama does."""
    assert calls_of((0, "a", "rooms", "{}"), (0, "b", "price", "{}")) == [
        LlmToolCall("a", "rooms", {}),
        LlmToolCall("b", "price", {}),
    ]


def test_calls_without_ids_get_some_and_arguments_may_come_as_they_are() -> None:
    assert calls_of((0, None, "rooms", {"n": 1}), (1, "", "price", None)) == [
        LlmToolCall("call_1", "rooms", {"n": 1}),
        LlmToolCall("call_2", "price", {}),
    ]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ('{"day": ', "not valid JSON"),
        ("[1]", "not a JSON object"),
        ('{"n": Infinity}', "Infinity is not JSON"),
        ('{"n": ' + "[" * 3_000 + "]" * 3_000 + "}", "nested too deeply"),
        ('{"n": ' + "9" * 5_000 + "}", "not valid JSON"),
        ('"' + "x" * MOST_ARGUMENTS + '"', "longer than"),
        ('{"n": 1e999}', "too large"),
        ('{"n": [' + '"a",' * 2_000 + '"a"]}', "more than 1000 values"),
        ('{"n": [' + '{"a":{}},' * 600 + "{}]}", "more than 1000 values"),
        ('{"n": [-1e999]}', "too large"),
        ('{"n": ' + "[" * 60 + "]" * 60 + "}", "nested too deeply"),
    ],
)
def test_arguments_that_cannot_be_read_are_a_fault_that_the_model_can_be_told(
    arguments: str, fault: str
) -> None:
    (call,) = calls_of((0, "a", "rooms", arguments))
    assert (call.id, call.name, call.arguments) == ("a", "rooms", {})
    assert fault in call.fault


def test_arguments_hold_no_control_characters() -> None:
    (call,) = calls_of((0, "a", "rooms", json.dumps({"a\x00": ["b\x1b", {"c": "\ud800"}]})))
    assert call.arguments == {"a": ["b", {"c": ""}]}


def test_more_calls_than_any_answer_has_are_refused() -> None:
    calls = CallAssembly()
    with pytest.raises(PeerError, match="more than"):
        for place in range(MOST_CALLS + 1):
            calls.add(place, f"id{place}", "rooms", "{}")


def test_longer_calls_than_any_answer_has_are_refused() -> None:
    calls = CallAssembly()
    with pytest.raises(PeerError, match="longer than"):
        for place in range(6):
            calls.add(place, f"id{place}", "rooms", "x" * MOST_ARGUMENTS)


def test_arguments_that_come_as_they_are_may_be_nested_beyond_all_measure() -> None:
    deep: dict[str, object] = {}
    for _ in range(5_000):
        deep = {"a": deep}
    (call,) = calls_of((0, "a", "rooms", deep))
    assert call.fault


def test_a_call_is_ended_once() -> None:
    calls = CallAssembly()
    calls.add(3, "a", "rooms", "{}")
    assert calls.end(3) == [LlmToolCall("a", "rooms", {})]
    assert calls.end(3) == calls.end(9) == calls.end_all() == []
    assert tool_calls.MOST_CALLS > 1


def test_a_history_that_was_interrupted_is_one_that_servers_take() -> None:
    call, other = LlmToolCall("functions.rooms:0", "rooms", {}), LlmToolCall("x", "price", {})
    told = whole(
        [
            LlmMessage("system", "be kind"),
            LlmMessage("assistant", " "),
            LlmMessage("assistant", "", tool_calls=(call, other)),
            LlmMessage("user", "wait"),
            LlmMessage("tool", "two rooms", tool_call_id="functions.rooms:0"),
            LlmMessage("tool", "nobody asked", tool_call_id="gone"),
        ]
    )
    assert [(m.role, m.content, m.tool_call_id) for m in told] == [
        ("system", "be kind", ""),
        ("assistant", "", ""),
        ("tool", "two rooms", "call00001"),
        ("tool", UNANSWERED, "call00002"),
        ("user", "wait", ""),
        ("user", "(A tool's result: nobody asked)", ""),
    ]
    assert [call.id for call in told[1].tool_calls] == ["call00001", "call00002"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("rooms", "rooms"),
        ("do it!", "do_it_"),
        ("", "unknown"),
        ("x" * 200, "x" * 64),
        ("Zimmer-ä", "Zimmer-_"),
    ],
)
def test_a_call_by_a_name_that_no_server_takes_back_does_not_end_the_conversation(
    name: str, told: str
) -> None:
    history = [
        LlmMessage("assistant", "", tool_calls=(LlmToolCall("a", name, {}),)),
        LlmMessage("tool", "error: there is no such tool", tool_call_id="a"),
    ]
    assert whole(history)[0].tool_calls[0].name == told


def test_calls_of_several_answers_with_the_same_ids_keep_their_own_results() -> None:
    history = []
    for result in ("one", "two"):
        history.append(LlmMessage("assistant", "", tool_calls=(LlmToolCall("call_1", "rooms", {}),)))
        history.append(LlmMessage("tool", result, tool_call_id="call_1"))
    told = whole(history)
    assert [(m.content, m.tool_call_id) for m in told if m.role == "tool"] == [
        ("one", "call00001"),
        ("two", "call00002"),
    ]


def test_a_price_is_counted_by_what_was_cached_read_and_written() -> None:
    price = ModelPrice(input=10, cached_input=1, cache_write=20, output=100)
    counts = TokenCounts(prompt=1_000, cached=600, written=100, completion=10, model="m-2026")
    assert usage(counts, "m", {"m": price}) == LlmUsage(1_000, 10, 600, "m-2026", 0.0066)
    assert usage(counts, "other", {"m-2026": ModelPrice(input=1, output=1)}).cost == pytest.approx(0.00101)
    assert usage(counts, "other", PUBLISHED).cost is None


@pytest.mark.parametrize("kept", [{"a": float("inf")}, {"a": "x" * 300_000}, {"a": [[[[]]] * 9, *[[] * 9]]}])
def test_what_is_kept_for_a_server_is_json_of_some_size(kept: dict[str, object]) -> None:
    for _ in range(2_000 if isinstance(kept["a"], list) else 0):
        kept = {"a": kept}
    calls = CallAssembly()
    calls.add(0, "a", "rooms", "{}", kept)
    (call,) = calls.end_all()
    assert call.kept in ({}, None)


def test_no_key_is_told_though_a_server_quotes_it() -> None:
    asked = Asked("openai", "here", "m", "OPENAI_API_KEY")
    for key in ("sk-proj-abcdef123456", "Bearer hunter2hunter2", "AIzaSyA1234567890abcdefghijklmn"):
        for status in (400, 403, 429, 500):
            told = str(fault_of(asked, status, {"error": {"message": f"not with {key}."}}))
            assert key.split()[-1] not in told and "not with (a key)" in told
    assert (
        told_why("no gpt-4o-mini-2024-07-18, pre-authenticated")
        == "no gpt-4o-mini-2024-07-18, pre-authenticated"
    )
