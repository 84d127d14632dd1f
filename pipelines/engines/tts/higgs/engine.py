"""Higgs Audio V2: a language model of 3 billion parameters that speaks with feeling, through transformers.

It takes a voice from a recording with its words, from a description, or chooses one itself; streamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from mediaserver.errors import EngineMissingError
from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.neural.engine import NeuralEngine, files
from pipelines.engines.tts.neural.options import SampledVoices
from pipelines.environments.readiness import weights_folder
from pipelines.environments.recipe import ModelFiles, Recipe

LICENCE = "Boson Higgs Audio 2 Community License (ask above 100,000 users a year; Llama 3's terms hold, too)"
MANIFEST = Manifest(
    name="higgs-audio",
    kind=Kind.TTS,
    summary="Higgs Audio V2, speaks with feeling, in any voice that is described or recorded, streamed",
    languages=("de", "en", "ko", "zh"),
    licence=f"{LICENCE}; Apache-2.0 (transformers)",
    needs=("weights", "gpu"),
    sample_rate=24_000,
)
RECIPE = Recipe(
    lock="higgs",
    weights=(
        ModelFiles(
            "bosonai/higgs-audio-v2-generation-3B-base",
            files=("*.json", "*.safetensors", "*.jinja", "README.md", "LICENSE*"),
            size_mb=11_600,
            licence=LICENCE,
        ),
        ModelFiles(
            "bosonai/higgs-audio-v2-tokenizer",
            files=("*.json", "*.safetensors", "README.md"),
            size_mb=810,
            licence=LICENCE,
        ),
    ),
    gpu_mb=16_000,
    needs_gpu=True,
)


class HiggsOptions(SampledVoices):
    usual_at_once = 2

    transcripts: dict[str, str] = {}
    """What is said in the recordings of `voices`, by the same names."""
    scene: str = Field(default="Audio is recorded from a quiet room.", max_length=1_000)
    temperature: float = Field(default=0.7, gt=0, le=5)
    top_p: float = Field(default=0.95, gt=0, le=1)
    top_k: int = Field(default=50, ge=1, le=1_024)
    first_frames: int = Field(default=12, ge=2, le=1_000)
    """Of 40 ms, before the first sound of a clause."""
    chunk_frames: int = Field(default=25, ge=2, le=1_000)
    """And before each further piece."""


def _told(given: HiggsOptions, options: EngineOptions) -> Mapping[str, Any]:
    without = sorted(set(given.voices) - set(given.transcripts))
    if without:
        where = f"engines.options.{options.name or MANIFEST.name}"
        raise EngineMissingError(f"{where}: say in transcripts.{without[0]} what is said in its recording")
    return {
        **given.model_dump(
            include={"scene", "temperature", "top_p", "top_k", "first_frames", "chunk_frames"}
        ),
        "dtype": given.dtype,
        "voices": files(given.voices),
        "transcripts": dict(given.transcripts),
        "codec": str(weights_folder(RECIPE, options, 1) or ""),
    }


ENGINE = NeuralEngine(
    MANIFEST,
    RECIPE,
    "pipelines.engines.tts.higgs.worker",
    HiggsOptions,
    told=_told,
    start_s=600.0,
    silence_s=90.0,
)
check, make = ENGINE.check, ENGINE.make
