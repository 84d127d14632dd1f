"""How long turn-taking waits, for what."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.conversation.agent import Finality
from pipelines.engines.protocols import FINAL_WITHIN_S


@dataclass(frozen=True, slots=True)
class Waits:
    """How much silence ends an utterance, in ms, by what was said so far."""

    suspect: int = 120
    """The recogniser is asked for a final; taken back when speech goes on."""
    whole: int = 160
    open: int = 500
    """Most pauses inside an answer are shorter (`pauses`)."""
    nothing: int = 650
    hanging: int = 950
    dismiss: int = 200
    """What interrupts the agent and was not understood; a cough should not keep it waiting."""

    def of(self, finality: Finality, stretch: float = 1.0) -> int:
        """`stretch`: how much longer this caller pauses than people do; what is whole waits for nobody."""
        match finality:
            case Finality.WHOLE:
                return self.whole
            case Finality.OPEN:
                return max(self.whole, round(self.open * stretch))
            case Finality.NOTHING:
                return max(self.whole, round(self.nothing * stretch))
            case Finality.HANGING:
                return max(self.whole, round(self.hanging * stretch))


@dataclass(frozen=True, slots=True)
class Limits:
    """In ms."""

    decide: int = 260
    """So long after a sound began it is decided whether it interrupts the agent, where that can be told."""
    take_floor: int = 600
    """Speech this long takes the floor, understood or not."""
    listen_first: int = 1_500
    """Whoever is called by us has so long to say something before the agent speaks."""
    cough: int = 260
    """Speech shorter than this with nothing understood is not an answer even when the agent is silent."""
    final: int = round(1_000 * FINAL_WITHIN_S)
    """A recogniser that has not answered by then is taken to have understood nothing."""
    utterance: int = 15_000
    """An utterance longer than this is recognised in pieces, cut where the caller pauses."""
    monologue: int = 90_000
    """The agent gets the pieces as one utterance when the caller has finished, or after this long."""
    tail: int = 800
    """Speech that begins within this long of the last voice of an utterance that was taken belongs to it."""
    thinking: int = 10_000
    filler: int = 1_500
    """After so much of it the caller hears that they are not forgotten (`dead_air`); 0: never."""
    noises: int = 3
    """After so many dismissed interruptions in a row a sound alone no longer stops the agent."""
    stalled: int = 6_000
    """Playout without a single sample for this long is given up."""
    heard: int = 500
    """Last words that were sent are waited for at most this long, and then taken for heard: no phone keeps
    audio for so long, and what is still on the line comes before the hangup."""
    on_hold: int = 120_000
    """Music on hold at the other end is waited through for so long."""
    announcements: int = 20
    """Not in ms: so many may wait to be said."""
