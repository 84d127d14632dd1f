"""What we want of a call's media: codecs in the order of preference, encryption, and what goes with them.

A value: it is made from settings, or a trunk's row, and handed down to offer and answer. It decides nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from mediaserver.sdp.codecs import USUAL_OPUS, OpusWish


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
    """Names of `mediaserver.sdp.codecs.CATALOGUE`, the most wanted first."""
    encryption: Encryption = Encryption.OFF
    order: CodecOrder = CodecOrder.THEIRS
    comfort_noise: bool = False
    """Agree on comfort noise (:rfc:`3389`), which is then heard as silence with a level."""
    dtx: bool = False
    """Send it in place of silence where it was agreed on."""
    inband_dtmf: InbandDtmf = InbandDtmf.AUTO
    opus: OpusWish = USUAL_OPUS
    bundled: bool = False
    """Offers are as browsers want them (:rfc:`8829`)."""

    def listens(self, has_events: bool) -> bool:
        """Whether keys are listened for in the audio. `has_events`: telephone-event was agreed on."""
        if self.inband_dtmf is InbandDtmf.AUTO:
            return not has_events
        return self.inband_dtmf is InbandDtmf.ON


PLAIN_TELEPHONY = MediaPolicy()
"""G.711, unencrypted: what every telephone can."""
