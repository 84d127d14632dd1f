"""The settings of the server as a program: its log, and what it says when it is stopped."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mediaserver.settings.group import SettingsGroup


class LoggingSettings(SettingsGroup):
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    format: Literal["auto", "text", "json"] = Field(
        default="auto", description="`text` for people, `json` for machines; `auto` is text on a terminal."
    )


class AgentSettings(SettingsGroup):
    goodbye: str = Field(
        default="I am sorry, the server is being stopped. Goodbye.",
        max_length=500,
        description="What running calls hear when the server is stopped; empty says nothing.",
    )
    pronunciations: str = Field(
        default="",
        max_length=1000,
        description="A TOML file with what is said for words that voices get wrong (docs/agents.md); empty: "
        "none.",
    )
