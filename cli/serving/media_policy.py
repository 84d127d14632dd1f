"""What everybody is offered of audio, from the settings; and its codecs made ready before the first call."""

from __future__ import annotations

import logging

from mediaserver.errors import EngineMissingError
from mediaserver.media.wideband import load
from mediaserver.sdp.policy import CodecOrder, Encryption, InbandDtmf, MediaPolicy
from mediaserver.settings.sip import SipSettings

log = logging.getLogger(__name__)


def media_policy(sip: SipSettings) -> MediaPolicy:
    """With the codecs that this machine has; of the others it is said why. Raises EngineMissingError when
    none is left."""
    there: list[str] = []
    for name in sip.codecs:
        try:
            load(name)
        except EngineMissingError as error:
            log.warning("%s; it is not offered, take it out of sip.codecs or mend that", error)
        else:
            there.append(name)
    if not there:
        raise EngineMissingError(f"none of sip.codecs can be used here ({', '.join(sip.codecs)}); add PCMU")
    return MediaPolicy(
        codecs=tuple(there),
        encryption=Encryption(sip.srtp),
        order=CodecOrder(sip.codec_order),
        comfort_noise=sip.comfort_noise,
        dtx=sip.dtx,
        inband_dtmf=InbandDtmf(sip.inband_dtmf),
    )
