"""Piper: small voices for many languages, fast on a processor, one file each (VITS in ONNX)."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.neural.engine import NeuralEngine
from pipelines.engines.tts.neural.options import NeuralOptions
from pipelines.engines.tts.piper.voices import languages_in
from pipelines.environments.readiness import weights_folder
from pipelines.environments.recipe import ModelFiles, Recipe

VOICES = (
    "en/en_US/ljspeech/medium/*",
    "de/de_DE/thorsten/medium/*",
    "es/es_ES/davefx/medium/*",
    "fr/fr_FR/siwis/medium/*",
)
"""Of the hub's some 150 those that are fetched: their recordings may be used for any purpose. Others may not:
each has a MODEL_CARD that says it."""

MANIFEST = Manifest(
    name="piper",
    kind=Kind.TTS,
    summary="Piper, small and fast on a processor; any folder of its voices",
    languages=("de", "en", "es", "fr"),
    licence="GPL-3.0-or-later (piper-tts); each voice its own, see its MODEL_CARD",
    needs=("weights",),
    sample_rate=22_050,
    phonemes=True,
)
RECIPE = Recipe(
    lock="onnx-voices",
    weights=(
        ModelFiles(
            "rhasspy/piper-voices",
            files=VOICES,
            size_mb=255,
            licence="public domain (en, de, es), CC-BY-4.0 (fr); see each MODEL_CARD",
        ),
    ),
)


class PiperOptions(NeuralOptions):
    voice: str = Field(default="", max_length=128)
    """Of texts for which nobody names one: `en_US-ljspeech-medium`, or `VOICE#SPEAKER`."""
    noise_scale: float | None = Field(default=None, ge=0, le=2)
    """How much each sound varies; the voice's own where none is set."""
    noise_w_scale: float | None = Field(default=None, ge=0, le=2)
    """How much lengths vary."""


def _narrowed(given: PiperOptions, options: EngineOptions) -> Manifest:
    """It speaks what the voices of its folder do."""
    folder = weights_folder(RECIPE, options)
    languages = languages_in(folder) if folder is not None else ()
    return replace(MANIFEST, languages=languages) if languages else MANIFEST


ENGINE = NeuralEngine(
    MANIFEST,
    RECIPE,
    "pipelines.engines.tts.piper.worker",
    PiperOptions,
    narrowed=_narrowed,
    told=lambda given, options: {
        "voice": given.voice,
        "noise_scale": given.noise_scale,
        "noise_w_scale": given.noise_w_scale,
    },
    start_s=60.0,
    silence_s=30.0,
)
check, make = ENGINE.check, ENGINE.make
