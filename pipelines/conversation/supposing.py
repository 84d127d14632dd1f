"""What the agent may think ahead of: the words that the caller has probably said, in a turn that goes on.

Pure. It must never decide that a turn is over, nor what an agent does with its thought.
"""

from __future__ import annotations

from dataclasses import replace

from pipelines.conversation.agent import Utterance
from pipelines.conversation.commands import Command, StopThinkingAhead, ThinkAhead

MOST = 3
"""Times in one turn of the caller's; who pauses in each sentence costs no more."""
_PUNCTUATION = ".,;:!?\"'\u2026\u2018\u2019\u201c\u201d\u00bf\u00a1\u3002\u3001\uff0c\uff01\uff1f\u0964"


class Supposing:
    """Of one call. `by_partials`: the recogniser's partial results are words that were said."""

    def __init__(self, *, by_partials: bool) -> None:
        self.by_partials = by_partials
        self.wanted = False
        """The agent thinks ahead (`ThinksAhead`). Set from outside."""
        self._supposed: Utterance | None = None
        self._times = 0

    @property
    def thinks(self) -> bool:
        """The agent thinks ahead at the moment."""
        return self._supposed is not None

    def suppose(self, said: Utterance) -> list[Command]:
        """This is what the agent will be told, if nothing comes between."""
        if self._supposed is not None and _alike(self._supposed, said):
            return []
        if self._times >= MOST:
            return self.void()
        self._supposed = said
        self._times += 1
        return [ThinkAhead(said)]

    def void(self) -> list[Command]:
        """The agent will be told something else, if anything."""
        if self._supposed is None:
            return []
        self._supposed = None
        return [StopThinkingAhead()]

    def told(self) -> None:
        """The agent is told something: what its thought was worth it knows itself."""
        self._supposed, self._times = None, 0


def same_words(one: str, other: str) -> bool:
    """But for capitals, and the punctuation at the ends of words: a partial result often has none."""
    return _words(one) == _words(other)


def _words(text: str) -> list[str]:
    bare = (word.strip(_PUNCTUATION) for word in text.casefold().split())
    return [word for word in bare if word]


def _alike(one: Utterance, other: Utterance) -> bool:
    """An agent would answer both alike. How sure the words are counts only where it is told (`doubtful`)."""
    if not same_words(one.text, other.text):
        return False
    return _bare(one) == _bare(other)


def _bare(said: Utterance) -> Utterance:
    return replace(said, text="", confidence=0.0, language_probability=0.0)
