"""What we want of a call's media: codecs in the order of preference, encryption, and what goes with them.

A value: it is made from settings, or a trunk's row, and handed down to offer and answer. It decides nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Encryption(enum.StrEnum):
    """Whether audio is encrypted (SRTP)."""

    OFF = "off"
    """Never offered; an offer that has nothing else is refused."""
    OPTIONAL = "optional"
    """Where both sides can."""
    REQUIRED = "required"
    """Or there is no call."""


class CodecOrder(enum.StrEnum):
    """Whose preference decides when we answer an offer (:rfc:`3264` section 6.1 leaves it to us)."""

    THEIRS = "theirs"
    OURS = "ours"


class InbandDtmf(enum.StrEnum):
    """Whether keys are listened for in the audio itself (:rfc:`4733` is the better way)."""

    AUTO = "auto"
    """Where telephone-event was not agreed on."""
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class MediaPolicy:
    """What one peer is offered and answered."""

    codecs: tuple[str, ...] = ("PCMU", "PCMA")
    """As SDP names them, the most wanted first; upper or lower case as in `sip.sdp.codecs`."""
    encryption: Encryption = Encryption.OFF
    order: CodecOrder = CodecOrder.THEIRS
    dtx: bool = False
    """Send comfort noise (:rfc:`3389`) in place of silence where it was agreed on."""
    inband_dtmf: InbandDtmf = InbandDtmf.AUTO


PLAIN_TELEPHONY = MediaPolicy()
"""G.711, unencrypted: what every telephone can."""
