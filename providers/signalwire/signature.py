"""Whether a request comes from SignalWire, in constant time.

Forms are signed as Twilio signs them, in `X-SignalWire-Signature` (or under Twilio's name); other bodies by
HMAC-SHA1 over the address and the body, in hexadecimal. Newer ones bring an HMAC-SHA256 of the same in
`X-SignalWire-SHA256-Signature`, which is looked at first. The key is the project's signing key. (SignalWire,
"Webhook Security"; the official SDKs' validators.)
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from providers.twilio.signature import HEADER as TWILIO
from providers.twilio.signature import form_of, signature, spellings

SHA1 = "x-signalwire-signature"
SHA256 = "x-signalwire-sha256-signature"


def proof(key: str, url: str, headers: Mapping[str, str], body: bytes, *, content_type: str) -> str | None:
    """What tells the request from others, the same whichever header proves it; None: it is not proven. Raises
    ValueError for a form that cannot be read."""
    form = form_of(body, content_type)
    strong, usual = headers.get(SHA256, ""), headers.get(SHA1, "") or headers.get(TWILIO, "")
    proven = False
    for spelling in spellings(url) if key else ():
        octets = spelling.encode() + body
        proven |= _same(hmac.digest(key.encode(), octets, "sha256").hex(), strong)
        proven |= _same(hmac.digest(key.encode(), octets, "sha1").hex(), usual)
        proven |= form is not None and _same(signature(key, spelling, form), usual)
    if not proven:
        return None
    if form is not None:
        return signature(key, url, form)
    return hmac.digest(key.encode(), url.encode() + body, "sha256").hex()


def _same(expected: str, claimed: str) -> bool:
    return bool(claimed) and hmac.compare_digest(expected.encode(), claimed.encode())
