"""What the messages of all providers' streams have in common: JSON to typed structs, and base64.

Limits come before parsing. What cannot be read is a `StreamFault`, which says what is wrong in words for the
log, and nothing of what was sent.
"""

from __future__ import annotations

import binascii
from typing import TypeVar

import msgspec

from mediaserver.media.stream_format import Coding, StreamFormat
from providers.streams.dialect import LONGEST, StreamFault

T = TypeVar("T")

_CODINGS = {
    "audio/x-mulaw": Coding.MULAW,
    "audio/mulaw": Coding.MULAW,
    "audio/pcmu": Coding.MULAW,
    "pcmu": Coding.MULAW,
    "audio/x-alaw": Coding.ALAW,
    "audio/pcma": Coding.ALAW,
    "pcma": Coding.ALAW,
    "audio/x-l16": Coding.PCM16,
    "audio/l16": Coding.PCM16,
    "audio/x-raw": Coding.PCM16,
    "raw/slin": Coding.PCM16,
    "base64": Coding.PCM16,
    "l16": Coding.PCM16,
}
"""Providers' names, in lower case. "base64" is what Exotel's first documents call its PCM."""


def parsed(decoder: msgspec.json.Decoder[T], message: str | bytes) -> T:
    """Raises StreamFault."""
    if len(message) > LONGEST:
        raise StreamFault(f"a message of {len(message)} octets, of {LONGEST} at most")
    if isinstance(message, bytes):
        raise StreamFault("a binary message, where all of them are text")
    try:
        return decoder.decode(message)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise StreamFault(f"no message that makes sense: {str(error)[:150]}") from None


def format_of(encoding: str, rate: int) -> StreamFormat | str | None:
    """By a provider's names; None where it says nothing, and these where it is not read: whose stream that is
    is found out all the same."""
    if not encoding:
        return None
    coding = _CODINGS.get(encoding.lower())
    if coding is None:
        return repr(encoding[:40])
    try:
        return StreamFormat.of(coding, rate or None)
    except ValueError:
        return repr(f"{encoding[:40]}/{rate}")


def quoted(text: str) -> str:
    """As a JSON string, for templates."""
    return msgspec.json.encode(text).decode()


def base64_of(octets: bytes) -> str:
    return binascii.b2a_base64(octets, newline=False).decode("ascii")
