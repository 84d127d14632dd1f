"""StyleTTS 2: even, clear English in the voice of a recording, its style drawn by a short diffusion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from mediaserver.errors import EngineMissingError
from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.neural.engine import NeuralEngine, files
from pipelines.engines.tts.neural.options import SampledVoices
from pipelines.environments.recipe import ModelFiles, Recipe

MANIFEST = Manifest(
    name="styletts2",
    kind=Kind.TTS,
    summary="StyleTTS 2 (LibriTTS), clear English in the voice of a recording",
    languages=("en",),
    licence="MIT (code); weights: listeners have to be told that the speech is synthetic",
    needs=("weights",),
    sample_rate=24_000,
)
RECIPE = Recipe(
    lock="styletts2",
    weights=(
        ModelFiles(
            "yl4579/StyleTTS2-LibriTTS",
            files=("Models/LibriTTS/epochs_2nd_00020.pth", "Models/LibriTTS/config.yml", "README.md"),
            size_mb=772,
            licence="its own: listeners have to be told that the speech is synthetic",
        ),
    ),
    gpu_mb=2_500,
)


class StyleOptions(SampledVoices):
    usual_at_once = 4

    alpha: float = Field(default=0.3, ge=0, le=1)
    """How far the sound of the voice follows the text, and not the recording."""
    beta: float = Field(default=0.7, ge=0, le=1)
    """Likewise its melody and pace."""
    diffusion_steps: int = Field(default=5, ge=2, le=50)
    embedding_scale: float = Field(default=1.0, ge=0, le=5)
    """More is more feeling."""


def _told(given: StyleOptions, options: EngineOptions) -> Mapping[str, Any]:
    if not given.voices:
        where = f"engines.options.{options.name or MANIFEST.name}"
        raise EngineMissingError(
            f'{where}: it has no voice of its own: voices = {{ NAME = "/path/to/5s.wav" }}'
        )
    return {
        **given.model_dump(include={"alpha", "beta", "diffusion_steps", "embedding_scale"}),
        "dtype": "float32",
        "voices": files(given.voices),
    }


ENGINE = NeuralEngine(
    MANIFEST,
    RECIPE,
    "pipelines.engines.tts.styletts2.worker",
    StyleOptions,
    told=_told,
    start_s=300.0,
    silence_s=60.0,
)
check, make = ENGINE.check, ENGINE.make
