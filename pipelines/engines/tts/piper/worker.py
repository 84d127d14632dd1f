"""The Piper worker: every voice of a folder, each loaded when it is first asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piper import PiperVoice
from piper.config import PhonemeType, PiperConfig, SynthesisConfig

from mediaserver.errors import EngineMissingError
from pipelines.engines.tts.neural.worker.faults import MissingVoiceError
from pipelines.engines.tts.neural.worker.model import ClauseWish, NeuralModel
from pipelines.engines.tts.neural.worker.onnx import onnx_session
from pipelines.engines.tts.neural.worker.serving import serve
from pipelines.engines.tts.piper.voices import language_of
from pipelines.engines.tts.worker.ipa import single, tail_of
from pipelines.engines.tts.worker.manner import PhonemeReader

SLOWEST, FASTEST = 0.4, 2.5


@dataclass(frozen=True, slots=True)
class PiperFile:
    """A voice as it lies in the folder."""

    name: str
    path: Path
    language: str
    """BCP 47."""
    speakers: Mapping[str, int]
    config: Mapping[str, Any]


class PiperVoices(NeuralModel):
    rate = 22_050

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._device, self._threads = str(options.get("device", "auto")), int(options.get("threads", 1))
        folder = Path(str(options["weights"]))
        self._files = {file.name: file for file in found_in(folder)}
        if not self._files:
            raise EngineMissingError(
                f"there is no voice in {folder} (NAME.onnx with NAME.onnx.json beside it)"
            )
        self._usual = str(options.get("voice") or "")
        usual = self._files.get(self._usual.partition("#")[0]) or next(iter(self._files.values()))
        self.language = usual.language
        self._scales = (options.get("noise_scale"), options.get("noise_w_scale"))
        self._reader = PhonemeReader()
        self._loaded: dict[str, Any] = {}

    def facts(self) -> Mapping[str, Any]:
        return {
            "voices": sorted(self._files),
            "languages": sorted({f.language for f in self._files.values()}),
        }

    def check(self, voice: str, language: str) -> None:
        self._chosen(voice, language)

    def rate_of(self, wish: ClauseWish) -> int:
        file, _ = self._chosen(wish.voice, wish.language)
        return int(file.config["audio"]["sample_rate"])

    def speak(self, wish: ClauseWish) -> Iterator[Any]:
        file, speaker = self._chosen(wish.voice, wish.language)
        voice = self._voice(file)
        noise, noise_w = self._scales
        settings = SynthesisConfig(
            speaker_id=speaker,
            length_scale=voice.config.length_scale / min(max(wish.rate, SLOWEST), FASTEST),
            noise_scale=noise,
            noise_w_scale=noise_w,
            normalize_audio=False,  # each clause by itself would be as loud as it can be
        )
        # "[[...]]" is read as phonemes: it must not come from a text, which is plain.
        said = wish.text.replace("[[", "((").replace("]]", "))")
        if told := self._told(wish, voice.config, file.name):
            said = f"[[{told}]]"
        for chunk in voice.synthesize(said, settings):
            yield chunk.audio_float_array

    def _told(self, wish: ClauseWish, config: PiperConfig, name: str) -> str:
        """The phonemes of the wish, where there are any and the voice was trained on all of them."""
        known = single(config.phoneme_id_map) if config.phoneme_type == PhonemeType.ESPEAK else {}
        told = "".join(self._reader.read(wish.phonemes, known, name))
        return told and told + "".join(each for each in tail_of(wish.text) if each in config.phoneme_id_map)

    def _voice(self, file: PiperFile) -> Any:
        if file.name not in self._loaded:
            session = onnx_session(file.path, self._device, self._threads)
            self._loaded[file.name] = PiperVoice(
                session=session, config=PiperConfig.from_dict(dict(file.config))
            )
        return self._loaded[file.name]

    def _chosen(self, voice: str, language: str) -> tuple[PiperFile, int | None]:
        """Raises MissingVoiceError."""
        name, _, speaker = (voice or self._usual_for(language)).partition("#")
        file = self._files.get(name)
        if file is None:
            why = f"voice {voice!r}" if voice else f"voice for {language}"
            raise MissingVoiceError(f"piper has no {why}; it has {', '.join(sorted(self._files))}")
        if _base(file.language) != _base(language):
            raise MissingVoiceError(f"the voice {name} speaks {file.language}, not {language}")
        if not speaker:
            return file, None
        if speaker not in file.speakers:
            raise MissingVoiceError(
                f"{name} has no speaker {speaker!r}; it has {', '.join(file.speakers) or 'one only'}"
            )
        return file, file.speakers[speaker]

    def _usual_for(self, language: str) -> str:
        named = self._files.get(self._usual.partition("#")[0])
        if named is not None and _base(named.language) == _base(language):
            return self._usual
        same = [file for file in self._files.values() if _base(file.language) == _base(language)]
        same.sort(key=lambda file: (file.language.lower() != language.lower(), file.name))
        return same[0].name if same else ""


def found_in(folder: Path) -> list[PiperFile]:
    """Every voice below a folder. Raises ValueError for one whose description cannot be read."""
    found = []
    for path in sorted(folder.rglob("*.onnx")):
        described = path.with_name(path.name + ".json")
        if not described.is_file():
            continue
        try:
            config = json.loads(described.read_text(encoding="utf-8"))
            language = language_of(config)
            PiperConfig.from_dict(config)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{described} does not describe a voice ({error!r}): pull it again") from None
        speakers = {str(name): int(id) for name, id in (config.get("speaker_id_map") or {}).items()}
        found.append(PiperFile(path.stem, path, language, speakers, config))
    return found


def _base(language: str) -> str:
    return language.lower().partition("-")[0]


def main() -> None:
    serve(PiperVoices)
