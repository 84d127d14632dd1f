"""What the operator tells llama.cpp: `[engines.options."llama.cpp:NAME"]`."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field

from pipelines.engines.llm.served import ServedOptions

MOST_THREADS = 16
"""More gain nothing: the memory is the limit."""


class LlamaCppOptions(ServedOptions):
    file: str = Field(default="", max_length=300)
    """Of the repository, where it has several: a pattern; empty: its Q4_K_M, or the only one."""
    slots: int = Field(default=4, ge=1, le=64)
    """Answers that it writes at the same time; further ones wait. Each has a context of its own."""
    threads: int = Field(default=0, ge=0, le=256)
    """0: one less than there are processors."""
    cache_mb: int = Field(default=1024, ge=0, le=1_000_000)
    """Memory for the beginnings of conversations, so that none is read twice."""

    @property
    def model_file(self) -> Path | None:
        """The model's file where the settings name one; None: a repository or a folder is meant."""
        return Path(self.model).expanduser() if self.model.lower().endswith(".gguf") else None

    @property
    def patterns(self) -> tuple[str, ...]:
        """Of the files of a repository."""
        return (self.file,) if self.file else ("*Q4_K_M*.gguf", "*q4_k_m*.gguf")

    def computing(self) -> int:
        """Threads that compute."""
        return self.threads or max(1, min(MOST_THREADS, len(os.sched_getaffinity(0)) - 1))


def model_file_in(folder: Path, patterns: tuple[str, ...]) -> Path | None:
    """The model's file in its folder, of several parts the first; None: there is none, or nobody can tell
    which."""
    for pattern in patterns:
        if found := sorted(folder.glob(pattern)):
            return found[0]
    every = sorted(folder.glob("*.gguf"))
    return every[0] if len(every) == 1 else None
