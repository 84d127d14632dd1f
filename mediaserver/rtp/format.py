"""What was negotiated for one RTP stream, as a value: it is replaced, never changed."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field

from mediaserver.media.g711 import CODECS, PCMA, PCMU, Codec
from mediaserver.media.time import FRAME_MS, NARROW_PER_MS
from mediaserver.rtp.packets import Address

COMFORT_NOISE = 13
"""Static payload type of :rfc:`3389`: the sender is silent."""
_MIN_PTIME, _MAX_PTIME = 10, 60
_NOWHERE = ("0.0.0.0", "::")
_PORTS = range(1, 65_535)


_OTHER_LAW = {
    codec.name: into.encode(codec.to_linear).tobytes() for codec, into in ((PCMU, PCMA), (PCMA, PCMU))
}
"""By the name of a codec: [256], its octets in the other one, for `bytes.translate`."""


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
    others: tuple[tuple[int, Codec], ...] = ()
    """What may come besides `payload_type`."""
    events_in: int | None = None
    """Another payload type of digits that come."""
    _codecs: dict[int, Codec] = field(init=False, repr=False, compare=False)
    """By payload type: asked for each packet."""

    def __post_init__(self) -> None:
        codecs = dict(reversed(((self.payload_type, self.codec), *self.others)))
        object.__setattr__(self, "_codecs", codecs)

    @classmethod
    def negotiated(
        cls,
        remote: Address,
        codec: str,
        payload_type: int,
        telephone_event_pt: int | None,
        ptime_ms: int,
        direction: str,
        others: Sequence[tuple[int, str]] = (),
        events_in: int | None = None,
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
            others=tuple((number, CODECS[name.upper()]) for number, name in others),
            events_in=events_in,
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
        others = (number for number, _ in self.others)
        return frozenset((self.payload_type, COMFORT_NOISE, *others)) | self.events

    @property
    def events(self) -> frozenset[int]:
        """Payload types of digits that may come."""
        return frozenset(n for n in (self.telephone_event_pt, self.events_in) if n is not None)

    def as_agreed(self, kind: int, octets: bytes) -> bytes | None:
        """Octets of that payload type in our codec; None when they are no audio."""
        codec = self._codecs.get(kind)
        if codec is None or codec is self.codec:
            return octets if codec is not None else None
        return octets.translate(_OTHER_LAW[codec.name])

    def continues(self, other: Format) -> bool:
        """Audio of the one may follow on audio of the other."""
        return self.codec is other.codec and self.payload_type == other.payload_type


def is_nowhere(address: Address) -> bool:
    """Nothing can be sent there."""
    return address[0] in _NOWHERE


@functools.lru_cache(maxsize=4096)
def is_global(host: str) -> bool:
    """Whether an IP address means the same everywhere."""
    return ipaddress.ip_address(host).is_global
