"""Parler-TTS: voices that are described in words ("Divya speaks slowly, in a warm voice ..."), streamed.

Two models of one architecture: AI4Bharat's for the languages of India, and the small European one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.registry import EngineOptions
from pipelines.engines.tts.neural.engine import NeuralEngine
from pipelines.engines.tts.neural.options import TorchOptions
from pipelines.environments.readiness import weights_folder
from pipelines.environments.recipe import ModelFiles, Recipe

READER = ModelFiles(
    "google/flan-t5-large",
    files=("spiece.model", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"),
    size_mb=4,
    licence="Apache-2.0",
)
"""The tokenizer of descriptions; nothing else of it is wanted."""
FILES = ("*.json", "*.safetensors", "*.model", "README.md")

INDIC = Manifest(
    name="indic-parler-tts",
    kind=Kind.TTS,
    summary="Indic Parler-TTS, voices described in words, 22 languages of India and English, streamed",
    languages=tuple("as bn brx doi en gu hi kn kok ks mai ml mni mr ne or pa sa sat sd ta te ur".split()),
    licence="Apache-2.0 (code and weights)",
    needs=("weights", "gpu"),
    sample_rate=44_100,
)
INDIC_RECIPE = Recipe(
    lock="parler",
    weights=(
        ModelFiles("ai4bharat/indic-parler-tts", FILES, 3_800, "Apache-2.0", gated=True),
        READER,
    ),
    gpu_mb=5_000,
)
MULTILINGUAL = Manifest(
    name="parler-tts-mini-multilingual",
    kind=Kind.TTS,
    summary="Parler-TTS Mini Multilingual, voices described in words, 8 languages of Europe, streamed",
    languages=("de", "en", "es", "fr", "it", "nl", "pl", "pt"),
    licence="Apache-2.0 (code and weights)",
    needs=("weights", "gpu"),
    sample_rate=44_100,
)
MULTILINGUAL_RECIPE = Recipe(
    lock="parler",
    weights=(
        ModelFiles("parler-tts/parler-tts-mini-multilingual-v1.1", FILES, 3_800, "Apache-2.0"),
        READER,
    ),
    gpu_mb=5_000,
)


class ParlerOptions(TorchOptions):
    usual_at_once = 2

    description: str = Field(
        default="A speaker with a clear, warm voice of moderate pitch speaks at a moderate pace. The "
        "recording is very clear and close up, without background noise.",
        min_length=1,
        max_length=1_000,
    )
    """Of the voice of texts for which nobody describes another."""
    voices: dict[str, str] = {}
    """Names for descriptions: `voices = { divya = "Divya speaks ..." }`."""
    temperature: float = Field(default=1.0, gt=0, le=5)
    play_steps: int = Field(default=43, ge=12, le=1000)
    """Steps of 12 ms before the first sound of a clause, and between two pieces of it. More is less work."""


def _told(manifest: Manifest, recipe: Recipe) -> Any:
    def told(given: ParlerOptions, options: EngineOptions) -> Mapping[str, Any]:
        reader = weights_folder(recipe, options, 1)
        return {
            "dtype": given.dtype,
            "reader": str(reader or ""),
            "languages": [] if options.settings.get("weights") else list(manifest.languages),
            **given.model_dump(include={"description", "voices", "temperature", "play_steps"}),
        }

    return told


def _engine(manifest: Manifest, recipe: Recipe) -> NeuralEngine[ParlerOptions]:
    return NeuralEngine(
        manifest,
        recipe,
        "pipelines.engines.tts.parler.worker",
        ParlerOptions,
        told=_told(manifest, recipe),
        start_s=300.0,
        silence_s=90.0,
    )


ENGINES = (_engine(INDIC, INDIC_RECIPE), _engine(MULTILINGUAL, MULTILINGUAL_RECIPE))
