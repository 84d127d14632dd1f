"""The settings of ways in for an existing Asterisk (docs/asterisk.md)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from mediaserver.settings.group import Host, NetworkText, Port, SettingsGroup

Dialled = Annotated[str, Field(min_length=1, max_length=200)]


class AsteriskSettings(SettingsGroup):
    audiosocket_port: Port = Field(
        default=0,
        description="TCP port for AudioSocket, by which a dialplan of Asterisk connects calls: 9092, say. 0: "
        "none.",
    )
    audiosocket_host: Host = Field(
        default="127.0.0.1",
        description="The address that it listens on. Audio and numbers travel unencrypted: leave it on this "
        "machine, or on a network of yours.",
    )
    networks: tuple[NetworkText, ...] = Field(
        default=("127.0.0.0/8", "::1"),
        max_length=100,
        description="Whence Asterisk may connect to it. Everybody else is closed unread.",
    )
    lines: dict[UUID, Dialled] = Field(
        default={},
        max_length=1_000,
        description="For dialplans that cannot announce their calls: what a UUID of AudioSocket dials, an "
        'agent or a number, such as `{"5b5f…"="sip-demo"}`. Whoever knows the UUID and is in one of '
        "`networks` calls there: make them with `uuidgen`, and keep them as passwords.",
    )
    max_calls: int = Field(
        default=200, ge=1, le=10_000, description="Calls by AudioSocket and WebSocket at once."
    )
    silence_timeout_s: float = Field(
        default=120.0,
        ge=5,
        le=3_600,
        description="A call of which Asterisk sends nothing for so long is over; it sends nothing of a phone "
        "that is on hold.",
    )
