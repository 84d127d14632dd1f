"""One response of a realtime session, and the events that tell of it as it comes to be."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from api.realtime.conversation import RealtimeConversation
from api.realtime.items import AnswerPiece, Item
from api.realtime.outgoing import RealtimeOutgoing
from mediaserver.media.stream_format import StreamFormat
from mediaserver.media.time import FRAME_MS
from pipelines.engines.protocols import LlmToolCall, LlmUsage

CHARACTER_MS = 65.0
"""Of speech: what a voice takes for a character of a sentence, about."""


class RealtimeAnswer:
    """From `response.created` to `response.done`. Its items are the conversation's, unless it is apart."""

    def __init__(
        self,
        id: str,
        out: RealtimeOutgoing,
        conversation: RealtimeConversation | None,
        new_id: Callable[[str], str],
        *,
        about: Mapping[str, Any],
        spoken: bool,
        stream: StreamFormat,
    ) -> None:
        """`conversation`: None for one that leaves no trace in it. `about`: what a response shows of how it
        was asked for; JSON-ready. `stream`: of its audio."""
        self.id = id
        self.spoken = spoken
        self.items: list[Item] = []
        self.message: Item | None = None
        """What it says."""
        self.status = "in_progress"
        self._out = out
        self._conversation = conversation
        self._new_id = new_id
        self._about = about
        self._octets_per_ms = stream.octets_per_frame / FRAME_MS
        self._said_at = 0
        """Where what it says stands among its items."""
        self._sounding = 0
        """The sentence that the audio has come to."""
        self._open = False

    def begin(self) -> None:
        self._out.tell("response.created", response=self._shown())

    @property
    def spoke(self) -> bool:
        return self.message is not None and self.message.audio_ms > 0

    def words(self, text: str, *, whole: bool = True) -> None:
        """The next sentence; its audio, if any, comes behind it. Not `whole`: it goes on right behind what
        came before."""
        message = self._message()
        said = message.texts[0] or ""
        delta = f" {text}" if said and whole else text
        message.texts[0] = said + delta
        if self.spoken:
            message.pieces.append(AnswerPiece(delta, 0.0))
        kind = "output_audio_transcript" if self.spoken else "output_text"
        self._out.tell(f"response.{kind}.delta", **self._place(), delta=delta)

    def sound(self, octets: bytes) -> None:
        """Audio in the format of the session's output. Sentences are told as they are made and sound one
        after the other: where one ends and the next begins is estimated."""
        if not self.spoken or not octets:
            return
        message = self._message()
        pieces = message.pieces
        if not pieces:
            pieces.append(AnswerPiece("", 0.0))
        at = self._sounding
        while at + 1 < len(pieces) and pieces[at].ms >= CHARACTER_MS * len(pieces[at].text):
            at += 1
        self._sounding = at
        pieces[at] = AnswerPiece(pieces[at].text, pieces[at].ms + len(octets) / self._octets_per_ms)
        self._out.tell(
            "response.output_audio.delta", **self._place(), delta=base64.b64encode(octets).decode("ascii")
        )

    def call(self, wanted: LlmToolCall) -> None:
        """A function that the client is to run."""
        arguments = json.dumps(wanted.arguments, ensure_ascii=False)
        item = Item(
            self._new_id("item"),
            "function_call",
            call_id=wanted.id,
            name=wanted.name,
            status="in_progress",
        )
        at = self._add(item)
        place = {"response_id": self.id, "item_id": item.id, "output_index": at}
        told = place | {"call_id": item.call_id}
        item.arguments = arguments
        self._out.tell("response.function_call_arguments.delta", **told, delta=arguments)
        self._out.tell("response.function_call_arguments.done", **told, name=item.name, arguments=arguments)
        self._done_with(item, at, "completed")

    def close(
        self,
        status: str,
        *,
        reason: str | None = None,
        error: Mapping[str, Any] | None = None,
        usage: LlmUsage | None = None,
    ) -> None:
        """Nothing more comes of it. `status`: completed, cancelled, incomplete or failed."""
        if status == "completed" and self.message is not None:
            self.cut(self.message.texts[0] or "")  # now it is known how long all of it takes
        self._close_message("completed" if status == "completed" else "incomplete")
        self.status = status
        details: dict[str, Any] | None = None
        if status != "completed":
            details = {"type": status, "reason": reason, "error": None if error is None else dict(error)}
        shown = self._shown() | {"status_details": details, "usage": None if usage is None else _usage(usage)}
        self._out.tell("response.done", response=shown)

    def cut(self, text: str) -> None:
        """No more than this was heard of what it says."""
        if self.message is not None:
            self.message.texts[0] = text
            self.message.pieces = [AnswerPiece(text, self.message.audio_ms)]
            self._sounding = 0

    def _message(self) -> Item:
        if self.message is None or not self._open:
            kind = "output_audio" if self.spoken else "output_text"
            self.message = Item(
                self._new_id("item"), "message", "assistant", [kind], [""], status="in_progress"
            )
            self._said_at = self._add(self.message, empty=True)
            self._open = True
            self._out.tell("response.content_part.added", **self._place(), part=self._part())
        return self.message

    def _add(self, item: Item, *, empty: bool = False) -> int:
        """Where it stands among the items."""
        at = len(self.items)
        self.items.append(item)
        shown = item.shown() | ({"content": []} if empty else {})
        self._out.tell("response.output_item.added", response_id=self.id, output_index=at, item=shown)
        if self._conversation is not None:
            for gone in self._conversation.say(item):
                self._out.tell("conversation.item.deleted", item_id=gone)
            before = self._conversation.before(item)
            self._out.tell("conversation.item.added", previous_item_id=before, item=shown)
        return at

    def _close_message(self, status: str) -> None:
        if self.message is None or not self._open:
            return
        place, text = self._place(), self.message.texts[0] or ""
        if self.spoken:
            self._out.tell("response.output_audio.done", **place)
            self._out.tell("response.output_audio_transcript.done", **place, transcript=text)
        else:
            self._out.tell("response.output_text.done", **place, text=text)
        self._out.tell("response.content_part.done", **place, part=self._part())
        self._open = False
        self._done_with(self.message, self._said_at, status)

    def _done_with(self, item: Item, at: int, status: str) -> None:
        item.status = "completed" if status == "completed" else "incomplete"
        shown = item.shown()
        self._out.tell("response.output_item.done", response_id=self.id, output_index=at, item=shown)
        if self._conversation is not None and item.id in self._conversation:
            self._conversation.measure()
            before = self._conversation.before(item)
            self._out.tell("conversation.item.done", previous_item_id=before, item=shown)

    def _place(self) -> dict[str, Any]:
        item = "" if self.message is None else self.message.id
        return {"response_id": self.id, "item_id": item, "output_index": self._said_at, "content_index": 0}

    def _part(self) -> dict[str, Any]:
        text = "" if self.message is None else self.message.texts[0] or ""
        return {"type": "audio", "transcript": text} if self.spoken else {"type": "text", "text": text}

    def _shown(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "realtime.response",
            "status": self.status,
            "status_details": None,
            "output": [item.shown() for item in self.items],
            "usage": None,
            **self._about,
        }


def _usage(usage: LlmUsage) -> dict[str, Any]:
    """Tokens of the language model, all of text: the audio has none here."""
    return {
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "input_tokens": usage.prompt_tokens,
        "output_tokens": usage.completion_tokens,
        "input_token_details": {
            "text_tokens": usage.prompt_tokens,
            "audio_tokens": 0,
            "cached_tokens": usage.cached_tokens,
        },
        "output_token_details": {"text_tokens": usage.completion_tokens, "audio_tokens": 0},
    }
