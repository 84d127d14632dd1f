"""One line of the agent's: its sentences, their audio as it is made, and what became of each word.

Pure: positions in samples. It must never drop a word: each ends as heard, cut (we stopped it) or lost (it
never arrived).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from pipelines.conversation.spoken_forms import Spoken


class WordState(enum.StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    HEARD = "heard"
    CUT = "cut"
    LOST = "lost"


@dataclass(slots=True)
class Word:
    """One written word of the agent's."""

    text: str
    sentence: int
    spoken_start: int
    """Where it begins in its sentence's spoken text."""
    spoken_end: int
    start: int = -1
    """Where it begins in the line's audio, in samples; -1 while unknown."""
    state: WordState = WordState.QUEUED
    sent_at: int = 0


@dataclass(slots=True)
class Sentence:
    spoken: Spoken
    start: int = -1
    """Where its audio begins in the line; -1 until the first chunk."""
    end: int = -1
    """Where its last word ends; -1 while it is being synthesised."""
    sounded: bool = False
    """A sample that can be heard was made of it."""

    @property
    def letters(self) -> int:
        """How long it is as it is spoken."""
        return len(self.spoken.spoken)


@dataclass(slots=True)
class Line:
    """One thing the agent set out to say: a line of the transcript. Sentences come as they are made."""

    sentences: list[Sentence] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    complete: bool = False
    """No more sentences will come."""
    cut_short: bool = False
    """It was cut before it was complete."""
    began: int | None = None
    """Position of the first sample sent."""
    ended: int = 0
    """Position just after the last sample sent so far."""
    audio: bytearray = field(default_factory=bytearray)

    @property
    def text(self) -> str:
        return " ".join(sentence.spoken.written for sentence in self.sentences if sentence.spoken.written)

    @property
    def heard(self) -> str:
        return " ".join(word.text for word in self.words if word.state is WordState.HEARD)

    @property
    def interrupted(self) -> bool:
        """Not all of it was heard."""
        return self.cut_short or any(word.state in (WordState.CUT, WordState.LOST) for word in self.words)

    @property
    def settled(self) -> bool:
        """Every word has met its end."""
        return all(word.state not in (WordState.QUEUED, WordState.SENT) for word in self.words)

    @property
    def unfinished(self) -> bool:
        """More audio of a sentence that was begun is to come."""
        return any(part.start >= 0 > part.end for part in self.sentences)

    def word_end(self, index: int) -> int:
        """Where a word ends in the audio; -1 while unknown."""
        word = self.words[index]
        if index + 1 < len(self.words) and self.words[index + 1].sentence == word.sentence:
            return self.words[index + 1].start
        return self.sentences[word.sentence].end

    @property
    def made(self) -> int:
        """Samples of audio."""
        return len(self.audio) // 2

    def words_of(self, index: int) -> list[Word]:
        """The words of one sentence."""
        return [word for word in self.words if word.sentence == index]

    def mark(self, index: int, text_start: int, sample: int) -> None:
        """The voice says where a word of a sentence begins: its place in the spoken text, its sample in the
        sentence's audio."""
        for word in self.words_of(index):
            if word.start < 0 and word.spoken_start <= text_start < word.spoken_end:
                word.start = self.sentences[index].start + sample

    def place(self, index: int) -> None:
        """Spread the words of a sentence that the voice did not mark by their length over the audio behind
        the last mark before them."""
        sentence = self.sentences[index]
        text, at = 0, sentence.start
        latest = sentence.start
        for word in self.words_of(index):
            if word.start >= 0:
                text, at = word.spoken_start, word.start
            else:
                left = max(1, sentence.letters - text)
                word.start = at + (sentence.end - at) * (word.spoken_start - text) // left
            word.start = latest = max(latest, min(word.start, sentence.end))

    def guess(self, index: int, letter: float) -> None:
        """Likewise before the sentence's end is known: a letter takes so many samples to say."""
        sentence = self.sentences[index]
        marked = [word for word in self.words_of(index) if word.start >= 0]
        text, at = (marked[-1].spoken_start, marked[-1].start) if marked else (0, sentence.start)
        sentence.end = max(self.made, at + round((sentence.letters - text) * letter))
        self.place(index)

    def forget(self, index: int) -> None:
        """A sentence is where it was before its first audio."""
        self.sentences[index].start = self.sentences[index].end = -1
        for word in self.words_of(index):
            word.start = -1

    def lose(self, index: int) -> None:
        """Of a sentence no more will be made: words that are not made to their end are lost."""
        made = self.made
        for at, word in enumerate(self.words):
            if word.sentence == index and not 0 <= self.word_end(at) <= made:
                word.state = WordState.LOST
        for word in self.words_of(index):
            word.start = min(word.start, made) if word.start >= 0 else made
        self.sentences[index].end = made
