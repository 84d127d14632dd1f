"""What an answer took that was broken off."""

from __future__ import annotations

from pipelines.engines.llm.broken_off import BrokenOff
from pipelines.engines.protocols import LlmMessage, LlmText, LlmToolCall, LlmUsage

ASKED = (LlmMessage("system", "x" * 30), LlmMessage("user", "y" * 11))


def test_what_nobody_counts_is_estimated() -> None:
    took = BrokenOff(ASKED)
    assert took.usage == LlmUsage(11, 0), "the model has read the question"
    took.note(LlmText("z" * 8))
    took.note(LlmToolCall("c", "f", {"a": 1}))
    assert took.usage == LlmUsage(11, 4)


def test_what_was_counted_or_never_begun_is_not() -> None:
    counted, whole, failed, begun = (BrokenOff(ASKED) for _ in range(4))
    counted.note(LlmUsage(1, 1))
    whole.ended()
    failed.failed()
    begun.note(LlmText("z"))
    begun.failed()
    assert (counted.usage, whole.usage, failed.usage) == (None, None, None)
    assert begun.usage == LlmUsage(11, 1)
    assert BrokenOff(()).usage is None, "nothing was asked"
