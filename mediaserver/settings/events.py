"""The settings of what is told of calls, agents and flows."""

from __future__ import annotations

from pydantic import Field

from mediaserver.settings.group import SettingsGroup


class EventsSettings(SettingsGroup):
    keep_days: float = Field(
        default=30.0,
        gt=0,
        le=3650,
        description="Stored events can be read for so long, or for as short as `retention` keeps the "
        "transcripts, events, messages or calls that they tell of.",
    )
