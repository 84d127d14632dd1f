"""The Parler-TTS worker: clauses in turns, each streamed by the package's own streamer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipelines.engines.tts.neural.worker.left_out import plain_torchaudio, without_tensorboard

plain_torchaudio()
without_tensorboard()

import torch  # noqa: E402  after that
from parler_tts import ParlerTTSForConditionalGeneration, ParlerTTSStreamer  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

from mediaserver.errors import EngineMissingError  # noqa: E402
from pipelines.engines.tts.neural.worker.faults import MissingVoiceError  # noqa: E402
from pipelines.engines.tts.neural.worker.guards import limit_s  # noqa: E402
from pipelines.engines.tts.neural.worker.model import ClauseWish  # noqa: E402
from pipelines.engines.tts.neural.worker.on_torch import TorchModel  # noqa: E402
from pipelines.engines.tts.neural.worker.pumped import pumped  # noqa: E402
from pipelines.engines.tts.neural.worker.serving import serve  # noqa: E402
from pipelines.engines.tts.neural.worker.whole import loaded_whole  # noqa: E402

CONTEXT_FRAMES = 24
"""Before the first new one that the codec hears: more than its filters reach."""
SPARE_S = 1.0
"""Made beyond what the guard lets pass: what does not end is to meet it."""


class ParlerVoice(TorchModel):
    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        folder = Path(str(options["weights"]))
        reader = next((each for each in _readers(folder, options) if each.is_dir()), None)
        if reader is None:
            raise EngineMissingError(f"there is no tokenizer of descriptions ({READER_REPO}): pull it again")
        self._model = loaded_whole(
            ParlerTTSForConditionalGeneration, folder, torch_dtype=self.dtype, attn_implementation="eager"
        )
        self._model.to(self.device).eval()
        self._prompts = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._descriptions = AutoTokenizer.from_pretrained(reader, local_files_only=True)
        self._usual = str(options["description"])
        self._languages = [str(each) for each in options.get("languages") or ()]
        self._voices = {str(name): str(words) for name, words in (options.get("voices") or {}).items()}
        self._temperature = float(options.get("temperature") or 1.0)
        self._play_steps = int(options.get("play_steps") or 43)
        codec = self._model.config.audio_encoder
        self.rate = int(codec.sampling_rate)
        self._frame_rate = float(codec.frame_rate)
        self._described: dict[str, Any] = {}

    def facts(self) -> Mapping[str, Any]:
        return {"voices": sorted(self._voices)}

    def check(self, voice: str, language: str) -> None:
        if self._languages and language.lower().partition("-")[0] not in self._languages:
            raise MissingVoiceError(f"these weights speak {', '.join(self._languages)}, not {language}")
        self._words(voice)

    def speak(self, wish: ClauseWish) -> Iterator[Any]:
        description = self._description(self._words(wish.voice))
        prompt = self._prompts(wish.text, return_tensors="pt").to(self.device)
        most = math.ceil((limit_s(wish.text, wish.rate) + SPARE_S) * self._frame_rate)

        def run(put: Callable[[Any], None]) -> None:
            self.seeded()
            with torch.inference_mode():
                self._model.generate(
                    input_ids=description.input_ids,
                    attention_mask=description.attention_mask,
                    prompt_input_ids=prompt.input_ids,
                    prompt_attention_mask=prompt.attention_mask,
                    do_sample=True,
                    temperature=self._temperature,
                    min_new_tokens=10,
                    max_new_tokens=most,
                    streamer=_Streamer(self._model, self.device, self._play_steps, put),
                )

        yield from pumped(run)

    def _words(self, voice: str) -> str:
        """The description of a voice: by its name, or as it stands. Raises MissingVoiceError."""
        if not voice:
            return self._usual
        if voice in self._voices:
            return self._voices[voice]
        if " " not in voice.strip():
            known = ", ".join(sorted(self._voices)) or "none"
            raise MissingVoiceError(f"no voice {voice!r}: describe it in words, or name one of {known}")
        return voice

    def _description(self, words: str) -> Any:
        if words not in self._described:
            if len(self._described) > 256:
                self._described.clear()
            self._described[words] = self._descriptions(words, return_tensors="pt").to(self.device)
        return self._described[words]


READER_REPO = "google/flan-t5-large"


def _readers(folder: Path, options: Mapping[str, Any]) -> Iterator[Path]:
    """Where the tokenizer of descriptions may lie: with the model, or as it was pulled."""
    yield folder / "description_tokenizer"
    if options.get("reader"):
        yield Path(str(options["reader"]))


class _Streamer(ParlerTTSStreamer):  # type: ignore[misc]  # Any to mypy
    """Hands on what the package's puts into a queue without end, and decodes only what is new."""

    def __init__(self, model: Any, device: str, play_steps: int, put: Callable[[Any], None]) -> None:
        super().__init__(model, device=device, play_steps=play_steps)
        self._hand_on = put
        self.audio_encoder: Any = _NewestOnly(model.audio_encoder, self.stride)

    def on_finalized_audio(self, audio: Any, stream_end: bool = False) -> None:
        if len(audio):
            self._hand_on(audio)


class _NewestOnly:
    """A codec that is given all codes of a clause again and again: it decodes those that it was not given
    before, with some before them, and leaves silence in the place of the rest."""

    def __init__(self, codec: Any, held: int) -> None:
        """`held`: samples at the end of each answer that are asked for again."""
        self._codec = codec
        self._held = held
        self._taken = 0
        """Frames that are not asked for again."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codec, name)

    def decode(self, audio_codes: Any, **more: Any) -> Any:
        """`audio_codes`: [..., books, frames]."""
        frames = int(audio_codes.shape[-1])
        begin = max(0, min(self._taken, frames) - CONTEXT_FRAMES)
        decoded = self._codec.decode(audio_codes=audio_codes[..., begin:], **more)
        values = decoded.audio_values
        hop = values.shape[-1] // max(1, frames - begin)
        decoded.audio_values = torch.nn.functional.pad(values, (begin * hop, 0))
        self._taken = frames - math.ceil(self._held / max(1, hop))
        return decoded


def main() -> None:
    serve(ParlerVoice)
