"""One question to a language model that nobody waits for on the line, and its answer as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import aclosing

from mediaserver.errors import EngineError
from pipelines.engines.llm.spent import TokensSpent
from pipelines.engines.protocols import Llm, LlmMessage, LlmText, LlmUsage

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)


async def whole_answer(
    llm: Llm,
    messages: Sequence[LlmMessage],
    spent: TokensSpent,
    *,
    most: int,
    temperature: float | None = None,
    max_tokens: int | None = None,
) -> str:
    """The text, without thoughts. What it took is added to `spent`, also where no answer comes of it. How
    long it may take is the asker's to limit.

    Raises EngineError when the model fails, or goes on for more than `most` characters; a foreign model may
    raise anything.
    """
    pieces, size = list[str](), 0
    answer = llm.stream(messages, temperature=temperature, max_tokens=max_tokens)
    async with aclosing(answer) as events:
        async for event in events:
            match event:
                case LlmText(text=piece):
                    pieces.append(piece)
                    size += len(piece)
                    if size > most:
                        raise EngineError("the model's answer does not end")
                case LlmUsage():
                    spent.add(event)
                case _:
                    """It was offered no tools."""
    return _THOUGHTS.sub("", "".join(pieces))
