"""How a realtime session is set up: `session.update` in the shape of the OpenAI Realtime API (GA), and what
of it this server does. What it cannot do is refused, not passed over in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, Field, ValidationError, model_validator

from api.gateway.messages import ClientModel, LanguageTag
from api.plain_text import OneLine, PlainText
from api.realtime.refusals import EventRefused, refused_by
from mediaserver.media.stream_format import Coding, StreamFormat
from pipelines.engines.protocols import LlmTool

MOST_INSTRUCTIONS = 100_000
"""Characters."""
MOST_TOOLS = 128
MOST_TOOL = 32 << 10
"""Characters of one tool's parameters, as JSON."""
MOST_OUTPUT_TOKENS = 4_096
PCM_RATE = 24_000
"""Hz; the one of the protocol."""
USUAL_THRESHOLD = 0.5
USUAL_SILENCE_MS = 500


class PcmAudio(ClientModel):
    type: Literal["audio/pcm"]
    rate: Literal[24000] = 24_000


class MulawAudio(ClientModel):
    type: Literal["audio/pcmu"]


class AlawAudio(ClientModel):
    type: Literal["audio/pcma"]


WireAudio: TypeAlias = Annotated[PcmAudio | MulawAudio | AlawAudio, Field(discriminator="type")]


def stream_of(audio: PcmAudio | MulawAudio | AlawAudio) -> StreamFormat:
    match audio:
        case PcmAudio():
            return StreamFormat(Coding.PCM16, PCM_RATE)
        case MulawAudio():
            return StreamFormat.of(Coding.MULAW)
        case AlawAudio():
            return StreamFormat.of(Coding.ALAW)


class InputWords(ClientModel):
    """That the caller's words are to be told. Who recognises them is the server's choice: a model may be
    named, as clients do, and changes nothing."""

    model: OneLine | None = Field(None, max_length=100)
    language: LanguageTag | None = None


class ServerVad(ClientModel):
    """A pause ends the caller's turn."""

    type: Literal["server_vad"]
    threshold: float = Field(USUAL_THRESHOLD, ge=0, le=1)
    """The probability from which a sound is speech."""
    prefix_padding_ms: int = Field(300, ge=0, le=5_000)
    """Told back, and no more: the recogniser always hears what came before the speech was noticed."""
    silence_duration_ms: int = Field(USUAL_SILENCE_MS, ge=100, le=10_000)
    create_response: bool = True
    interrupt_response: bool = True
    idle_timeout_ms: int | None = Field(None, ge=5_000, le=30_000)


class SemanticVad(ClientModel):
    """The words and the melody end the caller's turn."""

    type: Literal["semantic_vad"]
    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    create_response: bool = True
    interrupt_response: bool = True

    @property
    def silence_duration_ms(self) -> int:
        """The silence that the words and the melody shorten or lengthen."""
        usual = USUAL_SILENCE_MS
        return {"low": 2 * usual, "medium": usual, "high": usual * 6 // 10, "auto": usual}[self.eagerness]


TurnDetection: TypeAlias = Annotated[ServerVad | SemanticVad, Field(discriminator="type")]


class AudioIn(ClientModel):
    format: WireAudio = Field(default_factory=lambda: PcmAudio(type="audio/pcm"))
    transcription: InputWords | None = None
    turn_detection: TurnDetection | None = Field(default_factory=lambda: ServerVad(type="server_vad"))
    noise_reduction: None = None


class AudioOut(ClientModel):
    format: WireAudio = Field(default_factory=lambda: PcmAudio(type="audio/pcm"))
    voice: OneLine = Field("", max_length=100)
    speed: float = Field(1.0, ge=0.25, le=1.5)


class SessionAudio(ClientModel):
    input: AudioIn = Field(default_factory=AudioIn)
    output: AudioOut = Field(default_factory=AudioOut)


class ClientTool(ClientModel):
    """A function that the client runs."""

    type: Literal["function"]
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    description: PlainText = Field("", max_length=8_000)
    parameters: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})

    @model_validator(mode="after")
    def _small(self) -> ClientTool:
        if len(json.dumps(self.parameters, allow_nan=False)) > MOST_TOOL:
            raise ValueError(f"parameters have at most {MOST_TOOL} characters")
        if self.parameters.get("type", "object") != "object":
            raise ValueError("parameters are the JSON Schema of an object")
        return self

    @property
    def for_model(self) -> LlmTool:
        return LlmTool(self.name, self.description, self.parameters)


def _named_once(tools: list[ClientTool]) -> list[ClientTool]:
    if len({tool.name for tool in tools}) != len(tools):
        raise ValueError("two tools have one name")
    return tools


ClientTools: TypeAlias = Annotated[
    list[ClientTool], Field(max_length=MOST_TOOLS), AfterValidator(_named_once)
]
ToolChoice: TypeAlias = Literal["auto", "none"]
"""A model cannot be made to call a tool through `Llm`."""
Modalities: TypeAlias = Annotated[list[Literal["text", "audio"]], Field(min_length=1, max_length=1)]
MaxTokens: TypeAlias = Annotated[int, Field(ge=1, le=MOST_OUTPUT_TOKENS)] | Literal["inf"]
Instructions: TypeAlias = Annotated[PlainText, Field(max_length=MOST_INSTRUCTIONS)]


class RealtimeSettings(ClientModel):
    """All of a session's, or those that an update names (`model_fields_set`)."""

    type: Literal["realtime"]
    model: OneLine = Field("", max_length=100)
    instructions: Instructions = ""
    output_modalities: Modalities = ["audio"]
    audio: SessionAudio = Field(default_factory=SessionAudio)
    tools: ClientTools = Field(default_factory=list)
    tool_choice: ToolChoice = "auto"
    max_output_tokens: MaxTokens = "inf"
    parallel_tool_calls: Literal[True] | None = None
    truncation: Literal["auto"] = "auto"
    tracing: None = None
    include: Annotated[list[str], Field(max_length=0)] | None = None

    @property
    def turn_detection(self) -> ServerVad | SemanticVad | None:
        return self.audio.input.turn_detection

    @property
    def turn_ends(self) -> tuple[int, float] | None:
        """By how much silence, ms, and from which probability of speech; None: the client says when."""
        turns = self.turn_detection
        if turns is None:
            return None
        return turns.silence_duration_ms, turns.threshold if isinstance(turns, ServerVad) else USUAL_THRESHOLD


_UNABLE = {
    "prompt": "this server keeps no prompts of yours: write instructions",
    "reasoning": "how a model reasons is set at the server",
    "audio.input.noise_reduction": "noise is the server's business: leave it null",
    "audio.input.transcription.prompt": "the recogniser takes no prompt",
    "audio.input.transcription.keywords": "the recogniser takes no keywords",
    "audio.input.transcription.languages": "name one language",
    "audio.input.transcription.delay": "the recogniser chooses its delay",
    "tool_choice": "a model is asked with 'auto' or 'none': it cannot be made to call a tool",
    "parallel_tool_calls": "a model may always call several tools: leave it out",
    "truncation": "only 'auto'",
    "tracing": "traces are set up at the server: leave it null",
    "include": "nothing can be added to what is told",
    "output_modalities": 'choose ["audio"] (with its words) or ["text"]',
}
"""What the protocol has and this server has not, and what to do instead."""


def unable(refusal: EventRefused, under: str) -> EventRefused:
    """The same in words that help, where the protocol knows what was asked for."""
    place = (refusal.param or "").removeprefix(under).lstrip(".")
    for known, advice in _UNABLE.items():
        if place == known or place.startswith(known + "."):
            return EventRefused("unsupported_value", f"'{refusal.param}': {advice}.", refusal.param)
    if place.startswith("tools.") and place.endswith(".type"):
        return EventRefused(
            "unsupported_value",
            f"'{refusal.param}': tools are functions that you run; MCP servers are set up for agents.",
            refusal.param,
        )
    if place.startswith("audio.") and ".format" in place:
        return EventRefused(
            "unsupported_value",
            f"'{refusal.param}': audio/pcm (at 24000 Hz), audio/pcmu and audio/pcma are known.",
            refusal.param,
        )
    return refusal


def updated(
    settings: RealtimeSettings,
    update: Any,
    begun: RealtimeSettings | None,
    knows_voice: Callable[[str], bool],
) -> RealtimeSettings:
    """The settings after `session.update`; only what it names changes. `update`: its `session`, parsed from
    JSON. `begun`: those with which the conversation has begun, if it has. Raises EventRefused."""
    update = _with_type(update)
    try:
        after = _merged(settings, RealtimeSettings.model_validate(update))
    except ValidationError as error:
        raise unable(refused_by(error, "session"), "session") from None
    if settings.model and after.model != settings.model:
        raise EventRefused("invalid_value", "The model of a session stays what it is.", "session.model")
    voice, speaks = settings.audio.output.voice, after.audio.output.voice
    if speaks != voice:
        if begun is not None:
            raise EventRefused(
                "cannot_update_voice",
                "The voice stays once the conversation has begun: open another session, or name one in"
                " response.create.",
                "session.audio.output.voice",
            )
        if speaks and not knows_voice(speaks):
            raise EventRefused(
                "invalid_value",
                f"There is no voice '{speaks}': see /api/voices.",
                "session.audio.output.voice",
            )
    if begun is not None:
        _check_unchanged(begun, after)
    return after


def _with_type(update: Any) -> Any:
    if isinstance(update, dict) and update.get("type") == "transcription":
        raise EventRefused(
            "unsupported_value",
            "Sessions are of type realtime here; to write down audio there is /v1/audio/transcriptions.",
            "session.type",
        )
    if isinstance(update, dict):  # null of what there is none of asks for nothing
        return {name: value for name, value in update.items() if value is not None or name not in _UNABLE}
    return update


def _merged(before: RealtimeSettings, named: RealtimeSettings) -> RealtimeSettings:
    """`audio`, its `input` and its `output` are merged; anything else is replaced whole. What is not named is
    taken as it is, and not looked through again: it may be long."""
    audio, wanted = before.audio, named.audio
    ways = {way: _over(getattr(audio, way), getattr(wanted, way)) for way in wanted.model_fields_set}
    return _over(before, named).model_copy(update={"audio": audio.model_copy(update=ways)})


_Model = TypeVar("_Model", bound=ClientModel)


def _over(before: _Model, named: _Model) -> _Model:
    return before.model_copy(update={name: getattr(named, name) for name in named.model_fields_set})


def _check_unchanged(before: RealtimeSettings, after: RealtimeSettings) -> None:
    """Raises EventRefused for what a conversation keeps that it was begun with."""
    ways = (
        (before.audio.input.format, after.audio.input.format, "input"),
        (before.audio.output.format, after.audio.output.format, "output"),
    )
    for was, wanted, way in ways:
        if was != wanted:
            raise EventRefused(
                "cannot_update_format",
                "The format stays once the conversation has begun: open another session.",
                f"session.audio.{way}.format",
            )
