"""The espeak-ng worker: texts in, 16 kHz audio and word marks out.

espeak-ng is not thread-safe and cannot pause, but it speaks hundreds of times faster than real time.
"""

from __future__ import annotations

import ctypes
import logging
import math
import re
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import espeakng_loader
import numpy as np
import numpy.typing as npt

from mediaserver.errors import EngineMissingError
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.tts.block_resample import BlockResampler
from pipelines.engines.tts.espeak.phoneme_table import mnemonics, read_by
from pipelines.engines.tts.worker.edges import Edges
from pipelines.engines.tts.worker.ipa import tail_of
from pipelines.engines.tts.worker.letters import with_times_read
from pipelines.engines.tts.worker.manner import PhonemeReader, SpokenManner
from pipelines.engines.tts.worker.placing import placed
from pipelines.engines.tts.worker.speaker import MadeSpeech, SpeechMaker
from pipelines.workers.entry import become_worker
from pipelines.workers.protocol import Msg

LANGUAGES = {"": "en-us", "en": "en-us", "zh": "cmn", "no": "nb", "zh-hk": "yue"}
"""Where a language's usual voice has another name."""

_ENGLISH = re.compile(r"(?:[a-z]+/)?en(?![a-z])", re.IGNORECASE)

_NAME = re.compile(r"[^/\\.+\x00-\x1f]+(?:/[^/\\.+\x00-\x1f]+)*(?:\+[\w-]+)?", re.ASCII)
"""Of a voice, and perhaps its variant. espeak-ng opens what it has no name for as a file below its own
folder: with a dot in it that could be any file of this machine."""

Pcm = npt.NDArray[np.int16]

_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1
_PHONEMES = 0x100
"""Of a text: what stands in [[...]] are mnemonics. Never set for anybody's words."""
_IPA = 2
_RATE = 1
_PITCH = 3
_WORD = 1
_NORMAL_WPM = 175


class _EspeakEvent(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char_p),
    )


class _EspeakVoice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_EspeakEvent)
)


def voice_for(language: str, voices: Sequence[tuple[str, str, str]]) -> str:
    """The voice of a language (BCP 47) among these (identifier, language, name): the region's own, else the
    language's. espeak itself refuses what it has no file for, `en-gb` and `de-at` among them."""
    wanted = language.lower()
    if wanted in LANGUAGES:
        return LANGUAGES[wanted]
    for identifier, spoken, _ in voices:
        if spoken == wanted:
            return identifier
    base, _, region = wanted.partition("-")
    if base == "es" and region not in ("", "es"):
        return "es-419"  # the one of the Americas
    if base == "en" and region not in ("", "us", "ca", "ph"):
        return "gmw/en"  # British
    return LANGUAGES.get(base, base)


class Espeak:
    """The library, once per process."""

    def __init__(self) -> None:
        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.rate = int(self._lib.espeak_Initialize(_SYNCHRONOUS, 20, data, _DONT_EXIT))
        if self.rate <= 0:
            raise RuntimeError(f"espeak-ng cannot read its data in {data.decode()}")
        self._callback = _Callback(self._take)  # kept: C holds only a pointer to it
        self._lib.espeak_SetSynthCallback(self._callback)
        self._audio: list[Pcm] = []
        self._words: list[tuple[int, int, int]] = []
        self._voice = ""
        self._wpm = 0
        self._pitch = 0
        self._mnemonics = mnemonics(Path(data.decode()) / "phontab")
        self._known: dict[str, Mapping[str, str]] = {}
        """IPA -> mnemonic, of each voice that was asked for any."""
        self.voices = self._listed()
        """(identifier, language, name) of every voice."""

    def _listed(self) -> list[tuple[str, str, str]]:
        self._lib.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_EspeakVoice))
        listed = self._lib.espeak_ListVoices(None)
        found: list[tuple[str, str, str]] = []
        while listed[len(found)]:
            voice = listed[len(found)].contents
            # The first byte of `languages` is a priority.
            language = voice.languages[1:].split(b"\0")[0]
            found.append(tuple(x.decode(errors="replace") for x in (voice.identifier, language, voice.name)))
        return found

    def select(self, voice: str, rate: float, pitch: float = 1.0) -> bool:
        """Use a voice (identifier, name or language) at multiples of its speed and pitch; False if
        unknown."""
        if voice != self._voice:
            if not _NAME.fullmatch(voice):
                return False
            self._voice = ""
            if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
                return False
            self._voice = voice
            self._wpm = self._pitch = 0  # a voice brings its own along
        wpm = round(min(max(_NORMAL_WPM * rate, 80), 450))
        if wpm != self._wpm:
            self._lib.espeak_SetParameter(_RATE, wpm, 0)
            self._wpm = wpm
        level = min(max(round(50 + 50 * math.log2(pitch)), 0), 100)  # an octave either way, 50 is the usual
        if level != self._pitch:
            self._lib.espeak_SetParameter(_PITCH, level, 0)
            self._pitch = level
        return True

    @property
    def known(self) -> Mapping[str, str]:
        """IPA -> mnemonic, of the voice that is selected."""
        voice = self._voice.partition("+")[0]  # a variant has its voice's; there may be any number of them
        if voice not in self._known:
            self.say("", _PHONEMES)  # from here on mnemonics are read
            self._known[voice] = read_by(self._ipa, self._mnemonics)
        return self._known[voice]

    def _ipa(self, mnemonics: str) -> str:
        """What the voice makes of them."""
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        text = ctypes.c_char_p(f"[[{mnemonics}]]".encode())
        read = self._lib.espeak_TextToPhonemes(ctypes.byref(text), _UTF8 | _PHONEMES, _IPA)
        return (read or b"").decode(errors="replace").strip()

    def say(self, text: str, how: int = 0) -> tuple[Pcm, list[tuple[int, int, int]]]:
        """Samples at `rate` and (start, end, sample) of each word. `how`: 0 or _PHONEMES."""
        self._audio, self._words = [], []
        data = text.encode() + b"\0"
        self._lib.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, _UTF8 | how, None, None)
        audio = np.concatenate(self._audio) if self._audio else np.zeros(0, np.int16)
        return audio, self._words

    def _take(self, wav: Any, count: int, events: Any) -> int:
        if wav and count > 0:
            self._audio.append(np.ctypeslib.as_array(wav, (count,)).copy())
        at = 0
        while events[at].type != 0:
            event = events[at]
            if event.type == _WORD:
                start = event.text_position - 1
                self._words.append((start, start + event.length, event.sample))
            at += 1
        return 0


class EspeakVoice:
    """See pipelines.engines.tts.worker.speaker.SmallVoice."""

    def __init__(self, espeak: Espeak) -> None:
        self._espeak = espeak
        self._reader = PhonemeReader()

    def choose(self, voice: str, language: str) -> str:
        if not voice or voice.startswith("+"):  # a variant of the language's own voice: +f2
            voice = voice_for(language, self._espeak.voices) + voice
        return voice

    def make(self, voice: str, manner: SpokenManner, piece: str) -> Generator[MadeSpeech, None, None]:
        """All of it at once: espeak-ng cannot pause, and takes some 15 ms for the longest."""
        if not self._espeak.select(voice, manner.rate, manner.pitch):
            raise EngineMissingError(f"espeak-ng has no voice or language {voice!r}")
        if manner.phonemes:
            told = self._reader.read(manner.phonemes, self._espeak.known, voice)
            if told:
                yield self._sounded("|".join(told), piece)
                return
        audio, words = self._espeak.say(with_times_read(piece) if _ENGLISH.match(voice) else piece)
        resampler = BlockResampler(self._espeak.rate)
        samples = np.concatenate([resampler.process(audio), resampler.flush()])
        ratio = SAMPLE_RATE / self._espeak.rate
        yield MadeSpeech(samples, tuple((start, end, round(at * ratio)) for start, end, at in words))

    def _sounded(self, told: str, piece: str) -> MadeSpeech:
        """Of mnemonics it knows no words: they are placed by ear."""
        audio, _ = self._espeak.say(f"[[{told}]]{tail_of(piece)}", _PHONEMES)
        resampler = BlockResampler(self._espeak.rate)
        samples = Edges().process(np.concatenate([resampler.process(audio), resampler.flush()]), last=True)
        return MadeSpeech(samples, tuple(placed(piece, samples)))


def main() -> None:
    sock = become_worker()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    espeak = Espeak()
    espeak.select("en-us", 1.0)
    espeak.say("ready")  # reads the voice and the dictionary before anyone waits
    sock.send_json(Msg.READY, voices=espeak.voices)
    SpeechMaker(sock, EspeakVoice(espeak)).run()
