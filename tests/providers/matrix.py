"""What works with each provider: the words in which tests say what they show, for the table in
docs/providers.md.

`@shows(Who.TWILIO, Feature.CALLS_IN)` on a test says that it fails when calls in by Twilio do not work.
"""

from __future__ import annotations

from enum import StrEnum

import pytest


class Who(StrEnum):
    """The columns."""

    TWILIO = "Twilio"
    SIGNALWIRE = "SignalWire"
    TELNYX = "Telnyx"
    VONAGE = "Vonage"
    PLIVO = "Plivo"
    EXOTEL = "Exotel"
    ZADARMA = "Zadarma"
    AUDIOSOCKET = "Asterisk, AudioSocket"
    CHAN_WEBSOCKET = "Asterisk, chan_websocket"
    ARI = "Asterisk, ARI"
    FREESWITCH = "FreeSWITCH"


class Feature(StrEnum):
    """The rows, in their order."""

    CALLS_IN = "calls in, an agent answers"
    CALLS_OUT = "calls out"
    UNANSWERED = "busy, no answer, failed are told apart"
    HANGS_UP = "either side hangs up"
    BARGE_IN = "interrupted, its buffer is emptied"
    HEARD = "it says what was heard (marks)"
    KEYS_IN = "its keys"
    KEYS_OUT = "our keys"
    BAD_MESSAGES = "what it sends and cannot be read ends no call"
    LOST_STREAM = "a lost stream: it comes again, or the call ends"
    TRANSFER = "transfer by the provider"
    FALLBACK = "takes the call while we are full"
    MACHINE = "says whether a machine answers"
    RECORDINGS = "its recordings are fetched"
    NUMBERS = "numbers listed and pointed here"
    FORGED = "forged requests change nothing"
    REPLAYED = "doubled and replayed ones change nothing"
    ORDER = "reports in any order end in the right state"
    WAITED = "429 and 5xx are waited out"
    REVOKED = "refused credentials are told, with the mend"
    RECONCILED = "calls are compared with its own list"
    COST = "what a call has cost"
    SMS_IN = "SMS in"
    SMS_OUT = "SMS out"
    CALLBACK = "callback: it rings two numbers and joins them"
    TRUNK = "SIP trunk by preset"


def shows(who: Who, *features: Feature) -> pytest.MarkDecorator:
    """Marks a test, or a `pytest.param`, that shows these features with a provider."""
    return pytest.mark.shows(who, *features)
