"""The settings of conversations over WebSocket."""

from __future__ import annotations

from pydantic import Field

from mediaserver.settings.group import SettingsGroup


class GatewaySettings(SettingsGroup):
    max_sessions: int = Field(
        default=1_000,
        ge=1,
        le=100_000,
        description="Conversations over WebSocket at most, with those that wait for their client to come "
        "back. Each is a call, too: see `sip.max_calls`.",
    )
    max_sessions_per_key: int = Field(
        default=200,
        ge=1,
        le=100_000,
        description="Of one API key at most; the operator's are not limited so.",
    )
    resume_s: float = Field(
        default=30.0,
        ge=0,
        le=600,
        description="A conversation whose socket was lost waits so long, in seconds, for its client.",
    )
    queue_ms: int = Field(
        default=30_000,
        ge=1_000,
        le=300_000,
        description="Audio that a client may send ahead of time, in milliseconds, where it asks for that "
        "(`audio.queue_ms`).",
    )
    unsent_kb: int = Field(
        default=256,
        ge=32,
        le=8_192,
        description="What may wait for a client that does not read, in KB; with more its socket is closed.",
    )
