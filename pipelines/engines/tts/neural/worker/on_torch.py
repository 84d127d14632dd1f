"""What all voices on torch need: a device, a number format, a seed, and memory given back."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Any

import torch

from mediaserver.errors import EngineMissingError
from pipelines.engines.tts.neural.worker.model import NeuralModel


class TorchModel(NeuralModel):
    """Call this constructor first: it says on what device (`device`), in what format (`dtype`) and with what
    `seed` the rest is to be made."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        torch.set_num_threads(max(1, int(options.get("threads") or 1)))
        self.device = chosen_device(str(options.get("device") or "auto"))
        self.dtype = chosen_dtype(str(options.get("dtype") or "auto"), self.device)
        self._seed = options.get("seed")

    def seeded(self) -> None:
        """Begin the numbers of chance anew where a seed is set: before each clause."""
        if self._seed is not None:
            torch.manual_seed(int(self._seed))

    def after_memory_fault(self) -> None:
        gc.collect()
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()


def chosen_device(named: str) -> str:
    """Raises EngineMissingError for one that is not there."""
    if named == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if named.startswith("cuda") and not torch.cuda.is_available():
        built = "has no CUDA" if torch.version.cuda is None else f"is built for CUDA {torch.version.cuda}"
        raise EngineMissingError(
            f"torch cannot use the device {named}: its build {built}, and no GPU answers it; set device = cpu"
        )
    if named == "mps" and not torch.backends.mps.is_available():
        raise EngineMissingError("torch cannot use the device mps on this machine: set device = cpu")
    return named


def chosen_dtype(named: str, device: str) -> Any:
    """A `torch.dtype`."""
    if named == "auto":
        return torch.bfloat16 if device.startswith("cuda") else torch.float32
    return {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}[named]


def as_numpy(tensor: Any) -> Any:
    """A tensor of any device and format as float32 of numpy."""
    return tensor.detach().to("cpu", torch.float32).numpy()
