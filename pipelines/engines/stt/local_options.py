"""What the operator tells a recogniser that lies on this machine: `[engines.options.NAME]`, checked before
anything is started. What belongs to one engine alone stands in its own file, in a class derived from this."""

from __future__ import annotations

import difflib
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mediaserver.errors import EngineMissingError
from pipelines.engines.registry import EngineOptions

PAGE = "docs/engines.md"
F = TypeVar("F", bound="LocalSttOptions")


class LocalSttOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: str = ""
    """A folder, or OWNER/NAME that was pulled; empty: the usual model's."""
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda)$")
    """`auto`: a GPU where there is one."""
    threads: int = Field(default=2, ge=1, le=128)
    """Processor threads of one worker."""
    step_ms: int = Field(default=500, ge=100, le=5_000)
    """Speech from one partial result to the next, at least."""
    limit_s: float = Field(default=10.0, gt=0, le=120)
    """The longest that one step may take."""
    final_s: float = Field(default=0.0, ge=0, le=30)
    """How long a call waits for a final; 0: what is usual for the engine and the device."""
    start_s: float = Field(default=120.0, gt=0, le=3_600)
    """How long loading may take."""


def checked_stt_options(engine: str, options: EngineOptions, form: type[F]) -> F:
    """Raises EngineMissingError, which names the option."""
    where = f"engines.options.{options.name or engine}"
    try:
        return form.model_validate(dict(options.settings))
    except ValidationError as error:
        faults = [
            _said(form, ".".join(str(part) for part in fault["loc"]), fault["type"], fault["msg"])
            for fault in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise EngineMissingError(f"{where}: {'; '.join(faults)}") from None


def _said(form: type[BaseModel], option: str, kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(option, form.model_fields, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(form.model_fields)}"
        return f"{option} is no option of it: {hint} ({PAGE})"
    message = message.removeprefix("Value error, ")
    return f"{option} {message[0].lower()}{message[1:]}"
