"""The Pico worker: texts in, 16 kHz audio and word marks out."""

from __future__ import annotations

import logging
from collections.abc import Generator

import numpy as np

from mediaserver.errors import EngineMissingError
from mediaserver.media.time import SAMPLES_PER_MS
from pipelines.engines.tts.pico.library import FILES, Pico, PicoLibrary
from pipelines.engines.tts.pico.phoneme_table import TABLE
from pipelines.engines.tts.worker.edges import Edges, Pcm
from pipelines.engines.tts.worker.ipa import tail_of
from pipelines.engines.tts.worker.letters import with_letters_read
from pipelines.engines.tts.worker.manner import PhonemeReader, SpokenManner
from pipelines.engines.tts.worker.pieces import pause_behind
from pipelines.engines.tts.worker.placing import placed, words_in
from pipelines.engines.tts.worker.speaker import MadeSpeech, SpeechMaker
from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg

VOLUME = 40
"""Per cent. At its usual volume three of the six voices are clipped at their loudest; at this none
comes above -3 dBFS."""
SLOWEST, FASTEST = 0.5, 3.0
"""Beyond these it cannot be followed. As factors of its usual speed."""
QUIET = 250
"""Its silence drifts, now and then, by half as much (int16)."""
EDGE = 15 * SAMPLES_PER_MS
"""Kept on either side of what is louder."""
_MARKUP = {ord(each): " " for each in "<>&\\"}
"""Pico reads `<play file=...>` and the like in a text. One for one, so that positions hold."""
_REGIONS = {"en-gb": "en-GB", "en-au": "en-GB", "en-nz": "en-GB", "en-ie": "en-GB", "en-za": "en-GB"}
_SPOKEN = {"de": "de-DE", "en": "en-US", "es": "es-ES", "fr": "fr-FR", "it": "it-IT"}
_BY_NAME = {name.lower(): name for name in FILES}


def voice_for(language: str) -> str:
    """The voice of a language (BCP 47): its region's own, or the nearest. Raises EngineMissingError."""
    tag = language.lower().replace("_", "-") or "en"
    found = _BY_NAME.get(tag) or _REGIONS.get(tag) or _SPOKEN.get(tag.partition("-")[0])
    if found is None:
        raise EngineMissingError(f"pico does not speak {language!r}: it has {', '.join(FILES)}")
    return found


class PicoVoice:
    """See pipelines.engines.tts.worker.speaker.SmallVoice. Keeps those that were used, for the next text."""

    def __init__(self) -> None:
        """Raises EngineError and OSError."""
        self._library = PicoLibrary()
        self._idle: dict[str, list[Pico]] = {}
        self._reader = PhonemeReader()

    def choose(self, voice: str, language: str) -> str:
        if not voice:
            return voice_for(language)
        found = _BY_NAME.get(voice.lower())
        if found is None:
            raise EngineMissingError(f"pico has no voice {voice[:100]!r}: it has {', '.join(FILES)}")
        return found

    def make(self, voice: str, manner: SpokenManner, piece: str) -> Generator[MadeSpeech, None, None]:
        idle = self._idle.setdefault(voice, [])
        pico = idle.pop() if idle else Pico(self._library, voice)
        speed = round(100 * min(max(manner.rate, SLOWEST), FASTEST))
        text = piece.translate(_MARKUP)
        if voice.startswith("en"):
            text = with_letters_read(text)
        if sounds := self._reader.read(manner.phonemes, TABLE[voice], voice):  # of our own table alone
            text = f"<phoneme ph='{''.join(sounds)}'/>{tail_of(text)}"
        pitch = round(100 * manner.pitch)
        text = f'<pitch level="{pitch}"><volume level="{VOLUME}">{text}</volume></pitch>'
        said = pico.say(f'<speed level="{speed}">{text}</speed>')
        try:
            yield from _marked(piece, said)
        finally:
            said.close()
            idle.append(pico)


def _marked(piece: str, said: Generator[Pcm, None, None]) -> Generator[MadeSpeech, None, None]:
    """The piece without the silence around it, and the pause that belongs behind it. Pico does not say when
    it begins a word: all but the first are placed once the whole piece is there, a few hundredths of a second
    after its first sound."""
    edges, begun = Edges(QUIET, EDGE, EDGE), False
    rest: list[Pcm] = []
    whole: list[Pcm] = []
    for stretch in said:
        samples = edges.process(stretch)
        whole.append(samples)
        if begun:
            rest.append(samples)
            yield MadeSpeech(samples[:0])  # others may have a turn
        elif len(samples):
            begun = True
            first = words_in(piece)[:1]
            yield MadeSpeech(samples, tuple((start, end, 0) for start, end in first))
    last = edges.process(np.zeros(0, np.int16), last=True)
    if not begun:
        return
    whole.append(last)
    audio = np.concatenate(whole)
    marks = placed(piece, audio)
    pause = np.zeros(pause_behind(piece), np.int16)  # in the place of Pico's own half a second
    yield MadeSpeech(np.concatenate([*rest, last, pause]), tuple(marks[1:]))


def main() -> None:
    sock = become_worker()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    voice = PicoVoice()
    for _ in voice.make("en-US", SpokenManner(), "Ready."):
        pass  # reads the files before anyone waits
    sock.send_json(Msg.READY, voices=[[name, name, name] for name in FILES])
    SpeechMaker(sock, voice).run()
