"""A call that came by a trunk, as its row wants it read: numbers in E.164, who is behind it, its place."""

from __future__ import annotations

from mediaserver.calls.about import About
from mediaserver.calls.may_dial import MayDial
from mediaserver.media.leg import Leg
from sip.calls.invitation import SipInvitation
from sip.calls.leg import SipLeg
from sip.trunks.identity import IdentityVerdict
from sip.trunks.origin import origin_of
from sip.trunks.spec import TrunkSpec


class TrunkInvitation:
    """Implements mediaserver.calls.protocols.Invitation."""

    def __init__(self, call: SipInvitation, spec: TrunkSpec, verdict: IdentityVerdict | None = None) -> None:
        """`verdict`: on who vouches for the caller; None: nobody was to look."""
        origin = origin_of(call.request, spec)
        if verdict is not None:
            origin.about["sip"] |= verdict.as_dict()
        self._call = call
        self.dialled = origin.dialled
        self.from_uri = origin.from_uri
        self.to_uri = call.to_uri
        self.about: About = origin.about

    @property
    def leg(self) -> SipLeg:
        return self._call.leg

    @property
    def source_host(self) -> str:
        return self._call.source_host

    @property
    def hops_left(self) -> int:
        return self._call.hops_left

    @property
    def reach(self) -> MayDial:
        return self._call.reach

    @property
    def payer(self) -> str:
        return self._call.payer

    @property
    def shown_as(self) -> str:
        return self._call.shown_as

    @property
    def replaces(self) -> Leg | None:
        return self._call.replaces

    def announce(self, url: str) -> None:
        self._call.announce(url)
