"""DTMF in INFO bodies: application/dtmf-relay ("Signal=5\\r\\nDuration=160") and application/dtmf ("5").

There is no RFC; both are what gateways and phones send. Pure text in and out.
"""

from __future__ import annotations

import re

from sip.messages.message import Request

INFO_TYPES = ("application/dtmf-relay", "application/dtmf")
DEFAULT_MS = 100
KEYS = "0123456789*#ABCD"
_SIGNAL = re.compile(r"^\s*signal\s*=\s*([0-9A-D*#]{1,2})\s*$", re.IGNORECASE | re.MULTILINE)
_DURATION = re.compile(r"^\s*duration\s*=\s*(\d{1,5})\s*$", re.IGNORECASE | re.MULTILINE)
_EVENT_NUMBERS = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}


def relay_digit(request: Request) -> tuple[str, int] | None:
    """The digit and its duration in ms, None when the body holds none."""
    text = request.body[:200].decode("ascii", "replace").replace("\r", "\n")
    if request.content_type == "application/dtmf-relay":
        signal = _SIGNAL.search(text)
        duration = _DURATION.search(text)
        word = signal[1].upper() if signal else ""
    else:
        duration = None
        word = text.strip().upper()
    digit = _EVENT_NUMBERS.get(word, word)
    if len(digit) != 1 or digit not in KEYS:
        return None
    return digit, int(duration[1]) if duration else DEFAULT_MS


def body_digit(body: bytes) -> tuple[str, int]:
    """The digit of a body of ours, and its duration in ms."""
    signal, duration, *_ = body.decode().split("\r\n")
    return signal.partition("=")[2], int(duration.partition("=")[2])


def relay_body(digit: str, duration_ms: int) -> bytes:
    """Raises ValueError for what is no key."""
    key = digit.upper()
    if len(key) != 1 or key not in KEYS:
        raise ValueError(f"{digit!r} is no key; use one of {KEYS}")
    return f"Signal={key}\r\nDuration={duration_ms}\r\n".encode()
