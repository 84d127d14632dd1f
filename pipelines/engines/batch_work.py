"""What nobody on a line waits for: `as_batch_work()` around what is asked of engines, and a language model
for summaries, drafts of flows and simulated callers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from pipelines.engines.protocols import Llm, LlmEvent, LlmMessage, LlmTool, Manifest
from pipelines.workers.urgency import as_batch_work

__all__ = ["BatchLlm", "as_batch_work"]


class BatchLlm:
    """See pipelines.engines.protocols.Llm. Whatever is asked of it gives way to calls."""

    def __init__(self, llm: Llm) -> None:
        self._llm = llm

    @property
    def manifest(self) -> Manifest:
        return self._llm.manifest

    @property
    def ready(self) -> bool:
        return self._llm.ready

    @property
    def restarts(self) -> int:
        return self._llm.restarts

    @property
    def load(self) -> int:
        return self._llm.load

    async def start(self) -> None:
        """It is started by whoever made it."""

    async def stop(self) -> None:
        """Likewise."""

    async def stream(
        self,
        messages: Sequence[LlmMessage],
        tools: Sequence[LlmTool] = (),
        *,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> AsyncGenerator[LlmEvent, None]:
        stream = self._llm.stream(messages, tools, temperature=temperature, max_tokens=max_tokens)
        try:
            while True:
                with as_batch_work():
                    event = await anext(stream, None)
                if event is None:
                    return
                yield event
        finally:
            await stream.aclose()
