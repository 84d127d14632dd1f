"""What was negotiated for one RTP stream, as a value: it is replaced, never changed."""

from __future__ import annotations

from dataclasses import dataclass

from mediaserver.media.g711 import CODECS, PCMU, Codec
from mediaserver.media.time import FRAME_MS, NARROW_PER_MS
from mediaserver.rtp.packets import Address

COMFORT_NOISE = 13
"""Static payload type of :rfc:`3389`: the sender is silent."""
_MIN_PTIME, _MAX_PTIME = 10, 60
_NOWHERE = ("0.0.0.0", "::")
_PORTS = range(1, 65_535)


@dataclass(frozen=True, slots=True)
class Format:
    """The audio of one stream both ways."""

    codec: Codec = PCMU
    payload_type: int = -1
    telephone_event_pt: int | None = None
    ptime_ms: int = FRAME_MS
    """Of what we send; anything is taken."""
    receiving: bool = False
    sending: bool = False

    @classmethod
    def negotiated(
        cls,
        remote: Address,
        codec: str,
        payload_type: int,
        telephone_event_pt: int | None,
        ptime_ms: int,
        direction: str,
    ) -> Format:
        """`direction` is ours, as in our SDP. Raises KeyError for a codec other than PCMU and PCMA."""
        # Port 0 or an address of zeroes is the old way to say hold (RFC 3264, section 8.4).
        reachable = remote[0] not in _NOWHERE and remote[1] in _PORTS
        return cls(
            CODECS[codec.upper()],
            payload_type,
            telephone_event_pt,
            min(max(ptime_ms, _MIN_PTIME), _MAX_PTIME),
            receiving=direction in ("sendrecv", "recvonly"),
            sending=direction in ("sendrecv", "sendonly") and reachable,
        )

    @property
    def expecting(self) -> bool:
        """Audio must come. Not while either side holds the other: a phone that holds often sends nothing."""
        return self.receiving and self.sending

    @property
    def octets_per_packet(self) -> int:
        return self.ptime_ms * NARROW_PER_MS

    @property
    def accepted(self) -> frozenset[int]:
        """Payload types that may come."""
        events = () if self.telephone_event_pt is None else (self.telephone_event_pt,)
        return frozenset((self.payload_type, COMFORT_NOISE, *events))

    def continues(self, other: Format) -> bool:
        """Audio of the one may follow on audio of the other."""
        return self.codec is other.codec and self.payload_type == other.payload_type


def is_nowhere(address: Address) -> bool:
    """Nothing can be sent there."""
    return address[0] in _NOWHERE
