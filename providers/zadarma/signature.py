"""How Zadarma and we prove ourselves to each other: HMAC-SHA1 over the hex digits, in base64.

Sources: zadarma.com/en/support/api (Authorization), the official PHP client (`Client::_getAuthHeader`,
`Webhook\\*::getSignatureString`). Pure.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote_plus

SIGNED: Mapping[str, tuple[str, ...]] = {
    "NOTIFY_START": ("caller_id", "called_did", "call_start"),
    "NOTIFY_INTERNAL": ("caller_id", "called_did", "call_start"),
    "NOTIFY_IVR": ("caller_id", "called_did", "call_start"),
    "NOTIFY_END": ("caller_id", "called_did", "call_start"),
    "NOTIFY_ANSWER": ("caller_id", "destination", "call_start"),
    "NOTIFY_OUT_START": ("internal", "destination", "call_start"),
    "NOTIFY_OUT_END": ("internal", "destination", "call_start"),
    "NOTIFY_RECORD": ("pbx_call_id", "call_id_with_rec"),
    "SMS": ("result",),
    "SPEECH_RECOGNITION": ("result",),
}
"""Event -> the fields whose values, one behind the other, are signed. All others of it are not."""


def query(params: Mapping[str, str]) -> str:
    """As PHP's http_build_query writes it (RFC 1738: `+` for a space, `~` encoded), keys in order."""
    return "&".join(f"{_encoded(key)}={_encoded(params[key])}" for key in sorted(params))


def authorization(key: str, secret: str, path: str, params: Mapping[str, str]) -> str:
    """The header of a request to `path` ("/v1/sip/"), whichever its method."""
    written = query(params)
    # MD5 as their protocol has it; what protects is the HMAC around it.
    digest = hashlib.md5(written.encode(), usedforsecurity=False).hexdigest()
    return f"{key}:{signature(secret, path + written + digest)}"


def signature(secret: str, text: str) -> str:
    hexadecimal = hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest()
    return base64.b64encode(hexadecimal.encode()).decode()


def proven(secret: str, fields: Mapping[str, str], given: str) -> bool:
    """Whether a notification is Zadarma's, in constant time. One of an event that nobody documents a
    signature for is not."""
    names = SIGNED.get(fields.get("event", ""))
    if names is None or not given.isascii() or not given:
        return False
    text = "".join(fields.get(name, "") for name in names)
    # Nothing at all is signed the same by everybody who has sent an empty event once.
    return bool(text) and hmac.compare_digest(signature(secret, text).encode(), given.strip().encode())


def _encoded(text: str) -> str:
    return quote_plus(text).replace("~", "%7E")
