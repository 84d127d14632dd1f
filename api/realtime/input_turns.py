"""What the caller says in a realtime session: from the first sound to the words, and the events of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from api.realtime.conversation import RealtimeConversation
from api.realtime.items import Item
from api.realtime.outgoing import RealtimeOutgoing
from api.realtime.refusals import EventRefused

LEAST_COMMITTED_MS = 100
"""The protocol's: a commit of less is an error."""
MOST_AWAITED = 16
"""Turns whose words are not known yet."""


class InputTurns:
    """Of one session."""

    def __init__(
        self, out: RealtimeOutgoing, conversation: RealtimeConversation, new_id: Callable[[str], str]
    ) -> None:
        self.heard_ms = 0.0
        """Audio that came in, in all."""
        self._out = out
        self._conversation = conversation
        self._new_id = new_id
        self._buffered_ms = 0.0
        self._speaking: str | None = None
        """The item that is being said."""
        self._began_ms = 0.0
        self._awaited: deque[tuple[Item, float]] = deque()
        """Items whose words are not known yet, and how long they took, s."""
        self._partial = ""

    @property
    def speaking(self) -> bool:
        return self._speaking is not None

    @property
    def awaited(self) -> bool:
        """Words of an item are to come."""
        return bool(self._awaited)

    def append(self, ms: float) -> None:
        self.heard_ms += ms
        self._buffered_ms += ms

    def began(self, ms: int, *, tell: bool) -> None:
        """Speech is heard since then, since the session's first audio."""
        if self._speaking is not None:
            return
        self._speaking, self._began_ms, self._partial = self._new_id("item"), ms, ""
        if tell:
            self._out.tell("input_audio_buffer.speech_started", audio_start_ms=ms, item_id=self._speaking)

    def ended(self, ms: int, *, tell: bool) -> None:
        """The turn is over; its words are to come."""
        if self._speaking is None:
            return
        if tell:
            self._out.tell("input_audio_buffer.speech_stopped", audio_end_ms=ms, item_id=self._speaking)
        self._commit(max(0.0, ms - self._began_ms))

    def commit(self) -> str:
        """As the client says; the item's id. Raises EventRefused."""
        if self._buffered_ms < LEAST_COMMITTED_MS:
            raise EventRefused(
                "input_audio_buffer_commit_empty",
                f"The buffer has {self._buffered_ms:.0f} ms: a turn has at least {LEAST_COMMITTED_MS}.",
            )
        if len(self._awaited) >= MOST_AWAITED:
            raise EventRefused("too_many_commits", "The words of earlier turns are still to come: wait.")
        return self._commit(self._buffered_ms)

    def clear(self) -> None:
        self._buffered_ms, self._speaking, self._partial = 0.0, None, ""
        self._out.tell("input_audio_buffer.cleared")

    def partial(self, text: str) -> None:
        """What was recognised so far. A client can only be told of more: words that turn out otherwise wait
        for the whole."""
        item = self._awaited[0][0].id if self._awaited else self._speaking
        if item is None or not text.startswith(self._partial) or text == self._partial:
            return
        delta, self._partial = text[len(self._partial) :], text
        self._out.tell(
            "conversation.item.input_audio_transcription.delta", item_id=item, content_index=0, delta=delta
        )

    def final(self, text: str, *, tell: bool) -> bool:
        """The words of the turn that is awaited longest. False: none is."""
        if not self._awaited:
            return False
        item, seconds = self._awaited.popleft()
        item.texts[0], self._partial = text, ""
        self._conversation.measure()
        if tell:
            self._out.tell(
                "conversation.item.input_audio_transcription.completed",
                item_id=item.id,
                content_index=0,
                transcript=text,
                usage={"type": "duration", "seconds": round(seconds, 3)},
            )
        return True

    def failed(self, message: str, *, tell: bool) -> bool:
        """Its words cannot be had. False: none is awaited."""
        if not self._awaited:
            return False
        item, _ = self._awaited.popleft()
        item.texts[0], self._partial = "", ""
        if tell:
            self._out.tell(
                "conversation.item.input_audio_transcription.failed",
                item_id=item.id,
                content_index=0,
                error={"type": "transcription_error", "code": "not_recognised", "message": message},
            )
        return True

    def timed_out(self, start_ms: int, end_ms: int) -> None:
        """Nobody has said anything between then and then."""
        item = Item(self._new_id("item"), "message", "user", ["input_audio"], [""])
        self._out.tell(
            "input_audio_buffer.timeout_triggered",
            audio_start_ms=start_ms,
            audio_end_ms=end_ms,
            item_id=item.id,
        )
        self._tell_of(item)

    def _commit(self, ms: float) -> str:
        id = self._speaking or self._new_id("item")
        item = Item(id, "message", "user", ["input_audio"], [None])
        self._awaited.append((item, ms / 1_000))
        self._speaking, self._buffered_ms = None, 0.0
        self._tell_of(item)
        return id

    def _tell_of(self, item: Item) -> None:
        gone = self._conversation.say(item)
        before = self._conversation.before(item)
        self._out.tell("input_audio_buffer.committed", previous_item_id=before, item_id=item.id)
        for each in gone:
            self._out.tell("conversation.item.deleted", item_id=each)
        self._out.tell("conversation.item.added", previous_item_id=before, item=item.shown())
        self._out.tell("conversation.item.done", previous_item_id=before, item=item.shown())
