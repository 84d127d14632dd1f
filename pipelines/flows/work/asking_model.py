"""One question of a flow to a language model while the caller waits, and its answer: an object, or nothing.

What callers said stands in the question as data. Whatever an answer says, it is taken only for one of the
things that were offered.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mediaserver.storage.records import NOW_MS, EventHappened
from pipelines.conversation.agent import Keep
from pipelines.engines.llm.spent import TokensSpent
from pipelines.engines.llm.whole_answer import whole_answer
from pipelines.engines.protocols import Llm, LlmMessage

log = logging.getLogger(__name__)

MOST_TOKENS = 200
MOST_CHARACTERS = 4_000
_FENCE = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ModelSaid:
    """What came of a question."""

    answer: Mapping[str, Any]
    """Empty: none."""
    why: str
    """There is none: why."""
    spent: TokensSpent

    def kept(self, call_id: UUID, of: str) -> Keep:
        """The event `llm`."""
        fault = {"fault": self.why} if self.why else {}
        return Keep(EventHappened(call_id, NOW_MS, "llm", {**self.spent.as_dict(), "of": of, **fault}))


async def model_said(llm: Llm, instructions: str, data: Mapping[str, Any], within_s: float) -> ModelSaid:
    """Raises nothing."""
    asked = json.dumps(data, ensure_ascii=False)
    messages = [LlmMessage("system", instructions, cache=True), LlmMessage("user", asked)]
    spent = TokensSpent()
    try:
        async with asyncio.timeout(within_s):
            text = await whole_answer(
                llm, messages, spent, most=MOST_CHARACTERS, temperature=0.0, max_tokens=MOST_TOKENS
            )
    except TimeoutError:
        return ModelSaid({}, f"no answer within {within_s:g} s", spent)
    except Exception as error:  # a foreign model may raise anything
        log.warning("a model does not answer a flow's question: %s", error)
        return ModelSaid({}, type(error).__name__, spent)
    try:
        answer = json.loads(_FENCE.sub(r"\1", text))
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return ModelSaid({}, "its answer is no JSON object", spent)
    return ModelSaid(answer, "", spent)
