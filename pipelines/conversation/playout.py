"""What the agent has queued, what went out, and which of its words the caller heard.

Pure: audio and word marks in, frames out, positions from the media clock. It must never drop a word from the
ledger: each ends as heard, cut (we stopped it) or lost (it never arrived).
"""

from __future__ import annotations

import enum

import numpy as np

from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLES_PER_MS
from pipelines.conversation.commands import (
    DuckPlayout,
    FinishPlayout,
    PausePlayout,
    PlayoutCommand,
    ResumePlayout,
    UnduckPlayout,
)
from pipelines.conversation.gain import FADE_SAMPLES, Gain
from pipelines.conversation.line import Line, Sentence, Word, WordState
from pipelines.conversation.resuming import LOST_THREAD, resume_at
from pipelines.engines.protocols import TtsChunk
from pipelines.spoken.speech import Spoken

SENTENCE_GAP_SAMPLES = 160 * SAMPLES_PER_MS
CLAUSE_GAP_SAMPLES = 90 * SAMPLES_PER_MS
"""Behind a comma: an answer's first clause is said before the rest of its sentence is there."""
LETTER_SAMPLES = 65 * SAMPLES_PER_MS
"""A letter takes about so long to say (some 150 words a minute), for as long as the voice is not known."""
FIRST_LETTERS = 20
"""That guess weighs as much as so many letters that the voice has said."""

_NOTHING: Frame = np.zeros(0, dtype=np.int16)


class _Mode(enum.Enum):
    PLAYING = "playing"
    """Whatever there is to play."""
    PAUSED = "paused"
    """What there is to play waits."""


class Playout:
    """The agent's mouth. One line at a time.

    `next_frame` and `abandon` are told what the caller has heard so far (`played`), as a position on the same
    scale as `t`.
    """

    def __init__(self) -> None:
        self._line: Line | None = None
        self._mode = _Mode.PLAYING
        self._gain = Gain()
        self._t = 0
        self._played = 0
        self._silent = 0
        """Samples since the line was paused; on hold no frame is asked for."""
        self._flows = False
        """The last frame ended in the middle of the line's audio: to stop now would be a click."""
        self._settling: list[Line] = []
        self._letters = FIRST_LETTERS
        self._letters_took = FIRST_LETTERS * LETTER_SAMPLES
        """Samples: the voice's pace, from the sentences that it has finished."""

    # ---- filling

    def open(self) -> Line:
        """Begin a line; a line still playing is cut. While paused, it waits for `resume`; while ducked, it
        begins so."""
        mode, ducked = self._mode, self._gain.ducked
        self.cancel()
        self._line = Line()
        self._settling.append(self._line)
        self._mode = mode
        if ducked:
            self._gain.duck()
            self._gain.begin()
        return self._line

    def append(
        self,
        line: Line,
        sentence: Spoken,
        *,
        interruptible: bool = True,
        filler: bool = False,
        pause: int = 0,
    ) -> int:
        """One more sentence, whose audio follows; returns its index. On a line that was cut, its words are
        cut with it. `pause`: samples of silence before it; 0: by how the one before it ends."""
        index = len(line.sentences)
        line.sentences.append(Sentence(sentence, interruptible, filler, pause))
        state = WordState.QUEUED if line is self._line else WordState.CUT
        line.words += [
            Word(w.written, index, w.start, w.end, state=state, glued=w.glued) for w in sentence.words
        ]
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
            self._space(line, index)
            sentence.start = line.made
        if sentence.made_from < 0:
            sentence.made_from = line.made
        for mark in chunk.words:
            line.mark(index, mark.text_start, mark.sample)
        before = line.made
        line.audio += np.ascontiguousarray(chunk.samples, dtype="<i2").tobytes()
        if not sentence.sounded:
            sentence.sounded = line.sounds(before)

    def sounded(self, line: Line, index: int) -> bool:
        """Something can be heard of what the voice makes now of sentence `index`. A line that was cut has no
        failures to tell of."""
        if line is not self._line:
            return True
        began = line.sentences[index].made_from
        return began >= 0 and line.sounds(began)

    def break_off(self, line: Line, index: int) -> int:
        """The voice failed in sentence `index`: whole words that it made stay, the rest is to be made from
        the returned place in the spoken text on (its length, when nothing is missing)."""
        if line is not self._line:
            return line.sentences[index].letters
        following = line.following(FADE_SAMPLES)
        place = line.break_off(index, self._letter)
        if self._flows and line.ahead <= 0:  # in the middle of the word that is made anew
            self._gain.fade(following)
            self._gain.rise()
            self._flows = False
        return place

    def close(self, line: Line, index: int) -> None:
        """Sentence `index` is complete; what cannot be heard of it has no length."""
        if line is not self._line:
            return
        sentence = line.sentences[index]
        line.trim()
        if not sentence.sounded:
            sentence.start = line.made
        sentence.end = line.made
        line.place(index)
        if sentence.sounded and sentence.made_text == 0:
            self._letters += sentence.letters
            self._letters_took += sentence.end - sentence.start

    def lose(self, line: Line, index: int) -> None:
        """No voice can say the rest of sentence `index`: what has no audio is lost."""
        if line is self._line:
            line.break_off(index, self._letter)
            line.lose(index)

    # ---- playing

    @property
    def line(self) -> Line | None:
        """The line being said, until it is drained or cut."""
        return self._line

    @property
    def ahead(self) -> int:
        """Samples queued and not yet sent."""
        return 0 if self._line is None else self._line.ahead

    @property
    def drained(self) -> bool:
        """A line is open and all of it was sent."""
        line = self._line
        if line is None or not line.complete or self._mode is not _Mode.PLAYING:
            return False
        return line.ahead <= 0 and all(sentence.end >= 0 for sentence in line.sentences)

    @property
    def arrived(self) -> bool:
        """All that was sent of the line was heard, also what is no word."""
        line = self._line
        return line is not None and line.settled and line.ended <= self._played

    def next_frame(self, t: int, played: int) -> Frame | None:
        """The frame whose first sample is at position `t`, or None for silence."""
        self._t = t
        self._age(played)
        line = self._line
        if line is None or self._mode is _Mode.PAUSED:
            self._silent += FRAME_SAMPLES
            return self._gain.shape(_NOTHING)
        self._silent = 0
        samples = line.following(FRAME_SAMPLES)
        if not len(samples):
            self._starve(line)
            return self._gain.shape(samples)
        line.send(t, len(samples))
        self._flows = len(samples) == FRAME_SAMPLES
        breaks = not self._flows and line.unfinished
        frame = self._gain.shape(samples, breaks=breaks)
        if breaks:
            self._gain.rise()
        return frame

    def carry_out(self, command: PlayoutCommand) -> None:
        match command:
            case DuckPlayout():
                self.duck()
            case UnduckPlayout():
                self.unduck()
            case PausePlayout():
                self.pause()
            case ResumePlayout():
                self.resume()
            case FinishPlayout(waited=waited):
                self.finish(waited)

    @property
    def ducked(self) -> bool:
        """It is quieter, or about to be."""
        return self._gain.ducked

    def duck(self, *, follows: bool = False) -> None:
        """Get 18 dB quieter within 8 ms and go on: the words are heard, and count so. It lasts until `unduck`
        or `resume`, or until the line is over. `follows`: what was sent last is so quiet already."""
        self._gain.duck()
        if follows:
            self._gain.begin()

    def unduck(self) -> None:
        """Be as loud as before again."""
        self._gain.unduck()

    def pause(self, sent: int | None = None) -> None:
        """Fall silent within 5 ms; the rest waits. `sent`: what came after this position was dropped on its
        way out, and waits, too."""
        if self._mode is not _Mode.PLAYING:
            return
        dropped = 0 if sent is None or self._line is None else max(0, self._line.ended - sent)
        self._fade(dropped)
        self._mode = _Mode.PAUSED
        if sent is not None and self._line is not None and dropped:
            self._line.take_back(sent, dropped)

    def resume(self) -> None:
        """Go on, as loud as ever, from the beginning of the word that was cut, or of its phrase when that was
        long ago; see `resuming`."""
        self._gain.unduck()
        line = self._line
        if line is not None and self._mode is _Mode.PAUSED:
            line.at = resume_at(line, self._silent)
            if line.at:
                self._gain.rise()
        self._mode = _Mode.PLAYING
        self._silent = 0

    def recall(self, sent: int) -> None:
        """What came after position `sent` was dropped on its way out: the line goes on from there, at a word;
        of a line before it that is cut. Whoever comes back from a hold has lost the thread."""
        self._silent = LOST_THREAD
        self._flows = False
        self._gain.forget()
        for line in self._settling:
            for index, word in enumerate(line.words):
                if word.state is not WordState.SENT or word.sent_at <= sent:
                    continue
                if line is self._line:
                    word.state = WordState.QUEUED
                    line.at = min(line.at, word.start)
                    line.unsent = min(line.unsent, index)
                    self._gain.rise()
                else:
                    word.state = WordState.CUT

    def cancel(self, sent: int | None = None) -> None:
        """Stop within 5 ms and forget the rest. `sent`: what came after this position was dropped on its way
        out."""
        line = self._line
        if line is None:
            self._drop()
            return
        unfinished = not line.complete or line.ahead > 0 or any(part.end < 0 for part in line.sentences)
        self._guess_sent(line)
        for word in line.words:
            dropped = word.state is WordState.SENT and sent is not None and word.sent_at > sent
            if word.state is WordState.QUEUED or dropped:
                word.state = WordState.CUT
        line.cut_short = unfinished
        if self._mode is _Mode.PLAYING:
            self._fade(0 if sent is None else max(0, line.ended - sent))
        self._drop()

    def finish(self, waited: bool = False) -> None:
        """The drained line is done with; `waited`: long enough for the caller to have heard all of it."""
        if waited and self._line is not None:
            self._line.change(WordState.SENT, WordState.HEARD)
        self._drop()

    def abandon(self, t: int, played: int) -> None:
        """The leg is gone at position `t`: what is on its way will not be heard."""
        if self._line is not None:
            self._guess_sent(self._line)
        self._age(played)
        self.cancel()
        self._drop()
        for line in self._settling:
            line.change(WordState.SENT, WordState.LOST)

    def settled(self) -> list[Line]:
        """Lines whose every word has met its end, each told once, oldest first."""
        done = [line for line in self._settling if line is not self._line and line.settled]
        if done:
            self._settling = [line for line in self._settling if line not in done]
        return done

    # ---- inside

    def _drop(self) -> None:
        if self._line is not None:
            self._line.audio = bytearray()
        self._line = None
        self._mode = _Mode.PLAYING
        self._flows = False
        self._gain.rest()

    def _fade(self, dropped: int = 0) -> None:
        """The sound stops here, or so many samples earlier, which did not go out."""
        if self._flows and self._line is not None:
            self._gain.fade(self._line.following(FADE_SAMPLES, dropped))
        self._flows = False

    def _starve(self, line: Line) -> None:
        """The voice is late: there is nothing to play."""
        if self._flows and line.unfinished:
            self._gain.hush(line.audio[-2:])
            self._gain.rise()
        self._flows = False

    def _space(self, line: Line, index: int) -> None:
        """The pause between two sentences, less what has passed of it in waiting for the second."""
        if line.audio:
            waited = self._t + FRAME_SAMPLES - line.ended if line.ahead <= 0 else 0
            line.audio += bytes(2 * max(0, _gap(line, index) - max(0, waited)))

    def _age(self, played: int) -> None:
        self._played = played
        if self._line is not None and self._mode is _Mode.PLAYING:
            self._line.mark_sent()
        for line in self._settling:
            line.hear(played)

    @property
    def _letter(self) -> float:
        """Samples that the voice takes for a letter."""
        return self._letters_took / self._letters

    def _guess_sent(self, line: Line) -> None:
        """Nothing more will be sent. How far the audio got in a sentence that is not complete, by how long
        such a one takes."""
        for index, sentence in enumerate(line.sentences):
            if sentence.sounded and sentence.end < 0:
                line.guess(index, self._letter)
        line.mark_sent()


def _gap(line: Line, index: int) -> int:
    """Samples of silence before a sentence: its own, or by how the one before it ends."""
    if line.sentences[index].pause:
        return line.sentences[index].pause
    before = line.sentences[index - 1].spoken.written.rstrip(" \"'”’)]") if index else ""
    return CLAUSE_GAP_SAMPLES if before.endswith((",", "，", "、")) else SENTENCE_GAP_SAMPLES
