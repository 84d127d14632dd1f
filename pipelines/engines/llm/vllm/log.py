"""What vLLM's log says: how far the loading is, and why it ended. The lines are those of vLLM 0.33."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipelines.workers.server_log import explained

_SHARDS = re.compile(r"Loading .*checkpoint shards.*?(\d+)% Completed")
_GRAPHS = re.compile(r"Capturing CUDA graphs.*?(\d+)%")
_STEPS = (
    (re.compile(r"Starting to load model"), "loading weights"),
    (re.compile(r"Dynamo bytecode|torch\.compile|Compiling a graph"), "compiling"),
    (re.compile(r"Application startup complete"), "nearly ready"),
)
_NO_MEMORY = re.compile(
    r"CUDA out of memory|OutOfMemoryError|Free memory on device.*less than desired|No available memory for"
)
_MENDED = (
    (
        re.compile(r"Free memory on device.*less than desired GPU memory utilization"),
        "the GPU has less memory free than is set for it: end what else uses it, or set gpu_share lower",
    ),
    (
        re.compile(r"No available memory for the cache blocks|To serve at least one request with the model"),
        "the GPU's memory does not suffice for one conversation beside the weights: set context lower, "
        "gpu_share higher, or name a smaller model",
    ),
    (
        re.compile(r"CUDA out of memory|OutOfMemoryError"),
        "the GPU's memory is full: set gpu_share or context lower, or name a smaller model",
    ),
    (
        re.compile(r"driver .*(?:too old|insufficient)|unsupported toolchain|no kernel image"),
        "the NVIDIA driver is too old for CUDA 13: update it",
    ),
    (
        re.compile(r"No CUDA GPUs are available|Failed to infer device type|no NVIDIA driver"),
        "it sees no GPU: it needs an NVIDIA GPU with its driver (`nvidia-smi` shows both)",
    ),
    (
        re.compile(r"cannot be used with the tokenizer"),
        "it does not write calls of tools as its name says: set tool_call_parser, or preset",
    ),
    (
        re.compile(r"SafetensorError|HeaderTooLarge|InvalidHeader|incomplete metadata"),
        "its weights are damaged: run `voiceforge engines pull` for it again",
    ),
)
_ELSEWHERE = re.compile(r"(?i)see (?:root cause|stack trace)|failed to start|background process")
"""What its other processes say of the one that failed."""
_CAUSE = re.compile(r"\w(?:Error|Exception): ")
"""The end of a trace."""


def progress(line: str) -> str:
    """What a line says about the loading; empty for most."""
    for pattern, what in ((_SHARDS, "loading weights"), (_GRAPHS, "capturing graphs")):
        if found := pattern.search(line):
            return f"{what} {found[1]} %"
    return next((what for pattern, what in _STEPS if pattern.search(line)), "")


def out_of_memory(lines: Iterable[str]) -> bool:
    """Whether its last lines say that the GPU's memory did not suffice."""
    return any(_NO_MEMORY.search(line) for line in lines)


def explain(lines: Sequence[str]) -> str:
    """Why it ended and how to mend it, by its last lines."""
    told = [line for line in lines if not _ELSEWHERE.search(line)] or list(lines)
    causes = [line for line in told if _CAUSE.search(line)]
    return explained([*told, *causes[-1:]], _MENDED)
