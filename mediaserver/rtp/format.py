"""What was negotiated for one RTP stream, as a value: it is replaced, never changed."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from mediaserver.media.g711 import CODECS, PCMA, PCMU, Codec
from mediaserver.media.time import FRAME_MS, NARROW_PER_MS, NARROW_RATE, NARROW_SAMPLES
from mediaserver.media.wideband import WIDE_CODECS, WideCodec
from mediaserver.rtp.packets import Address

AudioCodec: TypeAlias = Codec | WideCodec

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

    codec: AudioCodec = PCMU
    payload_type: int = -1
    telephone_event_pt: int | None = None
    ptime_ms: int = FRAME_MS
    """Of what we send; anything is taken."""
    receiving: bool = False
    sending: bool = False
    others: tuple[tuple[int, AudioCodec], ...] = ()
    """What may come besides `payload_type`."""
    events_in: int | None = None
    """Another payload type of digits that come."""
    event_clocks: tuple[tuple[int, int], ...] = ()
    """Payload types of digits, and the Hz of their time where that is not 8,000."""
    comfort_noise: bool = False
    """Send it in place of silence."""
    bitrate: int | None = None
    """The most bits a second that are to be sent; None: as the codec is made."""
    dtx: bool = False
    """Send nothing while nobody speaks, where the codec itself sees to that."""
    listening: bool = False
    """For keys as sounds in what comes."""
    _codecs: dict[int, AudioCodec] = field(init=False, repr=False, compare=False)
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
        event_clocks: Sequence[tuple[int, int]] = (),
        comfort_noise: bool = False,
        bitrate: int | None = None,
        dtx: bool = False,
        listening: bool = False,
        checked: bool = False,
    ) -> Format:
        """`direction` is ours, as in our SDP. `checked`: ICE finds out where to send. Raises KeyError for a
        codec that there is not."""
        # Port 0 or an address of zeroes is the old way to say hold (RFC 3264, section 8.4), but for those who
        # do ICE: they name no place before they know one (RFC 8840, section 4.1.3).
        reachable = checked or (remote[0] not in _NOWHERE and remote[1] in _PORTS)
        return cls(
            codec_named(codec),
            payload_type,
            telephone_event_pt,
            min(max(ptime_ms, _MIN_PTIME), _MAX_PTIME),
            receiving=direction in ("sendrecv", "recvonly"),
            sending=direction in ("sendrecv", "sendonly") and reachable,
            others=tuple((number, codec_named(name)) for number, name in others),
            events_in=events_in,
            event_clocks=tuple(event_clocks),
            comfort_noise=comfort_noise,
            bitrate=bitrate,
            dtx=dtx,
            listening=listening,
        )

    @property
    def expecting(self) -> bool:
        """Audio must come. Not while either side holds the other: a phone that holds often sends nothing."""
        return self.receiving and self.sending

    @property
    def octets_per_packet(self) -> int:
        """Of codecs whose octets are 1/8 ms; others send a frame in each packet."""
        if isinstance(self.codec, WideCodec) and self.codec.duration is not None:
            return NARROW_SAMPLES
        return self.ptime_ms * NARROW_PER_MS

    @property
    def clock_factor(self) -> int:
        """Timestamp units of what we send in 1/8 ms."""
        return self.codec.clock_factor if isinstance(self.codec, WideCodec) else 1

    def event_factor(self, kind: int) -> int:
        """The same of digits of that payload type."""
        return next((clock // NARROW_RATE for number, clock in self.event_clocks if number == kind), 1)

    @property
    def accepted(self) -> frozenset[int]:
        """Payload types that may come."""
        others = (number for number, _ in self.others)
        return frozenset((self.payload_type, COMFORT_NOISE, *others)) | self.events

    @property
    def events(self) -> frozenset[int]:
        """Payload types of digits that may come."""
        found = (self.telephone_event_pt, self.events_in, *(number for number, _ in self.event_clocks))
        return frozenset(number for number in found if number is not None)

    def codec_of(self, kind: int) -> AudioCodec | None:
        """What a payload type that comes is coded in; None when it is no audio."""
        return self._codecs.get(kind)

    def after(self, before: Format) -> Format:
        """With what was agreed on before in the same session: it is on its way for a while, and its payload
        types mean nothing else (:rfc:`3264` sections 8.3.2 and 10.4)."""
        known = {number for number, _ in ((self.payload_type, self.codec), *self.others)} | self.events
        old = ((before.payload_type, before.codec), *before.others)
        return replace(self, others=self.others + tuple(each for each in old if each[0] not in known))

    def continues(self, other: Format) -> bool:
        """Audio of the one may follow on audio of the other."""
        return self.codec is other.codec and self.payload_type == other.payload_type


def is_nowhere(address: Address) -> bool:
    """Nothing can be sent there."""
    return address[0] in _NOWHERE


def codec_named(name: str) -> AudioCodec:
    """By its name in SDP. Raises KeyError."""
    found = CODECS.get(name.upper())
    return found if found is not None else WIDE_CODECS[name.upper()]


def law_to_law(one: Codec, other: Codec) -> bytes:
    """[256]: octets of the one as the other has them, for two different laws."""
    return _OTHER_LAW[one.name] if one is not other else bytes(range(256))


def in_law(octets: bytes, of: Codec, law: Codec) -> bytes:
    """Octets of one G.711 law in the other, or in the same."""
    return octets if of is law else octets.translate(_OTHER_LAW[of.name])


@functools.lru_cache(maxsize=4096)
def is_global(host: str) -> bool:
    """Whether an IP address means the same everywhere."""
    return ipaddress.ip_address(host).is_global
