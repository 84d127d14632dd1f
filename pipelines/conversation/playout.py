"""What the agent has queued, what went out, and which of its words the caller heard.

Pure: audio and word marks in, frames out, positions from the media clock. It must never drop a word from the
ledger: each ends as heard, cut (we stopped it) or lost (it never arrived).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.spoken_forms import Spoken
from pipelines.engines.protocols import TtsChunk

FADE_SAMPLES = 80
"""5 ms: long enough to hide a cut, short enough not to be heard as speech."""
SENTENCE_GAP_SAMPLES = 160 * SAMPLES_PER_MS
LETTER_SAMPLES = 65 * SAMPLES_PER_MS
"""A letter takes about so long to say (some 150 words a minute)."""
SILENT_LEVEL = 100
"""Samples below this magnitude at the end of a sentence are its trailing silence."""


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
class _Sentence:
    spoken: Spoken
    start: int = -1
    """Where its audio begins in the line; -1 until the first chunk."""
    end: int = -1
    """Where its last word ends; -1 while it is being synthesised."""


@dataclass(slots=True)
class Line:
    """One thing the agent set out to say: a line of the transcript. Sentences come as they are made."""

    sentences: list[_Sentence] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    complete: bool = False
    """No more sentences will come."""
    cut_short: bool = False
    """It was cut before it was complete."""
    began: int | None = None
    """Position of the first sample sent."""
    ended: int = 0
    """Position just after the last sample sent so far."""
    _audio: bytearray = field(default_factory=bytearray)

    @property
    def text(self) -> str:
        return " ".join(sentence.spoken.written for sentence in self.sentences if sentence.spoken.written)

    @property
    def heard(self) -> str:
        return " ".join(word.text for word in self.words if word.state is WordState.HEARD)

    @property
    def interrupted(self) -> bool:
        return self.cut_short or any(word.state is WordState.CUT for word in self.words)

    @property
    def settled(self) -> bool:
        """Every word has met its end."""
        return all(word.state not in (WordState.QUEUED, WordState.SENT) for word in self.words)

    def word_end(self, index: int) -> int:
        """Where a word ends in the audio; -1 while unknown."""
        word = self.words[index]
        if index + 1 < len(self.words) and self.words[index + 1].sentence == word.sentence:
            return self.words[index + 1].start
        return self.sentences[word.sentence].end


class _Mode(enum.Enum):
    IDLE = "idle"
    PLAYING = "playing"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"


class Playout:
    """The agent's mouth. One line at a time.

    `next_frame` and `abandon` are told what the caller has heard so far (`played`), as a position on the same
    scale as `t`.
    """

    def __init__(self) -> None:
        self._line: Line | None = None
        self._mode = _Mode.IDLE
        self._t = 0
        self._at = 0
        self._fade_in = 0
        self._unsent = 0
        self._settling: list[Line] = []

    # ---- filling

    def open(self) -> Line:
        """Begin a line; a line still playing is cut. While paused, it waits for `resume`."""
        waiting = self._mode in (_Mode.PAUSING, _Mode.PAUSED)
        self.cancel()
        self._line = Line()
        self._settling.append(self._line)
        self._at = self._unsent = self._fade_in = 0
        self._mode = _Mode.PAUSED if waiting else _Mode.PLAYING
        return self._line

    def append(self, line: Line, sentence: Spoken) -> int:
        """One more sentence, whose audio follows; returns its index. On a line that was cut, its words are
        cut with it."""
        index = len(line.sentences)
        line.sentences.append(_Sentence(sentence))
        state = WordState.QUEUED if line is self._line else WordState.CUT
        line.words += [Word(w.written, index, w.start, w.end, state=state) for w in sentence.words]
        return index

    def complete(self, line: Line) -> None:
        """The line has all its sentences."""
        line.complete = True

    def feed(self, line: Line, index: int, chunk: TtsChunk) -> None:
        """Audio of sentence `index`, sentences in order. Audio of a line that was cut is dropped."""
        if line is not self._line:
            return
        sentence = line.sentences[index]
        if sentence.start < 0:
            self._space(line)
            sentence.start = len(line._audio) // 2
        for mark in chunk.words:
            for word in line.words:
                if (
                    word.sentence == index
                    and word.start < 0
                    and word.spoken_start <= mark.text_start < word.spoken_end
                ):
                    word.start = sentence.start + mark.sample
        line._audio += np.ascontiguousarray(chunk.samples, dtype="<i2").tobytes()

    def close(self, line: Line, index: int) -> None:
        """Sentence `index` is complete."""
        if line is not self._line:
            return
        sentence = line.sentences[index]
        if sentence.start < 0:
            self.lose(line, index)
            return
        self._trim(line)
        sentence.end = len(line._audio) // 2
        self._place_unmarked(line, index)

    def lose(self, line: Line, index: int) -> None:
        """The voice failed in sentence `index`: what has no audio is lost."""
        if line is not self._line:
            return
        sentence = line.sentences[index]
        sentence.end = len(line._audio) // 2
        for word in line.words:
            if word.sentence == index and word.start < 0:
                word.start = sentence.end
                word.state = WordState.LOST

    # ---- playing

    @property
    def line(self) -> Line | None:
        """The line being said, until it is drained or cut."""
        return self._line

    @property
    def ahead(self) -> int:
        """Samples queued and not yet sent."""
        return 0 if self._line is None else len(self._line._audio) // 2 - self._at

    @property
    def drained(self) -> bool:
        """A line is open and all of it was sent."""
        line = self._line
        if line is None or not line.complete or self._mode is not _Mode.PLAYING:
            return False
        return self.ahead <= 0 and all(sentence.end >= 0 for sentence in line.sentences)

    def next_frame(self, t: int, played: int) -> Frame | None:
        """The frame whose first sample is at position `t`, or None for silence."""
        self._t = t
        self._age(t, played)
        line = self._line
        if line is None or self._mode in (_Mode.IDLE, _Mode.PAUSED):
            return None
        count = FRAME_SAMPLES if self._mode is _Mode.PLAYING else FADE_SAMPLES
        raw = bytes(line._audio[2 * self._at : 2 * (self._at + count)])
        samples = np.frombuffer(raw, dtype="<i2")
        if len(samples) == 0:
            self._settle_mode()
            return None
        frame = np.zeros(FRAME_SAMPLES, dtype=np.int16)
        frame[: len(samples)] = samples
        if self._fade_in:
            frame[:FADE_SAMPLES] = frame[:FADE_SAMPLES] * np.linspace(0, 1, FADE_SAMPLES)
            self._fade_in = 0
        if self._mode in (_Mode.PAUSING, _Mode.STOPPING):
            frame[: len(samples)] = frame[: len(samples)] * np.linspace(1, 0, len(samples))
        if line.began is None:
            line.began = t
        self._at += len(samples)
        line.ended = t + len(samples)
        self._mark_sent(line)
        self._settle_mode()
        return frame

    def pause(self) -> None:
        """Fall silent within 5 ms; the rest waits."""
        if self._mode is _Mode.PLAYING and self._at:
            self._mode = _Mode.PAUSING
        elif self._mode in (_Mode.IDLE, _Mode.PLAYING):
            self._mode = _Mode.PAUSED

    def resume(self) -> None:
        """Go on from the beginning of the word that was cut."""
        line = self._line
        if line is None:
            self._drop()
        if line is None or self._mode not in (_Mode.PAUSED, _Mode.PAUSING):
            return
        for index, word in enumerate(line.words):
            end = line.word_end(index)
            if 0 <= word.start <= self._at and (end < 0 or end > self._at):
                self._at = word.start
                self._unsent = min(self._unsent, index)
                break
        self._fade_in = FADE_SAMPLES if self._at else 0
        self._mode = _Mode.PLAYING

    def cancel(self, sent: int | None = None) -> None:
        """Stop within 5 ms and forget the rest. `sent`: what came after this position was dropped on its way
        out."""
        line = self._line
        if line is None:
            self._drop()
            return
        self._guess_unmarked(line)
        for word in line.words:
            dropped = word.state is WordState.SENT and sent is not None and word.sent_at > sent
            if word.state is WordState.QUEUED or dropped:
                word.state = WordState.CUT
        line.cut_short = not line.complete
        if self._mode is _Mode.PLAYING and self._at and self.ahead > 0:
            self._mode = _Mode.STOPPING
        else:
            self._drop()

    def finish(self, waited: bool = False) -> None:
        """The drained line is done with; `waited`: long enough for the caller to have heard all of it."""
        if waited and self._line is not None:
            for word in self._line.words:
                if word.state is WordState.SENT:
                    word.state = WordState.HEARD
        self._drop()

    def abandon(self, t: int, played: int) -> None:
        """The leg is gone at position `t`: what is on its way will not be heard."""
        if self._line is not None:
            self._guess_unmarked(self._line)
        self._age(t, played)
        self.cancel()
        self._drop()
        for line in self._settling:
            for word in line.words:
                if word.state is WordState.SENT:
                    word.state = WordState.LOST

    def settled(self) -> list[Line]:
        """Lines whose every word has met its end, each told once, oldest first."""
        done = [line for line in self._settling if line is not self._line and line.settled]
        if done:
            self._settling = [line for line in self._settling if line not in done]
        return done

    # ---- inside

    def _drop(self) -> None:
        if self._line is not None:
            self._line._audio = bytearray()
        self._line = None
        self._mode = _Mode.IDLE

    def _settle_mode(self) -> None:
        if self._mode is _Mode.PAUSING:
            self._mode = _Mode.PAUSED
        elif self._mode is _Mode.STOPPING:
            self._drop()

    def _mark_sent(self, line: Line) -> None:
        while self._unsent < len(line.words):
            end = line.word_end(self._unsent)
            if end < 0 or end > self._at:
                return
            word = line.words[self._unsent]
            if word.state is WordState.QUEUED:
                word.state = WordState.SENT
                word.sent_at = line.ended - (self._at - end)
            self._unsent += 1

    def _space(self, line: Line) -> None:
        """The pause between two sentences, less what has passed of it in waiting for the second."""
        if line._audio:
            waited = self._t + FRAME_SAMPLES - line.ended if self.ahead <= 0 else 0
            line._audio += bytes(2 * max(0, SENTENCE_GAP_SAMPLES - max(0, waited)))

    def _age(self, t: int, played: int) -> None:
        if self._line is not None and self._mode is _Mode.PLAYING:
            self._mark_sent(self._line)
        for line in self._settling:
            for word in line.words:
                if word.state is WordState.SENT and word.sent_at <= played:
                    word.state = WordState.HEARD

    def _trim(self, line: Line) -> None:
        """Cut trailing silence that has not been sent yet."""
        unsent = np.frombuffer(bytes(line._audio[2 * self._at :]), dtype="<i2")
        loud = np.flatnonzero(np.abs(unsent.astype(np.int32)) > SILENT_LEVEL)
        keep = int(loud[-1]) + 1 if len(loud) else 0
        begun = max((word.start for word in line.words), default=0)
        keep = max(keep, begun - self._at, 0)
        del line._audio[2 * (self._at + keep) :]

    def _guess_unmarked(self, line: Line) -> None:
        """A voice without word marks is cut before its sentence is complete: how far the audio got in the
        words, by how long such a sentence takes."""
        for index, sentence in enumerate(line.sentences):
            if sentence.start < 0 or sentence.end >= 0:
                continue
            if all(word.start >= 0 for word in line.words if word.sentence == index):
                continue
            made = len(line._audio) // 2
            sentence.end = max(made, sentence.start + len(sentence.spoken.spoken) * LETTER_SAMPLES)
            self._place_unmarked(line, index)
            self._mark_sent(line)

    def _place_unmarked(self, line: Line, index: int) -> None:
        """A voice without word marks: spread the words over the audio by their length."""
        sentence = line.sentences[index]
        length = max(1, len(sentence.spoken.spoken))
        latest = sentence.start
        for word in line.words:
            if word.sentence != index:
                continue
            if word.start < 0:
                share = (sentence.end - sentence.start) * word.spoken_start // length
                word.start = sentence.start + share
            word.start = latest = max(latest, min(word.start, sentence.end))
