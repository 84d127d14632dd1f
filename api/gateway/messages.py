"""What a client may say on a gateway's socket, as JSON; audio comes in binary messages: docs/gateway.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from api.gateway.close_codes import CloseCode, GatewayRefusal
from api.gateway.manner import DETECTED, MANNERS, Style, known_turn
from api.gateway.opening import AgentWanted
from api.plain_text import OneLine, PlainText
from mediaserver.calls.protocols import Steering
from mediaserver.media.stream_format import StreamFormat
from pipelines.languages.tags import is_tag

MOST_TEXT = 10_000
"""Characters of a typed message."""
MOST_FIRST = 128 << 10
"""Octets of an `init` or `resume`: a prompt may be long."""
MOST_LATER = 64 << 10
"""Octets of any later message of text."""


class ClientModel(BaseModel):
    """A field that it does not know is an error, not a silent nothing."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


def _language(value: str) -> str:
    if value and not is_tag(value):
        raise ValueError("a language is a tag such as 'de' or 'pt-BR'")
    return value


TurnTaking: TypeAlias = Annotated[dict[str, Any], AfterValidator(known_turn)]
"""Settings of turn-taking, by the names of an agent's `turn`."""
Sensitivity: TypeAlias = Literal["low", "medium", "high"]
LanguageTag: TypeAlias = Annotated[OneLine, Field(max_length=35), AfterValidator(_language)]


class AudioWanted(ClientModel):
    """How audio is written both ways."""

    format: str = Field("pcm16", max_length=20)
    rate: int | None = None
    queue_ms: int = Field(0, ge=0, le=300_000)
    acks: bool = False

    @model_validator(mode="after")
    def _known(self) -> AudioWanted:
        StreamFormat.of(self.format, self.rate)
        return self

    @property
    def stream(self) -> StreamFormat:
        return StreamFormat.of(self.format, self.rate)


class Init(ClientModel):
    """Begins a conversation; the first message."""

    type: Literal["init"]
    apiKey: SecretStr | None = Field(None, max_length=200)
    mode: Literal["voice", "text", "hybrid"] = "voice"
    agent: OneLine | None = Field(None, min_length=1, max_length=100)
    flow: OneLine | None = Field(None, min_length=1, max_length=100)
    prompt: PlainText | None = Field(None, min_length=1, max_length=100_000)
    voice: OneLine = Field("", max_length=100)
    language: LanguageTag | Literal["auto"] = ""
    audio: AudioWanted = Field(default_factory=AudioWanted)
    turns: Literal["auto", "manual"] = "auto"
    system_prompt: PlainText | None = Field(None, min_length=1, max_length=20_000)
    style: Style | None = None
    interruption_sensitivity: Sensitivity | None = None
    turn: TurnTaking = Field(default_factory=dict)
    mood: bool | None = None
    about: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_agent(self) -> Init:
        if sum(each is not None for each in (self.agent, self.flow, self.prompt)) != 1:
            raise ValueError("name one of agent, flow and prompt")
        return self

    @property
    def wanted(self) -> AgentWanted:
        """Whom it is with."""
        manner = [part for part in (self.system_prompt, MANNERS[self.style] if self.style else None) if part]
        return AgentWanted(
            self.agent,
            self.flow,
            self.prompt,
            self.voice,
            "" if self.language == "auto" else self.language,
            turn_of(self.turn, self.interruption_sensitivity),
            {"languages": list(DETECTED)} if self.language == "auto" else {},
            "\n\n".join(manner),
            {} if self.mood is None else {"mood": self.mood},
        )


def turn_of(turn: Mapping[str, Any], sensitivity: Sensitivity | None) -> dict[str, Any]:
    """As an agent's `turn` has it."""
    return {**turn, **({} if sensitivity is None else {"sensitivity": sensitivity})}


class Resume(ClientModel):
    """Goes on with a conversation whose socket was lost; the first message."""

    type: Literal["resume"]
    session: OneLine = Field(max_length=60)
    token: SecretStr = Field(max_length=100)
    received: int = Field(0, ge=0)


class TypedWords(ClientModel):
    """Typed words."""

    type: Literal["message"]
    content: PlainText = Field(min_length=1, max_length=MOST_TEXT)


class Commit(ClientModel):
    """The caller's turn is over."""

    type: Literal["commit", "release"]


class Cancel(ClientModel):
    """The agent is to be silent; `press`: because the caller is about to speak."""

    type: Literal["cancel", "press"]


class Discard(ClientModel):
    """What the caller has said of a turn that is not over was none."""

    type: Literal["discard"]


class Respond(ClientModel):
    """The agent is to speak now."""

    type: Literal["respond"]


class TurnsWanted(ClientModel):
    """How turns are taken from now on."""

    type: Literal["turns"]
    turns: Literal["auto", "manual"] | None = None
    interruption_sensitivity: Sensitivity | None = None
    turn: TurnTaking | None = None

    def steer(self, steering: Steering) -> None:
        """Have it so."""
        if self.turns is not None:
            steering.manual(self.turns == "manual")
        if self.interruption_sensitivity is not None or self.turn is not None:
            steering.take_turns(turn_of(self.turn or {}, self.interruption_sensitivity))


class PressedKey(ClientModel):
    type: Literal["digit"]
    digit: str = Field(min_length=1, max_length=1, pattern=r"^[0-9*#A-D]$")


class PlayedSoFar(ClientModel):
    """How much of all the agent's audio was played."""

    type: Literal["played"]
    ms: int = Field(ge=0, le=1 << 40)


class NetworkReport(ClientModel):
    """What the client knows of its network."""

    type: Literal["network"]
    rtt_ms: float | None = Field(None, ge=0, le=60_000)
    loss_pct: float | None = Field(None, ge=0, le=100)
    jitter_ms: float | None = Field(None, ge=0, le=60_000)


class ClientPing(ClientModel):
    type: Literal["ping"]
    at: float | None = None


class EndOfSession(ClientModel):
    type: Literal["end"]


class Connect(ClientModel):
    """Begins a conversation of a session (`/ws/voice/{session}`); the first message. The token, or a key that
    the session belongs to."""

    type: Literal["connect"]
    token: SecretStr | None = Field(None, max_length=100)
    apiKey: SecretStr | None = Field(None, max_length=200)
    audio: AudioWanted = Field(default_factory=AudioWanted)
    received: int = Field(0, ge=0)


First: TypeAlias = Annotated[Init | Resume, Field(discriminator="type")]
Said: TypeAlias = (
    TypedWords
    | Commit
    | Cancel
    | Discard
    | Respond
    | TurnsWanted
    | PressedKey
    | PlayedSoFar
    | NetworkReport
    | ClientPing
    | EndOfSession
)
Later: TypeAlias = Annotated[Said, Field(discriminator="type")]
M = TypeVar("M")
_FIRST: TypeAdapter[Init | Resume] = TypeAdapter(First)
FirstOfSession: TypeAlias = Annotated[Connect | Resume, Field(discriminator="type")]
_OF_SESSION: TypeAdapter[Connect | Resume] = TypeAdapter(FirstOfSession)
_LATER: TypeAdapter[Said] = TypeAdapter(Later)


def first_message(text: str) -> Init | Resume:
    """Raises GatewayRefusal (4004)."""
    return _read(_FIRST, text, MOST_FIRST, "Begin with init or resume")


def first_of_session(text: str) -> Connect | Resume:
    """Raises GatewayRefusal (4004)."""
    return _read(_OF_SESSION, text, MOST_LATER, "Begin with connect or resume")


def later_message(text: str) -> Said:
    """Raises GatewayRefusal (4004)."""
    return _read(_LATER, text, MOST_LATER, "It is no message of this protocol")


def _read(adapter: TypeAdapter[M], text: str, most: int, trouble: str) -> M:
    if len(text) > most:
        raise GatewayRefusal(CloseCode.PROTOCOL, f"A message has at most {most} octets here.")
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        said = first["msg"].removeprefix("Value error, ")
        raise GatewayRefusal(
            CloseCode.PROTOCOL, f"{trouble}: {where + ': ' if where else ''}{said}"
        ) from None
