"""The settings of what is learnt of calls beyond their words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mediaserver.settings.group import SettingsGroup

SummaryMode = Literal["auto", "model", "extractive", "off"]


class InsightSettings(SettingsGroup):
    summary: SummaryMode = Field(
        default="auto",
        description="What a call came to, written after its end for the agents whose rows do not say "
        "otherwise: `auto` by a language model and without one by an extract, `model` by a model or not at "
        "all, `extractive` by the caller's own words (nothing leaves this machine), or `off`.",
    )
    mood: bool = Field(
        default=False,
        description="Estimate from voice and words how callers feel, turn by turn, for the agents whose "
        "rows do not say otherwise. Costs 2 to 4 ms of a processor for each second that a caller speaks, and "
        "a process of 45 MB.",
    )
    speakers: bool = Field(
        default=False,
        description="Tell two people on one line apart by their voices, likewise; 1 ms more.",
    )
    llm: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        default=(),
        description="Language models that write summaries, best first. Empty: those of the agent's row.",
    )
    at_once: int = Field(default=2, ge=1, le=32, description="Summaries written at the same time.")
