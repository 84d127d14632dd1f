"""The entries of a realtime conversation: as a client writes them, and as they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import from_json

from api.gateway.messages import ClientModel
from api.plain_text import PlainText
from api.realtime.refusals import MOST_FAULTS, EventRefused

MOST_TEXT = 64 << 10
"""Characters of one item."""
VALUE_CHARACTERS = 40
"""A list, an object or a member in a call's arguments counts as so many characters: they are parsed whenever
a model is asked."""
ItemId: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Text: TypeAlias = Annotated[PlainText, Field(max_length=MOST_TEXT)]
ItemStatus: TypeAlias = Literal["completed", "incomplete", "in_progress"]


class _Wire(ClientModel):
    """What a client may give along with any item; its status has no effect, as the protocol says."""

    id: ItemId | None = None
    object: Literal["realtime.item"] | None = None
    status: ItemStatus | None = None


class InputPart(ClientModel):
    """Of the user or the system."""

    type: Literal["input_text", "input_audio"]
    text: Text | None = None
    transcript: Text | None = None

    @model_validator(mode="after")
    def _words(self) -> InputPart:
        if self.said is None:
            raise ValueError(
                "input_text has a text; input_audio a transcript: for audio to be recognised use"
                " input_audio_buffer.append"
            )
        return self

    @property
    def said(self) -> str | None:
        return self.text if self.type == "input_text" else self.transcript


class OutputPart(ClientModel):
    """Of the assistant."""

    type: Literal["output_text", "output_audio"]
    text: Text | None = None
    transcript: Text | None = None

    @model_validator(mode="after")
    def _words(self) -> OutputPart:
        if self.said is None:
            raise ValueError("output_text has a text, and output_audio a transcript")
        return self

    @property
    def said(self) -> str | None:
        return self.text if self.type == "output_text" else self.transcript


class WrittenMessage(_Wire):
    type: Literal["message"]
    role: Literal["user", "assistant", "system"]
    content: list[InputPart | OutputPart] = Field(min_length=1, max_length=64)

    @model_validator(mode="after")
    def _fits(self) -> WrittenMessage:
        ours = OutputPart if self.role == "assistant" else InputPart
        for part in self.content:
            if not isinstance(part, ours) or (self.role == "system" and part.type != "input_text"):
                raise ValueError(f"{part.type} is no content of a message of the {self.role}")
        if sum(len(part.said or "") for part in self.content) > MOST_TEXT:
            raise ValueError(f"an item has at most {MOST_TEXT} characters")
        return self


def _object(text: str) -> str:
    arguments_of(text)
    return text


class WrittenCall(_Wire):
    type: Literal["function_call"]
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    call_id: ItemId | None = None
    arguments: Annotated[Text, AfterValidator(_object)]


class WrittenOutput(_Wire):
    type: Literal["function_call_output"]
    call_id: ItemId
    output: Text


WrittenItem: TypeAlias = Annotated[WrittenMessage | WrittenCall | WrittenOutput, Field(discriminator="type")]


def arguments_of(text: str) -> dict[str, Any]:
    """Raises ValueError for what is no JSON object."""
    try:
        arguments = from_json(text, allow_inf_nan=False)
    except ValueError:
        raise ValueError("arguments are a JSON object, as text") from None
    if not isinstance(arguments, dict):
        raise ValueError("arguments are a JSON object, as text")
    return arguments


@dataclass(frozen=True, slots=True)
class AnswerPiece:
    """Part of what the assistant says, and how long that takes."""

    text: str
    ms: float

    def heard_in(self, ms: float) -> str:
        """Its words up to there. Where no times of words are known they are taken to be spoken evenly."""
        if ms >= self.ms:
            return self.text
        if ms <= 0:
            return ""
        spoken = int(len(self.text) * ms / self.ms)
        whole = spoken >= len(self.text) or self.text[spoken].isspace()
        return self.text[:spoken].rstrip() if whole else self.text[:spoken].rpartition(" ")[0].rstrip()


@dataclass(slots=True)
class Item:
    """One entry, as it is kept."""

    id: str
    type: Literal["message", "function_call", "function_call_output"]
    role: Literal["user", "assistant", "system", ""] = ""
    """Of a message."""
    kinds: list[str] = field(default_factory=list)
    """Of a message's parts: input_text, input_audio, output_text, output_audio."""
    texts: list[str | None] = field(default_factory=list)
    """Of a message's parts; None: not known yet."""
    call_id: str = ""
    """Of a function's call and of its output."""
    name: str = ""
    arguments: str = ""
    """JSON."""
    output: str = ""
    status: ItemStatus = "completed"
    pieces: list[AnswerPiece] = field(default_factory=list)
    """What was spoken of its first part, by the assistant."""
    _weighed: tuple[str, int] = ("", 0)

    @classmethod
    def written(cls, wire: WrittenMessage | WrittenCall | WrittenOutput, id: str, call_id: str) -> Item:
        """Of a client. `call_id`: for a call that has none."""
        match wire:
            case WrittenMessage():
                kinds = [str(part.type) for part in wire.content]
                return cls(id, "message", wire.role, kinds, [part.said for part in wire.content])
            case WrittenCall():
                return cls(
                    id,
                    "function_call",
                    call_id=wire.call_id or call_id,
                    name=wire.name,
                    arguments=wire.arguments,
                )
            case WrittenOutput():
                return cls(id, "function_call_output", call_id=wire.call_id, output=wire.output)

    @property
    def size(self) -> int:
        """Characters, and what values of arguments count as."""
        return sum(len(text or "") for text in self.texts) + self._weight_of_call + len(self.output)

    @property
    def _weight_of_call(self) -> int:
        text, weight = self._weighed
        if text is not self.arguments:
            values = self.arguments.count("[") + self.arguments.count("{") + self.arguments.count(":")
            weight = len(self.arguments) + VALUE_CHARACTERS * values
            self._weighed = self.arguments, weight
        return weight

    @property
    def text(self) -> str:
        """All that was said in a message."""
        return " ".join(text for text in self.texts if text)

    @property
    def audio_ms(self) -> float:
        return sum(piece.ms for piece in self.pieces)

    def cut_at(self, ms: float) -> str:
        """Forget what was spoken after so many ms; what is left of it."""
        left, pieces = ms, []
        for piece in self.pieces:
            if left <= 0:
                break
            if text := piece.heard_in(left):
                pieces.append(AnswerPiece(text, min(left, piece.ms)))
            left -= piece.ms
        self.pieces = pieces
        text = "".join(piece.text for piece in pieces)
        self.texts[0] = text
        return text

    def shown(self) -> dict[str, Any]:
        """As an event has it."""
        told: dict[str, Any] = {
            "id": self.id,
            "object": "realtime.item",
            "type": self.type,
            "status": self.status,
        }
        match self.type:
            case "message":
                parts = zip(self.kinds, self.texts, strict=True)
                return told | {"role": self.role, "content": [_part(kind, text) for kind, text in parts]}
            case "function_call":
                return told | {"call_id": self.call_id, "name": self.name, "arguments": self.arguments}
            case "function_call_output":
                return told | {"call_id": self.call_id, "output": self.output}


def _part(kind: str, text: str | None) -> Mapping[str, Any]:
    return {"type": kind, ("transcript" if kind.endswith("_audio") else "text"): text}


def words_refused(error: ValidationError) -> EventRefused | None:
    """What is said of content that the protocol has and this server has not."""
    if error.error_count() > MOST_FAULTS:
        return None
    for each in error.errors(include_url=False, include_context=False):
        if each["loc"][-1:] == ("audio",) and each["type"] == "extra_forbidden":
            return EventRefused(
                "unsupported_value",
                "Audio of an item is not recognised: append it to the input audio buffer, or give its words.",
                "item.content",
            )
        if each["input"] == "input_image":
            return EventRefused("unsupported_value", "Images are not seen here.", "item.content")
    return None
