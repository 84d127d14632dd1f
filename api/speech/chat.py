"""`POST /v1/chat/completions`: a question to a language model of ours, as OpenAI's clients ask it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import web

from api.access.scopes import Scope
from api.answers import answer
from api.routing.models import ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.speech.asked import count, speech_desk, still_there, within_quota
from api.speech.chat_request import ChatRequest
from api.speech.faults import failed_event, told_to_client
from api.speech.sending import SSE, SentAnswer
from api.speech.stopping import StopText
from api.speech_desk import SpeechDesk
from mediaserver.errors import EngineError
from mediaserver.storage.records import UsageKind
from pipelines.engines.batch_work import BatchLlm
from pipelines.engines.protocols import Kind, Llm, LlmEvent, LlmText, LlmToolCall, LlmUsage

routes = ApiRoutes("openai")

BODY_LIMIT = 2 << 20
START_S = 10.0
"""A model that takes longer to start is not waited for."""
WHOLE_S = 300.0


class ChatAnswered(ResponseModel):
    """As OpenAI's `chat.completion`; with `stream` its chunks as server-sent events."""

    id: str
    object: str
    created: int
    model: str
    choices: list[dict[str, Any]]
    usage: dict[str, Any] | None


@dataclass(slots=True)
class _Answering:
    """One answer, so far."""

    engine: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))
    text: list[str] = field(default_factory=list)
    calls: list[LlmToolCall] = field(default_factory=list)
    used: LlmUsage | None = None

    @property
    def model(self) -> str:
        return (self.used.model if self.used is not None else "") or self.engine

    @property
    def finish_reason(self) -> str:
        if self.calls:
            return "tool_calls"
        return "length" if self.used is not None and self.used.cut else "stop"

    @property
    def usage(self) -> dict[str, Any] | None:
        used = self.used
        if used is None:
            return None
        return {
            "prompt_tokens": used.prompt_tokens,
            "completion_tokens": used.completion_tokens,
            "total_tokens": used.prompt_tokens + used.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": used.cached_tokens},
        }


@routes.post(
    "/v1/chat/completions",
    scope=Scope.MODELS,
    body_limit=BODY_LIMIT,
    produces=(SSE,),
    answers=ChatAnswered,
    errors=(404,),
)
async def chat_completion(request: web.Request, body: ChatRequest) -> web.StreamResponse:
    """A question to a language model of this server.

    Tools are passed on; what the model calls is for the client to do. Images and audio are refused, and so is
    each parameter that would change the answer and cannot be passed on."""
    body.check()
    within_quota(request, "tokens")
    desk = speech_desk(request)
    with told_to_client():
        async with desk.chats.place():
            llm = await _model(desk, body.model)
            answering = _Answering(body.model)
            try:
                async with asyncio.timeout(WHOLE_S):
                    if body.stream:
                        return await _streamed(request, body, llm, answering)
                    async with aclosing(_events(body, llm, answering)) as events:
                        async for _ in events:
                            still_there(request)
                    return answer(_whole(answering))
            except TimeoutError:
                raise EngineError(f"the answer was not whole within {WHOLE_S:g} s") from None
            finally:
                _count(request, answering)


async def _model(desk: SpeechDesk, name: str) -> Llm:
    """Raises Problem, and EngineError while it cannot be asked."""
    if name not in desk.models:
        known = ", ".join(desk.models) or "none: set a key, or an endpoint of your own (docs/models.md)"
        raise Problem(404, "model_not_found", f"There is no language model {name!r}; there is {known}.")
    llm = desk.engines.llm((name,))
    await desk.engines.started(Kind.LLM, (name,), START_S)
    return BatchLlm(llm)


async def _events(body: ChatRequest, llm: Llm, answering: _Answering) -> AsyncGenerator[LlmEvent, None]:
    """What the model says, ended where a text of `stop` begins; kept in `answering`."""
    stop = StopText(body.stops)
    asked = llm.stream(body.asked(), body.offered(), temperature=body.temperature, max_tokens=body.limit)
    async with aclosing(asked) as stream:
        async for event in stream:
            match event:
                case LlmText(text):
                    # Read on behind a stop, too: what the answer cost comes last.
                    if said := stop.feed(text):
                        answering.text.append(said)
                        yield LlmText(said)
                case LlmToolCall():
                    answering.calls.append(event)
                    yield event
                case LlmUsage():
                    answering.used = event
    if rest := stop.rest():
        answering.text.append(rest)
        yield LlmText(rest)


async def _streamed(
    request: web.Request, body: ChatRequest, llm: Llm, answering: _Answering
) -> web.StreamResponse:
    events = _events(body, llm, answering)
    counts = body.stream_options is not None and body.stream_options.include_usage
    # Who asks for the usage has the field in each chunk, null but in the last ("stream_options").
    more: dict[str, Any] = {"usage": None} if counts else {}
    async with aclosing(events):
        first = await anext(events, None)  # what fails before it is an error of its own
        sent = SentAnswer(request, SSE)
        await sent.begin()
        await sent.event(_chunk(answering, {"role": "assistant", "content": ""}) | more)
        try:
            event = first
            while event is not None:
                await sent.event(_chunk(answering, _delta(answering, event)) | more)
                event = await anext(events, None)
        except EngineError as error:
            await sent.event(failed_event(request, error))
            return await sent.end()
    await sent.event(_chunk(answering, {}, answering.finish_reason) | more)
    if counts:
        await sent.event({**_chunk(answering, {}), "choices": [], "usage": answering.usage})
    await sent.event("[DONE]")
    return await sent.end()


def _delta(answering: _Answering, event: LlmEvent) -> dict[str, Any]:
    match event:
        case LlmText(text):
            return {"content": text}
        case LlmToolCall():
            return {"tool_calls": [{"index": len(answering.calls) - 1, **_call(event)}]}
        case _:
            return {}


def _chunk(answering: _Answering, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {
        "id": answering.id,
        "object": "chat.completion.chunk",
        "created": answering.created,
        "model": answering.model,
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
    }


def _whole(answering: _Answering) -> dict[str, Any]:
    text = "".join(answering.text)
    message: dict[str, Any] = {"role": "assistant", "content": text or None, "refusal": None}
    if answering.calls:
        message["tool_calls"] = [_call(each) for each in answering.calls]
    elif not text:
        message["content"] = ""
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": answering.finish_reason}
    return {
        "id": answering.id,
        "object": "chat.completion",
        "created": answering.created,
        "model": answering.model,
        "choices": [choice],
        "usage": answering.usage,
    }


def _call(call: LlmToolCall) -> dict[str, Any]:
    arguments = json.dumps(dict(call.arguments), ensure_ascii=False)
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _count(request: web.Request, answering: _Answering) -> None:
    used = answering.used
    if used is not None:
        # What is known of the cost is of both together.
        told = None if used.cost is None else 0.0
        count(request, UsageKind.LLM_PROMPT_TOKENS, used.prompt_tokens, answering.model, told)
        count(request, UsageKind.LLM_COMPLETION_TOKENS, used.completion_tokens, answering.model, used.cost)
