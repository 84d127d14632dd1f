"""What a model raises, in one line, and what is to be done about it. Knows torch's errors by their names."""

from __future__ import annotations

import enum

from mediaserver.errors import EngineMissingError
from pipelines.engines.tts.neural.worker.guards import UnsoundAudioError


class MissingVoiceError(EngineMissingError):
    """There is no such voice or language; the message says which there are."""


class ModelFault(enum.Enum):
    """The kinds of them. A worker lives on, but for POISONED."""

    MISSING = "missing"
    UNSOUND = "unsound"
    """The audio is not fit to be heard."""
    MEMORY = "memory"
    POISONED = "poisoned"
    """The device's context is gone: nothing works any more in this process."""
    OTHER = "other"


_NO_MEMORY = ("OutOfMemoryError", "MemoryError")
_POISONED = (
    "device-side assert",
    "illegal memory access",
    "unspecified launch failure",
    "cudaError",
    "CUDA error",
)


def fault_of(error: BaseException) -> ModelFault:
    if isinstance(error, EngineMissingError):
        return ModelFault.MISSING
    if isinstance(error, UnsoundAudioError):
        return ModelFault.UNSOUND
    text = str(error)
    if type(error).__name__ in _NO_MEMORY or "out of memory" in text or "Failed to allocate memory" in text:
        return ModelFault.MEMORY
    if any(each in text for each in _POISONED):
        return ModelFault.POISONED
    return ModelFault.OTHER


def said_of(error: BaseException) -> str:
    """One line."""
    text = " ".join(str(error).split())[:300]
    match fault_of(error):
        case ModelFault.MISSING | ModelFault.UNSOUND:
            return text
        case ModelFault.MEMORY:
            return f"out of memory ({text}): let less run on it at once (at_once), or use a smaller model"
        case ModelFault.POISONED:
            return f"the GPU failed ({text})"
        case ModelFault.OTHER:
            return f"{type(error).__name__}: {text}" if text else type(error).__name__
