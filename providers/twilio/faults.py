"""What Twilio refuses, in words that say how to mend it. Pure: status and code in, a TelephonyError out.

Its codes are listed in "Error and Warning Dictionary"; what is not among those below is told in Twilio's own
words with the code.
"""

from __future__ import annotations

from dataclasses import dataclass

from mediaserver.errors import ProviderFault, TelephonyError
from mediaserver.printable import printable

_KEY, _QUOTA, _REFUSED = ProviderFault.KEY, ProviderFault.QUOTA, ProviderFault.REFUSED
_LIMIT, _DOWN = ProviderFault.LIMIT, ProviderFault.DOWN


@dataclass(frozen=True, slots=True)
class _Known:
    kind: ProviderFault
    words: str


_KNOWN: dict[int, _Known] = {
    10001: _Known(_KEY, "the account is not active: see its console"),
    10002: _Known(_REFUSED, "a trial account cannot do this: upgrade it"),
    10004: _Known(_LIMIT, "the account has as many calls at once as it may: end some, or ask for more"),
    20003: _Known(_KEY, "it refuses the credentials: check the account's id and its auth token or API key"),
    20005: _Known(_KEY, "the account is suspended or closed: see its console"),
    20006: _Known(_KEY, "the API key may not do this: take a main key, or the auth token"),
    20008: _Known(_KEY, "test credentials cannot do this: take the live ones"),
    20404: _Known(_REFUSED, "it knows of no such thing"),
    20429: _Known(_LIMIT, "it is asked too often"),
    20500: _Known(_DOWN, "it has a fault of its own"),
    20503: _Known(_DOWN, "it is out of service for now"),
    21201: _Known(_REFUSED, "no number was given that is to be called"),
    21203: _Known(
        _REFUSED, "this destination is not open to the account: permit it under Voice, Settings, Geo"
    ),
    21205: _Known(
        _REFUSED, "it cannot use our address: `public_url` must be one that it reaches, with https"
    ),
    21210: _Known(
        _REFUSED, "the caller number is neither the account's nor verified: choose another `caller`"
    ),
    21211: _Known(_REFUSED, "the number that is to be called is none: write it as +4930123456"),
    21212: _Known(_REFUSED, "the caller number is none: write `caller` as +4930123456"),
    21213: _Known(_REFUSED, "it wants a caller number: set the account's `caller`"),
    21214: _Known(_REFUSED, "the number cannot be reached from there"),
    21215: _Known(_REFUSED, "the account may not call there: permit the country under Voice, Settings, Geo"),
    21216: _Known(_REFUSED, "the account may not call this number: its destination is blocked"),
    21217: _Known(_REFUSED, "the number that is to be called is none: write it as +4930123456"),
    21219: _Known(_REFUSED, "a trial account calls verified numbers only: verify this one, or upgrade"),
    21220: _Known(_REFUSED, "the call is over, or not yet up"),
    21401: _Known(_REFUSED, "the phone number is none: write it as +4930123456"),
    21422: _Known(_REFUSED, "the phone number is not to be had"),
    21602: _Known(_REFUSED, "a message must have a text"),
    21603: _Known(_REFUSED, "it wants a number to send from: set the account's `caller`"),
    21604: _Known(_REFUSED, "no number was given that the message goes to"),
    21606: _Known(_REFUSED, "this number cannot send messages: take one of the account's that can"),
    21608: _Known(_REFUSED, "a trial account writes to verified numbers only: verify this one, or upgrade"),
    21609: _Known(
        _REFUSED, "it cannot use our address: `public_url` must be one that it reaches, with https"
    ),
    21610: _Known(_REFUSED, "the recipient has answered STOP and wants no messages from this number"),
    21611: _Known(_LIMIT, "too many messages of this number wait"),
    21612: _Known(_REFUSED, "it cannot send from this number to that one"),
    21614: _Known(_REFUSED, "the recipient's number is no mobile number"),
    21617: _Known(_REFUSED, "the text is too long: 1,600 characters at most"),
    21626: _Known(
        _REFUSED, "it cannot use our address: `public_url` must be one that it reaches, with https"
    ),
    13223: _Known(_REFUSED, "the number that is to be called is none: write it as +4930123456"),
    13224: _Known(_REFUSED, "it does not support calls to this number, or the number is none"),
    13225: _Known(_REFUSED, "it blocks calls to this number"),
    13226: _Known(_REFUSED, "the call's destination is none"),
    13227: _Known(_REFUSED, "the account may not call there: permit the country under Voice, Settings, Geo"),
    11200: _Known(_DOWN, "it could not fetch what to do from us: is `public_url` reached from the internet?"),
    11205: _Known(_DOWN, "it could not connect to us: is `public_url` reached from the internet?"),
    11210: _Known(_DOWN, "it found nobody under our name: check `public_url`"),
    11237: _Known(_DOWN, "it does not trust our certificate: it must be one that browsers accept"),
    12100: _Known(_REFUSED, "it could not read what we told it to do"),
    31901: _Known(_DOWN, "it could not connect its media stream to us: does a proxy pass WebSockets on?"),
    31902: _Known(_DOWN, "its media stream could not be set up in time"),
    31910: _Known(_DOWN, "it does not trust our certificate: it must be one that browsers accept"),
    31920: _Known(_DOWN, "its media stream was not let in: does a proxy pass WebSockets on?"),
    31921: _Known(_DOWN, "its media stream was closed in an unusual way"),
    31924: _Known(_DOWN, "it could not read what came on its media stream"),
    31951: _Known(_REFUSED, "it could not read a message of ours on its media stream"),
    30001: _Known(_LIMIT, "too many messages wait"),
    30002: _Known(_KEY, "the account is suspended: see its console"),
    30003: _Known(_REFUSED, "the recipient's telephone is off or out of reach"),
    30004: _Known(_REFUSED, "the recipient, or their network, blocks messages"),
    30005: _Known(_REFUSED, "the recipient's number does not exist"),
    30006: _Known(_REFUSED, "the recipient's number takes no messages"),
    30007: _Known(_REFUSED, "the network has filtered the message as unwanted"),
    30008: _Known(_REFUSED, "the network did not deliver the message and does not say why"),
    30034: _Known(_REFUSED, "the number is not registered for messages to the US (A2P 10DLC): register it"),
}
MISSING = frozenset((404, 20404))
"""Status and code of what is not there."""
OVER = frozenset((21220,))
"""The call is over already."""


def told(
    who: str, status: int, code: int | None, message: str, *, after_s: float | None = None
) -> TelephonyError:
    """An answer that was no good one. `who`: "Twilio". `message`: its own words."""
    known = _KNOWN.get(code or 0)
    if known is not None:
        kind, words = known.kind, known.words
    else:
        kind = _kind_of(status)
        words = f"it says: {printable(message)[:300]}" if message else _BY_KIND[kind]
    number = code or status
    return TelephonyError(
        f"{who}: {words} ({number})", kind, after_s, str(number), maybe=status >= 500 and kind is _DOWN
    )


def in_words(code: int | None, message: str = "") -> str:
    """A code that a webhook names, for people; empty: there is none."""
    if not code:
        return printable(message)[:300]
    known = _KNOWN.get(code)
    return f"{known.words if known is not None else printable(message)[:300] or 'see its debugger'} ({code})"


_BY_KIND = {
    _KEY: "it refuses the credentials",
    _QUOTA: "what was paid for is used up: add funds",
    _LIMIT: "it is asked too often",
    _DOWN: "it is out of service for now",
    _REFUSED: "it refuses this",
}


def _kind_of(status: int) -> ProviderFault:
    match status:
        case 401 | 403:
            return _KEY
        case 402:
            return _QUOTA
        case 429:
            return _LIMIT
        case _ if status >= 500:
            return _DOWN
        case _:
            return _REFUSED
