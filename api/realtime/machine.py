"""The server's side of the OpenAI Realtime protocol, sans-I/O: a client's events and what a conversation
tells go in, events for the client and commands for the conversation come out.

Whoever drives it does the commands in their order. Nothing that a client sends raises: it gets an `error`
event that says what to mend, and the session goes on. What it answers is in `responses`.
"""

from __future__ import annotations

from typing import Any

from api.realtime.client_events import (
    AppendAudio,
    CancelResponse,
    ClearAudio,
    ClearOutput,
    ClientEvent,
    CommitAudio,
    CreateItem,
    CreateResponse,
    DeleteItem,
    ResponseWanted,
    RetrieveItem,
    SessionUpdate,
    TruncateItem,
    event_of,
    parsed,
)
from api.realtime.commands import (
    ClearInput,
    CommitInput,
    DropPlayout,
    HearAudio,
    RealtimeCommand,
    UseSettings,
)
from api.realtime.items import Item
from api.realtime.own_lights import check_item_for_agent, check_of_agent
from api.realtime.refusals import EventRefused
from api.realtime.responses import RealtimeResponses
from api.realtime.session_settings import ServerVad, stream_of, updated
from mediaserver.media.time import FRAME_MS

MOST_TYPED = 10_000
"""Characters of what was written that the record of the call has."""


class RealtimeServer(RealtimeResponses):
    """One session. Each method returns what is to be done, in order."""

    def start(self) -> list[RealtimeCommand]:
        self._out.tell("session.created", session=self._session())
        self._out.do(UseSettings(self.settings))
        return self._out.taken()

    # ---- what the client says

    def receive(self, raw: str | bytes) -> list[RealtimeCommand]:
        """One message of the socket."""
        event_id = None
        try:
            event = parsed(raw)
            named = event.get("event_id")
            event_id = named[:512] if isinstance(named, str) else None
            self._obey(event_of(event))
        except EventRefused as refusal:
            self._complain("invalid_request_error", refusal.code, str(refusal), refusal.param, event_id)
        return self._out.taken()

    def _obey(self, event: ClientEvent) -> None:
        match event:
            case SessionUpdate(session=update):
                after = updated(self.settings, update, self._begun, self._knows_voice)
                if not self._led:
                    check_of_agent(after)
                self.settings = after
                self._out.do(UseSettings(self.settings))
                self._out.tell("session.updated", session=self._session())
            case AppendAudio():
                self._hear(event.octets())
            case CommitAudio():
                self._out.do(CommitInput(self._turns.commit()))
            case ClearAudio():
                self._out.do(ClearInput())
                self._turns.clear()
            case ClearOutput():
                self._out.do(DropPlayout())
                if self._answer is not None and self._answer.spoke:
                    self._out.tell("output_audio_buffer.cleared", response_id=self._answer.id)
            case CreateItem():
                self._create(event)
            case DeleteItem(item_id=id):
                if self._active is not None and any(item.id == id for item in self._active.items):
                    raise EventRefused(
                        "item_in_progress", "The item is being made: cancel the response first.", "item_id"
                    )
                self.conversation.delete(id)
                self._typed.pop(id, None)
                self._out.tell("conversation.item.deleted", item_id=id)
            case RetrieveItem(item_id=id):
                self._out.tell("conversation.item.retrieved", item=self.conversation.find(id).shown())
            case TruncateItem():
                self._truncate(event)
            case CreateResponse(response=wanted):
                self._respond(wanted or ResponseWanted())
            case CancelResponse(response_id=id):
                if self._active is None or id not in (None, self._active.id):
                    raise EventRefused(
                        "response_cancel_not_active", "There is no such response under way.", "response_id"
                    )
                self._cancel("client_cancelled")

    def _hear(self, octets: bytes) -> None:
        stream = stream_of(self.settings.audio.input.format)
        if stream.law is None and len(octets) % 2:
            raise EventRefused("invalid_value", "PCM has whole samples of two octets.", "audio")
        if octets:
            self._turns.append(len(octets) * FRAME_MS / stream.octets_per_frame)
            self._out.do(HearAudio(octets))

    def _create(self, event: CreateItem) -> None:
        if not self._led:
            check_item_for_agent(event.item)
        item = Item.written(event.item, event.item.id or self._new_id("item"), self._new_id("call"))
        before = self.conversation.create(item, event.previous_item_id)
        if item.role == "user" and event.previous_item_id is None:
            room = MOST_TYPED - sum(map(len, self._typed.values()))
            if room > 0 and item.text:
                self._typed[item.id] = item.text[:room]
        self._out.tell("conversation.item.added", previous_item_id=before, item=item.shown())
        self._out.tell("conversation.item.done", previous_item_id=before, item=item.shown())

    def _truncate(self, event: TruncateItem) -> None:
        item = self.conversation.find(event.item_id)
        if item.role != "assistant" or item.kinds[0] != "output_audio":
            raise EventRefused(
                "item_not_audio", "Only what the assistant said aloud can be truncated.", "item_id"
            )
        if event.content_index:
            raise EventRefused("invalid_value", "Audio is an item's content 0.", "content_index")
        if event.audio_end_ms > item.audio_ms + FRAME_MS:
            raise EventRefused(
                "invalid_value", f"The item has {item.audio_ms:.0f} ms of audio, not as much.", "audio_end_ms"
            )
        text = item.cut_at(event.audio_end_ms)
        if self._active is not None and self._active.message is item:
            self._cancel("turn_detected" if self._turns.speaking else "client_cancelled")
        self.conversation.measure()
        self._told_truncated(item, event.audio_end_ms, text)

    def up(self) -> None:
        """The conversation is under way: formats and voice stay what they are now."""
        self._begun = self.settings

    # ---- what the conversation tells: the caller

    def speech_began(self, ms: int) -> list[RealtimeCommand]:
        """The caller speaks since then, ms since the session's first audio."""
        self._turns.began(ms, tell=self.settings.turn_detection is not None)
        return self._out.taken()

    def speech_ended(self, ms: int) -> list[RealtimeCommand]:
        """The caller's turn is over; its words come. Nothing where the client says when turns are over."""
        if self.settings.turn_detection is not None:
            self._turns.ended(ms, tell=True)
        return self._out.taken()

    def partial(self, text: str) -> list[RealtimeCommand]:
        """What was recognised of the turn so far, all of it."""
        if self._tells_words:
            self._turns.partial(text)
        return self._out.taken()

    def final(self, text: str) -> list[RealtimeCommand]:
        """The words of the turn that was over first; empty: there were none. It is answered if the session is
        so."""
        if self._turns.final(text, tell=self._tells_words):
            self._known(bool(text.strip()))
        return self._out.taken()

    def not_recognised(self, message: str) -> list[RealtimeCommand]:
        """The words of that turn cannot be had; `message`: why, for people."""
        if self._turns.failed(message, tell=self._tells_words):
            self._known(False)
        return self._out.taken()

    def silence(self, start_ms: int, end_ms: int) -> list[RealtimeCommand]:
        """Nobody spoke so long, where the session has an `idle_timeout_ms`."""
        turns = self.settings.turn_detection
        if isinstance(turns, ServerVad) and turns.idle_timeout_ms and self._active is None:
            self._turns.timed_out(start_ms, end_ms)
            self._respond_by_itself()
        return self._out.taken()

    @property
    def _tells_words(self) -> bool:
        return self.settings.audio.input.transcription is not None

    # ---- what goes wrong beside its events

    def refused_audio(self, ms: int) -> list[RealtimeCommand]:
        """So much of what was appended was not taken."""
        self._complain(
            "invalid_request_error",
            "input_audio_buffer_full",
            f"Too much audio waits to be heard: {ms} ms were not taken. Send it no faster than it is spoken.",
            "audio",
            None,
        )
        return self._out.taken()

    def trouble(self, message: str) -> list[RealtimeCommand]:
        """Something of the server's cannot be had; the session may end for it."""
        self._complain("server_error", "unavailable", message, None, None)
        return self._out.taken()

    # ---- inside

    def _session(self) -> dict[str, Any]:
        settings = self.settings.model_dump(mode="json")
        return settings | {"object": "realtime.session", "id": self.id}

    def _complain(self, type: str, code: str, message: str, param: str | None, event_id: str | None) -> None:
        error = {"type": type, "code": code, "message": message, "param": param, "event_id": event_id}
        self._out.tell("error", error=error)
