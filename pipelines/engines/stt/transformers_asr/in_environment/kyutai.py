"""Kyutai's speech to text: each 80 ms of audio become tokens of a codec (Mimi), and a language model writes
at most one piece of text for each, some frames later.

What transformers' `generate` does for a whole file is done here step by step with the same caches: of the
codec's convolutions, of its transformer, and of the language model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import DynamicCache, KyutaiSpeechToTextForConditionalGeneration
from transformers.models.kyutai_speech_to_text.modeling_kyutai_speech_to_text import (
    KyutaiSpeechToTextConv1dPaddingCache as PaddingCache,
)

from mediaserver.media.resample import StreamResampler
from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.stt.rolling.guards import UnsoundModelError
from pipelines.engines.stt.rolling.hypothesis import WindowWord
from pipelines.engines.stt.transformers_asr.in_environment.loading import LoadedModel, load
from pipelines.engines.stt.transformers_asr.pieces import TimedPiece, timed_words

AFTER_FRAMES = 6
"""Of silence beyond the model's delay: the last word's last pieces."""


class KyutaiModel:
    """See pipelines.engines.stt.framed.listening.FrameModel."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.loaded = load(KyutaiSpeechToTextForConditionalGeneration, options)
        self.device = self.loaded.device
        config, features = self.loaded.model.config, self.loaded.features
        self._rate = int(features.sampling_rate)
        frame_s = config.frame_size / self._rate
        self.frame_samples = round(frame_s * SAMPLE_RATE)
        self._late = round(float(features.audio_delay_seconds) / frame_s)
        self.late_frames = self._late + AFTER_FRAMES
        self._lead = round(float(features.audio_silence_prefix_seconds) / frame_s)

    def open(self) -> KyutaiStream:
        """It has heard the silence that the model wants before the audio."""
        stream = self.fresh()
        stream.begin()
        for _ in range(self._lead):
            stream.step(np.zeros(self.loaded.model.config.frame_size, np.float32))
        return stream

    def fresh(self) -> KyutaiStream:
        """It has heard nothing."""
        return KyutaiStream(self.loaded, self._rate, self._late + self._lead)


class KyutaiStream:
    """See pipelines.engines.stt.framed.listening.FrameStream. `late`: frames from a word to its text."""

    def __init__(self, loaded: LoadedModel, rate: int, late: int) -> None:
        self._model, self._tokenizer, self._device = loaded.model, loaded.tokenizer, loaded.device
        self._dtype, self._late, self._frame_ms = (
            loaded.dtype,
            late,
            loaded.model.config.frame_size * 1000 // rate,
        )
        self._resampler = StreamResampler(SAMPLE_RATE, rate) if rate != SAMPLE_RATE else None
        self._rest = np.zeros(0, np.float32)
        self._codec_cache = DynamicCache(config=self._model.codec_model.config)
        self._padding = _padding_cache(self._model.codec_model)
        self._cache = DynamicCache(config=self._model.config)
        self._token = int(self._model.config.bos_token_id)
        self._steps = 0
        self.pieces: list[TimedPiece] = []

    def hear(self, frame: npt.NDArray[np.int16]) -> None:
        samples = frame if self._resampler is None else self._resampler.process(frame)
        floats = np.asarray(samples, np.float32) / 32_768
        self._rest = np.concatenate([self._rest, floats])
        size = self._model.config.frame_size
        while len(self._rest) >= size:
            piece, self._rest = self._rest[:size], self._rest[size:]
            self.step(piece)

    def words(self) -> list[WindowWord]:
        texts = self._tokenizer.convert_ids_to_tokens([piece.id for piece in self.pieces])
        named = [piece._replace(text=text) for piece, text in zip(self.pieces, texts, strict=True)]
        return timed_words(named, lambda ids: str(self._tokenizer.decode(ids, skip_special_tokens=True)))

    def begin(self) -> int:
        """The first step, as `generate` does it: no audio yet. The text token that the model writes."""
        config = self._model.config
        none = torch.full((1, 1, config.num_codebooks), config.audio_bos_token_id, device=self._device)
        return self._write(none)

    def step(self, samples: npt.NDArray[np.float32]) -> int:
        """One frame at the codec's rate; the text token that the model writes for it."""
        values = torch.from_numpy(samples)[None, None].to(self._device, torch.float32)
        with torch.inference_mode():
            encoded = self._model.codec_model.encode(
                values, encoder_past_key_values=self._codec_cache, padding_cache=self._padding
            )
        return self._write(encoded.audio_codes.transpose(1, 2)[:, :1])

    def _write(self, codes: Any) -> int:
        text = torch.tensor([[[self._token]]], device=self._device)
        with torch.inference_mode():
            answer = self._model(
                input_ids=torch.cat([text, codes.to(text.dtype)], dim=2),
                past_key_values=self._cache,
                use_cache=True,
            )
        odds = answer.logits[0, -1].float().softmax(-1)
        probability, token = (each.item() for each in odds.max(-1))
        if not math.isfinite(probability):
            raise UnsoundModelError(
                'the model gave no numbers (NaN): pull its weights again, or set dtype = "float32"'
            )
        self._token = int(token)
        heard = (self._steps - self._late) * self._frame_ms
        self._steps += 1
        if self._token not in self._silent:
            begin = max(0, heard)
            self.pieces.append(TimedPiece(self._token, "", begin, begin + self._frame_ms, float(probability)))
        return self._token

    @property
    def _silent(self) -> set[int]:
        """Tokens that are no text: padding, and the end of a padding."""
        return {0, int(self._model.config.pad_token_id), int(self._model.config.bos_token_id)}


def _padding_cache(codec: Any) -> PaddingCache:
    """As transformers prepares it for `generate`."""
    seanet = codec.encoder.encoder_seanet
    layers = [seanet.get_submodule(name) for name in seanet._conv1d_layer_names]
    layers.append(codec.encoder.downsample)
    return PaddingCache(
        num_layers=len(layers),
        per_layer_padding=[layer.padding_total for layer in layers],
        per_layer_padding_mode=[layer.pad_mode for layer in layers],
        per_layer_in_channels=[layer.in_channels for layer in layers],
    )
