"""A browser calls: what its offer asked for, as whoever decides about calls sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from mediaserver.calls.about import NOTHING, About
from mediaserver.calls.may_dial import MayDial
from mediaserver.calls.protocols import MOST_HOPS
from mediaserver.media.leg import Leg

LONGEST_NAME = 60


def address_of_caller(name: str, host: str) -> str:
    """A caller as an address that phones can show. `name`: as its page says, which nobody has proven."""
    user = quote(name[:LONGEST_NAME].strip() or "browser", safe="-_.!~*'()")
    return f"sip:{user}@{f'[{host}]' if ':' in host else host}"


@dataclass(frozen=True, slots=True)
class WebRtcInvitation:
    """Implements mediaserver.calls.protocols.Invitation."""

    leg: Leg
    dialled: str
    """Empty where the agent is known already."""
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
        """The answer to its offer has told it, with a ticket."""
