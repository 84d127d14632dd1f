"""The settings of what is sent to users' endpoints."""

from __future__ import annotations

from pydantic import Field

from mediaserver.settings.group import SettingsGroup


class WebhooksSettings(SettingsGroup):
    tries: int = Field(
        default=15,
        ge=1,
        le=50,
        description="Tries at one delivery, until it is a dead letter: with the usual waits about a day's.",
    )
    first_wait_s: float = Field(
        default=5.0,
        gt=0,
        le=3600,
        description="Before the second try; twice as long before each further one, of which up to a half is "
        "left to chance.",
    )
    longest_wait_s: float = Field(
        default=43_200.0, gt=0, le=604_800, description="Between two tries, at most."
    )
    disable_after_days: float = Field(
        default=5.0,
        gt=0,
        le=365,
        description="An endpoint that nothing reached for so long is switched off, with an event and a "
        "finding.",
    )
    rotation_hours: float = Field(
        default=24.0,
        ge=0,
        le=720,
        description="So long the old secret signs beside the new one after a rotation.",
    )
    keep_days: float = Field(
        default=30.0, gt=0, le=3650, description="Deliveries that are over are kept for so long."
    )
