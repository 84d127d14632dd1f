"""Recognisers of transformers behind one adapter: moonshine and parakeet hear windows, kyutai and
voxtral-realtime hear on and on.

Never imports what the worker runs on.
"""

from __future__ import annotations

from pydantic import Field

from pipelines.engines.protocols import Kind, Manifest
from pipelines.engines.stt.local_engine import LocalSttEngine
from pipelines.engines.stt.local_options import LocalSttOptions
from pipelines.environments.recipe import ModelFiles, Recipe

LOCK = "transformers"
MODULE = "pipelines.engines.stt.transformers_asr.worker"
FILES = ("*.json", "*.safetensors", "*.model", "tokenizer*")
EUROPEAN = tuple(
    "bg cs da de el en es et fi fr hr hu it lt lv mt nl pl pt ro ru sk sl sv uk".split()  # of parakeet v3
)


class TransformersSttOptions(LocalSttOptions):
    dtype: str = Field(default="auto", pattern=r"^(auto|float32|float16|bfloat16)$")
    """Of the weights; `auto`: bfloat16 on a GPU, else float32."""


def _recogniser(
    family: str, manifest: Manifest, weights: ModelFiles, *, gpu_mb: int
) -> LocalSttEngine[TransformersSttOptions]:
    """`family`: as the worker knows it; `gpu_mb`: what it takes on a GPU, about."""
    return LocalSttEngine(
        manifest,
        Recipe(LOCK, (weights,), gpu_mb=gpu_mb),
        MODULE,
        TransformersSttOptions,
        told=lambda given: {"family": family, "dtype": given.dtype},
    )


MOONSHINE = _recogniser(
    "moonshine",
    Manifest(
        name="moonshine",
        kind=Kind.STT,
        summary="Moonshine: small, English, its work grows with the audio's length; fast on a processor",
        languages=("en",),
        licence="MIT (its models of other languages: Moonshine Community Licence, non-commercial)",
        needs=("weights",),
        partials_tell=True,
    ),
    ModelFiles("UsefulSensors/moonshine-base", FILES, 250, "MIT"),
    gpu_mb=500,
)
PARAKEET = _recogniser(
    "parakeet",
    Manifest(
        name="parakeet",
        kind=Kind.STT,
        summary="NVIDIA's Parakeet (CTC or TDT): 25 European languages, word times of its own",
        languages=EUROPEAN,
        licence="CC-BY-4.0 (weights)",
        needs=("weights",),
        partials_tell=True,
    ),
    ModelFiles("nvidia/parakeet-tdt-0.6b-v3", FILES, 2_500, "CC-BY-4.0"),
    gpu_mb=2_000,
)
KYUTAI = _recogniser(
    "kyutai",
    Manifest(
        name="kyutai",
        kind=Kind.STT,
        summary="Kyutai's speech to text: hears 80 ms by 80 ms, in English and French",
        languages=("en", "fr"),
        licence="CC-BY-4.0 (weights)",
        needs=("weights", "gpu"),
        partials_tell=True,
    ),
    ModelFiles("kyutai/stt-1b-en_fr-trfs", FILES, 2_900, "CC-BY-4.0"),
    gpu_mb=4_000,
)
VOXTRAL = _recogniser(
    "voxtral",
    Manifest(
        name="voxtral-realtime",
        kind=Kind.STT,
        summary="Mistral's Voxtral Realtime: hears 80 ms by 80 ms, in 13 languages",
        languages=tuple("ar de en es fr hi it ja ko nl pt ru zh".split()),
        licence="Apache-2.0 (weights)",
        needs=("weights", "gpu"),
        partials_tell=True,
    ),
    ModelFiles(
        "mistralai/Voxtral-Mini-4B-Realtime-2602", ("*.json", "model*.safetensors"), 8_900, "Apache-2.0"
    ),
    gpu_mb=11_000,
)
ENGINES = (MOONSHINE, PARAKEET, KYUTAI, VOXTRAL)
