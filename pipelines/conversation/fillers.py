"""What the caller hears while we owe something and have nothing to say yet: a few words, or a soft signal.

`dead_air` says when. It must never count as the agent's line: the agent did not say it.
"""

from __future__ import annotations

from mediaserver.media.leg import Frame
from pipelines.conversation.dead_air import DeadAir, Fill, Owed
from pipelines.conversation.ear import EarState
from pipelines.conversation.floor import FloorState
from pipelines.conversation.own_words import OwnWords
from pipelines.conversation.speaking import Speaking
from pipelines.conversation.transcript import Thought, Transcript
from pipelines.conversation.turn import Turn


class Fillers:
    """Of one call."""

    def __init__(self, turn: Turn, speaking: Speaking, transcript: Transcript, words: OwnWords) -> None:
        self._turn = turn
        self._speaking = speaking
        self._transcript = transcript
        self._words = words.fillers
        self._next = 0
        """Which words come next; callers notice when they are always the same."""
        self._dead_air = DeadAir(turn.filler_ms, words=bool(self._words))
        self.owes = False
        """The caller waits in silence: we think, or the voice is late."""

    def go_on_in(self, words: OwnWords) -> None:
        """The call goes on in another language."""
        self._words, self._next = words.fillers, 0
        self._dead_air.words = bool(self._words)

    def asked(self, t: int, silent: int) -> None:
        """The agent is asked; the caller has been silent for so many samples."""
        self._dead_air.asked(t, silent)

    def tick(self, t: int, frame: Frame | None, thought: Thought) -> None:
        """This frame is played at `t`; `thought`: what the agent was asked last."""
        owed = Owed.NOTHING if frame is not None else self._owed
        self.owes = owed in (Owed.THOUGHT, Owed.VOICE)
        if not self._turn.filler_ms:
            return
        fill = self._dead_air.tick(t, owed)
        if fill is Fill.WORDS and thought.think is not None:
            words = self._words[self._next % len(self._words)]
            self._next += 1
            self._speaking.fill(thought.think.epoch, words, thought)
            self._transcript.event("filler", speaker="agent", text=words)
        elif fill is not None:
            self._speaking.signal()
            self._transcript.event("filler", speaker="agent", text="")

    @property
    def _owed(self) -> Owed:
        turn = self._turn
        match turn.ear, turn.state:
            case _, FloorState.APART:
                return Owed.HEARING if turn.awaits_text else Owed.NOTHING
            case EarState.HEARING, _:
                return Owed.NOTHING
            case _, FloorState.THINKING | FloorState.SPEAKING | FloorState.CLOSING:
                if self._speaking.late:
                    return Owed.VOICE
                return Owed.THOUGHT if turn.owed else Owed.NOTHING
            case ((EarState.WAITING | EarState.HELD), state) if state is not FloorState.ENDED:
                return Owed.HEARING
            case _:
                return Owed.NOTHING
