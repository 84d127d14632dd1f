"""SignalWire's interface that is compatible with Twilio's, as its documents have it: Twilio's below the path
`/api/laml` of a space, with ids of its own for accounts, another key for webhooks, and codecs for streams.
"""

from __future__ import annotations

import re
import uuid

from tests.standins.twilio.call import Call
from tests.standins.twilio.server import TwilioStandIn

PROJECT = "01234567-89ab-4cde-8f01-23456789abcd"
API_TOKEN = "PT" + "0123456789abcdef" * 3
SIGNING_KEY = "PSK_a-signing-key"
PREFIX = "/api/laml"


class SignalWireStandIn(TwilioStandIn):
    account = PROJECT
    prefix = PREFIX
    signed_by = "X-SignalWire-Signature"
    call_id = staticmethod(lambda: str(uuid.uuid4()))
    streams_take = frozenset({"codec", "realtime"})

    def __init__(self) -> None:
        super().__init__()
        self.keys = {f"{PROJECT}:{API_TOKEN}"}
        self.token = SIGNING_KEY

    def _path(self, path: str) -> str:
        """Twilio's document knows ids of calls of its own shape alone."""
        return _CALL.sub(lambda found: "/Calls/" + _as_twilios(found[1]), super()._path(path))

    def _call(self, ref: str) -> Call:
        return super()._call(next((each for each in self.calls if _as_twilios(each) == ref), ref))


_CALL = re.compile(r"/Calls/([0-9a-f-]{36})")


def _as_twilios(ref: str) -> str:
    return "CA" + ref.replace("-", "")
