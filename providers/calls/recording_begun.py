"""Recordings of calls in are begun by us: those of calls out are ordered with them."""

from __future__ import annotations

import logging

from mediaserver.errors import TelephonyError
from providers.calls.call import ProviderCall
from providers.provider import Capability

log = logging.getLogger(__name__)


async def begin_recording(call: ProviderCall) -> None:
    """Have the provider record a call that is up, where it can. What fails is told to the log."""
    if Capability.RECORD not in call.provider.capabilities:
        return
    try:
        await call.provider.start_recording(call.ref, call.order_doors(0.0))
    except TelephonyError as error:
        log.warning("%s does not record the call %s: %s", call.account.name, call.ref, error)
