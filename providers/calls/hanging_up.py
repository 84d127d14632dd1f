"""A call is ended at its provider."""

from __future__ import annotations

import logging
from typing import Protocol

from mediaserver.errors import TelephonyError
from mediaserver.media.leg import Leg
from providers.calls.machine import CallMachine, Phase
from providers.kind import Account
from providers.provider import Provider

log = logging.getLogger(__name__)


class HungUp(Protocol):
    """What is needed of `ProviderCall`."""

    account: Account
    provider: Provider
    ref: str
    machine: CallMachine

    @property
    def leg(self) -> Leg: ...


async def hang_up(call: HungUp) -> None:
    """One whose id is not known is hung up once it is; one that is over is left."""
    if not call.ref or call.machine.phase is Phase.OVER:
        return
    try:
        await call.provider.hang_up(call.ref, call.leg.termination)
    except TelephonyError as error:
        log.warning("%s could not hang up the call %s: %s", call.account.name, call.ref, error)
