"""The Kokoro worker: clause by clause through kokoro-onnx, in an environment that has it."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kokoro_onnx
import numpy as np

from mediaserver.errors import EngineMissingError
from pipelines.engines.tts.neural.worker.faults import MissingVoiceError
from pipelines.engines.tts.neural.worker.model import ClauseWish, NeuralModel
from pipelines.engines.tts.neural.worker.onnx import only_file, onnx_session
from pipelines.engines.tts.neural.worker.serving import serve
from pipelines.engines.tts.worker.ipa import single, tail_of
from pipelines.engines.tts.worker.manner import PhonemeReader

STYLE_SIZE = 256
SLOWEST, FASTEST = 0.5, 2.0

TONGUES = {"a": "en-us", "b": "en-gb", "e": "es", "f": "fr-fr", "h": "hi", "i": "it", "p": "pt-br"}
"""First letter of a voice's name -> the eSpeak NG voice whose phonemes it was trained on. Those of `j` and
`z` (Japanese, Chinese) were trained on others."""
BEST = {
    **{"en": "af_heart", "en-gb": "bf_emma", "es": "ef_dora", "fr": "ff_siwis"},
    **{"hi": "hf_alpha", "it": "if_sara", "pt": "pf_dora"},
}
"""Language -> its usual voice."""


class KokoroVoice(NeuralModel):
    rate = 24_000

    def __init__(self, options: Mapping[str, Any]) -> None:
        folder = Path(str(options["weights"]))
        named = str(options.get("file") or "")
        model = (
            folder / named
            if named
            else only_file(folder, "onnx/model.onnx", "kokoro*.onnx", "*.onnx", "onnx/*")
        )
        session = onnx_session(model, str(options.get("device", "auto")), int(options.get("threads", 1)))
        self._usual = str(options.get("voice") or "")
        logging.getLogger("phonemizer").setLevel(logging.ERROR)  # it warns of every text with a number in it
        with tempfile.TemporaryDirectory() as scratch:
            self._kokoro = kokoro_onnx.Kokoro.from_session(session, str(_voices(folder, Path(scratch))))
            # Read now: they are few, and their file may go.
            self._styles = {name: self._kokoro.voices[name] for name in self._kokoro.voices}
        self._names = sorted(name for name in self._styles if name[:1] in TONGUES)
        if not self._names:
            raise EngineMissingError(f"there are no voices in {folder} (voices/*.bin)")
        self._reader, self._known = PhonemeReader(), single(self._kokoro.tokenizer.vocab)
        self.language = TONGUES[self._names[0][0]]

    def facts(self) -> Mapping[str, Any]:
        return {"voices": self._names}

    def check(self, voice: str, language: str) -> None:
        self._named(voice, language)

    def speak(self, wish: ClauseWish) -> Iterator[Any]:
        name = self._named(wish.voice, wish.language)
        told = self._reader.read(wish.phonemes, self._known, name)
        audio, _ = self._kokoro.create(
            "".join(told) + tail_of(wish.text) if told else wish.text,
            self._styles[name],
            speed=min(max(wish.rate, SLOWEST), FASTEST),
            lang=TONGUES[name[0]],
            is_phonemes=bool(told),
            trim=False,
        )
        yield audio

    def _named(self, voice: str, language: str) -> str:
        """Raises MissingVoiceError."""
        wanted = voice or voice_for(language, self._usual, self._names)
        if wanted not in self._names:
            why = f"voice {voice!r}" if voice else f"voice for {language}"
            raise MissingVoiceError(f"kokoro has no {why}; it has {', '.join(self._names)}")
        if TONGUES[wanted[0]].partition("-")[0] != language.lower().partition("-")[0]:
            raise MissingVoiceError(f"the voice {wanted} speaks {TONGUES[wanted[0]]}, not {language}")
        return wanted


def voice_for(language: str, usual: str, names: list[str]) -> str:
    """The usual one if it speaks the language, else the best of the language, else any; empty: none does."""
    tag = language.lower()
    base = tag.partition("-")[0]
    of_language = [name for name in names if TONGUES[name[0]].partition("-")[0] == base]
    if usual in of_language:
        return usual
    for each in (BEST.get(tag, ""), BEST.get(base, "")):
        if each in of_language:
            return each
    return of_language[0] if of_language else ""


def _voices(folder: Path, scratch: Path) -> Path:
    """A file of all styles as the package reads it: its own (`voices*.bin`, an archive of numpy's), or made
    of the hub's: `voices/NAME.bin`, float32 [lengths, 1, 256] without a header."""
    ready = sorted(folder.glob("voices*.bin"))
    if ready:
        return ready[0]
    styles: dict[str, Any] = {}
    for path in sorted((folder / "voices").glob("*.bin")):
        values = np.fromfile(path, np.float32)
        if not values.size or values.size % STYLE_SIZE:
            raise ValueError(f"{path} is no voice: {values.size} numbers; pull it again")
        styles[path.stem] = values.reshape(-1, 1, STYLE_SIZE)
    made = scratch / "voices.npz"
    np.savez(made, **styles)
    return made


def main() -> None:
    serve(KokoroVoice)
