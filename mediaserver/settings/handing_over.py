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


EACH_KEY = TextCaps(per_minute=30, per_hour=300, per_day=1000)
EACH_ACCOUNT = TextCaps(per_hour=600)
"""Where `texts.limits` names no others: a stolen key, or an agent that went wrong, is worth no more."""


class TextsSettings(SettingsGroup):
    per_call: int = Field(
        default=3,
        ge=0,
        le=100,
        description="Texts (SMS) that agents and flows may send in one call; 0: none.",
    )
    per_number: int = Field(
        default=10,
        ge=0,
        le=1000,
        description="Texts that agents and flows may send to one number within 24 hours, over all calls of "
        "this server since it started; 0: any number of them.",
    )
    to: tuple[Annotated[str, Field(pattern=r"^\+[1-9][0-9]{0,14}$")], ...] = Field(
        default=(),
        description="Numbers beside the caller's own that texts may go to, by their beginnings: "
        '`["+4930"]`.',
    )
    limits: dict[Literal["all", "each_key", "each_account"], TextCaps] = Field(
        default={},
        description="How many texts go out, a table each: `all` together; `each_key` of the API, with those "
        "of its calls and what is answered in its conversations; `each_account` at a provider, whoever sends "
        "them. Beyond that they are refused until one is old enough. Left out, `each_key` is 30 a minute, "
        "300 an hour and 1,000 a day, `each_account` 600 an hour; `all` has none. One that is given takes "
        "the place of ours whole: what it leaves out is no limit.",
    )


class SupervisionSettings(SettingsGroup):
    keys: bool = Field(
        default=False,
        description="Who listens to a call changes seats by key: 4 listen, 5 whisper, 6 be heard by all, "
        "7 take the call over. These keys go to nobody else.",
    )
