"""What a realtime session answers: one response at a time, by itself or as it is asked, and what comes of it.

What is told of another response than the one under way is passed over, so that late results of a cancelled
one do no harm.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from api.realtime.answer import RealtimeAnswer
from api.realtime.client_events import (
    ItemReference,
    ResponseWanted,
)
from api.realtime.commands import (
    CancelAnswer,
    KnowTruncated,
    RealtimeCommand,
    ThinkOfAnswer,
)
from api.realtime.conversation import MOST_CHARACTERS, RealtimeConversation, history_of
from api.realtime.input_turns import InputTurns
from api.realtime.items import Item
from api.realtime.outgoing import RealtimeOutgoing
from api.realtime.own_lights import check_response_of_agent
from api.realtime.refusals import EventRefused
from api.realtime.session_settings import RealtimeSettings, stream_of
from pipelines.engines.protocols import LlmMessage, LlmToolCall, LlmUsage


def random_id(kind: str) -> str:
    """One that nobody can guess, so that no client's own id is like it."""
    return f"{kind}_{uuid.uuid4().hex[:24]}"


class RealtimeResponses:
    """Of one session. Each method returns what is to be done, in order."""

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
        if given is not None and sum(item.size for item in given) > MOST_CHARACTERS:
            raise EventRefused(
                "input_too_long",
                f"A response is given at most {MOST_CHARACTERS} characters.",
                "response.input",
            )
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

    def _told_truncated(self, item: Item, ms: int, text: str) -> None:
        self._out.do(KnowTruncated(item.id, ms, text))
        self._out.tell("conversation.item.truncated", item_id=item.id, content_index=0, audio_end_ms=ms)

    def over(self) -> None:
        """Nothing more comes of the session."""
        self._think, self._history = None, tuple

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
