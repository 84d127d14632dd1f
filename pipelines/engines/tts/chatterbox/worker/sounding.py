"""Sound of Chatterbox's speech tokens while more of them are being made.

The flow looks three tokens ahead and is given all tokens of the clause anew with each piece, beginning with
the same noise each time, so that what was heard stays as it was. The vocoder begins each piece a little
before the end of the last, with the same source signal, and the two are faded into one another: as
CosyVoice 2 does it, from which S3Gen comes (Du and others, "CosyVoice 2: Scalable Streaming Speech Synthesis
with Large Language Models", 2024).
"""

from __future__ import annotations

from typing import Any

import torch
from chatterbox.models.s3gen.s3gen import S3Token2Mel

OVERLAP_FRAMES = 8
"""Of the spectrum, 20 ms each, that the vocoder is given twice."""
FRAMES_PER_TOKEN = 2
BANDS = 80
LOOKAHEAD_TOKENS = 3
HOP = 480
"""Samples at 24 kHz of a frame."""


class ClauseSounding:
    """One clause."""

    def __init__(self, s3gen: Any, reference: Any, steps: int) -> None:
        self._s3gen = s3gen
        self._reference = reference
        self._steps = steps
        self._noise = torch.zeros(1, BANDS, 0, device=s3gen.device, dtype=s3gen.dtype)
        self._frames = 0
        """Of the spectrum that the vocoder has had."""
        self._mel: Any = None
        self._source: Any = None
        self._tail: Any = None
        """Sound of the overlap, [1, samples], not given yet."""

    def sound(self, tokens: list[int], *, last: bool) -> Any:
        """All tokens of the clause so far -> the next samples, [n] at 24 kHz; may be none."""
        with torch.inference_mode():
            return self._sounded(tokens, last)

    def _sounded(self, tokens: list[int], last: bool) -> Any:
        device = self._s3gen.device
        if not tokens:
            return torch.zeros(0)
        spectrum = S3Token2Mel.forward(
            self._s3gen,
            torch.tensor([tokens], dtype=torch.long, device=device),
            ref_wav=None,
            ref_sr=None,
            ref_dict=dict(self._reference),
            n_cfm_timesteps=self._steps,
            finalize=True,  # else its mask does not fit (0.1.7)
            noised_mels=self._noise_for(len(tokens)),
        ).to(self._s3gen.dtype)
        if not last:
            spectrum = spectrum[:, :, : -LOOKAHEAD_TOKENS * FRAMES_PER_TOKEN]
        fresh = spectrum[:, :, self._frames :]
        self._frames = max(self._frames, spectrum.shape[2])
        if fresh.shape[2] <= OVERLAP_FRAMES and not last:
            self._frames -= fresh.shape[2]
            return torch.zeros(0)
        mel = fresh if self._mel is None else torch.cat([self._mel, fresh], dim=2)
        if not mel.shape[2]:
            return torch.zeros(0)
        wave, source = self._s3gen.hift_inference(mel, self._source)
        if self._tail is None:
            fade = self._s3gen.trim_fade[: wave.shape[1]]  # what spills over from the reference
            wave = torch.cat([wave[:, : len(fade)] * fade, wave[:, len(fade) :]], dim=1)
        else:
            wave = _faded(self._tail, wave)
        if last:
            return wave[0]
        held = OVERLAP_FRAMES * HOP
        self._mel, self._source = mel[:, :, -OVERLAP_FRAMES:], source[:, :, -held:]
        self._tail = wave[:, -held:]
        return wave[0, :-held]

    def _noise_for(self, tokens: int) -> Any:
        """[1, bands, frames] for the reference and the tokens: longer than the last, and the same so far."""
        frames = FRAMES_PER_TOKEN * (int(self._reference["prompt_token"].shape[1]) + tokens)
        short = frames - self._noise.shape[2]
        if short > 0:
            more = torch.randn(1, BANDS, short, device=self._noise.device, dtype=self._noise.dtype)
            self._noise = torch.cat([self._noise, more], dim=2)
        return self._noise[:, :, :frames]


def _faded(old: Any, new: Any) -> Any:
    """`new` with its beginning faded in over `old`, which is the same stretch."""
    size = min(old.shape[1], new.shape[1])
    ramp = torch.linspace(0.0, 1.0, size, device=new.device, dtype=new.dtype)
    mixed = old[:, :size] * (1 - ramp) + new[:, :size] * ramp
    return torch.cat([mixed, new[:, size:]], dim=1)
