"""The inside of a worker whose voice is a small library, much faster than speech: texts in, 16 kHz audio and
word marks out (see pipelines.engines.tts.in_worker).

Each text is cut into pieces and streams take turns, so that none waits for another's whole text; none gets
more than AHEAD_SAMPLES ahead of its listener, beside a piece that was begun.
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from mediaserver.errors import EngineError, EngineMissingError
from mediaserver.media.time import SAMPLE_RATE, SAMPLES_PER_MS
from pipelines.engines.tts.worker.edges import NOTHING, Edges, Pcm
from pipelines.engines.tts.worker.manner import SpokenManner
from pipelines.engines.tts.worker.pieces import PIECE_CHARS, pieces
from pipelines.workers.entry import WorkerSocket
from pipelines.workers.faults import ABOUT_REQUEST, kind_of, said
from pipelines.workers.protocol import Msg, WorkerMessage

AHEAD_SAMPLES = 2 * SAMPLE_RATE
CHUNK_SAMPLES = 100 * SAMPLES_PER_MS
"""Audio goes up in chunks of at most 100 ms."""


class MadeSpeech(NamedTuple):
    """A stretch of a piece's audio."""

    samples: Pcm
    """16 kHz; may be empty, where others are to have a turn."""
    words: tuple[tuple[int, int, int], ...] = ()
    """(start, end) in the piece's text and the 16 kHz sample since the piece's beginning, in order."""


class SmallVoice(Protocol):
    """A library that speaks."""

    def choose(self, voice: str, language: str) -> str:
        """Its own name of what is to speak. Raises EngineMissingError."""

    def make(self, voice: str, manner: SpokenManner, piece: str) -> Generator[MadeSpeech, None, None]:
        """One piece of a text. Closing it early gives it up. Raises EngineError."""


@dataclass(slots=True)
class _Speech:
    """One text: what is left of it, and the audio between the library and the listener."""

    voice: str
    manner: SpokenManner
    left: Iterator[tuple[int, str]]
    piece: Generator[MadeSpeech, None, None] | None = None
    """That is being made."""
    offset: int = 0
    """Of that piece in the text."""
    before: int = 0
    """Samples of the pieces before it."""
    taken: int = 0
    """Samples from the library so far."""
    edges: Edges = field(default_factory=Edges)
    words: list[tuple[int, int, int]] = field(default_factory=list)
    """(start, end, sample of the untrimmed audio), not yet sent."""
    ahead: int = 0


class SpeechMaker:
    """Never returns from `run`."""

    def __init__(self, sock: WorkerSocket, library: SmallVoice) -> None:
        self._sock = sock
        self._library = library
        self._speeches: OrderedDict[int, _Speech] = OrderedDict()

    def run(self) -> None:
        while True:
            busy = self._work()
            for message in self._sock.receive(0.0 if busy else None):
                self._take(message)

    def _take(self, message: WorkerMessage) -> None:
        id = message.id
        if message.kind is Msg.OPEN:
            try:
                self._speeches[id] = self._speech(message.json())
            except Exception as error:  # of what stands in it: another machine may have written it
                self._refuse(id, error, ABOUT_REQUEST)
        elif message.kind is Msg.CANCEL:
            speech = self._speeches.pop(id, None)
            if speech is not None and speech.piece is not None:
                speech.piece.close()
        elif message.kind is Msg.CREDIT and id in self._speeches:
            (samples,) = struct.unpack("<I", message.payload)
            self._speeches[id].ahead -= samples

    def _work(self) -> bool:
        """One step for the first speech that may go on; False when none may."""
        may = [
            id
            for id, speech in self._speeches.items()
            if speech.piece is not None or speech.ahead < AHEAD_SAMPLES
        ]
        if not may:
            return False
        # Whoever waits for a first sound comes first, then whoever was served longest ago.
        id = next((id for id in may if self._speeches[id].edges.begun is None), may[0])
        self._speeches.move_to_end(id)
        try:
            self._step(id, self._speeches[id])
        except Exception as error:  # whatever a library does with a text
            del self._speeches[id]
            self._refuse(id, error, kind_of(error))
        return True

    def _speech(self, fields: Mapping[str, Any]) -> _Speech:
        """Raises EngineMissingError, and anything for fields that are none."""
        voice, language, text = (str(fields[name]) for name in ("voice", "language", "text"))
        manner = SpokenManner.of(fields)
        if len(text) > PIECE_CHARS:  # MOST_CHARS of the IPA are not the sound of so much
            manner = replace(manner, phonemes="")
        whole = iter([(0, text)]) if manner.phonemes else pieces(text)
        return _Speech(self._library.choose(voice, language), manner, whole)

    def _refuse(self, id: int, error: Exception, kind: str) -> None:
        why = str(error) if isinstance(error, EngineError) else said(error)
        missing = {"missing": True} if isinstance(error, EngineMissingError) else {}
        self._sock.send_json(Msg.FAILED, id, error=why, kind=kind, **missing)

    def _step(self, id: int, speech: _Speech) -> None:
        if speech.piece is None:
            following = next(speech.left, None)
            if following is None:
                self._emit(id, speech, NOTHING, last=True)
                del self._speeches[id]
                self._sock.send_json(Msg.DONE, id)
                return
            speech.offset, text = following
            speech.before = speech.taken
            speech.piece = self._library.make(speech.voice, speech.manner, text)
        made = next(speech.piece, None)
        if made is None:
            speech.piece = None
            return
        speech.words += [
            (speech.offset + start, speech.offset + end, speech.before + at) for start, end, at in made.words
        ]
        speech.taken += len(made.samples)
        self._emit(id, speech, made.samples)

    def _emit(self, id: int, speech: _Speech, samples: Pcm, *, last: bool = False) -> None:
        audio = speech.edges.process(samples, last=last)
        if not len(audio):
            return
        begun = speech.edges.begun or 0
        marks = [
            (start, stop, max(0, at - begun))
            for start, stop, at in speech.words
            if last or at < speech.edges.end
        ]
        del speech.words[: len(marks)]
        if marks:
            self._sock.send_json(Msg.RESULT, id, words=marks)
        for at in range(0, len(audio), CHUNK_SAMPLES):
            self._sock.send(Msg.AUDIO, id, audio[at : at + CHUNK_SAMPLES].tobytes())
        speech.ahead += len(audio)
