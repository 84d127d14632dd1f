"""Questions to the configured model through the official client; the model's server is a strict stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from api.speech.stopping import StopText
from tests.api.speech.studio import Studio
from tests.model_server import Answer, ModelServer, chat_chunks, model_server

HELLO: Any = [{"role": "user", "content": "Hello?"}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "What it is like outside",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with model_server(key="") as server:
        yield server


@pytest.fixture
async def studio(tmp_path: Path, model: ModelServer) -> AsyncIterator[Studio]:
    options = {"openai": {"base_url": f"{model.url}/v1", "model": "tiny"}}
    studio = Studio(tmp_path, engines={"llm": ["openai"], "options": options})
    await studio.start()
    yield studio
    await studio.stop()
    assert model.faults == []


@pytest.fixture
async def client(studio: Studio) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key=studio.secret, base_url=f"{studio.url}/v1", max_retries=0) as client:
        yield client


async def test_an_answer_is_passed_on_and_counted(
    client: AsyncOpenAI, model: ModelServer, studio: Studio
) -> None:
    model.answers.append(Answer(chat_chunks("Good ", "day.")))
    told = await client.chat.completions.create(
        model="openai", messages=HELLO, temperature=0.5, max_tokens=50
    )
    assert told.choices[0].message.content == "Good day." and told.choices[0].finish_reason == "stop"
    assert told.usage is not None and (told.usage.prompt_tokens, told.usage.completion_tokens) == (100, 20)
    asked = model.asked[0]
    assert asked["messages"] == [{"role": "user", "content": "Hello?"}]
    assert asked["temperature"] == 0.5
    assert studio.counts.take() == {"llm_prompt_tokens": 100, "llm_completion_tokens": 20}


async def test_an_answer_is_streamed(client: AsyncOpenAI, model: ModelServer) -> None:
    model.answers.append(Answer(chat_chunks("Good ", "day.")))
    stream = await client.chat.completions.create(
        model="openai", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    texts = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    assert "".join(text or "" for text in texts) == "Good day."
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert chunks[-1].choices == [] and chunks[-1].usage is not None and chunks[-1].usage.total_tokens == 120
    assert len({chunk.id for chunk in chunks}) == 1
    assert all("usage" in chunk.model_fields_set and chunk.usage is None for chunk in chunks[:-1])


async def test_tools_are_passed_through(client: AsyncOpenAI, model: ModelServer) -> None:
    call = {
        "index": 0,
        "id": "call_1",
        "type": "function",
        "function": {"name": "weather", "arguments": '{"city": "Köln"}'},
    }
    model.answers.append(Answer(chat_chunks(calls=[call])))
    told = await client.chat.completions.create(model="openai", messages=HELLO, tools=[WEATHER])
    assert told.choices[0].message.tool_calls is not None
    asked: Any = told.choices[0].message.tool_calls[0]
    assert told.choices[0].finish_reason == "tool_calls" and told.choices[0].message.content is None
    assert asked.type == "function" and asked.function.arguments == '{"city": "Köln"}'
    assert model.asked[0]["tools"][0]["function"]["name"] == "weather"

    model.answers.append(Answer(chat_chunks("It rains.")))
    answered: Any = [
        *HELLO,
        {"role": "assistant", "content": None, "tool_calls": [asked.model_dump()]},
        {"role": "tool", "tool_call_id": asked.id, "content": "rain"},
    ]
    told = await client.chat.completions.create(model="openai", messages=answered, tools=[WEATHER])
    assert told.choices[0].message.content == "It rains."
    assert [message["role"] for message in model.asked[1]["messages"]] == ["user", "assistant", "tool"]

    model.answers.append(Answer(chat_chunks("No.")))
    await client.chat.completions.create(model="openai", messages=HELLO, tools=[WEATHER], tool_choice="none")
    assert "tools" not in model.asked[2]


async def test_a_schema_is_asked_for(client: AsyncOpenAI, model: ModelServer) -> None:
    model.answers.append(Answer(chat_chunks('{"a": 1}')))
    schema: dict[str, object] = {"type": "object", "properties": {"a": {"type": "integer"}}}
    await client.chat.completions.create(
        model="openai",
        messages=HELLO,
        response_format={"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}},
    )
    assert model.asked[0]["response_format"]["json_schema"]["name"] == "answer"


async def test_it_ends_where_a_stop_begins_and_is_counted_whole(
    client: AsyncOpenAI, model: ModelServer, studio: Studio
) -> None:
    model.answers.append(Answer(chat_chunks("one tw", "o END", " three")))
    told = await client.chat.completions.create(model="openai", messages=HELLO, stop=["END"])
    assert told.choices[0].message.content == "one two "
    assert studio.counts.take()["llm_completion_tokens"] == 20


@pytest.mark.parametrize(
    "wrong",
    [{"n": 2}, {"logprobs": True}, {"top_p": 0.5}, {"presence_penalty": 1.0}, {"tool_choice": "required"}],
)
async def test_what_cannot_be_done_is_refused_by_name(client: AsyncOpenAI, wrong: dict[str, Any]) -> None:
    create: Any = client.chat.completions.create
    with pytest.raises(openai.BadRequestError) as caught:
        await create(model="openai", messages=HELLO, **wrong)
    assert caught.value.param == next(iter(wrong))


async def test_images_are_refused(client: AsyncOpenAI) -> None:
    image: Any = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}]}]
    with pytest.raises(openai.BadRequestError):
        await client.chat.completions.create(model="openai", messages=image)


async def test_a_model_that_fails_is_an_error_of_the_server(client: AsyncOpenAI, model: ModelServer) -> None:
    model.answers += [Answer([b"{}"], 401, {"content-type": "application/json"})]
    with pytest.raises(openai.InternalServerError) as caught:
        await client.chat.completions.create(model="openai", messages=HELLO)
    assert caught.value.status_code == 503
    assert model.url not in str(caught.value), "where the model is concerns nobody who asks it"
    model.answers.append(Answer(chat_chunks("Good ")[:2], torn=True))
    stream = await client.chat.completions.create(model="openai", messages=HELLO, stream=True)
    with pytest.raises(openai.APIError, match="cannot do this now"):
        async for _ in stream:
            pass


async def test_what_changes_nothing_is_passed_over(client: AsyncOpenAI, model: ModelServer) -> None:
    model.answers.append(Answer(chat_chunks("Yes.")))
    await client.chat.completions.create(
        model="openai", messages=HELLO, user="u", seed=1, n=1, top_p=1, store=False, metadata={"a": "b"}
    )
    assert "seed" not in model.asked[0]


def test_a_stop_is_found_across_pieces() -> None:
    def said(stops: list[str], *pieces: str) -> str:
        stop = StopText(stops)
        return "".join([stop.feed(piece) for piece in pieces] + [stop.rest()])

    assert said(["END"], "a E", "N", "D b") == "a "
    assert said(["END"], "a E", "N", "E b") == "a ENE b"
    assert said(["END", "x"], "a x END") == "a "
    assert said([], "a", "b") == "ab"
    assert said(["##"], "a#") == "a#"
