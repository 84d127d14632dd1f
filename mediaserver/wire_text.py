"""How the octets of a text protocol (SIP, SDP) become text and back, whatever octets they are."""

from __future__ import annotations

import re

ENCODING, ERRORS = "utf-8", "surrogateescape"
"""Without loss, both ways."""
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def readable(text: str) -> str:
    """The text with control characters and undecodable bytes replaced: fit for logs and PostgreSQL."""
    return _UNPRINTABLE.sub("\ufffd", text)
