"""What an engine behind Hugging Face is told: the address of an inference endpoint, or a Space."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from pipelines.engines.cloud.options import ProviderOptions
from pipelines.environments.recipe import Recipe

ENDPOINT_RECIPE = Recipe(
    keys=("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"),
    cost="by the hour that its machine runs, from about 0.03 US dollars on processors and 0.50 on GPUs (the "
    "published price list, 2025; look it up)",
)
SPACE_RECIPE = Recipe(
    keys=("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"),
    cost="nothing on free hardware, which sleeps when nobody asks; else by the hour",
)


PLACES = (".huggingface.cloud", ".huggingface.co")
"""Hosts that the token is meant for; others get one that is named for them alone. A Space is a program of
whoever owns it, who could read the token."""


class HuggingFaceOptions(ProviderOptions):
    key_optional: ClassVar[bool] = True

    @property
    def takes_usual_key(self) -> bool:
        return (urlsplit(self.url).hostname or "").endswith(PLACES)


class HuggingFaceEndpointOptions(HuggingFaceOptions):
    base_url: str = Field(min_length=1)
    parameters: dict[str, Any] = {}
    """Put into each request as it stands."""
    answer_s: float = Field(default=20.0, gt=0, le=300)

    @property
    def told(self) -> dict[str, Any]:
        return {"parameters": self.parameters, "answer_s": self.answer_s}


class HuggingFaceSpaceOptions(HuggingFaceOptions):
    usual_function: ClassVar[str] = "predict"

    space: str = Field(default="", pattern=r"^([\w.-]+/[\w.-]+)?$")
    """OWNER/NAME."""
    function: str = Field(default="", max_length=200)
    """Of its API, without the slash; empty: `predict`."""
    inputs: tuple[Any, ...] = ()
    """Of that function, in order; `{text}`, `{voice}`, `{language}` and `{audio}` stand for what is asked."""
    api_prefix: str = Field(default="/gradio_api", pattern=r"^(/[\w/-]+)?$")
    """Of its API's paths; empty for Gradio 4."""
    hub_url: str = "https://huggingface.co"
    answer_s: float = Field(default=30.0, gt=0, le=300)

    @field_validator("hub_url")
    @classmethod
    def _is_an_address_too(cls, url: str) -> str:
        return cls._is_an_address(url)

    @model_validator(mode="after")
    def _has_a_place(self) -> HuggingFaceSpaceOptions:
        if not self.space and not self.base_url:
            raise ValueError("set space (OWNER/NAME), or its address in base_url")
        return self

    @property
    def url(self) -> str:
        return self.base_url or f"https://{re.sub('[^a-z0-9]+', '-', self.space.lower())}.hf.space"

    @property
    def told(self) -> dict[str, Any]:
        return {
            "space": self.space,
            "hub_url": self.hub_url,
            "function": self.function or self.usual_function,
            "inputs": list(self.inputs),
            "api_prefix": self.api_prefix,
            "answer_s": self.answer_s,
        }
