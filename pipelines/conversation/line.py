"""One line of the agent's: its sentences, their audio as it is made, how far it is said, its words' fates.

Pure: positions in samples. It must never drop a word: each ends as heard, cut (we stopped it) or lost (it
never arrived).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mediaserver.media.leg import Frame
from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.spoken.speech import Spoken, joined

SILENT_LEVEL = 100
"""Samples below this magnitude cannot be heard."""
PART = 16_000
"""Samples that are looked through at once."""
SPLICE_SAMPLES = 5 * SAMPLES_PER_MS
"""What is cut off before it was sent ends with such a fade."""


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
    marked: bool = False
    """The voice said so; else that is a guess."""
    state: WordState = WordState.QUEUED
    sent_at: int = 0
    glued: bool = False
    """No space stands before it in the written text."""


@dataclass(slots=True)
class Sentence:
    spoken: Spoken
    interruptible: bool = True
    """False: the caller does not stop it."""
    filler: bool = False
    """It passes the time, and is not what the agent says."""
    pause: int = 0
    """Samples of silence before it; 0: the usual."""
    start: int = -1
    """Where its audio begins in the line; -1 until the first chunk."""
    end: int = -1
    """Where its last word ends; -1 while it is being synthesised."""
    sounded: bool = False
    """A sample that can be heard was made of it."""
    made_from: int = -1
    """Where the audio begins that the voice makes now: of the whole sentence, or of what was missing when it
    failed; -1 until its first chunk."""
    made_text: int = 0
    """Where in the spoken text that begins."""

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
    spoke: int | None = None
    """Likewise of what the agent says."""
    ended: int = 0
    """Position just after the last sample sent so far."""
    audio: bytearray = field(default_factory=bytearray)
    at: int = 0
    """How many samples of the audio were sent, or passed over."""
    unsent: int = 0
    """The first word that was not sent to its end, ..."""
    unheard: int = 0
    """... and of those before it the first that was not heard."""

    @property
    def text(self) -> str:
        parts = (part.spoken.written for part in self.sentences if not part.filler)
        return " ".join(part for part in parts if part)

    @property
    def heard(self) -> str:
        return joined((word.text, word.glued) for word in self._meant if word.state is WordState.HEARD)

    @property
    def answers(self) -> bool:
        """The agent says something in it."""
        return any(not part.filler for part in self.sentences)

    @property
    def interrupted(self) -> bool:
        """Not all of it was heard."""
        return self.cut_short or any(word.state in (WordState.CUT, WordState.LOST) for word in self._meant)

    @property
    def unsaid(self) -> bool:
        """Its last words were not said: the voice failed, or nobody waited for them."""
        meant = self._meant
        return bool(meant) and meant[-1].state in (WordState.CUT, WordState.LOST)

    @property
    def mute(self) -> bool:
        """The voice has said none of it."""
        meant = self._meant
        return bool(meant) and all(word.state is WordState.LOST for word in meant)

    @property
    def _meant(self) -> list[Word]:
        """The agent's words."""
        return [word for word in self.words if not self.sentences[word.sentence].filler]

    @property
    def settled(self) -> bool:
        """Every word has met its end."""
        return all(word.state not in (WordState.QUEUED, WordState.SENT) for word in self.words)

    @property
    def unfinished(self) -> bool:
        """More audio of a sentence that was begun is to come."""
        return any(part.start >= 0 > part.end for part in self.sentences)

    @property
    def interruptible(self) -> bool:
        """The sentence that is said now, or comes next, may be interrupted."""
        part = self._present
        return part is None or part.interruptible

    @property
    def fills(self) -> bool:
        """What is said now, or comes next, passes the time."""
        part = self._present
        return part is not None and part.filler

    @property
    def late(self) -> bool:
        """The voice has not made all that is to be said."""
        return any(part.end < 0 for part in self.sentences)

    @property
    def _present(self) -> Sentence | None:
        return next((part for part in self.sentences if not 0 <= part.end <= self.at), None)

    @property
    def made(self) -> int:
        """Samples of audio."""
        return len(self.audio) // 2

    @property
    def ahead(self) -> int:
        """Samples made and not yet sent."""
        return self.made - self.at

    def following(self, count: int, back: int = 0) -> Frame:
        """The next samples to send, at most so many, from so many before the present place."""
        at = max(0, self.at - back)
        return self.samples(at, at + count)

    def samples(self, start: int, end: int) -> Frame:
        """The audio between two places, as far as it is made."""
        return np.frombuffer(bytes(self.audio[2 * start : 2 * end]), dtype="<i2")

    def word_end(self, index: int) -> int:
        """Where a word ends in the audio; -1 while unknown."""
        word = self.words[index]
        if index + 1 < len(self.words) and self.words[index + 1].sentence == word.sentence:
            return self.words[index + 1].start
        return self.sentences[word.sentence].end

    def words_of(self, index: int) -> list[Word]:
        """The words of one sentence."""
        return [word for word in self.words if word.sentence == index]

    # ---- as it is sent and heard

    def send(self, t: int, count: int) -> None:
        """The next samples go out, the first at position `t`."""
        if self.began is None:
            self.began = t
        if self.spoke is None:
            speech = next((part.start for part in self.sentences if part.start >= 0 and not part.filler), -1)
            if 0 <= speech < self.at + count:
                self.spoke = t + max(0, speech - self.at)
        self.at += count
        self.ended = t + count
        self.mark_sent()

    def mark_sent(self) -> None:
        """Words that are sent to their end."""
        while self.unsent < len(self.words):
            end = self.word_end(self.unsent)
            if end < 0 or end > self.at:
                return
            word = self.words[self.unsent]
            if word.state is WordState.QUEUED:
                word.state = WordState.SENT
                word.sent_at = self.ended - (self.at - end)
            self.unsent += 1

    def hear(self, played: int) -> None:
        """The caller has heard all up to this position."""
        while self.unheard < self.unsent:
            word = self.words[self.unheard]
            if word.state is WordState.SENT:
                if word.sent_at > played:
                    return
                word.state = WordState.HEARD
            self.unheard += 1

    def take_back(self, sent: int, samples: int) -> None:
        """So many samples, which came after position `sent`, were dropped on their way out: they are to be
        sent again."""
        self.at = max(0, self.at - samples)
        for index, word in enumerate(self.words):
            if word.state is WordState.SENT and word.sent_at > sent:
                word.state = WordState.QUEUED
                self.unsent = min(self.unsent, index)

    def said_between(self, first: int, last: int) -> list[str]:
        """The words that were sent to their end between two positions, as they were spoken."""
        return [
            self.sentences[word.sentence].spoken.spoken[word.spoken_start : word.spoken_end]
            for word in self.words
            if word.sent_at and first <= word.sent_at <= last
        ]

    def change(self, before: WordState, after: WordState) -> None:
        """Words of one fate get another."""
        for word in self.words:
            if word.state is before:
                word.state = after

    # ---- as it is made

    def mark(self, index: int, text_start: int, sample: int) -> None:
        """The voice says where a word of a sentence begins: its place in the text that it was given, its
        sample in the audio of that."""
        sentence = self.sentences[index]
        for word in self.words_of(index):
            if word.start < 0 and word.spoken_start <= sentence.made_text + text_start < word.spoken_end:
                word.start, word.marked = sentence.made_from + sample, True

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
        placed = [word for word in self.words_of(index) if word.start >= 0]
        text, at = (placed[-1].spoken_start, placed[-1].start) if placed else (0, sentence.start)
        sentence.end = max(self.made, at + round((sentence.letters - text) * letter))
        self.place(index)

    def trim(self) -> None:
        """Cut trailing silence that has not been sent yet."""
        keep = self._audible_until(self.at) - self.at
        begun = max((word.start for word in self.words), default=0)
        keep = max(keep, begun - self.at, 0)
        del self.audio[2 * (self.at + keep) :]

    def sounds(self, start: int) -> bool:
        """Something from this place on can be heard. Looked for in parts: a recording has minutes, and shows
        it in its first words."""
        return any(audible(self.samples(at, at + PART)).any() for at in range(start, self.made, PART))

    def _audible_until(self, start: int) -> int:
        """Behind the last sample from this place on that can be heard; the place itself where none can."""
        for end in range(self.made, start, -PART):
            begin = max(start, end - PART)
            loud = np.flatnonzero(audible(self.samples(begin, end)))
            if len(loud):
                return begin + int(loud[-1]) + 1
        return start

    def break_off(self, index: int, letter: float) -> int:
        """The voice failed in a sentence. What is made of whole words stays; the rest is to be made anew,
        from the returned place in the spoken text on: its length, when nothing is missing."""
        sentence = self.sentences[index]
        self.trim()
        if not sentence.sounded:
            self._forget(index)
            return 0
        cut = self._cut_word(index, letter)
        if cut is None:
            return sentence.letters
        again = self.words[cut]
        self._cut_off(max(self.at, min(self.made, again.start)))
        for word in self.words[cut:]:
            if word.sentence == index:
                word.start, word.marked = -1, False
        again.start, sentence.end = self.made, -1
        sentence.made_text, sentence.made_from = again.spoken_start, -1
        return again.spoken_start

    def lose(self, index: int) -> None:
        """Of a sentence no more will be made: words that are not made to their end are lost."""
        made = self.made
        for at, word in enumerate(self.words):
            if word.sentence == index and not 0 <= self.word_end(at) <= made:
                word.state = WordState.LOST
        for word in self.words_of(index):
            word.start = min(word.start, made) if word.start >= 0 else made
        self.sentences[index].end = made

    def _cut_word(self, index: int, letter: float) -> int | None:
        """The first word of a sentence that is not made to its end: a voice that marks its words had not
        begun the next one; of another the letters tell."""
        sentence = self.sentences[index]
        words = [at for at, word in enumerate(self.words) if word.sentence == index]
        marks = any(self.words[at].marked and self.words[at].start >= sentence.made_from for at in words)
        ends = [self.word_end(at) for at in words]
        self.guess(index, letter)
        for at, end in zip(words, ends, strict=True):
            known = marks and at != words[-1]
            if not 0 <= (end if known else self.word_end(at)) <= self.made:
                return at
        return None

    def _forget(self, index: int) -> None:
        """A sentence is where it was before its first audio."""
        sentence = self.sentences[index]
        sentence.start = sentence.end = sentence.made_from = -1
        for word in self.words_of(index):
            word.start = -1

    def _cut_off(self, at: int) -> None:
        """The audio ends here, without a click."""
        del self.audio[2 * at :]
        last = self.samples(max(self.at, at - SPLICE_SAMPLES), at)
        faded = np.asarray(last * np.linspace(1, 0, len(last)), dtype="<i2")
        self.audio[2 * (at - len(last)) :] = faded.tobytes()


def audible(samples: Frame) -> npt.NDArray[np.bool_]:
    """Which samples can be heard."""
    return np.abs(samples.astype(np.int32)) > SILENT_LEVEL
