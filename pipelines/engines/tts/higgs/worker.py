"""The Higgs Audio worker: clauses in turns, each decoded as its codes are made.

transformers hands its streamers the tokens of the text only; the codes of the audio are seen where the model
is given them for its next step.
"""

from __future__ import annotations

import math
import threading
import wave
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.engines.tts.neural.worker.left_out import plain_torchaudio

plain_torchaudio()

import torch  # noqa: E402  after that
from transformers import (  # noqa: E402
    AutoTokenizer,
    DacFeatureExtractor,
    HiggsAudioV2ForConditionalGeneration,
    HiggsAudioV2Processor,
    HiggsAudioV2TokenizerModel,
)

from mediaserver.errors import EngineMissingError  # noqa: E402
from pipelines.engines.tts.block_resample import BlockResampler  # noqa: E402
from pipelines.engines.tts.neural.worker.faults import MissingVoiceError  # noqa: E402
from pipelines.engines.tts.neural.worker.guards import limit_s  # noqa: E402
from pipelines.engines.tts.neural.worker.model import ClauseWish  # noqa: E402
from pipelines.engines.tts.neural.worker.on_torch import TorchModel, as_numpy  # noqa: E402
from pipelines.engines.tts.neural.worker.pumped import pumped  # noqa: E402
from pipelines.engines.tts.neural.worker.serving import serve  # noqa: E402
from pipelines.engines.tts.neural.worker.whole import loaded_whole  # noqa: E402

SYSTEM = "Generate audio following instruction."
LANGUAGES = ("de", "en", "ko", "zh")
FRAMES_PER_S = 25
CONTEXT_FRAMES, HELD_FRAMES = 16, 4
"""What the codec hears before a piece, and what it is to hear after it."""


class HiggsVoice(TorchModel):
    rate = 24_000

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        folder = Path(str(options["weights"]))
        codec = next(
            (each for each in (folder / "codec", Path(str(options["codec"]))) if each.is_dir()), None
        )
        if codec is None:
            raise EngineMissingError("there is no codec (bosonai/higgs-audio-v2-tokenizer): pull it again")
        here: dict[str, Any] = {"local_files_only": True}
        self._model = loaded_whole(HiggsAudioV2ForConditionalGeneration, folder, dtype=self.dtype)
        self._model.to(self.device).eval()
        self._model.register_forward_pre_hook(self._saw, with_kwargs=True)
        self._codec = loaded_whole(HiggsAudioV2TokenizerModel, codec)
        self._codec.to(self.device).eval()
        template = folder / "chat_template.jinja"
        self._processor = HiggsAudioV2Processor(
            DacFeatureExtractor.from_pretrained(codec, **here),
            AutoTokenizer.from_pretrained(folder, **here),
            self._codec,
            chat_template=template.read_text() if template.is_file() else None,
            audio_stream_bos_id=self._model.config.audio_stream_bos_id,
            audio_stream_eos_id=self._model.config.audio_stream_eos_id,
        )
        self._scene = str(options["scene"])
        self._sampling = {name: options[name] for name in ("temperature", "top_p", "top_k")}
        self._first, self._chunk = int(options["first_frames"]), int(options["chunk_frames"])
        self._voices = {
            name: (str(options["transcripts"][name]), recording(Path(path), self.rate))
            for name, path in (options.get("voices") or {}).items()
        }
        self._sink = threading.local()

    def facts(self) -> Mapping[str, Any]:
        return {"voices": sorted(self._voices)}

    def check(self, voice: str, language: str) -> None:
        if voice and voice not in self._voices and " " not in voice.strip():
            known = ", ".join(sorted(self._voices)) or "none"
            raise MissingVoiceError(f"no voice {voice!r}: describe it in words, or name one of {known}")
        if language.lower().partition("-")[0] not in LANGUAGES:
            raise MissingVoiceError(f"Higgs Audio speaks {', '.join(LANGUAGES)}, not {language}")

    def speak(self, wish: ClauseWish) -> Iterator[Any]:
        inputs = self._asked(wish)
        # One second more than the guard lets pass: what does not end is to meet it.
        most = math.ceil((limit_s(wish.text, wish.rate) + 1) * FRAMES_PER_S)

        def run(put: Callable[[Any], None]) -> None:
            self.seeded()
            codes = _Codes(self._codec, self._model.config, self._first, self._chunk, put)
            self._sink.codes = codes
            with torch.inference_mode():
                made = self._model.generate(**inputs, max_new_tokens=most, do_sample=True, **self._sampling)
                codes.take(made[0, -1])
                codes.sound(last=True)

        yield from pumped(run)

    def _saw(self, module: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Before each step of the model: the last codes that it made, [1, 1, books]."""
        codes = kwargs.get("audio_input_ids")
        sink = getattr(self._sink, "codes", None)
        if sink is not None and codes is not None and kwargs.get("input_ids") is None:
            sink.take(codes[0, -1])

    def _asked(self, wish: ClauseWish) -> dict[str, Any]:
        """The conversation so far, as the model reads it."""
        described = wish.voice if wish.voice and wish.voice not in self._voices else ""
        scene = f"{self._scene}\n\nSPEAKER0: {described}" if described else self._scene
        turns = [_turn("system", SYSTEM), _turn("scene", scene)]
        more: dict[str, Any] = {}
        if wish.voice in self._voices:
            said, audio = self._voices[wish.voice]
            turns += [
                _turn("user", said),
                {"role": "assistant", "content": [{"type": "audio"}]},
            ]
            more["audio"] = [audio]
        turns.append(_turn("user", wish.text))
        written = self._processor.apply_chat_template(turns, add_generation_prompt=True, tokenize=False)
        inputs = self._processor(text=written, return_tensors="pt", add_special_tokens=False, **more)
        return {name: value.to(self.device) for name, value in inputs.items()}


class _Codes:
    """Of one clause: each row has the codes of as many frames as there are books, one of each (the delay
    pattern), between a row of beginnings and rows of ends."""

    def __init__(self, codec: Any, config: Any, first: int, chunk: int, put: Callable[[Any], None]) -> None:
        self._codec = codec
        self._config = config
        self._due, self._chunk = first, chunk
        self._put = put
        self._rows: list[Any] = []
        self._begun = False
        self._given = 0
        """Frames that were given as sound."""

    def take(self, row: Any) -> None:
        """[books]."""
        if (row == self._config.audio_stream_bos_id).all():
            self._begun = True
            return
        if self._begun and not (row == self._config.audio_stream_eos_id).all():
            self._rows.append(row.clone())
            if self._frames - HELD_FRAMES >= self._due:
                self._due += self._chunk
                self.sound(last=False)

    def sound(self, *, last: bool) -> None:
        """Decode and hand on what is certain by now."""
        until = self._frames if last else self._frames - HELD_FRAMES
        if until <= self._given:
            return
        begin = max(0, self._given - CONTEXT_FRAMES)
        rows = torch.stack(self._rows)
        books = rows.shape[1]
        frames = torch.stack([rows[k + begin : k + self._frames, k] for k in range(books)])
        audio = self._codec.decode(frames.clip(0, self._config.audio_stream_bos_id - 1)[None]).audio_values
        wave_ = as_numpy(audio).reshape(-1)
        hop = len(wave_) // (self._frames - begin)
        self._put(wave_[(self._given - begin) * hop : (until - begin) * hop])
        self._given = until

    @property
    def _frames(self) -> int:
        """Whole ones, of which every book's code is there."""
        return max(0, len(self._rows) - int(self._config.num_codebooks) + 1)


def recording(path: Path, rate: int) -> Any:
    """A WAV file of 16-bit samples as float32 [n] at `rate`. Raises EngineMissingError."""
    try:
        with wave.open(str(path)) as file:
            if file.getsampwidth() != 2:
                raise EngineMissingError(f"{path} is not a WAV file of 16-bit samples")
            channels, own = file.getnchannels(), file.getframerate()
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, channels)
    except (OSError, EOFError, wave.Error) as error:
        raise EngineMissingError(f"{path} cannot be read as a WAV file: {error}") from None
    mono = samples.mean(axis=1).astype(np.float32) / 32_768.0
    if own == rate:
        return mono
    resampler = BlockResampler(own, rate)
    return np.concatenate([resampler.convert(mono), resampler.finish()])


def _turn(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text}]}


def main() -> None:
    serve(HiggsVoice)
