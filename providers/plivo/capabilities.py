"""What Plivo can be asked for, as far as it is built here."""

from __future__ import annotations

from providers.provider import Capability

CAPABILITIES = frozenset(
    (Capability.PLACE, Capability.RECEIVE, Capability.TRANSFER, Capability.SEND_DIGITS, Capability.RECORD)
    + (Capability.FETCH_RECORDING, Capability.DETECT_MACHINE, Capability.LIST_CALLS, Capability.COST)
)
