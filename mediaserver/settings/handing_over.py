"""The settings of transfers and texts by agents, and of those who listen to calls."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mediaserver.settings.group import SettingsGroup


class TransferSettings(SettingsGroup):
    accept: Literal["key", "stay"] = Field(
        default="key",
        description="How a human takes a call that an agent hands over warm: by pressing 1 (2 declines), or "
        "by staying on the line until all of the briefing is heard. A voicemail never presses 1; it stays.",
    )
    hears: Literal["music", "ringing"] = Field(
        default="music",
        description="What the caller hears during a warm transfer: `sounds.hold_music`, or a ringing tone.",
    )
    ring_s: float = Field(default=30.0, ge=1, le=300, description="A warm transfer rings for so long.")
    confirm_s: float = Field(
        default=15.0,
        ge=1,
        le=120,
        description="After the briefing a human has so long to press a key; then the caller is back with the "
        "agent.",
    )


class TextCaps(SettingsGroup):
    """How many texts (SMS) go out; 0 is no limit."""

    per_minute: int = Field(default=0, ge=0, description="In the last minute.")
    per_hour: int = Field(default=0, ge=0, description="In the last 60 minutes.")
    per_day: int = Field(default=0, ge=0, description="In the last 24 hours.")


class TextLimits(SettingsGroup):
    all: TextCaps = Field(default=TextCaps(), description="Of all texts together.")
    each_key: TextCaps = Field(
        default=TextCaps(per_minute=30, per_hour=300, per_day=1000),
        description="Of one key of the API: those that it sends, those of its calls, and what its agents "
        "answer in conversations that it began.",
    )
    each_account: TextCaps = Field(
        default=TextCaps(per_hour=600), description="By one account at a provider, whoever sends them."
    )


class TextsSettings(SettingsGroup):
    per_call: int = Field(
        default=3,
        ge=0,
        le=100,
        description="Texts (SMS) that agents and flows may send in one call; 0: none.",
    )
    to: tuple[Annotated[str, Field(pattern=r"^\+[1-9][0-9]{0,14}$")], ...] = Field(
        default=(),
        description="Numbers beside the caller's own that texts may go to, by their beginnings: "
        '`["+4930"]`.',
    )
    limits: TextLimits = Field(
        default=TextLimits(),
        description="How many texts go out, a table each: beyond that they are refused until one is old "
        "enough. They count on all servers of a database together.",
    )


class SupervisionSettings(SettingsGroup):
    keys: bool = Field(
        default=False,
        description="Who listens to a call changes seats by key: 4 listen, 5 whisper, 6 be heard by all, "
        "7 take the call over. These keys go to nobody else.",
    )
