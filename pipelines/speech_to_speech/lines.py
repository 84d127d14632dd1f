"""The transcript of a call with a speech-to-speech model: its lines in order, and what was heard of each."""

from __future__ import annotations

from typing import Any

from mediaserver.storage.records import EventHappened, TurnSaid
from pipelines.conversation.timeline import Timeline
from pipelines.conversation.transcript import CallPort
from pipelines.speech_to_speech.playback import SpokenItem

MOST_ENTRIES = 20_000
"""Lines and events of one call: five in each second of an hour. A broken server tells of more for ever."""


class SpokenLines:
    """One call's. Positions are the session's, in 16 kHz samples."""

    def __init__(self, call: CallPort, timeline: Timeline) -> None:
        self._call = call
        self._timeline = timeline
        self._next = 0
        self._entries = 0
        self._caller: dict[str, tuple[int, int, int]] = {}
        """What the caller said and nobody has written down yet: index, began and ended at, by item."""

    @property
    def overfull(self) -> bool:
        """More was kept than of any call."""
        return self._entries > MOST_ENTRIES

    def event(self, kind: str, **data: Any) -> None:
        """Keep that something happened now."""
        self._entries += 1
        at = self._timeline.began_ms(self._timeline.t)
        self._call.put(EventHappened(self._call.id, at, kind, data))

    def caller_spoke(self, item: str, began: int, ended: int) -> None:
        """The caller has said something between two positions; the words come later, if ever."""
        if item in self._caller:
            self.caller_said(item, "")
        self._caller[item] = (self._index(), began, ended)

    def caller_said(self, item: str, text: str) -> None:
        """The words; empty: nobody could write them down."""
        now = self._timeline.t
        known = self._caller.pop(item) if item in self._caller else (self._index(), now, now)
        index, began, ended = known
        if text:
            self._call.publish("final", text=text, confidence=None, understood=True)
        times = self._timeline.began_ms(began), self._timeline.ended_ms(ended)
        self._call.put(TurnSaid(self._call.id, index, "caller", text, text, *times, understood=bool(text)))

    def model_says(self, speech: SpokenItem) -> None:
        """The first of it is sent."""
        if speech.index < 0:
            speech.index = self._index()

    def model_said(self, speech: SpokenItem) -> None:
        """Keep what is known of it; it is kept again when more is."""
        if speech.index < 0 or speech.began is None:
            return
        began = self._timeline.began_ms(speech.began)
        heard = " ".join(speech.heard_text.split())
        self._call.put(
            TurnSaid(
                self._call.id,
                speech.index,
                "agent",
                " ".join(speech.text.split()),
                heard,
                began,
                max(began, self._timeline.ended_ms(speech.ended)),
                interrupted=speech.cut,
                latency=dict(speech.latency),
            )
        )

    def finish(self) -> None:
        """The call is over: what nobody has written down is kept without its words."""
        for item in list(self._caller):
            self.caller_said(item, "")

    def _index(self) -> int:
        self._entries += 1
        index, self._next = self._next, self._next + 1
        return index
