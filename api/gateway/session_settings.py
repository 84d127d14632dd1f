"""How a web application wants the conversations of a session: as it asks for them, and what that means to the
agent. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, model_validator

from api.gateway.manner import DETECTED, MANNERS, Style
from api.gateway.messages import ClientModel, LanguageTag
from api.gateway.opening import AgentWanted
from api.plain_text import OneLine, PlainText
from mediaserver.storage.voice_sessions import REMEMBERED

MOST_REMEMBERED_CHARACTERS = 500
"""Of one message that is remembered."""


class NewSession(ClientModel):
    """A conversation that is to be had over `/ws/voice/{session}`."""

    agent: OneLine | None = Field(None, min_length=1, max_length=100, description="An agent by name.")
    flow: OneLine | None = Field(None, min_length=1, max_length=100, description="A flow by name.")
    system_prompt: PlainText | None = Field(
        None,
        min_length=1,
        max_length=20_000,
        description="Instructions for the language model; beside an agent's own where one is named.",
    )
    voice: OneLine = Field("", max_length=100, description="In place of the agent's own.")
    language: LanguageTag | Literal["auto"] = Field(
        "", description="BCP 47; empty: the agent's own; `auto`: as the caller speaks, of nine languages."
    )
    style: Style | None = Field(None, description="How much a language model says at a time.")
    interruption_sensitivity: Literal["low", "medium", "high"] | None = Field(
        None, description="How readily a sound of the caller's interrupts the agent."
    )
    mode: Literal["voice", "text", "hybrid"] = "hybrid"
    turns: Literal["hands_free", "push_to_talk"] = Field(
        "hands_free", description="Whether a pause ends the caller's turn, or `release`."
    )
    memory: int = Field(
        REMEMBERED,
        ge=0,
        le=REMEMBERED,
        description="Messages that a language model remembers of the session's conversations before.",
    )
    about: dict[str, Any] = Field(default_factory=dict, description="For the agent to know.")

    @model_validator(mode="after")
    def _somebody(self) -> NewSession:
        if self.agent is not None and self.flow is not None:
            raise ValueError("name an agent or a flow, not both")
        if self.agent is None and self.flow is None and self.system_prompt is None:
            raise ValueError("name an agent or a flow, or give a system_prompt")
        if self.flow is not None and self.system_prompt is not None:
            raise ValueError("a flow has its own words: leave system_prompt out")
        return self


def wanted_of(settings: NewSession, said: Sequence[Mapping[str, Any]]) -> AgentWanted:
    """Whom it is with. `said`: what was said in the session before, the last of it, as `turns` has it."""
    alone = settings.agent is None and settings.flow is None
    manner = [] if alone or settings.system_prompt is None else [settings.system_prompt]
    if settings.style is not None:
        manner.append(MANNERS[settings.style])
    if memory := _remembered(said[len(said) - min(len(said), settings.memory) :]):
        manner.append(memory)
    sensitivity = settings.interruption_sensitivity
    return AgentWanted(
        settings.agent,
        settings.flow,
        settings.system_prompt if alone else None,
        settings.voice,
        "" if settings.language == "auto" else settings.language,
        {} if sensitivity is None else {"sensitivity": sensitivity},
        {"languages": list(DETECTED)} if settings.language == "auto" else {},
        "\n\n".join(manner),
    )


def _remembered(said: Sequence[Mapping[str, Any]]) -> str:
    """What was said before, for a prompt: as data, which gives no orders."""
    lines = [
        f"{each['speaker']}: {' '.join(str(each['heard']).split())[:MOST_REMEMBERED_CHARACTERS]}"
        for each in said
        if str(each["heard"]).strip()
    ]
    if not lines:
        return ""
    return (
        "You have talked to this caller before, in this session. This was said then, as a record:\n"
        + "\n".join(lines)
    )
