"""What the operator tells a recogniser that lies on this machine: `[engines.options.NAME]`, checked before
anything is started. What belongs to one engine alone stands in its own file, in a class derived from this."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


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
