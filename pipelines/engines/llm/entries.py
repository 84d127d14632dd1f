"""The language models that this server starts itself.

Each with what it needs; none is loaded here. The embedded engines stand in `pipelines.engines.builtin`.
"""

from __future__ import annotations

from pipelines.engines.llm.llama_cpp import engine as llama_cpp
from pipelines.engines.llm.vllm import engine as vllm
from pipelines.engines.registry import EngineEntry

ENTRIES: tuple[EngineEntry, ...] = (
    vllm.ENTRY,
    llama_cpp.ENTRY,
)
