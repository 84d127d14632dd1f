"""An assistant that has but a part of a call: it leaves by tools in place of hanging up, and
whoever gave it the part goes on.
"""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from pipelines.engines.protocols import LlmTool, LlmToolCall

WhyOver: TypeAlias = Literal["model", "silence"]


class PartOfCall(Protocol):
    """What bounds it, of one part. Nothing here may block."""

    @property
    def tools(self) -> tuple[LlmTool, ...]:
        """Offered in place of `end_call`. None of another's counts that is called as one of these."""

    @property
    def rule(self) -> str:
        """For the model: how its part ends, in place of the rule about the end of the call."""

    @property
    def begins(self) -> str:
        """For the model: where the call stands when it takes over."""

    def called(self, call: LlmToolCall, *, may_end: bool) -> str:
        """The model calls one of these tools: what it is told of that. `may_end`: nothing else of its answer
        went wrong, or waits for the caller."""

    @property
    def over(self) -> bool:
        """Nothing more is said or asked."""

    def gave_up(self, why: WhyOver, detail: str) -> None:
        """It cannot go on: the model fails again and again, or the caller says nothing more."""
