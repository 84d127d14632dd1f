"""Voxtral Realtime: a causal encoder and a language model, which writes one token for each 80 ms of audio: a
pad, or a piece of text some frames late.

What transformers' `generate` does for a stream is done here step by step with the same caches: of the
encoder's convolutions, of its transformer, and of the language model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from mistral_common.tokens.tokenizers.base import SpecialTokenPolicy
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
from transformers import AutoFeatureExtractor, DynamicCache, VoxtralRealtimeForConditionalGeneration

from mediaserver.media.time import SAMPLE_RATE
from pipelines.engines.stt.rolling.guards import UnsoundModelError
from pipelines.engines.stt.rolling.hypothesis import WindowWord
from pipelines.engines.stt.transformers_asr.in_environment.loading import load_weights
from pipelines.engines.stt.transformers_asr.pieces import TimedPiece, timed_words

TOKENIZER = "tekken.json"


class VoxtralModel:
    """See pipelines.engines.stt.framed.listening.FrameModel."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.model, self.device, self.dtype = load_weights(VoxtralRealtimeForConditionalGeneration, options)
        folder = Path(str(options["weights"]))
        self.features = AutoFeatureExtractor.from_pretrained(str(folder), local_files_only=True)
        text = MistralTokenizer.from_file(str(folder / TOKENIZER)).instruct_tokenizer
        self.text = text.tokenizer
        audio = text.audio_encoder.audio_config
        if audio.sampling_rate != SAMPLE_RATE:
            raise ValueError(f"its audio has {audio.sampling_rate} Hz, not {SAMPLE_RATE}")
        self.frame_samples = int(audio.raw_audio_length_per_tok)
        self.delay = int(audio.get_num_delay_tokens())
        self.late_frames = int(audio.n_right_pad_tokens())
        self.left_samples = int(audio.n_left_pad_tokens) * self.frame_samples
        self.prompt = [*text.start(), *text.audio_encoder.encode_streaming_tokens()]

    def open(self) -> VoxtralStream:
        return VoxtralStream(self)

    def spectrogram(self, samples: npt.NDArray[np.float32], *, first: bool) -> Any:
        """[1, mels, frames]. Only the first is padded at its edges."""
        made = self.features([samples], center=first, sampling_rate=SAMPLE_RATE, return_tensors="pt")
        return made.input_features.to(self.device, self.dtype)


class VoxtralStream:
    """See pipelines.engines.stt.framed.listening.FrameStream."""

    def __init__(self, voxtral: VoxtralModel) -> None:
        self._voxtral = voxtral
        features = voxtral.features
        self._half = features.win_length // 2
        self._audio = np.zeros(0, np.float32)
        """What the next step's spectrogram begins with."""
        self._first = (voxtral.delay + 1) * voxtral.frame_samples - features.hop_length + self._half
        self._next = voxtral.frame_samples + features.win_length
        self._caches: dict[str, Any] = {
            "past_key_values": DynamicCache(config=voxtral.model.config.text_config),
            "encoder_past_key_values": None,
            "padding_cache": None,
        }
        self._begun = False
        self._ids = torch.tensor([voxtral.prompt], device=voxtral.device)
        self.tokens: list[int] = []
        self._pieces: list[TimedPiece] = []

    def hear(self, frame: npt.NDArray[np.int16]) -> None:
        self.add(frame.astype(np.float32) / np.float32(32_768))

    def add(self, samples: npt.NDArray[np.float32]) -> None:
        """More audio, of any length."""
        self._audio = np.concatenate([self._audio, samples])
        while len(self._audio) >= (self._next if self._begun else self._first):
            self._step()

    def words(self) -> list[WindowWord]:
        return timed_words(self._pieces, self._written)

    def _step(self) -> None:
        voxtral = self._voxtral
        if self._begun:
            spectrogram = voxtral.spectrogram(self._audio[: self._next], first=False)
            self._audio = self._audio[voxtral.frame_samples :]
        else:
            lead = np.zeros(voxtral.left_samples, np.float32)
            given = np.concatenate([lead, self._audio[: self._first]])
            spectrogram = voxtral.spectrogram(given, first=True)
            # Windows overlap: the next begins half of one before the next frame.
            self._audio = self._audio[(voxtral.delay + 1) * voxtral.frame_samples - self._half :]
            self._begun = True
        with torch.inference_mode():
            answer = voxtral.model(
                input_ids=self._ids,
                input_features=spectrogram,
                use_cache=True,
                num_delay_tokens=voxtral.delay,
                logits_to_keep=1,
                **self._caches,
            )
        self._caches = {name: getattr(answer, name) for name in self._caches}
        probability, token = (each.item() for each in answer.logits[0, -1].float().softmax(-1).max(-1))
        if not math.isfinite(probability):
            raise UnsoundModelError(
                'the model gave no numbers (NaN): pull its weights again, or set dtype = "float32"'
            )
        self._ids = torch.tensor([[int(token)]], device=voxtral.device)
        self._note(int(token), float(probability))

    def _note(self, token: int, probability: float) -> None:
        begin = len(self.tokens) * self._voxtral.frame_samples * 1000 // SAMPLE_RATE
        self.tokens.append(token)
        text = self._bytes(token).decode("utf-8", "replace")
        if text:
            end = begin + self._voxtral.frame_samples * 1000 // SAMPLE_RATE
            self._pieces.append(TimedPiece(token, text, begin, end, probability))

    def _written(self, tokens: list[int]) -> str:
        return b"".join(map(self._bytes, tokens)).decode("utf-8", "replace")

    def _bytes(self, token: int) -> bytes:
        """Nothing for a token that is no text."""
        if token < self._voxtral.text.num_special_tokens:
            return b""
        return bytes(self._voxtral.text.id_to_byte_piece(token, SpecialTokenPolicy.IGNORE))
