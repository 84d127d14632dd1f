"""What the SIP side counts, for whoever watches the server (mediaserver.metrics.SignallingFigures)."""

from __future__ import annotations

from collections.abc import Mapping, Sized

from sip.calls.places import Places
from sip.transactions.layer import TransactionLayer
from sip.transport.transport import Transport


class SipFigures:
    """Read when somebody asks; nothing is computed before."""

    def __init__(self, transport: Transport, layer: TransactionLayer, places: Places, dialogs: Sized) -> None:
        self._transport = transport
        self._layer = layer
        self._places = places
        self._dialogs = dialogs

    def messages(self) -> Mapping[str, int]:
        counts = self._transport.counts
        return {
            "received": counts.received,
            "sent": self._transport.sent,
            "malformed": counts.malformed,
            "dropped": counts.dropped,
            # An answer would have been a weapon in the hands of whoever asked.
            "withheld": counts.withheld + self._layer.withheld,
        }

    def shed(self) -> Mapping[str, int]:
        reasons = {reason.value: count for reason, count in self._transport.shed.items()}
        return reasons | {"connection": self._transport.turned_away}

    def held(self) -> Mapping[str, int]:
        return {
            "dialogs": len(self._dialogs),
            "transactions": len(self._layer),
            "answers": len(self._layer.answered),
            "connections": self._transport.connections,
            "unproven_calls": self._places.unproven,
        }
