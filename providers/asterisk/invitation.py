"""Somebody calls by an existing Asterisk, as whoever decides about calls sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from mediaserver.calls.about import NOTHING, About
from mediaserver.calls.may_dial import MayDial
from mediaserver.calls.protocols import MOST_HOPS
from mediaserver.host_port import bracketed
from mediaserver.media.leg import Leg
from providers.asterisk.wanted import CallWanted

UNKNOWN = "anonymous"
LONGEST = 60


@dataclass(frozen=True, slots=True)
class AsteriskInvitation:
    """Implements mediaserver.calls.protocols.Invitation."""

    leg: Leg
    dialled: str
    from_uri: str
    to_uri: str
    source_host: str
    reach: MayDial
    payer: str
    about: About = field(default_factory=lambda: NOTHING)
    hops_left: int = MOST_HOPS
    replaces: Leg | None = None
    shown_as: str = ""

    def announce(self, url: str) -> None:
        """A dialplan has nowhere to show it."""


def invitation_of(leg: Leg, wanted: CallWanted, source: str) -> AsteriskInvitation:
    """`source`: the address of the Asterisk."""
    return AsteriskInvitation(
        leg,
        wanted.dialled,
        _address(wanted.caller or wanted.name or UNKNOWN, source),
        wanted.to,
        source,
        wanted.reach,
        wanted.payer,
        wanted.about,
    )


def _address(user: str, host: str) -> str:
    return f"sip:{quote(user[:LONGEST].strip(), safe='-_.!~*()+')}@{bracketed(host)}"
