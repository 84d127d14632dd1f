"""One text that is being spoken: its clauses, how far they are, and what is to be sent of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.engines.tts.neural.worker.clauses import Clause, clauses, has_words, weight
from pipelines.engines.tts.neural.worker.joined import JoinedClauses
from pipelines.engines.tts.neural.worker.model import ClauseWish, NeuralModel
from pipelines.engines.tts.neural.worker.sound import ClauseSound
from pipelines.engines.tts.worker.manner import SpokenManner

Pcm = npt.NDArray[np.int16]
WordPlace = tuple[int, int, int]
"""First character and the one behind the last of a word in the text, and its sample."""

_WORD = re.compile(r"\S+")


class NeuralSpeech:
    """Raises MissingVoiceError when the model cannot speak it, KeyError, TypeError and ValueError
    for fields that are none."""

    def __init__(self, model: NeuralModel, fields: Mapping[str, Any]) -> None:
        self._model = model
        self._voice, self._language = str(fields["voice"]), str(fields["language"])
        self._manner = SpokenManner.of(fields)
        model.check(self._voice, self._language)
        text = str(fields["text"])
        if weight(text) > model.most_weight:  # the model takes no more at once, whatever it sounds like
            self._manner = replace(self._manner, phonemes="")
        whole = self._manner.phonemes and has_words(text)
        self.clauses: list[Clause] = [Clause(0, text)] if whole else clauses(text, model.most_weight)
        self.served = 0
        """When it was served last; counts up."""
        self._at = 0
        self._stream: Iterator[Any] | None = None
        self._sound: ClauseSound | None = None
        self._joined = JoinedClauses()
        self._told = -1
        """The last clause whose first word was told."""

    @property
    def over(self) -> bool:
        return self._at == len(self.clauses)

    @property
    def wish(self) -> ClauseWish:
        """The clause that comes next, or is being spoken."""
        how = self._manner
        return ClauseWish(
            self.clauses[self._at].text, self._voice, self._language, how.rate, phonemes=how.phonemes
        )

    def step(self) -> tuple[Pcm, list[WordPlace]]:
        """What the model makes next, and the words that begin in it. Raises what the model raises, and
        UnsoundAudioError."""
        if self._stream is None:
            self._stream = self._model.speak(self.wish)
        audio = next(self._stream, None)
        if audio is None:
            return self._ended()
        return self._heard(audio)

    def whole(self, audio: Any) -> tuple[Pcm, list[WordPlace]]:
        """All of the clause at once. Raises UnsoundAudioError."""
        first, words = self._heard(audio)
        last, more = self._ended()
        return np.concatenate([first, last]), words + more

    def close(self) -> None:
        """Nobody wants the rest."""
        stream, self._stream = self._stream, None
        close = getattr(stream, "close", None)
        if close is not None:
            close()

    def _heard(self, audio: Any) -> tuple[Pcm, list[WordPlace]]:
        if self._sound is None:
            self._sound = self._fresh_sound()
        return self._out(self._joined.next(self._sound.process(audio)))

    def _ended(self) -> tuple[Pcm, list[WordPlace]]:
        clause = self.clauses[self._at]
        sound = self._sound or self._fresh_sound()
        first, words = self._out(self._joined.next(sound.flush()))
        last = self._joined.end(clause.pause_ms)
        self._at += 1
        self._stream = self._sound = None
        return np.concatenate([first, last]), words

    def _fresh_sound(self) -> ClauseSound:
        wish = self.wish
        longest = max(wish.text, wish.phonemes, key=weight)
        return ClauseSound(longest, self._model.rate_of(wish), self._manner.rate)

    def _out(self, samples: Pcm) -> tuple[Pcm, list[WordPlace]]:
        if not samples.size or self._told == self._at:
            return samples, []
        self._told = self._at
        clause = self.clauses[self._at]
        word = _WORD.match(clause.text)
        size = word.end() if word is not None else 0
        return samples, [(clause.start, clause.start + size, self._joined.began)]
