"""What accounts of Twilio can be asked for."""

from __future__ import annotations

from providers.provider import Capability

ALL = frozenset(
    (
        *(Capability.PLACE, Capability.RECEIVE, Capability.TRANSFER, Capability.DETECT_MACHINE),
        *(Capability.RECORD, Capability.FETCH_RECORDING, Capability.NUMBERS, Capability.CONFIGURE_NUMBER),
        *(Capability.LIST_CALLS, Capability.COST, Capability.SEND_MESSAGE, Capability.RECEIVE_MESSAGE),
    )
)
"""No SEND_DIGITS: keys can be pressed by the interface only where the media stream ends for it. They go as
tones."""
BY_WEBHOOK = frozenset(
    (
        *(Capability.PLACE, Capability.RECEIVE, Capability.RECEIVE_MESSAGE, Capability.DETECT_MACHINE),
        *(Capability.RECORD, Capability.TRANSFER),
    )
)
"""What nobody can do who cannot tell whether a webhook is Twilio's."""
