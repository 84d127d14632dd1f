"""A question to a language model as OpenAI's clients ask it (API reference, "Create chat completion"), and
what of it our engines understand.

What would change an answer and cannot be done is refused by name: it is never passed over in silence.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import from_json

from api.plain_text import OneLine
from api.routing.models import RequestModel
from api.routing.problems import Problem
from pipelines.engines.protocols import AnswerSchema, LlmMessage, LlmTool, LlmToolCall

MOST_MESSAGES = 1_000
MOST_TOOLS = 128
MOST_STOPS = 4
NAME = r"^[A-Za-z0-9_-]{1,64}$"
UNSUPPORTED: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "top_p": (1,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logit_bias": ({},),
    "modalities": (["text"],),
    "audio": (),
    "functions": ([],),
    "function_call": ("none",),
    "prediction": (),
    "web_search_options": (),
}
"""Values beside null that ask for nothing."""


class TextPart(RequestModel):
    type: Literal["text"]
    text: str


class FunctionCall(RequestModel):
    name: str = Field(pattern=NAME)
    arguments: str = "{}"


class AskedToolCall(RequestModel):
    id: str = Field(max_length=200)
    type: Literal["function"] = "function"
    function: FunctionCall


class ChatMessage(RequestModel):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart] | None = None
    name: str | None = Field(None, max_length=200, description="Taken, and not passed on.")
    tool_calls: list[AskedToolCall] | None = Field(None, max_length=MOST_TOOLS)
    tool_call_id: str | None = Field(None, max_length=200)
    refusal: str | None = None
    annotations: list[Any] | None = None
    audio: None = None
    function_call: None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class FunctionTold(RequestModel):
    name: str = Field(pattern=NAME)
    description: str = ""
    parameters: dict[str, Any] = {"type": "object", "properties": {}}
    strict: bool | None = None


class ToolTold(RequestModel):
    type: Literal["function"]
    function: FunctionTold


class NamedSchema(RequestModel):
    name: str = Field(pattern=NAME)
    schema_: dict[str, Any] = Field(alias="schema")
    description: str | None = None
    strict: bool | None = None


class WishedAnswer(RequestModel):
    type: Literal["text", "json_schema"] = "text"
    json_schema: NamedSchema | None = None


class StreamOptions(RequestModel):
    include_usage: bool = False
    include_obfuscation: bool = False


class ChatRequest(RequestModel):
    """Fields of OpenAI's that change nothing here are taken and passed over: `user`, `metadata`, `store`,
    `seed` and their like."""

    model: OneLine = Field(max_length=200, description="A language model of `GET /v1/models`.")
    messages: list[ChatMessage] = Field(min_length=1, max_length=MOST_MESSAGES)
    tools: list[ToolTold] = Field([], max_length=MOST_TOOLS)
    tool_choice: Any = None
    parallel_tool_calls: bool | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    max_tokens: int | None = Field(None, ge=1, le=1_000_000)
    max_completion_tokens: int | None = Field(None, ge=1, le=1_000_000)
    stop: str | list[str] | None = None
    response_format: WishedAnswer = WishedAnswer()
    stream: bool = False
    stream_options: StreamOptions | None = None

    n: Any = None
    logprobs: Any = None
    top_logprobs: Any = None
    top_p: Any = None
    presence_penalty: Any = None
    frequency_penalty: Any = None
    logit_bias: Any = None
    modalities: Any = None
    audio: Any = None
    functions: Any = None
    function_call: Any = None
    prediction: Any = None
    web_search_options: Any = None

    user: Any = None
    metadata: Any = None
    store: Any = None
    service_tier: Any = None
    seed: Any = None
    safety_identifier: Any = None
    prompt_cache_key: Any = None
    prompt_cache_retention: Any = None
    prompt_cache_options: Any = None
    moderation: Any = None
    verbosity: Any = None
    reasoning_effort: Any = None

    @model_validator(mode="before")
    @classmethod
    def _null_is_left_out(cls, given: Any) -> Any:
        return (
            {name: value for name, value in given.items() if value is not None}
            if isinstance(given, dict)
            else given
        )

    @property
    def limit(self) -> int | None:
        return self.max_completion_tokens or self.max_tokens

    @property
    def stops(self) -> list[str]:
        return [self.stop] if isinstance(self.stop, str) else self.stop or []

    def check(self) -> None:
        """Raises Problem for what cannot be done."""
        for name, nothing in UNSUPPORTED.items():
            value = getattr(self, name)
            if value is not None and value not in nothing:
                raise _unsupported(name, f"{name} is not supported here: leave it out.")
        if self.tool_choice not in (None, "auto", "none"):
            raise _unsupported(
                "tool_choice", 'tool_choice may be "auto" or "none": no model can be made to call.'
            )
        if len(self.stops) > MOST_STOPS or not all(self.stops):
            raise _unsupported("stop", f"stop has at most {MOST_STOPS} texts, none empty.")
        if self.response_format.type == "json_schema" and self.response_format.json_schema is None:
            raise _unsupported("response_format", "response_format names no json_schema.")

    def asked(self) -> list[LlmMessage]:
        """Raises Problem."""
        made = [_message(each) for each in self.messages]
        wished = self.response_format.json_schema
        if wished is not None:
            last = made[-1]
            made[-1] = LlmMessage(
                last.role, last.content, last.tool_calls, last.tool_call_id,
                answer=AnswerSchema(wished.name, wished.schema_),
            )  # fmt: skip
        return made

    def offered(self) -> list[LlmTool]:
        if self.tool_choice == "none":
            return []
        return [
            LlmTool(each.function.name, each.function.description, each.function.parameters)
            for each in self.tools
        ]


def _message(told: ChatMessage) -> LlmMessage:
    match told.role:
        case "assistant":
            calls = tuple(
                LlmToolCall(each.id, each.function.name, _arguments(each.function))
                for each in told.tool_calls or ()
            )
            return LlmMessage("assistant", told.text or told.refusal or "", calls)
        case "tool":
            if not told.tool_call_id:
                raise _unsupported("messages", "A tool's message names its call in tool_call_id.")
            return LlmMessage("tool", told.text, tool_call_id=told.tool_call_id)
        case "developer":
            return LlmMessage("system", told.text)
        case role:
            return LlmMessage(role, told.text)


def _arguments(function: FunctionCall) -> dict[str, Any]:
    try:
        given = from_json(function.arguments or "{}", allow_inf_nan=False)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise _unsupported("messages", f"The arguments of the call of {function.name} are no JSON object.")
    return given


def _unsupported(field: str, message: str) -> Problem:
    return Problem(400, "unsupported_value", message, [{"field": field, "problem": message}])
