"""A recogniser in a Hugging Face Space, by its Gradio API."""

from __future__ import annotations

from pipelines.engines.checked_options import checked_options
from pipelines.engines.cloud.hugging_face.options import SPACE_RECIPE, HuggingFaceSpaceOptions
from pipelines.engines.cloud.provider_engine import ProviderStt, named, provider_readiness, provider_spec
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineOptions

MANIFEST = Manifest(
    name="hf-space-stt",
    kind=Kind.STT,
    summary="a Hugging Face Space, by its Gradio API",
    languages=("*",),
    licence="of the model",
    needs=("key",),
    final_within_s=4.0,
)
RECIPE = SPACE_RECIPE


def check(options: EngineOptions) -> Readiness:
    return provider_readiness(MANIFEST, options, RECIPE, HuggingFaceSpaceOptions)


def make(options: EngineOptions) -> ProviderStt:
    given = checked_options(MANIFEST.name, options, HuggingFaceSpaceOptions)
    spec = provider_spec(
        MANIFEST,
        RECIPE,
        "pipelines.engines.stt.hugging_face.worker",
        options,
        given,
        given.told,
    )
    return ProviderStt(named(MANIFEST, options), spec, options.workers)
