"""Somebody calls a number of an account: what the provider says of it, as whoever decides about calls sees
it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mediaserver.calls.about import NOTHING, About, checked
from mediaserver.calls.may_dial import AGENTS, MayDial
from mediaserver.calls.protocols import MOST_HOPS
from mediaserver.errors import CallError
from mediaserver.media.leg import Leg
from mediaserver.printable import printable
from providers.provider import IncomingCall

LONGEST = 200
"""Characters of what a provider says in a word: a number, a name."""


@dataclass(frozen=True, slots=True)
class ProviderInvitation:
    """Implements mediaserver.calls.protocols.Invitation."""

    leg: Leg
    dialled: str
    from_uri: str
    to_uri: str
    payer: str
    about: About
    reach: MayDial = AGENTS
    """As a trunk's callers without a list: all agents, and no extension."""
    source_host: str = ""
    hops_left: int = MOST_HOPS
    replaces: Leg | None = None
    shown_as: str = ""

    def announce(self, url: str) -> None:
        """No provider's caller is on this machine."""


def word(text: str) -> str:
    """What a provider says, fit for a log and a row."""
    return printable(text.strip())[:LONGEST]


def about_of(call: IncomingCall, account: str, kind: str) -> About:
    """What the agent is told: under "provider"."""
    said: dict[str, Any] = {
        "account": account,
        "kind": kind,
        "caller_name": word(call.caller_name),
        "forwarded_from": word(call.forwarded_from),
        "attestation": word(call.attested),
    }
    known = {name: value for name, value in said.items() if value}
    for about in ({**call.about, **known}, known):
        try:
            return checked({"provider": about})
        except CallError:
            continue  # more than a call may be about: what we know by name is enough
    return NOTHING
