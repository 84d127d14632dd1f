"""The engines with the makers' own clients, against strict servers: what is asked, what is heard, what fails
how."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from mediaserver.errors import EngineMissingError, ModelError
from pipelines.engines.builtin import registry
from pipelines.engines.llm import answer as limits
from pipelines.engines.llm import event_stream
from pipelines.engines.llm.claude import engine as claude
from pipelines.engines.llm.endpoint import Endpoint, ResponseBody
from pipelines.engines.llm.faults import Asked
from pipelines.engines.llm.openai_compatible import engine as openai_compatible
from pipelines.engines.llm.openai_compatible.chunks import ChunkReader
from pipelines.engines.llm.openai_compatible.client import OPENAI
from pipelines.engines.llm.options import ModelOptions
from pipelines.engines.llm.remote import RemoteLlm
from pipelines.engines.protocols import (
    Kind,
    LlmEvent,
    LlmMessage,
    LlmText,
    LlmTool,
    LlmToolCall,
    LlmUsage,
)
from pipelines.engines.registry import EngineOptions
from tests.model_server import (
    KEY,
    MODEL,
    Answer,
    ModelServer,
    Piece,
    chat_chunks,
    chunk,
    message_events,
    model_server,
)
from tests.peers.authority import Authority
from tests.uncollected import standing_still

ENGINES = {"openai": openai_compatible, "anthropic": claude}
ASK = [LlmMessage("system", "Be kind."), LlmMessage("user", "Have you a room?")]
ROOMS = LlmTool("rooms", "Free rooms.", {"type": "object", "properties": {"day": {"type": "string"}}})
HELLO: dict[str, list[Piece]] = {
    "openai": chat_chunks("Yes,", " on Tuesday."),
    "anthropic": message_events("Yes, on Tuesday."),
}
BEGUN: dict[str, list[Piece]] = {"openai": HELLO["openai"][:3], "anthropic": HELLO["anthropic"][:5]}
"""Cut off behind some words."""
both = pytest.mark.parametrize("kind", ["openai", "anthropic"])


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with model_server() as running:
        yield running
    assert running.faults == []


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    return path


@asynccontextmanager
async def engine(kind: str, server: ModelServer, key: Path, **options: Any) -> AsyncIterator[RemoteLlm]:
    """Made and started as the server does it."""
    settings = {"base_url": f"{server.url}/v1", "model": MODEL, "api_key_file": str(key), **options}
    made = await asyncio.to_thread(ENGINES[kind].make, EngineOptions(settings=settings))
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


async def told(llm: RemoteLlm, *messages: LlmMessage, tools: tuple[LlmTool, ...] = ()) -> list[LlmEvent]:
    return [event async for event in llm.stream(messages or ASK, tools)]


def text_of(events: list[LlmEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, LlmText))


@both
async def test_an_answer_comes_piece_by_piece_with_what_it_cost(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    server.answers.append(Answer(HELLO[kind]))
    prices = {MODEL: {"input": 10, "cached_input": 1, "output": 100}}
    async with engine(kind, server, key_file, prices=prices) as llm:
        *texts, usage = await told(llm)
    assert len(texts) > 1 and text_of(texts) == "Yes, on Tuesday."
    assert isinstance(usage, LlmUsage)
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (100, 20, 60)
    assert usage.model.endswith("tiny-1") and usage.cost == pytest.approx(0.00246)


@both
async def test_one_connection_serves_all_and_is_open_before_the_first_turn(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    async with engine(kind, server, key_file) as llm:
        for _ in range(3):
            server.answers.append(Answer(HELLO[kind]))
            await told(llm)
    assert server.connections == 1


@both
async def test_a_conversation_with_tools_is_one_that_the_server_takes(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    """The call of another maker's model, one that was interrupted, a greeting before the caller spoke."""
    calls = (LlmToolCall("functions.rooms:0", "rooms", {"day": "ä"}), LlmToolCall("b", "price", {}))
    history = [
        LlmMessage("system", "Be kind.", cache=True),
        LlmMessage("assistant", "Hello."),
        LlmMessage("user", "Have you a room? ", cache=True),
        LlmMessage("assistant", "I look. ", tool_calls=calls),
        LlmMessage("tool", "two", tool_call_id="functions.rooms:0"),
        LlmMessage("system", "The caller is called Ada."),
        LlmMessage("user", "And?", cache=True),
    ]
    for _ in range(2):
        server.answers.append(Answer(HELLO[kind]))
    async with engine(kind, server, key_file) as llm:
        assert text_of(await told(llm, *history, tools=(ROOMS,)))
        assert text_of(await told(llm, LlmMessage("assistant", "Hello."), LlmMessage("user", "Yes?")))
    assert server.faults == []


async def test_claude_is_given_marks_for_its_cache_and_the_system_prompt_apart(
    server: ModelServer, key_file: Path
) -> None:
    server.answers.append(Answer(HELLO["anthropic"]))
    async with engine("anthropic", server, key_file) as llm:
        await told(llm, tools=(ROOMS,))
    (asked,) = server.asked
    mark = {"type": "ephemeral"}
    assert asked["system"] == [{"type": "text", "text": "Be kind.", "cache_control": mark}]
    assert asked["messages"][-1]["content"][-1]["cache_control"] == mark
    assert asked["tools"][0]["input_schema"] == ROOMS.parameters


async def test_what_all_calls_share_is_cached_apart_from_what_one_begins_with(
    server: ModelServer, key_file: Path
) -> None:
    server.answers.append(Answer(HELLO["anthropic"]))
    shared = LlmMessage("system", "Be kind.", cache=True)
    async with engine("anthropic", server, key_file) as llm:
        await told(llm, shared, LlmMessage("system", "Ada calls."), LlmMessage("user", "Hello?", cache=True))
    assert ["cache_control" in block for block in server.asked[0]["system"]] == [True, True]


CALLS: dict[str, list[Piece]] = {
    "openai": chat_chunks(
        "One moment.",
        calls=[
            {"index": 0, "id": "a", "type": "function", "function": {"name": "rooms", "arguments": ""}},
            {"index": 1, "id": "b", "type": "function", "function": {"name": "price", "arguments": "{"}},
            {"index": 0, "function": {"arguments": '{"day": "tuesday"}'}},
        ],
    ),
    "anthropic": message_events(
        "One moment.", ("a", "rooms", ['{"day": ', '"tuesday"}']), ("b", "price", ["{"]), stop="tool_use"
    ),
}


@both
async def test_parallel_calls_of_tools_come_whole_and_broken_ones_say_why(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    server.answers.append(Answer(CALLS[kind]))
    async with engine(kind, server, key_file) as llm:
        events = await told(llm, tools=(ROOMS,))
    one, two = [event for event in events if isinstance(event, LlmToolCall)]
    assert one == LlmToolCall("a", "rooms", {"day": "tuesday"})
    assert (two.id, two.name) == ("b", "price") and "not valid JSON" in two.fault
    assert isinstance(events[-1], LlmUsage)


@both
async def test_closing_an_answer_hangs_up_at_the_server_at_once(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    server.answers.append(Answer([*BEGUN[kind], asyncio.Event()]))
    async with engine(kind, server, key_file) as llm:
        async with aclosing(llm.stream(ASK)) as answer:
            assert isinstance(await anext(answer), LlmText)
        assert llm.load == 0
        await server.hung_up.wait()


@both
async def test_a_turn_that_is_cancelled_before_the_first_word_hangs_up(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    asked = asyncio.Event()
    server.answers.append(Answer([Gate(asked), asyncio.Event()]))
    async with engine(kind, server, key_file) as llm:
        turn = asyncio.create_task(told(llm))
        await asked.wait()
        turn.cancel()
        await server.hung_up.wait()
        with pytest.raises(asyncio.CancelledError):
            await turn
        assert llm.load == 0


@both
async def test_a_hang_up_over_tls_is_as_quick_and_leaves_nothing_open(
    kind: str, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    authority.sign(tmp_path, "server", "127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    async with model_server(context) as server:
        with pytest.raises(ModelError, match="certificate"):
            async with engine(kind, server, key_file):
                pass
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        server.answers += [Answer(HELLO[kind]), Answer([*BEGUN[kind], asyncio.Event()])]
        async with engine(kind, server, key_file) as llm:
            assert text_of(await told(llm)) == "Yes, on Tuesday."
            async with aclosing(llm.stream(ASK)) as answer:
                assert isinstance(await anext(answer), LlmText)
            await server.hung_up.wait()


class Gate(asyncio.Event):
    """Tells that the answer has come so far, and waits for nothing."""

    def __init__(self, reached: asyncio.Event) -> None:
        super().__init__()
        self._reached = reached

    async def wait(self) -> Any:
        self._reached.set()
        return True


@both
async def test_nothing_of_an_answer_is_left_for_the_garbage_collector(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    async with engine(kind, server, key_file) as llm:
        for _ in range(2):  # what is made once
            server.answers.append(Answer(HELLO[kind]))
            await told(llm)
        with standing_still() as uncollected:
            server.answers += [Answer(HELLO[kind]), Answer([*BEGUN[kind], asyncio.Event()])]
            server.answers += [Answer(status=429), Answer(status=429), Answer([*BEGUN[kind]], torn=True)]
            await told(llm)
            async with aclosing(llm.stream(ASK)) as answer:
                await anext(answer)
            await server.hung_up.wait()
            with pytest.raises(ModelError):
                await told(llm)
            await asyncio.sleep(0)
            assert uncollected() == []


def error(status: int, kind: str, message: str = "", **headers: str) -> Answer:
    body = f'{{"type": "error", "error": {{"type": "{kind}", "code": "{kind}", "message": "{message}"}}}}'
    return Answer([body.encode()], status, {"content-type": "application/json", **headers})


@both
@pytest.mark.parametrize(
    ("answer", "words", "about_request"),
    [
        (error(403, "permission_error", "not for you"), "may not use tiny: not for you", False),
        (error(404, "not_found_error", "model: tiny"), "knows no model 'tiny'.*options.*model", False),
        (error(429, "insufficient_quota", "You exceeded your current quota"), "no credit left", False),
        (error(400, "context_length_exceeded", "8000 tokens"), "too long for tiny", True),
        (error(400, "invalid_request_error", "prompt is too long: 9 > 8"), "too long for tiny", True),
        (error(400, "content_filter", "hm"), "content filter", True),
        (
            error(400, "invalid_request_error", "a\\nb\\u001b[2J"),
            r"refuses the request \(400\): a b\[2J",
            False,
        ),
        (Answer([b"<html>"], 400, {"content-type": "text/html"}), r"\(400\): <html>", False),
        (Answer([b"<html>"], 200, {"content-type": "text/html"}), "answers text/html where", False),
        (Answer([b"\xff" * 90], 400, {"content-encoding": "gzip"}), r"\(400\)", False),
    ],
)
async def test_a_refusal_says_what_is_wrong_and_how_to_mend_it(
    kind: str, server: ModelServer, key_file: Path, answer: Answer, words: str, about_request: bool
) -> None:
    server.answers.append(answer)
    async with engine(kind, server, key_file) as llm:
        with pytest.raises(ModelError, match=words) as failed:
            await told(llm)
    assert failed.value.about_request is about_request
    assert "\x1b" not in str(failed.value) and KEY not in str(failed.value)


@both
@pytest.mark.parametrize(
    "first",
    [error(503, "x"), error(500, "api_error"), error(529, "overloaded_error"), Answer([b""], torn=True)],
)
async def test_what_may_pass_is_tried_again_before_the_first_word(
    kind: str, server: ModelServer, key_file: Path, first: Answer
) -> None:
    server.answers += [first, Answer(HELLO[kind])]
    async with engine(kind, server, key_file) as llm:
        assert text_of(await told(llm)) == "Yes, on Tuesday."


@both
async def test_a_server_that_asks_for_patience_gets_it_and_no_more_than_the_caller_has(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    limited = {"retry-after-ms": "1"}
    server.answers += [error(429, "rate_limit_error", **limited), Answer(HELLO[kind])]
    async with engine(kind, server, key_file) as llm:
        assert text_of(await told(llm)) == "Yes, on Tuesday."
        server.answers += [error(429, "rate_limit_error", "slow down", **{"retry-after": "9"})]
        with pytest.raises(ModelError, match="too many requests: slow down") as failed:
            await told(llm)
    assert failed.value.after_s == 9 and not server.answers


@both
async def test_nothing_is_asked_again_once_a_word_was_given(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    server.answers.append(Answer(BEGUN[kind], torn=True))
    async with engine(kind, server, key_file) as llm:
        with pytest.raises(ModelError, match="broke"):
            await told(llm)


@both
async def test_a_stream_that_ends_in_the_middle_is_a_failure(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    server.answers.append(Answer(BEGUN[kind]))
    async with engine(kind, server, key_file) as llm:
        with pytest.raises(ModelError, match="broke off in the middle"):
            await told(llm)


FAULTS: dict[str, Piece] = {
    "openai": {"error": {"message": "overloaded", "type": "server_error", "code": 503}},
    "anthropic": {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
}


@both
async def test_a_fault_within_the_stream_is_one_like_any_other(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    server.answers += [Answer([FAULTS[kind]]), Answer(HELLO[kind])]
    server.answers.append(Answer([*BEGUN[kind], FAULTS[kind]]))
    async with engine(kind, server, key_file) as llm:
        assert text_of(await told(llm)) == "Yes, on Tuesday."
        with pytest.raises(ModelError, match="(?i)failed .*overloaded"):
            await told(llm)


@both
@pytest.mark.parametrize("begun", [False, True])
async def test_a_server_that_falls_silent_is_given_up(
    kind: str, server: ModelServer, key_file: Path, begun: bool
) -> None:
    server.answers.append(Answer([*(BEGUN[kind] if begun else []), asyncio.Event()]))
    first_s = 60 if begun else 0.05  # of the one that begins nobody knows how soon
    async with engine(kind, server, key_file, first_token_s=first_s, next_token_s=0.05) as llm:
        words = "fell silent for 0.05 s" if begun else "gave no word within 0.05 s"
        with pytest.raises(ModelError, match=words):
            await told(llm)
        await server.hung_up.wait()


@both
async def test_a_server_that_only_says_that_it_lives_is_given_up(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    server.answers.append(Answer([b": ping\n\n" if kind == "openai" else {"type": "ping"}], forever=True))
    async with engine(kind, server, key_file, first_token_s=0.2) as llm:
        with pytest.raises(ModelError, match="no word within|more than"):
            await told(llm)
        await server.hung_up.wait()


WORD: dict[str, Piece] = {
    "openai": chunk({"content": "word "}),
    "anthropic": {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": "word "},
    },
}


@both
async def test_an_answer_without_an_end_has_one(
    kind: str, server: ModelServer, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_TEXT", 2_000)
    server.answers.append(Answer([WORD[kind]], forever=True))
    async with engine(kind, server, key_file) as llm:
        with pytest.raises(ModelError, match="longer than 2000 characters"):
            await told(llm)
        await server.hung_up.wait()
        monkeypatch.setattr(limits, "MOST_TEXT", 10**9)
        monkeypatch.setattr(limits, "MOST_EVENTS", 1_000)
        server.answers.append(Answer([WORD[kind]], forever=True))
        with pytest.raises(ModelError, match="more than 1000 pieces"):
            await told(llm)


@both
@pytest.mark.parametrize(
    ("garbage", "words"),
    [
        (b"\x00\xff\xfe" * 40 + b"\n\n", "bytes that are no text"),
        (b"data: {\n\n", "no JSON"),
        (b"data: [1, 2]\n\n", "no JSON object"),
        (b"x" * 1_100_000, "a line of more"),
    ],
)
async def test_garbage_is_a_clear_failure(
    kind: str, server: ModelServer, key_file: Path, garbage: bytes, words: str
) -> None:
    server.answers.append(Answer([garbage]))
    async with engine(kind, server, key_file) as llm:
        with pytest.raises(ModelError, match=f"does not answer as it should: it sent .*{words}"):
            await told(llm)


@both
async def test_a_server_that_stays_on_the_line_behind_its_answer_keeps_nobody_waiting(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    """The last sentence is spoken when the answer ends."""
    end = -2 if kind == "openai" else -1
    server.answers.append(Answer([*HELLO[kind][:end], asyncio.Event()]))
    async with engine(kind, server, key_file, next_token_s=100, answer_s=500) as llm:
        assert text_of(await told(llm)) == "Yes, on Tuesday."
        await server.hung_up.wait()


@pytest.mark.parametrize(
    ("piece", "fault", "most", "each"),
    [
        (b" ", "more than 100000 pieces", 100_001, 100),
        (b'data: {"a": [' + b"[]," * 20_000 + b"1]}\n\n", "more than 2000000 bytes", 40, 3),
    ],
)
async def test_an_answer_without_end_stops_no_other_call_and_has_one(
    piece: bytes, fault: str, most: int, each: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies there already: nothing that is awaited ever waits."""
    monkeypatch.setattr(event_stream, "MOST_BYTES", 2_000_000)
    given = 0

    async def pieces() -> AsyncGenerator[bytes, None]:
        nonlocal given
        while True:
            given += 1
            yield piece

    class Flood(Endpoint):
        @asynccontextmanager
        async def opened(self, body: dict[str, Any]) -> AsyncIterator[ResponseBody]:
            yield FloodBody()

    class FloodBody:
        headers: Mapping[str, str] = {"content-type": "text/event-stream"}

        def aiter_raw(self) -> AsyncGenerator[bytes, None]:
            return pieces()

    asked = Asked("openai", "here", MODEL, "")
    flood = Flood(None, None, "", asked, lambda *_: {}, ChunkReader)
    llm = RemoteLlm(openai_compatible.MANIFEST, flood, ModelOptions())
    turns = 0

    async def another_call() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(another_call())
    with pytest.raises(ModelError, match=fault):
        await told(llm)
    other.cancel()
    assert given <= most and turns > given // each


ODD: dict[str, list[Piece]] = {
    "openai": [
        {"choices": None}, {"choices": [None, 7, {"index": 1, "delta": {"content": "no"}}]}, {"choices": {}},
        {"choices": [{"delta": {"content": ["x"], "tool_calls": [None, {"function": 3}]}}]},
        {"choices": [{"delta": {"content": "Yes, on Tuesday."}}], "usage": {"prompt_tokens": -1}},
        {"choices": [{"delta": None, "finish_reason": "stop"}], "usage": "much"}, "[DONE]",
    ],
    "anthropic": [
        {"type": "message_start", "message": None}, {"type": "new_one"}, {"no": "type"},
        {"type": "content_block_start", "index": [], "content_block": {"type": "thinking", "thinking": "hm"}},
        {"type": "content_block_delta", "index": {}, "delta": {"type": "thinking_delta", "thinking": "hm"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Yes, on Tuesday."}},
        {"type": "content_block_stop", "index": {}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": 7}, {"type": "message_stop"},
    ],
}  # fmt: skip


@both
async def test_fields_that_are_not_what_they_should_be_hurt_nobody(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    server.answers.append(Answer(ODD[kind]))
    async with engine(kind, server, key_file) as llm:
        assert text_of(await told(llm)) == "Yes, on Tuesday."


@both
async def test_an_answer_that_the_model_refuses_is_about_the_request(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    refused: list[Piece] = (
        chat_chunks("No", finish="content_filter")
        if kind == "openai"
        else message_events("No", stop="refusal")
    )
    server.answers.append(Answer(refused))
    async with engine(kind, server, key_file) as llm:
        with pytest.raises(ModelError) as failed:
            await told(llm)
    assert failed.value.about_request


# ---- before the first call


@both
async def test_a_wrong_key_is_found_at_the_start_and_never_shown(
    kind: str, server: ModelServer, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("sk-secret-and-wrong")
    with pytest.raises(ModelError, match=f"refuses the key in {wrong}") as failed:
        async with engine(kind, server, wrong):
            pass
    assert "sk-" not in str(failed.value) and not failed.value.retryable


@both
async def test_a_model_that_the_server_has_not_is_found_at_the_start(
    kind: str, server: ModelServer, key_file: Path
) -> None:
    async with engine(kind, server, key_file, model="huge") as llm:
        assert "knows no model 'huge' (it has tiny)" in llm.doubt


async def test_the_only_model_of_a_server_needs_no_name(server: ModelServer, key_file: Path) -> None:
    server.answers.append(Answer(HELLO["openai"]))
    async with engine("openai", server, key_file, model="") as llm:
        await told(llm)
    assert server.asked[0]["model"] == MODEL
    server.models = ["one", "two"]
    with pytest.raises(ModelError, match=r"name one of its models .* \(it has one, two\)"):
        async with engine("openai", server, key_file, model=""):
            pass


@both
@pytest.mark.parametrize("status", [403, 404, 429, 500])
async def test_a_server_that_lists_no_models_is_used_all_the_same(
    kind: str, server: ModelServer, key_file: Path, status: int
) -> None:
    server.list_status = status
    async with engine(kind, server, key_file) as llm:
        assert llm.ready and not llm.doubt


@both
async def test_nobody_at_the_address_is_said_so(kind: str, server: ModelServer, key_file: Path) -> None:
    with pytest.raises(ModelError, match=r"http://127.0.0.1:1\S* cannot be reached .*base_url") as failed:
        async with engine(kind, server, key_file, base_url="http://127.0.0.1:1/v1"):
            pass
    assert failed.value.retryable


@both
async def test_a_call_that_begins_has_a_connection_open_by_its_first_turn(
    kind: str, server: ModelServer, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine(kind, server, key_file) as llm:
        monkeypatch.setattr("pipelines.engines.llm.server_engine.WARM_FOR_S", -1.0)
        llm.expect()
        llm.expect()
        assert llm._warming is not None
        await llm._warming
        server.list_status = 503
        llm.expect()
        await llm._warming  # the turn will tell


def ready(name: str, **settings: Any) -> str:
    """What an engine lacks."""
    return registry().find(Kind.LLM, name).readiness(EngineOptions(settings=settings)).lacks


def test_an_engine_is_ready_once_there_is_a_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "set OPENAI_API_KEY" in ready("openai") and "set ANTHROPIC_API_KEY" in ready("anthropic")
    assert ready("openai", base_url="http://127.0.0.1:8000/v1") == ""
    assert "set MINE" in ready("openai", base_url="http://127.0.0.1:8000/v1", api_key_env="MINE")
    assert "cannot be read" in ready("anthropic", api_key_file=str(tmp_path / "none"))
    (tmp_path / "key").write_bytes(b"\xff")
    assert "holds no key" in ready("anthropic", api_key_file=str(tmp_path / "key"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-1")
    assert ready("anthropic") == "" and ready("openai") != ""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-1\r\nX-Evil: 1")
    assert "is no key" in ready("anthropic") and "Evil" not in ready("anthropic")


def test_the_key_of_openai_goes_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    elsewhere = EngineOptions(settings={"base_url": "https://models.example/v1"})
    access = OPENAI.access(openai_compatible.MANIFEST, elsewhere, ModelOptions)
    assert access.key == "none" and access.key_place == ""


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"api_key": "sk-1234"}, "api_key_file"),
        ({"modle": "x"}, "modle is no option"),
        ({"base_url": "localhost:8000"}, "base_url must be like"),
        ({"base_url": "http://me:pw1234@host/v1"}, "neither a name, a password"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"prices": {"m": {"input": -1, "output": 1}}}, "prices.m.input"),
    ],
)
def test_options_that_cannot_be_are_named_and_no_secret_is_shown(
    settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(EngineMissingError, match=words) as failed:
        openai_compatible.make(EngineOptions(settings=settings, name="openai:fast"))
    assert "engines.options.openai:fast" in str(failed.value)
    assert "1234" not in str(failed.value)
