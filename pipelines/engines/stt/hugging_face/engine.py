"""Recognisers behind Hugging Face: an inference endpoint of one's own, or a Space by its Gradio API."""

from __future__ import annotations

from pipelines.engines.cloud.hugging_face.options import (
    ENDPOINT_RECIPE,
    SPACE_RECIPE,
    HuggingFaceEndpointOptions,
    HuggingFaceSpaceOptions,
)
from pipelines.engines.cloud.provider_engine import CloudEngine
from pipelines.engines.protocols import Kind, Manifest

MODULE = "pipelines.engines.stt.hugging_face.worker"

ENDPOINT = CloudEngine(
    Manifest(
        name="hf-endpoint-stt",
        kind=Kind.STT,
        summary="your own Hugging Face inference endpoint, whichever model it runs",
        languages=("*",),
        licence="of the model",
        needs=("key",),
        final_within_s=4.0,
    ),
    ENDPOINT_RECIPE,
    MODULE,
    HuggingFaceEndpointOptions,
)
SPACE = CloudEngine(
    Manifest(
        name="hf-space-stt",
        kind=Kind.STT,
        summary="a Hugging Face Space, by its Gradio API",
        languages=("*",),
        licence="of the model",
        needs=("key",),
        final_within_s=4.0,
    ),
    SPACE_RECIPE,
    MODULE,
    HuggingFaceSpaceOptions,
)
