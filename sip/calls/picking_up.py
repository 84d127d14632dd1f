"""Call pick-up (:rfc:`3891` section 3): somebody answers a call that rings at another phone of ours.

Whoever waits for the answer gets this one's leg for it, so that nothing above knows the difference. The phone
rings on until the new leg is up: when it never is, nothing is lost.
"""

from __future__ import annotations

import logging
from typing import Protocol

from mediaserver.errors import CallError, CapacityError
from mediaserver.media.leg import Direction, EndedBy, Termination, Why
from sip.calls.session import InviteSession

log = logging.getLogger(__name__)

TOO_LATE = Termination(EndedBy.SERVER, Why.COMPLETED, 480, "the call that was to be picked up is over")


class Ringing(Protocol):
    """What rings."""

    def picked_up(self, by: InviteSession) -> bool:
        """Another one has answered, in this call of theirs. False when it is too late for that."""


async def pick_up(ringing: Ringing, by: InviteSession) -> None:
    """Answer who picks up, and let it have the call. Raises CallError when that fails."""
    leg = by.leg
    try:
        await leg.answer()
    except CapacityError as error:
        await leg.hangup(Termination(EndedBy.SERVER, Why.FAILED, 503, str(error)))
        raise CallError(str(error), 503) from None
    leg.direction = Direction.OUTBOUND  # it is who was called, though it was this one that called us
    if leg.termination is not None:
        return
    if ringing.picked_up(by):
        log.info("a call that rings elsewhere was picked up by %s", leg.remote)
    else:
        await leg.hangup(TOO_LATE)
