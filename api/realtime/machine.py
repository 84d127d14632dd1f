"""The server's side of the OpenAI Realtime protocol, sans-I/O: a client's events and what a conversation
tells go in, events for the client and commands for the conversation come out.

Whoever drives it does the commands in their order. Nothing that a client sends raises: it gets an `error`
event that says what to mend, and the session goes on. There is one response at a time; what is told of
another than that one is passed over, so that late results of a cancelled one do no harm.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from api.realtime.answer import RealtimeAnswer
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
    ItemReference,
    ResponseWanted,
    RetrieveItem,
    SessionUpdate,
    TruncateItem,
    event_of,
    parsed,
)
from api.realtime.commands import (
    CancelAnswer,
    ClearInput,
    CommitInput,
    DropPlayout,
    HearAudio,
    KnowTruncated,
    RealtimeCommand,
    ThinkOfAnswer,
    UseSettings,
)
from api.realtime.conversation import RealtimeConversation, history_of
from api.realtime.input_turns import InputTurns
from api.realtime.items import Item
from api.realtime.outgoing import RealtimeOutgoing
from api.realtime.own_lights import check_of_agent, check_response_of_agent
from api.realtime.refusals import EventRefused
from api.realtime.session_settings import RealtimeSettings, ServerVad, stream_of, updated
from mediaserver.media.time import FRAME_MS
from pipelines.engines.protocols import LlmMessage, LlmToolCall, LlmUsage

MOST_TYPED = 10_000
"""Characters of what was written that the record of the call has."""


def random_id(kind: str) -> str:
    """One that nobody can guess, so that no client's own id is like it."""
    return f"{kind}_{uuid.uuid4().hex[:24]}"


class RealtimeServer:
    """One session. Each method returns what is to be done, in order."""

    def __init__(
        self,
        settings: RealtimeSettings,
        *,
        knows_voice: Callable[[str], bool] = lambda voice: True,
        new_id: Callable[[str], str] = random_id,
        led: bool = True,
    ) -> None:
        """`settings`: those it begins with. `new_id`: of "sess", "conv", "item", "resp". `led`: the client
        says what a model is told and given; else an agent goes by its own lights, and what would change them
        is refused."""
        self.settings = settings
        self.conversation = RealtimeConversation()
        self.id = new_id("sess")
        self._conversation_id = new_id("conv")
        self._new_id = new_id
        self._knows_voice = knows_voice
        self._led = led
        self._out = RealtimeOutgoing(self.id.rpartition("_")[2])
        self._turns = InputTurns(self._out, self.conversation, new_id)
        self._answer: RealtimeAnswer | None = None
        """The one under way, or the last."""
        self._lately: deque[RealtimeAnswer] = deque(maxlen=4)
        self._history: Callable[[], tuple[LlmMessage, ...]] = tuple
        """Of the last response."""
        self._think: Callable[[], None] | None = None
        """What is asked for once the caller's words are known."""
        self._begun: RealtimeSettings | None = None
        self._typed: dict[str, str] = {}
        """What the user wrote, by item, and nobody was asked to answer yet; not more than a record has."""

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

    def _told_truncated(self, item: Item, ms: int, text: str) -> None:
        self._out.do(KnowTruncated(item.id, ms, text))
        self._out.tell("conversation.item.truncated", item_id=item.id, content_index=0, audio_end_ms=ms)

    def up(self) -> None:
        """The conversation is under way: formats and voice stay what they are now."""
        self._begun = self.settings

    # ---- responses

    @property
    def active(self) -> str | None:
        """The id of the response that is under way."""
        return None if self._active is None else self._active.id

    @property
    def awaited(self) -> bool:
        """Words of the caller are to come."""
        return self._turns.awaited

    @property
    def _active(self) -> RealtimeAnswer | None:
        answer = self._answer
        return answer if answer is not None and answer.status == "in_progress" else None

    def _respond(self, wanted: ResponseWanted) -> None:
        if not self._led:
            check_response_of_agent(wanted)
        if self._active is not None:
            raise EventRefused(
                "conversation_already_has_active_response",
                f"The response {self._active.id} is under way: wait for it, or cancel it.",
            )
        self._answer_as(wanted, think=True)

    def speak_up(self) -> tuple[str, list[RealtimeCommand]]:
        """Something is said that nobody asked for: a greeting, a question that is put again. The id of the
        response that it is told under, in the place of any that was under way."""
        if self._active is not None:
            self._think = None
            self._active.close("cancelled", reason="turn_detected")
        return self._answer_as(ResponseWanted(), think=False).id, self._out.taken()

    def _answer_as(self, wanted: ResponseWanted, *, think: bool) -> RealtimeAnswer:
        """Raises EventRefused."""
        settings, audio = self.settings, self.settings.audio.output
        asked_voice = wanted.audio.output.voice
        if asked_voice and not self._knows_voice(asked_voice):
            raise EventRefused(
                "invalid_value", f"There is no voice '{asked_voice}'.", "response.audio.output.voice"
            )
        if wanted.audio.output.format not in (None, audio.format):
            raise EventRefused(
                "cannot_update_format", "Audio is in the session's format.", "response.audio.output.format"
            )
        given = None if wanted.input is None else [self._given(each) for each in wanted.input]
        modalities = wanted.output_modalities or settings.output_modalities
        limit = wanted.max_output_tokens or settings.max_output_tokens
        voice, spoken = asked_voice or audio.voice, modalities == ["audio"]
        choice = wanted.tool_choice or settings.tool_choice
        tools = settings.tools if wanted.tools is None else wanted.tools
        offered = tuple(tool.for_model for tool in tools) if choice == "auto" else ()
        instructions = settings.instructions if wanted.instructions is None else wanted.instructions
        apart = wanted.conversation == "none"
        answer = self._answer = RealtimeAnswer(
            self._new_id("resp"),
            self._out,
            None if apart else self.conversation,
            self._new_id,
            about={
                "conversation_id": None if apart else self._conversation_id,
                "output_modalities": list(modalities),
                "max_output_tokens": limit,
                "audio": {"output": {"format": audio.format.model_dump(), "voice": voice}},
                "metadata": wanted.metadata,
            },
            spoken=spoken,
            stream=stream_of(audio.format),
        )
        self._lately.append(answer)
        answer.begin()

        def history() -> tuple[LlmMessage, ...]:
            return history_of(self.conversation.items if given is None else given, instructions)

        self._history = history

        def begin() -> None:
            most = None if limit == "inf" else limit
            typed = ""
            if given is None and not apart:
                typed, self._typed = "\n".join(self._typed.values()), {}
            self._out.do(
                ThinkOfAnswer(answer.id, history(), offered, most, spoken, voice, audio.speed, typed)
            )

        if think and self._turns.awaited:
            self._think = begin
        elif think:
            begin()
        return answer

    def as_of_now(self, wanted: ThinkOfAnswer) -> ThinkOfAnswer:
        """The same, now that the answer is begun: meanwhile it may be known how far the one before was
        heard."""
        if wanted.response != self.active:
            return wanted
        return replace(wanted, history=self._history())

    def _given(self, each: Any) -> Item:
        if isinstance(each, ItemReference):
            return self.conversation.find(each.id, "response.input")
        return Item.written(each, each.id or self._new_id("item"), self._new_id("call"))

    def _cancel(self, reason: str) -> None:
        answer = self._active
        if answer is not None:
            if self._think is None:
                self._out.do(CancelAnswer(answer.id))
            self._think = None
            answer.close("cancelled", reason=reason)

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

    def _known(self, understood: bool) -> None:
        """Words have come, or will not."""
        if self._turns.awaited:
            return
        if self._think is not None:
            think, self._think = self._think, None
            think()
        elif understood:
            self._respond_by_itself()

    def _respond_by_itself(self) -> None:
        turns = self.settings.turn_detection
        if turns is None or not turns.create_response:
            return
        if self._active is not None:
            if not turns.interrupt_response:
                return  # the client asks for the next one
            self._cancel("turn_detected")
        self._respond(ResponseWanted())

    @property
    def _tells_words(self) -> bool:
        return self.settings.audio.input.transcription is not None

    # ---- what the conversation tells: its answer. Of a response that is not under way it is passed over

    def words(self, response: str, text: str, *, whole: bool = True) -> list[RealtimeCommand]:
        """The next sentence of it; not `whole`: what comes next of its text."""
        if (answer := self._under_way(response)) is not None:
            answer.words(text, whole=whole)
        return self._out.taken()

    def sound(self, response: str, octets: bytes) -> list[RealtimeCommand]:
        """Audio of that sentence, as the session's output format has it."""
        if (answer := self._under_way(response)) is not None:
            answer.sound(octets)
        return self._out.taken()

    def tool(self, response: str, call: LlmToolCall) -> list[RealtimeCommand]:
        """The model wants the client to run this. Arguments that cannot be read come as an empty object: the
        function says what it lacks, and the model tries again."""
        if (answer := self._under_way(response)) is not None:
            answer.call(call)
        return self._out.taken()

    def done(self, response: str, usage: LlmUsage | None = None) -> list[RealtimeCommand]:
        """All of it was told."""
        if (answer := self._under_way(response)) is not None:
            if usage is not None and usage.cut:
                answer.close("incomplete", reason="max_output_tokens", usage=usage)
            else:
                answer.close("completed", usage=usage)
        return self._out.taken()

    def failed(self, response: str, message: str) -> list[RealtimeCommand]:
        """It cannot be had; `message`: why, for people."""
        if (answer := self._under_way(response)) is not None:
            trouble = {"type": "server_error", "code": "response_failed", "message": message}
            answer.close("failed", error=trouble)
        return self._out.taken()

    def cut(self, response: str, heard: str) -> list[RealtimeCommand]:
        """The caller has interrupted it, and has heard no more than this of it, and of its audio what was
        told. It may have been told whole before: what was not played is forgotten all the same."""
        answer = next((each for each in self._lately if each.id == response), None)
        if answer is None or answer.status == "failed":
            return []
        item = answer.message
        told = "" if item is None else item.texts[0] or ""
        shorter = item is not None and answer.spoken and len(heard) < len(told)
        if shorter:
            answer.cut(heard)
        if answer.status == "in_progress":
            answer.close("cancelled", reason="turn_detected")
        if item is not None and shorter and item.id in self.conversation:
            self.conversation.measure()
            self._told_truncated(item, round(item.audio_ms), heard)
        return self._out.taken()

    def _under_way(self, response: str) -> RealtimeAnswer | None:
        answer = self._active
        return answer if answer is not None and answer.id == response else None

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
