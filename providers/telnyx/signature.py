"""Whether a webhook is Telnyx's: Ed25519 (:rfc:`8032`) over the time, a bar and the body as it came.

Pure: `now` in. By developers.telnyx.com, "Webhook fundamentals", and the SDK's own check.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mediaserver.errors import UnprovenError

WINDOW_S = 300
"""Between its clock and ours, both ways."""
SIGNATURE = "telnyx-signature-ed25519"
TIMESTAMP = "telnyx-timestamp"
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


class Verifier:
    """Of one account."""

    def __init__(self, public_key: str) -> None:
        """`public_key`: 32 octets in base64. Raises ValueError for anything else."""
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))

    def verify(self, headers: Mapping[str, str], body: bytes, now: float) -> None:
        """`headers`: names in lower case; `now`: seconds since 1970. Raises UnprovenError. The signature is
        looked at before the time, so that the clocks are only spoken of when it was Telnyx who signed."""
        told, signed = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
        if not told or not signed:
            raise UnprovenError(f"it has no {TIMESTAMP if signed else SIGNATURE}: Telnyx always sends one")
        if not _SECONDS.fullmatch(told):
            raise UnprovenError(f"its {TIMESTAMP} is no number of seconds")
        try:
            signature = base64.b64decode(signed, validate=True)
        except (binascii.Error, ValueError):
            raise UnprovenError(f"its {SIGNATURE} is no base64") from None
        try:
            self._key.verify(signature, told.encode() + b"|" + body)
        except (InvalidSignature, ValueError):
            raise UnprovenError(
                "its signature does not fit: it is not Telnyx's, it was changed on the way, or the account's "
                "public_key is not this Telnyx account's"
            ) from None
        apart = now - int(told)
        if abs(apart) > WINDOW_S:
            which = "behind" if apart > 0 else "ahead of"
            raise UnprovenError(
                f"it was signed by Telnyx {abs(apart):.0f} s {'ago' if apart > 0 else 'from now'}, and "
                f"{WINDOW_S} s are allowed: it is an old one that somebody sends again, or Telnyx's clock is "
                f"{which} this machine's (is its time set by NTP?)"
            )
