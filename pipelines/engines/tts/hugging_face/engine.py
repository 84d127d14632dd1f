"""Voices behind Hugging Face: an inference endpoint of one's own, or a Space by its Gradio API."""

from __future__ import annotations

from pipelines.engines.cloud.hugging_face.options import (
    ENDPOINT_RECIPE,
    SPACE_RECIPE,
    HuggingFaceEndpointOptions,
    HuggingFaceSpaceOptions,
)
from pipelines.engines.cloud.provider_engine import CloudEngine
from pipelines.engines.protocols import Kind, Manifest

MODULE = "pipelines.engines.tts.hugging_face.worker"

ENDPOINT = CloudEngine(
    Manifest(
        name="hf-endpoint-tts",
        kind=Kind.TTS,
        summary="your own Hugging Face inference endpoint, whichever model it runs",
        languages=("*",),
        licence="of the model",
        needs=("key",),
        whole=True,
    ),
    ENDPOINT_RECIPE,
    MODULE,
    HuggingFaceEndpointOptions,
)
SPACE = CloudEngine(
    Manifest(
        name="hf-space-tts",
        kind=Kind.TTS,
        summary="a Hugging Face Space, by its Gradio API",
        languages=("*",),
        licence="of the model",
        needs=("key",),
        whole=True,
    ),
    SPACE_RECIPE,
    MODULE,
    HuggingFaceSpaceOptions,
)
