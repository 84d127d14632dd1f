"""The speaking side of one call: turns the pieces of a reply into sentences and has them voiced in time.

A sentence is synthesised while the one before is played, and never much earlier. A voice that fails costs
words, never the call; where the last words of a line are lost the caller hears a signal in their place.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from mediaserver.errors import EngineError
from mediaserver.media.leg import Frame
from mediaserver.media.time import FRAME_SAMPLES, SAMPLE_RATE, SAMPLES_PER_MS
from pipelines.conversation.agent import FASTEST, SLOWEST, Play, Say
from pipelines.conversation.line import Line
from pipelines.conversation.playout import Playout
from pipelines.conversation.signals import NO_SOUND, PATIENCE, TROUBLE, faded, over
from pipelines.conversation.transcript import SpokenLine, Thought, Transcript
from pipelines.engines.finish.levels import amplified
from pipelines.engines.protocols import AS_USUAL, KeepsSpeech, SpeechManner, Tts, TtsChunk, in_manner
from pipelines.spoken.dictionary import EMPTY, Dictionary
from pipelines.spoken.forms import spoken
from pipelines.spoken.pronunciation import NONE, Pronunciations
from pipelines.spoken.sentences import split_sentences
from pipelines.spoken.speech import Spoken, as_written, said_instead

log = logging.getLogger(__name__)

TRIES = 2
"""A voice that fails so often without one more word of a sentence has lost the rest of it."""
AHEAD_SAMPLES = 3_000 * SAMPLES_PER_MS
"""The next sentence is synthesised once less than this is left to play."""
FIRST_CHUNK_S = 2.5
"""A voice that has given nothing after this long has failed; in the middle of a sentence, when the caller has
heard nothing for so long."""
NEXT_CHUNK_S = 5.0
"""Nor is it waited for longer than this while there is still something to play."""
FILLER_S = 1.0
"""A filler that has not begun by then is none: the answer may wait behind it."""
MOST_CHARS = 4_000
"""Of one piece of a reply: more than four minutes of speech. More would keep the loop busy."""
RECENT_LINES = 3
"""An echo is at most one line late."""


@dataclass(frozen=True, slots=True)
class _Tongue:
    """Who says a sentence, and in which language."""

    voice: str
    language: str
    rate: float = field(compare=False)
    """How fast; it makes no other tongue."""
    gain_db: float = field(default=0.0, compare=False)
    """How much louder; likewise."""
    manner: SpeechManner = field(default=AS_USUAL, compare=False)
    """Likewise."""


class Speaking:
    """`now` reads the session's clock in seconds, for latency figures only."""

    def __init__(
        self,
        tts: Tts,
        transcript: Transcript,
        now: Callable[[], float],
        failed: Callable[[str, str], None],
        *,
        voice: str = "",
        language: str = "en",
        rate: float = 1.0,
        pronunciations: Pronunciations = NONE,
        dictionary: Dictionary = EMPTY,
    ) -> None:
        """`pronunciations`: of the first language and voice; `dictionary` has those of others."""
        self.playout = Playout()
        self._tts = tts
        self._keeps = tts if isinstance(tts, KeepsSpeech) else None
        self._transcript = transcript
        self._now = now
        self._failed = failed
        self._first = self._tongue = self._saying = _Tongue(voice, language, rate)
        """In which the call began, new sentences are said, and the present one is."""
        self._pronunciations, self._dictionary = pronunciations, dictionary
        self._present: SpokenLine | None = None
        self._unsettled: list[SpokenLine] = []
        self._lately: deque[Line] = deque(maxlen=RECENT_LINES)
        self._waiting: deque[tuple[int, Spoken, npt.NDArray[np.int16] | _Tongue]] = deque()
        """Sentences of the present line without audio: index, text, who says it or a recording of it."""
        self._lost = 0
        """Sentences in a row that no voice could say; a voice that hangs is given up sooner."""
        self._signal = NO_SOUND
        """What is left of a signal: it lies over whatever is said."""
        self._loop = NO_SOUND
        """What follows it, over and over."""
        self.fills = False
        """What was played last passes the time: the agent has got no further."""
        self._more = asyncio.Event()
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    # ---- what is to be said

    def say(self, epoch: int, piece: Say | Play, thought: Thought) -> None:
        """A piece of the reply of this epoch; its first piece opens a line."""
        said = self._line(epoch, thought)
        if thought.replied is None:
            thought.replied = self._now()
        match piece:
            case Say(text=text, interruptible=interruptible, language=language, voice=voice, rate=rate):
                tongue = self._tongue_of(language, voice) if language else self._tongue
                tongue = replace(tongue, rate=rate) if rate else tongue
                if len(text) > MOST_CHARS:
                    self._transcript.event("text_cut", characters=len(text), kept=MOST_CHARS)
                    text = text[:MOST_CHARS]
                if piece.segments and len(text) == len(piece.text):
                    self._say_segments(said.line, piece, tongue)
                else:
                    for sentence in split_sentences(text):
                        form = self._form(sentence, tongue)
                        index = self.playout.append(said.line, form, interruptible=interruptible)
                        self._waiting.append((index, form, tongue))
            case Play(samples=samples, text=text, interruptible=interruptible):
                form = as_written(text[:MOST_CHARS])
                index = self.playout.append(said.line, form, interruptible=interruptible)
                self._waiting.append((index, form, samples))
        self._more.set()
        self._transcript.says(said, piece.text[:MOST_CHARS])

    def _say_segments(self, line: Line, piece: Say, tongue: _Tongue) -> None:
        """What was written as SSML: each segment in its manner, behind its pause."""
        pause_ms = 0
        for segment in piece.segments:
            sayer = tongue
            if segment.language and segment.language != tongue.language:
                sayer = self._tongue_of(segment.language, "")
            sayer = replace(
                sayer,
                rate=min(max(tongue.rate * segment.rate, SLOWEST), FASTEST),
                gain_db=segment.gain_db,
                manner=SpeechManner(segment.pitch, segment.phonemes),
            )
            pause_ms += segment.pause_ms
            undivided = segment.said or segment.phonemes
            for sentence in [segment.text] if undivided else split_sentences(segment.text):
                form = said_instead(sentence, segment.said) if segment.said else self._form(sentence, sayer)
                index = self.playout.append(
                    line, form, interruptible=piece.interruptible, pause=pause_ms * SAMPLES_PER_MS
                )
                self._waiting.append((index, form, sayer))
                pause_ms = 0

    def fill(self, epoch: int, text: str, thought: Thought) -> None:
        """Pass the time until the next piece of the reply of this epoch with a few words, which come before
        it."""
        said = self._line(epoch, thought)
        form = self._form(text, self._tongue)
        self._waiting.append((self.playout.append(said.line, form, filler=True), form, self._tongue))
        self._more.set()

    def go_on_in(self, language: str, voice: str) -> None:
        """What is said from here on is said in this language (BCP 47); what waits keeps its own."""
        self._tongue = self._tongue_of(language, voice)

    def signal(self) -> None:
        """The same without words: a sound over whatever is played."""
        self._signal = PATIENCE

    def trouble(self) -> None:
        """Say without words that something is broken."""
        self._signal = TROUBLE

    def beside(self, sound: Frame, over_and_over: bool) -> None:
        """Play this in place of such a sound; empty: fall silent."""
        self._loop = NO_SOUND
        if len(sound):
            self._signal = sound
            if over_and_over:
                self._loop = np.tile(sound, -(-FRAME_SAMPLES // len(sound)))
        elif len(self._signal):
            self._signal = faded(self._signal)

    def complete(self, epoch: int) -> None:
        """No more pieces of this epoch will come."""
        if self._present is not None and self._present.epoch == epoch:
            self.playout.complete(self._present.line)
            self._more.set()

    def cancel(self, sent: int | None) -> None:
        """Be silent and forget the rest; see `Playout.cancel`."""
        self.playout.cancel(sent)
        self._stop()

    def recall(self, sent: int) -> None:
        """What came after this position was dropped on its way out; see `Playout.recall`."""
        self.playout.recall(sent)

    def unsaid(self, epoch: int) -> bool:
        """The line of this epoch's reply is the last one, and its last words were not said."""
        said = self._present
        return said is not None and said.epoch == epoch and said.line.unsaid

    # ---- what is heard

    def next_frame(self, t: int, played: int) -> Frame | None:
        line = self.playout.line
        self.fills = line is None or line.fills
        frame = self.playout.next_frame(t, played)
        said = self._present
        if frame is not None and said is not None and said.line.spoke is not None and not said.latency:
            self._transcript.first_audio(said, self._now())
        if self.playout.ahead < AHEAD_SAMPLES:
            self._room.set()
        if line is not None and not line.answers and self.playout.drained:
            self.playout.finish()
        if len(self._signal) < FRAME_SAMPLES and len(self._loop):
            self._signal = np.concatenate((self._signal, self._loop))
        if len(self._signal):
            self.fills = self.fills or frame is None
            frame, self._signal = over(frame, self._signal[:FRAME_SAMPLES]), self._signal[FRAME_SAMPLES:]
        return frame

    def abandon(self, t: int, played: int) -> None:
        """The leg is gone at position `t`."""
        self.playout.abandon(t, played)
        self._stop()
        self._failed = _unnoticed  # its owner's: nothing of a call is to wait for the garbage collector

    @property
    def late(self) -> bool:
        """The voice has not made all that is to be said."""
        return self.playout.line is not None and self.playout.line.late

    @property
    def lately(self) -> Iterable[Line]:
        """The last lines, the present one among them: what an echo may bring back."""
        return self._lately

    @property
    def unsettled(self) -> list[SpokenLine]:
        """Lines of which not all is known."""
        return [said for said in self._unsettled if said.line.answers]

    def settle(self) -> list[SpokenLine]:
        """Lines whose every word has met its end, each told once."""
        lines = self.playout.settled()
        if not lines:
            return []
        ended = [said for said in self._unsettled if said.line in lines]
        self._unsettled = [said for said in self._unsettled if said not in ended]
        done = [said for said in ended if said.line.answers]
        for said in done:
            self._transcript.settled(said)
        return done

    # ---- inside

    def _tongue_of(self, language: str, voice: str) -> _Tongue:
        """An empty voice: the call's first, in its own language."""
        first = self._first
        voice = voice or (first.voice if language == first.language else "")
        return _Tongue(voice, language, first.rate)

    def _form(self, sentence: str, tongue: _Tongue) -> Spoken:
        """A sentence as the voice says it."""
        known = self._pronunciations
        if tongue != self._first:
            known = self._dictionary.of(tongue.language, tongue.voice)
        return spoken(sentence, tongue.language, known)

    def _line(self, epoch: int, thought: Thought) -> SpokenLine:
        """The line of this epoch's reply."""
        said = self._present
        if said is not None and said.epoch == epoch and said.line is self.playout.line:
            return said
        self._stop()
        said = self._present = self._transcript.agent(epoch, self.playout.open(), thought)
        self._unsettled.append(said)
        self._lately.append(said.line)
        self._more.clear()
        self._task = asyncio.create_task(self._voice_line(said))
        return said

    def _stop(self) -> None:
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _voice_line(self, said: SpokenLine) -> None:
        line, dead = said.line, False
        while self.playout.line is line:
            if not self._waiting:
                if line.complete:
                    if line.unsaid:
                        signal = self.playout.append(line, as_written(""), filler=True)
                        self._feed(line, signal, TROUBLE)
                    return
                self._more.clear()
                await self._more.wait()
                continue
            index, form, sayer = self._waiting.popleft()
            if not isinstance(sayer, _Tongue):
                if not self._feed(line, index, sayer):
                    self.playout.lose(line, index)
                continue
            self._saying = sayer
            if not form.spoken:  # markup, emoji, code: there is nothing that a voice could be asked for
                self.playout.close(line, index)
                continue
            if dead and self._lost >= TRIES:
                self.playout.lose(line, index)  # nobody waits in silence for the rest
                continue
            if line.sentences[index].filler:
                await self._voice_filler(said, index, form)
                continue
            dead = not await self._voice_sentence(said, index, form)
            self._lost = self._lost + 1 if dead else 0
            while self.playout.line is line and self.playout.ahead >= AHEAD_SAMPLES:
                self._room.clear()
                await self._room.wait()

    def _feed(self, line: Line, index: int, recording: npt.NDArray[np.int16]) -> bool:
        """A sentence is this recording; False when nothing can be heard of it, and should."""
        self.playout.feed(line, index, TtsChunk(recording))
        return self._close(line, index, line.sentences[index].spoken.spoken)

    async def _voice_sentence(self, said: SpokenLine, index: int, form: Spoken) -> bool:
        """Where the voice dies it goes on, or the next of its list does, with the word that was cut. False
        when none can say the rest. One that said nothing of the sentence before is tried once."""
        line, place, failures = said.line, 0, min(self._lost, TRIES - 1)
        while failures < TRIES:
            try:
                await self._stream(said, index, form.spoken[place:])
                if self._close(line, index, form.spoken[place:]):
                    return True
                reason = "it made no sound"
            except (EngineError, TimeoutError) as error:
                reason = str(error) or "no audio in time"
                if isinstance(error, TimeoutError):
                    self._lost = TRIES  # each try costs the caller seconds
            except Exception as error:  # a mistake of the engine's costs no more than a failure it tells of
                log.exception("the voice failed")
                reason = f"{type(error).__name__}: {error}"
            reached = self.playout.break_off(line, index)
            failures = 1 if reached > place else failures + 1
            place = reached
            log.warning("the voice failed (try %d): %s", failures, reason)
            self._failed("tts", reason)
            if place >= len(form.spoken):
                self.playout.close(line, index)  # all its words are made: only what follows them is missing
                return True
        self.playout.lose(line, index)
        return False

    async def _voice_filler(self, said: SpokenLine, index: int, form: Spoken) -> None:
        """What fails of it is not missed, and says nothing about the answer."""
        try:
            await self._stream(said, index, form.spoken, FILLER_S)
        except Exception as error:
            log.warning("the voice failed in a filler: %r", error)
            self._failed("tts", str(error) or "no audio in time")
            self.playout.lose(said.line, index)
        else:
            self.playout.close(said.line, index)

    def _close(self, line: Line, index: int, text: str) -> bool:
        """A sentence has all its audio; False when that is none, and yet there is something to be said."""
        if self.playout.sounded(line, index) or not any(map(str.isalnum, text)):
            self.playout.close(line, index)
            return True
        return False

    async def _stream(self, said: SpokenLine, index: int, text: str, first_s: float | None = None) -> None:
        """Audio of this text: of sentence `index`, or of what is missing of it. `first_s`: it begins within
        this; None: within the usual time."""
        saying = self._saying
        form = said.line.sentences[index].spoken
        tts, manner, whole = self._tts, saying.manner, text == form.spoken
        if self._keeps is not None and whole:
            tts = self._keeps.kept_for(form.written)
        if not whole:
            manner = replace(manner, phonemes="")
        sayer = in_manner(tts, manner)
        stream = sayer.speak(text, voice=saying.voice, language=saying.language, rate=saying.rate)
        try:
            limit = FIRST_CHUNK_S if first_s is None else first_s
            while True:
                try:
                    async with asyncio.timeout(limit):
                        chunk = await anext(stream)
                except StopAsyncIteration:
                    return
                if chunk.samples.dtype != np.int16:
                    raise EngineError(f"its audio is {chunk.samples.dtype}, which must be int16")
                if chunk.instead_of:
                    self._failed("tts", chunk.instead_of)
                answers = not said.line.sentences[index].filler
                if answers and said.thought.voiced is None and len(chunk.samples):
                    said.thought.voiced = self._now()
                if saying.gain_db:
                    louder = amplified(chunk.samples, saying.gain_db, saying.gain_db)
                    chunk = replace(chunk, samples=louder)
                self.playout.feed(said.line, index, chunk)
                limit = min(FIRST_CHUNK_S + self.playout.ahead / SAMPLE_RATE, NEXT_CHUNK_S)
        finally:
            await stream.aclose()


def _unnoticed(engine: str, reason: str) -> None:
    """The call is over."""
