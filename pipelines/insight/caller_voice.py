"""What a caller's voice tells, turn by turn; worked out elsewhere (pipelines.insight.voice_worker).

An utterance is looked at as soon as its speaker pauses, while the recogniser works on its final; what is not
known when the agent is told of it, the agent is not told.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import Protocol
from uuid import UUID

import numpy as np
import numpy.typing as npt

from mediaserver.storage.records import EventHappened, Record
from pipelines.conversation.agent import Utterance
from pipelines.insight.feeling_words import sentiment
from pipelines.insight.mood import CallerMood
from pipelines.insight.speakers import Speakers
from pipelines.insight.voice_analysis import LooksAtVoices
from pipelines.insight.voice_figures import VoiceFigures, VoiceWishes

EVENT = "caller_voice"


class NotedCall(Protocol):
    """What is needed of a call."""

    @property
    def id(self) -> UUID: ...

    def elapsed_ms(self) -> int: ...

    def put(self, record: Record) -> None: ...


class CallerVoice:
    """See pipelines.conversation.voice_notes.VoiceNotes. What is found stands in the call's events."""

    def __init__(self, analysis: LooksAtVoices, call: NotedCall, language: str, wishes: VoiceWishes) -> None:
        analysis.begin()
        self._analysis = analysis
        self._wishes = wishes
        self._call: NotedCall | None = call
        self._language = language
        self._mood = CallerMood()
        self._speakers = Speakers()
        self._figures: VoiceFigures | None = None
        """Of the present utterance, as far as it was looked at."""
        self._asked = 0
        """Counts the questions; an older one's answer is of no use."""
        self._ms = 0.0
        """Spent on the present utterance, on all that was looked at of it."""

    def heard(self, samples: npt.NDArray[np.int16]) -> None:
        if self._call is not None:
            self._asked += 1
            self._analysis.ask(samples, self._wishes, partial(self._told, self._asked))

    def noted(self, said: Utterance) -> Utterance:
        call, figures, ms = self._call, self._figures, self._ms
        self._asked += 1
        self._figures, self._ms = None, 0.0
        if call is None or not said.understood:
            return said
        found: dict[str, float] = {"cpu_ms": round(ms, 1)}
        if self._wishes.mood:
            prosody = figures.prosody if figures is not None else None
            mood = self._mood.judge(prosody, sentiment(said.text, self._language), amends=said.amends)
            found |= asdict(mood)
            said = replace(said, mood=mood)
        if self._wishes.speakers:
            shape = figures.shape if figures is not None else None
            if (speaker := self._speakers.judge(shape, amends=said.amends)) is not None:
                found |= {"speaker": speaker.number, "speaker_sure": speaker.sure}
                said = replace(said, speaker=speaker)
        call.put(EventHappened(call.id, call.elapsed_ms(), EVENT, found))
        return said

    def go_on_in(self, language: str) -> None:
        self._language = language

    def close(self) -> None:
        self._call = self._figures = None

    def _told(self, asked: int, figures: VoiceFigures | None) -> None:
        if figures is not None:
            self._ms += figures.ms
        if asked == self._asked and self._call is not None:
            self._figures = figures
