"""A voice behind a Hugging Face inference endpoint, whichever model it runs."""

from __future__ import annotations

from pipelines.engines.checked_options import checked_options
from pipelines.engines.cloud.hugging_face.options import ENDPOINT_RECIPE, HuggingFaceEndpointOptions
from pipelines.engines.cloud.provider_engine import ProviderTts, named, provider_readiness, provider_spec
from pipelines.engines.protocols import Kind, Manifest, Readiness
from pipelines.engines.registry import EngineOptions

MANIFEST = Manifest(
    name="hf-endpoint-tts",
    kind=Kind.TTS,
    summary="your own Hugging Face inference endpoint, whichever model it runs",
    languages=("*",),
    licence="of the model",
    needs=("key",),
    whole=True,
)
RECIPE = ENDPOINT_RECIPE


def check(options: EngineOptions) -> Readiness:
    return provider_readiness(MANIFEST, options, RECIPE, HuggingFaceEndpointOptions)


def make(options: EngineOptions) -> ProviderTts:
    given = checked_options(MANIFEST.name, options, HuggingFaceEndpointOptions)
    spec = provider_spec(
        MANIFEST,
        RECIPE,
        "pipelines.engines.tts.hugging_face.worker",
        options,
        given,
        given.told,
    )
    return ProviderTts(named(MANIFEST, options), spec, options.workers)
