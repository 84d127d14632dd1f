"""Chatterbox: an expressive English voice that imitates anybody's from a few seconds of speech, streamed.

A small language model (T3) makes 25 speech tokens a second, a flow and a vocoder (S3Gen) make sound of them.
"""

from __future__ import annotations

from pydantic import Field

from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.tts.neural.engine import NeuralEngine, files
from pipelines.engines.tts.neural.options import SampledVoices
from pipelines.environments.recipe import ModelFiles, Recipe

MANIFEST = Manifest(
    name="chatterbox",
    kind=Kind.TTS,
    summary="Chatterbox, expressive English in any voice of which there is a recording, streamed",
    languages=("en",),
    licence="MIT (code and weights)",
    needs=("weights", "gpu"),
    sample_rate=24_000,
)
RECIPE = Recipe(
    lock="chatterbox",
    weights=(
        ModelFiles(
            "ResembleAI/chatterbox",
            files=(
                *("ve.safetensors", "t3_cfg.safetensors", "s3gen.safetensors", "tokenizer.json", "conds.pt"),
                "README.md",
            ),
            size_mb=3_200,
            licence="MIT",
        ),
    ),
    gpu_mb=5_000,
)


class ChatterboxOptions(SampledVoices):
    usual_at_once = 2

    exaggeration: float = Field(default=0.5, ge=0, le=2)
    """Of feelings: 0.5 is even, above 0.7 dramatic and faster."""
    cfg_weight: float = Field(default=0.5, ge=0, le=1)
    """How closely it keeps to the text; lower is slower speech. 0 halves the work."""
    temperature: float = Field(default=0.8, gt=0, le=5)
    top_p: float = Field(default=1.0, gt=0, le=1)
    min_p: float = Field(default=0.05, ge=0, le=1)
    repetition_penalty: float = Field(default=1.2, ge=1, le=5)
    first_tokens: int = Field(default=20, ge=4, le=1000)
    """Speech tokens (40 ms each) before the first sound of a clause."""
    chunk_tokens: int = Field(default=40, ge=4, le=1000)
    """And before each further piece: more costs less, and is heard later."""
    flow_steps: int = Field(default=10, ge=1, le=50)
    """Of the flow that makes spectra of tokens: fewer are quicker and coarser."""
    watermark: bool = False
    """The mark that the package puts into whole files (Perth); each clause then comes whole, not streamed."""


ENGINE = NeuralEngine(
    MANIFEST,
    RECIPE,
    "pipelines.engines.tts.chatterbox.worker.main",
    ChatterboxOptions,
    told=lambda given, options: {
        **given.model_dump(include=set(ChatterboxOptions.model_fields) - set(SampledVoices.model_fields)),
        "voices": files(given.voices),
        "dtype": "float32",
    },
    start_s=300.0,
    silence_s=90.0,
)
check, make = ENGINE.check, ENGINE.make
