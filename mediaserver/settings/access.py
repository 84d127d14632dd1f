"""The settings of who may ask how much over HTTP."""

from __future__ import annotations

from pydantic import Field

from mediaserver.settings.group import SettingsGroup


class AccessSettings(SettingsGroup):
    requests_per_s: float = Field(
        default=100.0,
        gt=0,
        le=100_000,
        description="Requests a second that each key has in the long run, unless it has a limit of its own. "
        "Keys with the scope `admin` have none unless they are given one.",
    )
    burst: int = Field(default=200, ge=1, le=100_000, description="Requests that each key has at once.")
    wrong_keys_per_minute: int = Field(
        default=30,
        ge=1,
        le=100_000,
        description="Wrong keys that one address (IPv6: one network of 64 bits) may try; then it is told to "
        "wait. Right keys count all the same; ADMIN_TOKEN does not until the minute is over.",
    )
    session_days: float = Field(
        default=30.0, gt=0, le=366, description="How long a browser stays signed in to the console."
    )
