"""Loads a model of transformers from a folder, whole or not at all, onto the device of the options."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoFeatureExtractor, AutoTokenizer, LogitsProcessor, StoppingCriteria

from mediaserver.errors import EngineError, EngineMissingError


@dataclass(frozen=True)
class LoadedModel:
    """With what makes its input and reads its output."""

    model: Any
    features: Any
    tokenizer: Any
    device: str
    dtype: Any

    def input(self, audio: list[Any], rate: int) -> Any:
        """int16 windows as the model wants them, padded to the longest, on its device."""
        floats = [each.astype("float32") / 32_768 for each in audio]
        made = self.features(
            floats, sampling_rate=rate, return_tensors="pt", padding=True, return_attention_mask=True
        )
        return made.to(self.device, dtype=self.dtype)


def device_of(options: Mapping[str, Any]) -> str:
    """Raises EngineMissingError where the GPU that is wanted is not there."""
    wanted = str(options["device"])
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise EngineMissingError("CUDA: there is no GPU that torch can use")
    return "cuda" if there and wanted != "cpu" else "cpu"


def load(kind: Any, options: Mapping[str, Any]) -> LoadedModel:
    """`kind`: a class with `from_pretrained`. Raises ValueError as `load_weights`."""
    model, device, dtype = load_weights(kind, options)
    folder = str(options["weights"])
    features = AutoFeatureExtractor.from_pretrained(folder, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return LoadedModel(model, features, tokenizer, device, dtype)


def load_weights(kind: Any, options: Mapping[str, Any]) -> tuple[Any, str, Any]:
    """The model on its device, that, and the type of its numbers. Raises ValueError when weights are missing:
    transformers would fill in random ones."""
    device = device_of(options)
    torch.set_num_threads(int(options["threads"]))
    dtype = dtype_of(options, device)
    model, found = kind.from_pretrained(
        str(options["weights"]), dtype=dtype, local_files_only=True, output_loading_info=True
    )
    missing = sorted(found["missing_keys"])
    if missing:
        raise ValueError(f"its weights lack {len(missing)} tensors, first {missing[0]}")
    return model.to(device).eval(), device, dtype


def dtype_of(options: Mapping[str, Any], device: str) -> Any:
    """torch's type of the option."""
    wanted = str(options["dtype"])
    if wanted == "auto":
        wanted = "bfloat16" if device == "cuda" else "float32"
    return getattr(torch, wanted)


class WithinLimit(StoppingCriteria):  # type: ignore[misc]  # a class of the engine's environment
    """Ends an answer that takes too long, and lets the worker look at its socket between its tokens."""

    def __init__(self, limit_s: float, idle: Callable[[], None]) -> None:
        self._end, self._limit_s, self._idle = time.monotonic() + limit_s, limit_s, idle

    def __call__(self, input_ids: Any, scores: Any, **rest: Any) -> Any:
        """Raises EngineError."""
        self._idle()
        if time.monotonic() > self._end:
            raise EngineError(f"a look took more than {self._limit_s:g} s: use a smaller model or a GPU")
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)


class Certainty(LogitsProcessor):  # type: ignore[misc]  # likewise
    """Notes how probable each step's best token is, for models whose `generate` does not tell."""

    def __init__(self) -> None:
        self.steps: list[Any] = []
        """For each step a probability for each row."""

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        self.steps.append(scores.float().softmax(-1).max(-1).values)
        return scores
