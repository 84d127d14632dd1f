"""An answer as a whole, for those who ask a model beside the line."""

from __future__ import annotations

import pytest

from mediaserver.errors import EngineError
from pipelines.engines.llm.spent import TokensSpent
from pipelines.engines.llm.whole_answer import whole_answer
from pipelines.engines.protocols import LlmMessage, LlmText, LlmUsage
from tests.fakes import FakeLlm

ASKED = [LlmMessage("user", "Well?")]


@pytest.mark.parametrize(
    "pieces",
    [("The ", "answer."), ("<think>No", "t this.</think>The answer."), ("The answer.<thinking>for ever",)],
)
async def test_it_is_the_text_without_thoughts(pieces: tuple[str, ...]) -> None:
    llm = FakeLlm(tuple(map(LlmText, pieces)))
    assert await whole_answer(llm, ASKED, TokensSpent(), most=100) == "The answer."


async def test_one_that_does_not_end_is_given_up_at_the_model_and_was_paid_for() -> None:
    llm, spent = FakeLlm((LlmUsage(7, 3), *[LlmText("x" * 60)] * 9)), TokensSpent()
    with pytest.raises(EngineError, match="does not end"):
        await whole_answer(llm, ASKED, spent, most=100)
    assert llm.cancelled == 1 and (spent.prompt, spent.completion) == (7, 3)
