"""Our part of ICE: a lite agent (:rfc:`8445`, section 2.5). The other side tries the ways to us and says
which one it takes; we answer who knows our password, and nobody else.

Pure: datagrams and `now` in, responses and the place that was nominated out. A place counts by the integrity
of the request that came from there, never by its address. It must never send anything by itself, nor say
that a place may be sent to: an address can be forged by who knows the password, too, so that is
`mediaserver.rtp.permission`'s to say as for all others.
"""

from __future__ import annotations

import hmac
from typing import NamedTuple

from mediaserver.media.connectivity import IceSession
from mediaserver.media.time import SECOND_NS
from mediaserver.rtp.packets import Address
from mediaserver.rtp.stun import (
    ROLE_CONFLICT,
    UNKNOWN_ATTRIBUTE,
    BindingRequest,
    refusal,
    success,
)

LEFT_NS = 3 * SECOND_NS
"""A place that was nominated and checks no more for so long may be followed by a worse one."""
CHECKS_A_SECOND = 100
"""That are answered; a full agent sends one in 5 to 50 ms, and later one in some seconds."""
CHECKS_AT_ONCE = 200
MOST_SUITORS = 4
"""Others that checked our offer before its answer came: one for each fork."""


class Nomination(NamedTuple):
    """The way that the other side takes."""

    place: Address
    priority: int
    at: int
    """Of its last check."""


class IceLite:
    """One component of one stream: RTP, or RTCP on a port of its own."""

    __slots__ = ("_early", "_free_at", "nominated", "session")

    def __init__(self, session: IceSession) -> None:
        self.session = session
        self.nominated: Nomination | None = None
        self._early: dict[str, Nomination] = {}
        """By their ufrag: who nominated before our offer was answered."""
        self._free_at = 0
        """When there will be no checks on account any more."""

    def renew(self, session: IceSession) -> None:
        """Agreed on anew. Audio stays where it is until the other side has found another way (section 9)."""
        theirs, self.session = session.theirs, session
        if theirs is not None and (early := self._early.pop(theirs.ufrag, None)) is not None:
            self.nominated = early
        elif self.nominated is not None:
            self.nominated = self.nominated._replace(priority=0)
        self._early.clear()

    def check(self, data: bytes, source: Address, now: int) -> bytes | None:
        """What a datagram of STUN is answered; None: nothing."""
        request = BindingRequest.parse(data)
        theirs = self._whose(request) if request is not None else None
        password = self.session.ours.password.encode()
        if request is None or theirs is None or self._too_many(now) or not request.is_from(password):
            return None
        if request.unknown:
            return refusal(request, UNKNOWN_ATTRIBUTE, password)
        if request.controlled:  # a lite agent never chooses (section 6.1.1)
            return refusal(request, ROLE_CONFLICT, password)
        self._keep(request, theirs, source, now)
        return success(request, source, password)

    def _whose(self, request: BindingRequest | None) -> str | None:
        """The ufrag of its sender; None: it is not for us, or not of whom we talk with."""
        if request is None:
            return None
        ours, _, theirs = request.username.partition(b":")
        if not hmac.compare_digest(ours, self.session.ours.ufrag.encode()):
            return None
        known = self.session.theirs
        if known is not None and not hmac.compare_digest(theirs, known.ufrag.encode()):
            return None
        return theirs.decode("ascii", "replace")

    def _too_many(self, now: int) -> bool:
        apart = SECOND_NS // CHECKS_A_SECOND
        if self._free_at - now > (CHECKS_AT_ONCE - 1) * apart:
            return True
        self._free_at = max(self._free_at, now) + apart
        return False

    def _keep(self, request: BindingRequest, theirs: str, source: Address, now: int) -> None:
        if self.session.theirs is None:
            if request.use_candidate and (theirs in self._early or len(self._early) < MOST_SUITORS):
                self._early[theirs] = Nomination(source, request.priority, now)
            return
        before = self.nominated
        if before is not None and before.place == source:
            priority = max(request.priority, before.priority) if request.use_candidate else before.priority
            self.nominated = Nomination(source, priority, now)
        elif request.use_candidate:
            # Who nominates all ways and takes the best one (RFC 5245) goes on to check the worse ones.
            if before is None or request.priority >= before.priority or now - before.at > LEFT_NS:
                self.nominated = Nomination(source, request.priority, now)
