"""Kokoro: a small voice (82 million parameters) that a processor runs in real time, through onnxruntime.

The package kokoro-onnx and not `kokoro`: it needs no torch (0.3 GB on the disk against 2) and runs the same
weights. Its phonemes come from eSpeak NG, so Japanese and Chinese, which want other ones, are left out.
"""

from __future__ import annotations

from pydantic import Field

from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.tts.neural.engine import NeuralEngine
from pipelines.engines.tts.neural.options import NeuralOptions
from pipelines.environments.recipe import ModelFiles, Recipe

MANIFEST = Manifest(
    name="kokoro",
    kind=Kind.TTS,
    summary="Kokoro 82M, small and natural, on a processor (ONNX)",
    languages=("en", "es", "fr", "hi", "it", "pt"),
    licence="Apache-2.0 (weights), MIT (kokoro-onnx), GPL-3.0 (phonemizer, eSpeak NG)",
    needs=("weights",),
    sample_rate=24_000,
    phonemes=True,
)
RECIPE = Recipe(
    lock="onnx-voices",
    weights=(
        ModelFiles(
            "onnx-community/Kokoro-82M-v1.0-ONNX",
            files=("onnx/model.onnx", "voices/*.bin", "config.json", "README.md"),
            size_mb=355,
            licence="Apache-2.0",
        ),
    ),
)


class KokoroOptions(NeuralOptions):
    voice: str = Field(default="", max_length=64)
    """Of texts for which nobody names one; empty: the best of the language."""
    file: str = Field(default="", max_length=200)
    """The model's file in its folder, where there are several (`onnx/model_quantized.onnx`)."""


ENGINE = NeuralEngine(
    MANIFEST,
    RECIPE,
    "pipelines.engines.tts.kokoro.worker",
    KokoroOptions,
    told=lambda given, options: {"voice": given.voice, "file": given.file},
    start_s=60.0,
    silence_s=30.0,
)
check, make = ENGINE.check, ENGINE.make
