"""The events that a client of the Realtime API may send."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, ValidationError
from pydantic_core import from_json

from api.gateway.messages import ClientModel
from api.plain_text import OneLine
from api.realtime.items import ItemId, WrittenItem, words_refused
from api.realtime.refusals import EventRefused, refused_by
from api.realtime.session_settings import (
    ClientTools,
    Instructions,
    MaxTokens,
    Modalities,
    ToolChoice,
    WireAudio,
    unable,
)

MOST_EVENT = 1 << 20
"""Octets (or characters) of an event, looked at before it is parsed."""
MOST_AUDIO = 512 << 10
"""Octets of the audio of one event, decoded: 10 s of PCM at 24 kHz."""
MOST_INPUT = 200
"""Items that one response is given in the place of the conversation's."""


class _Event(ClientModel):
    event_id: Annotated[OneLine, Field(max_length=512)] | None = None


class SessionUpdate(_Event):
    type: Literal["session.update"]
    session: dict[str, Any]


class AppendAudio(_Event):
    type: Literal["input_audio_buffer.append"]
    audio: str = Field(max_length=MOST_EVENT)

    def octets(self) -> bytes:
        """Raises EventRefused."""
        if len(self.audio) > (MOST_AUDIO + 2) // 3 * 4:
            raise EventRefused(
                "audio_too_long",
                f"An event has at most {MOST_AUDIO} octets of audio: send more events.",
                "audio",
            )
        try:
            return base64.b64decode(self.audio, validate=True)
        except (binascii.Error, ValueError):
            raise EventRefused("invalid_value", "'audio' is not base64.", "audio") from None


class CommitAudio(_Event):
    type: Literal["input_audio_buffer.commit"]


class ClearAudio(_Event):
    type: Literal["input_audio_buffer.clear"]


class ClearOutput(_Event):
    type: Literal["output_audio_buffer.clear"]


class CreateItem(_Event):
    type: Literal["conversation.item.create"]
    item: WrittenItem
    previous_item_id: ItemId | None = None


class DeleteItem(_Event):
    type: Literal["conversation.item.delete"]
    item_id: ItemId


class RetrieveItem(_Event):
    type: Literal["conversation.item.retrieve"]
    item_id: ItemId


class TruncateItem(_Event):
    type: Literal["conversation.item.truncate"]
    item_id: ItemId
    content_index: int = Field(0, ge=0, le=63)
    audio_end_ms: int = Field(ge=0, le=1 << 32)


class ItemReference(ClientModel):
    type: Literal["item_reference"]
    id: ItemId


class ResponseVoice(ClientModel):
    voice: OneLine = Field("", max_length=100)
    format: WireAudio | None = None


class ResponseAudio(ClientModel):
    output: ResponseVoice = Field(default_factory=ResponseVoice)


class ResponseWanted(ClientModel):
    """What one response has otherwise than the session; None: as the session has it."""

    conversation: Literal["auto", "none"] = "auto"
    instructions: Instructions | None = None
    input: Annotated[list[WrittenItem | ItemReference], Field(max_length=MOST_INPUT)] | None = None
    output_modalities: Modalities | None = None
    audio: ResponseAudio = Field(default_factory=ResponseAudio)
    tools: ClientTools | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: Literal[True] | None = None
    max_output_tokens: MaxTokens | None = None
    metadata: (
        Annotated[
            dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]],
            Field(max_length=16),
        ]
        | None
    ) = None


class CreateResponse(_Event):
    type: Literal["response.create"]
    response: ResponseWanted | None = None


class CancelResponse(_Event):
    type: Literal["response.cancel"]
    response_id: ItemId | None = None


ClientEvent: TypeAlias = (
    SessionUpdate
    | AppendAudio
    | CommitAudio
    | ClearAudio
    | ClearOutput
    | CreateItem
    | DeleteItem
    | RetrieveItem
    | TruncateItem
    | CreateResponse
    | CancelResponse
)
EVENTS: dict[str, type[ClientEvent]] = {
    "session.update": SessionUpdate,
    "input_audio_buffer.append": AppendAudio,
    "input_audio_buffer.commit": CommitAudio,
    "input_audio_buffer.clear": ClearAudio,
    "output_audio_buffer.clear": ClearOutput,
    "conversation.item.create": CreateItem,
    "conversation.item.delete": DeleteItem,
    "conversation.item.retrieve": RetrieveItem,
    "conversation.item.truncate": TruncateItem,
    "response.create": CreateResponse,
    "response.cancel": CancelResponse,
}


def parsed(raw: str | bytes) -> dict[str, Any]:
    """An event's JSON. Raises EventRefused."""
    if len(raw) > MOST_EVENT:
        raise EventRefused("event_too_large", f"An event has at most {MOST_EVENT} octets.")
    try:
        event = from_json(raw, allow_inf_nan=False)
    except (ValueError, TypeError):  # TypeError: a str that is no Unicode (half a surrogate pair)
        raise EventRefused("invalid_json", "An event is a JSON object; this is no JSON.") from None
    if not isinstance(event, dict):
        raise EventRefused("invalid_json", "An event is a JSON object.")
    return event


def event_of(event: dict[str, Any]) -> ClientEvent:
    """Raises EventRefused."""
    kind = event.get("type")
    if not isinstance(kind, str):
        raise EventRefused("missing_required_parameter", "An event names its 'type'.", "type")
    if kind not in EVENTS:
        raise EventRefused(
            "unknown_event", f"There is no event '{kind[:80]}' here: {', '.join(EVENTS)}.", "type"
        )
    try:
        return EVENTS[kind].model_validate(event)
    except ValidationError as error:
        if (better := words_refused(error)) is not None:
            raise better from None
        raise unable(refused_by(error), "response") from None
