"""What the operator tells a neural voice that lies on this machine: `[engines.options.NAME]`, checked before
anything is started. What belongs to one engine alone stands in its own file, in a class derived from this."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from mediaserver.errors import EngineMissingError
from pipelines.engines.checked_options import checked_options, options_place
from pipelines.engines.registry import EngineOptions

F = TypeVar("F", bound="NeuralOptions")


class NeuralOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    usual_at_once: ClassVar[int] = 4
    """Texts that one worker speaks at once, where the settings do not say (`at_once`)."""

    weights: str = ""
    """A folder, or OWNER/NAME that was pulled; empty: the usual model's."""
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d{1,2})?|mps)$")
    """`auto`: a GPU where there is one."""
    threads: int = Field(default=2, ge=1, le=128)
    """Processor threads of one worker."""
    seed: int | None = Field(default=None, ge=0, lt=2**32)
    """The same text sounds the same again, as long as one is spoken at a time."""
    start_s: float = Field(default=0.0, ge=0, le=3600)
    """How long loading may take; 0: what is usual for the engine."""
    step_s: float = Field(default=0.0, ge=0, le=3600)
    """How long one piece of audio may take; 0: what is usual for the engine."""


class TorchOptions(NeuralOptions):
    """Of those that run on torch."""

    dtype: str = Field(default="auto", pattern=r"^(auto|float32|float16|bfloat16)$")
    """Of the weights; `auto`: bfloat16 on a GPU, else float32."""


class SampledVoices(TorchOptions):
    """Of those that can take a voice from a recording of it."""

    voices: dict[str, str] = {}
    """Name -> a WAV file of 3 to 30 s of one person's speech."""


def checked_voice(engine: str, options: EngineOptions, form: type[F]) -> F:
    """Raises EngineMissingError, which names the option."""
    given = checked_options(engine, options, form)
    if isinstance(given, SampledVoices):
        for name, path in given.voices.items():
            if not Path(path).expanduser().is_file():
                where = options_place(engine, options)
                raise EngineMissingError(f"{where}: voices.{name}: there is no file {path}")
    return given
