"""The transcript of a call with a speech-to-speech model: its lines in order, and what was heard of each."""

from __future__ import annotations

from typing import Any

from mediaserver.storage.records import EventHappened, TurnSaid
from pipelines.conversation.timeline import Timeline
from pipelines.conversation.transcript import CallPort
from pipelines.speech_to_speech.playback import SpokenItem

MOST_BEGUN = 32
"""Turns of the caller's whose end or words are waited for."""
MOST_ENTRIES = 20_000
"""Lines and events of one call: five in each second of an hour. A broken server tells of more for ever."""


class SpokenLines:
    """One call's. Positions are the session's, in 16 kHz samples."""

    def __init__(self, call: CallPort, timeline: Timeline, *, written: bool = True) -> None:
        """`written`: the caller's words are written down."""
        self._call = call
        self._timeline = timeline
        self._written = written
        self._turns = 0
        self._begun: dict[str, int] = {}
        """Turns of the caller's that are not over, by item, ..."""
        self._wordless: dict[str, int] = {}
        """... and those that are, and whose words have not come."""
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

    def caller_began(self, item: str, at: int) -> None:
        """The caller speaks since this position."""
        self._end_turn(item, at)
        if len(self._begun) >= MOST_BEGUN:
            self._end_turn(next(iter(self._begun)), at)
        self._turns += 1
        self._begun[item] = self._turns
        self._call.publish("voice", turn=self._turns, began=self._timeline.began_ms(at))

    def caller_committed(self, item: str) -> None:
        """What the caller has said until now is a turn: he has declared it over."""
        now = self._timeline.t
        if item not in self._begun:  # the server does not listen for voices
            self.caller_began(item, now)
            self.caller_spoke(item, now, now, committed=True)
        self._end_turn(item, now, committed=True)

    def caller_typed(self, text: str) -> None:
        """The caller has written something, in the place of saying it."""
        now = self._timeline.t
        self._call.publish("final", text=text, confidence=1.0, understood=True)
        at = self._timeline.began_ms(now)
        self._call.put(TurnSaid(self._call.id, self._index(), "caller", text, text, at, at, confidence=1.0))

    def nothing_said(self) -> None:
        """The caller has declared a turn over in which there was nothing."""
        self._call.publish("unheard", why="nothing said")

    def forget(self) -> None:
        """What the caller is saying is no turn."""
        for item in list(self._begun):
            self._end_turn(item, self._timeline.t)
            self._no_words(item)

    def caller_spoke(self, item: str, began: int, ended: int, *, committed: bool = False) -> None:
        """The caller has said something between two positions; the words come later, if ever."""
        if item in self._caller:
            self.caller_said(item, "")
        self._caller[item] = (self._index(), began, ended)
        self._end_turn(item, ended, committed=committed)

    def caller_said(self, item: str, text: str) -> None:
        """The words; empty: nobody could write them down."""
        now = self._timeline.t
        known = self._caller.pop(item) if item in self._caller else (self._index(), now, now)
        index, began, ended = known
        if text:
            self._wordless.pop(item, None)
            self._call.publish("final", text=text, confidence=None, understood=True)
        else:
            self._no_words(item)
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

    def own_said(self, text: str, began: int, ended: int, cut: bool) -> None:
        """Words of ours, in place of the model's. Of what was cut nobody knows what was heard."""
        times = self._timeline.began_ms(began), self._timeline.ended_ms(ended)
        self._call.put(
            TurnSaid(
                self._call.id, self._index(), "agent", text, "" if cut else text, *times, interrupted=cut
            )
        )

    def finish(self) -> None:
        """The call is over: what nobody has written down is kept without its words."""
        for item in list(self._caller):
            self.caller_said(item, "")

    def _end_turn(self, item: str, at: int, *, committed: bool = False) -> None:
        """Of the caller's, if it has begun."""
        turn = self._begun.pop(item, None)
        if turn is None:
            return
        self._call.publish("voice", turn=turn, ended=self._timeline.ended_ms(at), committed=committed)
        self._wordless[item] = turn
        if not self._written:
            self._no_words(item)
        elif len(self._wordless) > MOST_BEGUN:
            self._no_words(next(iter(self._wordless)))

    def _no_words(self, item: str) -> None:
        """None of this turn will come."""
        turn = self._wordless.pop(item, None)
        if turn is not None:
            self._call.publish("unheard", why="no words", turn=turn)

    def _index(self) -> int:
        self._entries += 1
        index, self._next = self._next, self._next + 1
        return index
