"""The espeak-ng worker: texts in, 16 kHz audio and word marks out.

espeak-ng is not thread-safe and cannot pause, but it speaks hundreds of times faster than real time: each
text is cut into pieces, streams take turns by piece, and none gets more than AHEAD_SAMPLES ahead of its
listener.
"""

from __future__ import annotations

import ctypes
import re
import struct
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import espeakng_loader
import numpy as np
import numpy.typing as npt

from mediaserver.media.time import SAMPLE_RATE, SAMPLES_PER_MS
from pipelines.engines.tts.block_resample import BlockResampler
from pipelines.workers.entry import WorkerSocket, become_worker
from pipelines.workers.protocol import Msg, WorkerMessage

AHEAD_SAMPLES = 2 * SAMPLE_RATE
PIECE_CHARS = 160
"""Longest run of text given to espeak at once: some 10 s of speech, 15 ms of work."""
QUIET = 120
"""Absolute int16 value below which leading and trailing audio is silence (-49 dBFS)."""
LEAD_KEPT = SAMPLES_PER_MS
"""Samples kept before the first loud one, so that its onset is not cut (1 ms)."""
TAIL_KEPT = 20 * SAMPLES_PER_MS
CHUNK_SAMPLES = 100 * SAMPLES_PER_MS
"""Audio goes up in chunks of 100 ms after the first, which goes at once."""

LANGUAGES = {"": "en-us", "en": "en-us", "zh": "cmn", "no": "nb", "zh-hk": "yue"}
"""Where a language's usual voice has another name."""

_NAME = re.compile(r"[^/\\.+\x00-\x1f]+(?:/[^/\\.+\x00-\x1f]+)*(?:\+[\w-]+)?", re.ASCII)
"""Of a voice, and perhaps its variant. espeak-ng opens what it has no name for as a file below its own
folder: with a dot in it that could be any file of this machine."""

Pcm = npt.NDArray[np.int16]

_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1
_RATE = 1
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


# The shortest run of some length that ends with a sentence; failing that with a clause, a word, anywhere.
_CUTS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rf".{{30,{PIECE_CHARS}}}?[.!?:;\n][\"')\]]*\s",
        rf".{{60,{PIECE_CHARS}}}?,\s",
        rf".{{1,{PIECE_CHARS}}}\s",
        rf".{{1,{PIECE_CHARS}}}",
    )
)


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text into runs that can be spoken one after the other: (offset, piece) pairs."""
    start = 0
    while start < len(text):
        end = len(text)
        for cut in _CUTS if end - start > 60 else ():
            found = cut.match(text, start)
            if found is not None:
                end = found.end()
                break
            if cut is _CUTS[0] and end - start <= PIECE_CHARS:
                break  # one sentence of bearable length: leave its melody alone
        yield start, text[start:end]
        start = end


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

    def select(self, voice: str, rate: float) -> bool:
        """Use a voice (identifier, name or language) at a multiple of the normal speed; False if unknown."""
        if voice != self._voice:
            if not _NAME.fullmatch(voice):
                return False
            self._voice = ""
            if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
                return False
            self._voice = voice
            self._wpm = 0  # a voice brings its own speed along
        wpm = round(min(max(_NORMAL_WPM * rate, 80), 450))
        if wpm != self._wpm:
            self._lib.espeak_SetParameter(_RATE, wpm, 0)
            self._wpm = wpm
        return True

    def say(self, text: str) -> tuple[Pcm, list[tuple[int, int, int]]]:
        """Samples at `rate` and (start, end, sample) of each word."""
        self._audio, self._words = [], []
        data = text.encode() + b"\0"
        self._lib.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, _UTF8, None, None)
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


@dataclass(slots=True)
class _SpeechInMaking:
    """One text: what is left of it, and the audio between espeak and the listener."""

    text: str
    voice: str
    rate: float
    left: list[tuple[int, str]]
    resampler: BlockResampler
    taken: int = 0
    """Samples from espeak so far, at its rate."""
    begun: int | None = None
    """Leading samples (16 kHz) cut away; None until something loud came."""
    made: int = 0
    """Samples (16 kHz) out of the resampler before the held ones."""
    held: Pcm = field(default_factory=lambda: np.zeros(0, np.int16))
    """Audio that is cut if it turns out to be the end, or the beginning."""
    words: list[tuple[int, int, int]] = field(default_factory=list)
    """(start, end, sample at 16 kHz of the uncut audio), not yet sent."""
    ahead: int = 0


class _Speaker:
    def __init__(self, sock: WorkerSocket, espeak: Espeak) -> None:
        self._sock = sock
        self._espeak = espeak
        self._speeches: OrderedDict[int, _SpeechInMaking] = OrderedDict()

    def run(self) -> None:
        while True:
            busy = self._work()
            for message in self._sock.receive(0.0 if busy else None):
                self._take(message)

    def _take(self, message: WorkerMessage) -> None:
        id = message.id
        if message.kind is Msg.OPEN:
            fields = message.json()
            text, language, voice = str(fields["text"]), str(fields["language"]), str(fields["voice"])
            if not voice or voice.startswith("+"):  # a variant of the language's own voice: +f2
                voice = voice_for(language, self._espeak.voices) + voice
            self._speeches[id] = _SpeechInMaking(
                text,
                voice,
                float(fields["rate"]),
                list(pieces(text)),
                BlockResampler(self._espeak.rate),
            )
        elif message.kind is Msg.CANCEL:
            self._speeches.pop(id, None)
        elif message.kind is Msg.CREDIT and id in self._speeches:
            (samples,) = struct.unpack("<I", message.payload)
            self._speeches[id].ahead -= samples

    def _work(self) -> bool:
        """One piece for the first speech that may go on; False when none may."""
        may = [id for id, speech in self._speeches.items() if speech.ahead < AHEAD_SAMPLES]
        if not may:
            return False
        # Whoever waits for a first sound comes first, then whoever was served longest ago.
        id = next((id for id in may if self._speeches[id].begun is None), may[0])
        self._speeches.move_to_end(id)
        self._piece(id, self._speeches[id])
        return True

    def _piece(self, id: int, speech: _SpeechInMaking) -> None:
        if not self._espeak.select(speech.voice, speech.rate):
            del self._speeches[id]
            why = f"espeak-ng has no voice or language {speech.voice!r}"
            self._sock.send_json(Msg.FAILED, id, error=why, missing=True)
            return
        if speech.left:
            offset, text = speech.left.pop(0)
            audio, words = self._espeak.say(text)
            for start, end, sample in words:
                at = round((speech.taken + sample) * SAMPLE_RATE / self._espeak.rate)
                speech.words.append((offset + start, offset + end, at))
            speech.taken += len(audio)
            self._emit(id, speech, speech.resampler.process(audio))
        if not speech.left:
            self._emit(id, speech, speech.resampler.flush(), last=True)
            del self._speeches[id]
            self._sock.send_json(Msg.DONE, id)

    def _emit(self, id: int, speech: _SpeechInMaking, samples: Pcm, *, last: bool = False) -> None:
        """Send what is certain to be neither leading nor trailing silence."""
        audio = np.concatenate([speech.held, samples])
        loud = np.flatnonzero(np.abs(audio.astype(np.int32)) >= QUIET)
        if speech.begun is None:
            if loud.size == 0:
                speech.made += len(audio)
                speech.held = audio[:0]
                return
            cut = max(0, int(loud[0]) - LEAD_KEPT)
            speech.begun = speech.made + cut
            speech.made += cut
            audio = audio[cut:]
            loud -= cut
        until = int(loud[-1]) + 1 if loud.size else 0
        if last and until:
            until = min(len(audio), until + TAIL_KEPT)
        speech.held = audio[until:]
        if until == 0:
            return
        end = speech.made + until
        marks = [
            (start, stop, max(0, at - speech.begun)) for start, stop, at in speech.words if last or at < end
        ]
        del speech.words[: len(marks)]
        if marks:
            self._sock.send_json(Msg.RESULT, id, words=marks)
        for at in range(0, until, CHUNK_SAMPLES):
            self._sock.send(Msg.AUDIO, id, audio[at : min(at + CHUNK_SAMPLES, until)].tobytes())
        speech.made = end
        speech.ahead += until


def main() -> None:
    sock = become_worker()
    espeak = Espeak()
    espeak.select("en-us", 1.0)
    espeak.say("ready")  # reads the voice and the dictionary before anyone waits
    sock.send_json(Msg.READY, voices=espeak.voices)
    _Speaker(sock, espeak).run()
