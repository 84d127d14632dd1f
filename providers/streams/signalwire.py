"""How SignalWire's streams speak: as Twilio's do, with PCM besides.

Made from SignalWire's reference of `<Stream>` (cXML): its attribute `codec` is PCMU@8000h where none is
named, L16@16000h or L16@24000h; `realtime` has it even out delays of ours. The byte order of L16 is not
documented: little-endian, since SignalWire's own demo (cXML-realtime-agent-stream) hands it on as it comes to
OpenAI's realtime models, which take nothing else. Not tried against the real service.
"""

from __future__ import annotations

from mediaserver.media.stream_format import Coding, StreamFormat
from providers.streams.twilio import MULAW, TwilioDialect

CODECS = {
    "PCMU@8000h": MULAW,
    "L16@16000h": StreamFormat(Coding.PCM16, 16_000),
    "L16@24000h": StreamFormat(Coding.PCM16, 24_000),
}
"""As the attribute `codec` names them."""


class SignalWireDialect(TwilioDialect):
    """Implements providers.streams.dialect.Dialect."""

    def __init__(self, codec: str = "PCMU@8000h") -> None:
        """Raises KeyError for a codec that is not among CODECS."""
        super().__init__(CODECS[codec])
