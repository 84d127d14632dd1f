"""Whisper on CTranslate2 (faster-whisper): large-v3-turbo on a GPU, small in int8 on a processor.

Never imports what the worker runs on.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from mediaserver.errors import EngineMissingError
from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.registry import EngineOptions
from pipelines.engines.stt.faster_whisper.languages import LANGUAGES
from pipelines.engines.stt.local_engine import LocalSttEngine
from pipelines.engines.stt.local_options import LocalSttOptions
from pipelines.environments.device import has_cuda
from pipelines.environments.recipe import ModelFiles, Recipe

NAME = "faster-whisper"
FILES = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")
MODELS = {
    "large-v3-turbo": ("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1_620, 2_500),
    "large-v3": ("Systran/faster-whisper-large-v3", 3_090, 4_500),
    "distil-large-v3": ("Systran/faster-distil-whisper-large-v3", 1_510, 2_500),
    "medium": ("Systran/faster-whisper-medium", 1_530, 2_500),
    "medium.en": ("Systran/faster-whisper-medium.en", 1_530, 2_500),
    "small": ("Systran/faster-whisper-small", 486, 1_200),
    "small.en": ("Systran/faster-whisper-small.en", 486, 1_200),
    "base": ("Systran/faster-whisper-base", 148, 700),
    "base.en": ("Systran/faster-whisper-base.en", 148, 700),
    "tiny": ("Systran/faster-whisper-tiny", 78, 500),
    "tiny.en": ("Systran/faster-whisper-tiny.en", 78, 500),
}
"""Repository, MB on the disk and about MB on a GPU."""
ON_GPU, ON_CPU = "large-v3-turbo", "small"
ENGLISH = (".en", "distil-large-v3")
"""What models end in that know no other language."""

MANIFEST = Manifest(
    name=NAME,
    kind=Kind.STT,
    summary="Whisper through CTranslate2: partials by local agreement, word times, 100 languages",
    languages=LANGUAGES,
    licence="MIT",
    needs=("weights",),
    partials_tell=True,
    detects=True,
)


class FasterWhisperOptions(LocalSttOptions):
    model: str = ""
    """One of MODELS; empty: large-v3-turbo on a GPU, small without. `weights` names any other."""
    compute_type: str = Field(
        default="",
        pattern=r"^(|auto|int8(_float32|_float16|_bfloat16)?|int16|float16|bfloat16|float32)$",
    )
    """Of CTranslate2; empty: float16 on a GPU, int8 without."""
    beam_size: int = Field(default=1, ge=1, le=10)
    """Of looks from which a final may come; partial ones are greedy."""
    prompt: str = Field(default="", max_length=500)
    """Names and words that callers may say."""


def recipe_of(model: str) -> Recipe:
    """Of one of MODELS."""
    repo, disk_mb, gpu_mb = MODELS[model]
    return Recipe(NAME, (ModelFiles(repo, FILES, disk_mb, "MIT"),), gpu_mb=gpu_mb)


def _chosen(options: EngineOptions, given: FasterWhisperOptions) -> Recipe:
    """Raises EngineMissingError."""
    if given.model and given.model not in MODELS:
        raise EngineMissingError(
            f"engines.options.{options.name or NAME}: there is no model {given.model!r}: known are"
            f" {', '.join(MODELS)}; name another repository or a folder in `weights`"
        )
    gpu = given.device == "cuda" or (given.device == "auto" and has_cuda())
    return recipe_of(given.model or (ON_GPU if gpu else ON_CPU))


def _as_chosen(manifest: Manifest, given: FasterWhisperOptions) -> Manifest:
    if (given.weights or given.model).endswith(ENGLISH):
        return replace(manifest, languages=("en",), detects=False)
    return manifest


ENGINE = LocalSttEngine(
    MANIFEST,
    recipe_of(ON_GPU if has_cuda() else ON_CPU),
    "pipelines.engines.stt.faster_whisper.worker",
    FasterWhisperOptions,
    told=lambda given: {
        "compute_type": given.compute_type,
        "beam_size": given.beam_size,
        "prompt": given.prompt,
    },
    chosen=_chosen,
    as_chosen=_as_chosen,
)
