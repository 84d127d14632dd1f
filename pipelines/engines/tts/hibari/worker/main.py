"""The hibari worker: texts in, 16 kHz audio and word marks out."""

from __future__ import annotations

import gc
import logging
from collections.abc import Generator, Iterator, Sequence
from itertools import chain

import numpy as np
from hibari import dsp

from mediaserver.errors import EngineError, EngineMissingError
from mediaserver.media.time import SAMPLE_RATE, SAMPLES_PER_MS
from pipelines.engines.tts.block_resample import BlockResampler
from pipelines.engines.tts.hibari.worker.locating import located
from pipelines.engines.tts.hibari.worker.model import HibariModel, SoundPlan
from pipelines.engines.tts.hibari.worker.phoneme_table import TABLE
from pipelines.engines.tts.hibari.worker.reading import HibariReader, ReadWord
from pipelines.engines.tts.hibari.worker.sounding import FrameSounds
from pipelines.engines.tts.worker.edges import NOTHING, Edges, Pcm
from pipelines.engines.tts.worker.ipa import tail_of
from pipelines.engines.tts.worker.manner import PhonemeReader, SpokenManner
from pipelines.engines.tts.worker.pieces import pause_behind
from pipelines.engines.tts.worker.speaker import MadeSpeech, SpeechMaker
from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg

VOICE, LANGUAGE = "heart", "en-US"
SLOWEST, FASTEST = 0.5, 2.5
"""Beyond these it swallows sounds. As factors of its usual speed."""
MOST_PHONEMES = 240
"""At once: some 15 s of speech. What is longer is a row of numbers."""
FIRST_FRAMES, NEXT_FRAMES = 32, 160
"""0.4 s, some 5 ms of work, and 2 s, some 15: each step does the work of 54 frames more."""
FRAME_SAMPLES = dsp.HOP * SAMPLE_RATE // dsp.SR
QUIET = 120
EDGE = 15 * SAMPLES_PER_MS
"""Kept on either side of what is louder."""


class HibariVoice:
    """See pipelines.engines.tts.worker.speaker.SmallVoice."""

    def __init__(self) -> None:
        """Raises EngineError, OSError, and what onnxruntime raises."""
        self._model = HibariModel()
        self._reader = HibariReader()
        self._sounds = PhonemeReader()

    def choose(self, voice: str, language: str) -> str:
        if language.lower().replace("_", "-").partition("-")[0] not in ("", "en"):
            raise EngineMissingError(f"hibari does not speak {language!r}: it has American English alone")
        if voice.lower() not in ("", VOICE):
            raise EngineMissingError(f"hibari has no voice {voice[:100]!r}: it has {VOICE}")
        return VOICE

    def make(self, voice: str, manner: SpokenManner, piece: str) -> Generator[MadeSpeech, None, None]:
        plans, said, frames = list[SoundPlan](), list[tuple[str, int]](), 0
        if sounds := self._sounds.read(manner.phonemes, TABLE, VOICE):
            read = [ReadWord(piece, "".join(sounds) + tail_of(piece))]
        else:
            read = self._reader.read(piece)
        for words in _runs(read):
            plan, begins = self._planned(words, manner.rate)
            said += [
                (word.text, frames + begin - plan.first) for word, begin in zip(words, begins, strict=True)
            ]
            frames += plan.last - plan.first
            plans.append(plan)
            yield MadeSpeech(NOTHING)  # others may have a turn
        edges, begun = Edges(QUIET, EDGE, EDGE), False
        for plan in plans:
            for stretch in self._sound(plan, manner.pitch):
                samples = edges.process(stretch)
                if begun or edges.begun is None:
                    yield MadeSpeech(samples)
                    continue
                begun, end = True, frames * FRAME_SAMPLES - edges.begun
                heard = [(word, min(max(0, at * FRAME_SAMPLES - edges.begun), end)) for word, at in said]
                marks = [
                    (start, stop, at if n else 0)
                    for n, (start, stop, at) in enumerate(located(piece, heard, end))
                ]
                yield MadeSpeech(samples, tuple(marks))
        if begun:
            pause = np.zeros(pause_behind(piece), np.int16)  # in the place of its own 0.3 s
            yield MadeSpeech(np.concatenate([edges.process(NOTHING, last=True), pause]))

    def _planned(self, words: Sequence[ReadWord], rate: float) -> tuple[SoundPlan, list[int]]:
        """A run of words, and the frame where each of them begins."""
        phonemes, places = list[int](), list[int]()
        for word in words:
            places.append(len(phonemes))
            phonemes += [self._model.symbols[each] for each in word.phonemes if each in self._model.symbols]
        plan = self._model.plan(phonemes, min(max(rate, SLOWEST), FASTEST))
        return plan, [int(plan.begins[place]) if place < len(plan.begins) else plan.last for place in places]

    def _sound(self, plan: SoundPlan, pitch: float) -> Iterator[Pcm]:
        """In stretches at 16 kHz: a short one, so that it is heard soon, then longer ones."""
        sounds, resampler = FrameSounds(plan.pitch, plan.first, pitch), BlockResampler(dsp.SR)
        start, step = plan.first, FIRST_FRAMES
        while start < plan.last:
            end = min(plan.last, start + step)
            last = end == plan.last
            loud = 32_767 * sounds.of(self._model.spectrum(plan, start, end), last=last)
            audio = resampler.convert(loud)
            if last:
                audio = np.concatenate([audio, resampler.finish()])
            if not np.isfinite(audio).all():
                raise EngineError("hibari made numbers that are no sound")
            yield np.clip(np.rint(audio), -32_768, 32_767).astype(np.int16)
            start, step = end, NEXT_FRAMES


def _runs(words: Sequence[ReadWord]) -> Iterator[list[ReadWord]]:
    """Words that the network takes at once; none where there is nothing to be said."""
    run, size = list[ReadWord](), 0
    for word in chain.from_iterable(map(_parts, words)):
        if run and size + len(word.phonemes) > MOST_PHONEMES:
            yield run
            run, size = [], 0
        run.append(word)
        size += len(word.phonemes)
    if any(word.phonemes.strip() for word in run):
        yield run


def _parts(word: ReadWord) -> Iterator[ReadWord]:
    """A word that is longer than what the network takes (a row of signs, each read as a word), in parts."""
    text, phonemes = word
    while len(phonemes) > MOST_PHONEMES:
        cut = phonemes.rfind(" ", 1, MOST_PHONEMES) + 1 or MOST_PHONEMES
        yield ReadWord(text, phonemes[:cut])
        text, phonemes = "", phonemes[cut:]
    yield ReadWord(text, phonemes)


def main() -> None:
    sock = become_worker()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    voice = HibariVoice()
    for _ in voice.make(VOICE, SpokenManner(), "Ready, voiceforgers."):
        pass  # reads the last files, those for words that no dictionary has, before anyone waits
    gc.collect()
    gc.freeze()  # a million entries of dictionaries: looking through them takes a tenth of a second
    sock.send_json(Msg.READY, voices=[[VOICE, LANGUAGE, VOICE]])
    SpeechMaker(sock, voice).run()
