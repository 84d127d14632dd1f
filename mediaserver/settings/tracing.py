"""What is kept of signalling, and who is told of it; a part of the section `sip`."""

from __future__ import annotations

from pydantic import Field

from mediaserver.settings.group import SettingsGroup


class TracingSettings(SettingsGroup):
    trace_minutes: float = Field(
        default=10.0,
        ge=0,
        le=1440,
        description="The SIP messages of a call can be read while it lasts and for so many minutes after, "
        "without passwords, keys, key presses and texts (`voiceforge sip trace`); at most 32 MiB are kept. "
        "0: none are.",
    )
    trace_hide_numbers: bool = Field(
        default=False,
        description="Telephone numbers in them lose all but their first three and last two digits.",
    )
