"""One call that Asterisk has handed over to us, and who calls by its event."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from mediaserver.media.leg import Direction
from providers.provider import IncomingCall

OURS = "vf-"
"""Ids of channels and bridges that we make begin so."""
MEDIA = "vf-media-"


@dataclass(slots=True, eq=False)
class StasisCall:
    ref: str
    """The channel of whoever talks to us."""
    direction: Direction
    was_up: bool = False
    dialled: int | None = None
    """The cause for which nobody answered it, as far as was told."""
    session: UUID | None = None
    leaving: bool = False
    """It goes on in its dialplan at our word."""
    gone: bool = False
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    """Its media channel is there."""

    @property
    def bridge(self) -> str:
        return f"{OURS}{self.session}"

    @property
    def media(self) -> str:
        return f"{MEDIA}{self.session}"


def incoming_of(channel: dict[str, Any], args: list[str]) -> IncomingCall:
    """By the event with which a channel came. The first argument of Stasis says whom it wants; without one it
    is the extension that was dialled."""
    caller, dialplan = channel.get("caller") or {}, channel.get("dialplan") or {}
    return IncomingCall(
        str(channel["id"]),
        str(caller.get("number", "")),
        args[0] if args and args[0] else str(dialplan.get("exten", "")),
        caller_name=str(caller.get("name", "")),
        about={"channel": str(channel.get("name", "")), "arguments": args[1:9]},
    )
