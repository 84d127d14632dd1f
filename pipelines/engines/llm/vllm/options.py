"""What the operator tells vLLM: `[engines.options."vllm:NAME"]`."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from pipelines.engines.llm.served import ServedOptions
from pipelines.engines.llm.vllm.presets import NAMES

OURS = (
    *("--host", "--port", "--uds", "--api-key", "--served-model-name", "--scheduling-policy", "--model"),
    *("--disable-uvicorn-access-log", "--disable-fastapi-docs", "--grpc-port", "--config"),
)
"""Arguments that are not the operator's to give."""


class VllmOptions(ServedOptions):
    preset: str = ""
    """Family of the model; empty: by its name."""
    tool_call_parser: str = Field(default="", pattern=r"^[A-Za-z0-9_.-]*$")
    """How it writes calls of tools, as vLLM calls it; empty: the preset's."""
    reasoning_parser: str = Field(default="", pattern=r"^[A-Za-z0-9_.-]*$")
    chat_template_kwargs: dict[str, Any] | None = None
    """In the place of the preset's."""
    gpu_share: float | None = Field(default=None, gt=0, le=1)
    """Of the GPU's memory, for weights and conversations; else by what is reserved for it."""
    gpus: int = Field(default=1, ge=1, le=64)
    """Over which the model is split (tensor parallel)."""
    quantization: str = Field(default="", pattern=r"^[A-Za-z0-9_.-]*$")
    dtype: str = Field(default="", pattern=r"^[a-z0-9]*$")
    arguments: tuple[str, ...] = ()
    """Further ones of `vllm serve`, as they stand."""

    @field_validator("preset")
    @classmethod
    def _is_known(cls, preset: str) -> str:
        if preset and preset not in NAMES:
            raise ValueError(f"must be one of {', '.join(NAMES)}, or be left out")
        return preset

    @field_validator("arguments")
    @classmethod
    def _leaves_ours(cls, arguments: tuple[str, ...]) -> tuple[str, ...]:
        for each in arguments:
            if each.partition("=")[0].replace("_", "-") in OURS:
                raise ValueError(f"must not have {each.partition('=')[0]}: that is ours to say")
        return arguments
