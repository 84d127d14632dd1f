"""SignalWire's interface that is compatible with Twilio's, as its documents have it: Twilio's below the path
`/api/laml` of a space, with ids of its own for accounts, another key for webhooks, and codecs for streams.
"""

from __future__ import annotations

from tests.standins.twilio.server import TwilioStandIn

PROJECT = "01234567-89ab-4cde-8f01-23456789abcd"
API_TOKEN = "PT" + "0123456789abcdef" * 3
SIGNING_KEY = "PSK_a-signing-key"
PREFIX = "/api/laml"


class SignalWireStandIn(TwilioStandIn):
    account = PROJECT
    prefix = PREFIX
    signed_by = "X-SignalWire-Signature"
    streams_take = frozenset({"codec", "realtime"})

    def __init__(self) -> None:
        super().__init__()
        self.keys = {f"{PROJECT}:{API_TOKEN}"}
        self.token = SIGNING_KEY
