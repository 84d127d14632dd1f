"""The settings of work that is done beside the calls."""

from __future__ import annotations

from pydantic import Field

from mediaserver.settings.group import SettingsGroup


class JobsSettings(SettingsGroup):
    at_once: int = Field(
        default=16,
        ge=2,
        le=200,
        description="Jobs (webhooks, sweeps, sums) that this server does at a time, beside its calls.",
    )
