"""What a model is told of how its caller seems to feel: only what is new, so that one impression is not taken
for many.

Pure. An estimate, never an instruction: a few of our own words beside the caller's, as a note.
"""

from __future__ import annotations

from pipelines.conversation.agent import Mood, Utterance

CALM = "the caller's voice seems as at first again"
SURE = 0.5
"""From here on a turn without a hint says that nothing stands out; before, that nothing is known."""


class MoodNotes:
    """Of one call."""

    def __init__(self) -> None:
        self._told = self._before = ""
        """The hint that the model was given last, and the one before the last utterance."""

    def of(self, said: Utterance) -> str:
        """What is new with this utterance; empty: nothing."""
        if said.amends:  # what was told with the one that it replaces is told no more
            self._told = self._before
        self._before = self._told
        mood = said.mood
        if mood is None:
            return ""
        if mood.hint:
            new = mood.hint if mood.hint != self._told else ""
            self._told = mood.hint
            return new
        if not self._told or not _calm(mood):
            return ""
        self._told = ""
        return CALM


def _calm(mood: Mood) -> bool:
    """The voice is surely as at first; a short "yes" tells nothing of it."""
    return mood.arousal_sure >= SURE
