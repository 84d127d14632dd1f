"""The payload types of an audio stream: which codecs we know, how SDP writes them, what a peer's line means.

Pure functions over the lines of one stream; each takes time that is linear in what the peer sent, and keeps
no more than there are payload types. Whose preference counts is `mediaserver.sdp.negotiation`'s to say.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from mediaserver.media.time import NARROW_RATE
from mediaserver.sdp.description import Media

EVENTS = "0-15"
"""The telephone events we understand: the sixteen DTMF digits (:rfc:`4733`)."""
COMFORT_NOISE = 13
"""Static payload type of :rfc:`3389`, for codecs of 8,000 Hz."""
_EVENT_NUMBERS = {NARROW_RATE: 101, 48_000: 102}
"""For telephone-event, by its clock: what most use."""
_DYNAMIC = (101, *range(96, 101), *range(102, 128))
_BITRATE = re.compile(r"(?:^|;)\s*maxaveragebitrate\s*=\s*([0-9]{1,7}+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SdpCodec:
    """How a codec is named."""

    name: str
    clock: int
    """Hz of RTP timestamps, as in the rtpmap; not always the audio's rate."""
    number: int
    """Its static payload type, or the dynamic one that we give it."""
    channels: int = 1
    """As in the rtpmap; more than the audio has in Opus (:rfc:`7587` section 7)."""

    @property
    def is_static(self) -> bool:
        return self.number < 96

    @property
    def rtpmap(self) -> str:
        channels = f"/{self.channels}" if self.channels > 1 else ""
        return f"{self.name}/{self.clock}{channels}"


@dataclass(frozen=True, slots=True)
class OpusWish:
    """How speech in Opus is to be, both ways (:rfc:`7587`, section 6.1)."""

    bitrate: int = 24_000
    """The most bits a second."""
    dtx: bool = False
    """Nothing is sent while nobody speaks."""

    @property
    def parameters(self) -> str:
        """For the fmtp line: mono, since there is one ear behind it."""
        return f"maxaveragebitrate={self.bitrate};stereo=0;useinbandfec=1;usedtx={int(self.dtx)}"


USUAL_OPUS = OpusWish()
CATALOGUE = {
    codec.name: codec
    for codec in (
        SdpCodec("PCMU", NARROW_RATE, 0),
        SdpCodec("PCMA", NARROW_RATE, 8),
        SdpCodec("G722", NARROW_RATE, 9),
        SdpCodec("opus", 48_000, 107, channels=2),
        SdpCodec("L16", 16_000, 108),
    )
}
"""By the names that settings and `MediaPolicy` have them by."""
_BY_UPPER = {name.upper(): codec for name, codec in CATALOGUE.items()}
_STATIC = {codec.number: codec for codec in CATALOGUE.values() if codec.is_static}


def canonical(codecs: Iterable[str]) -> tuple[str, ...]:
    """Names of codecs as the catalogue writes them. Raises ValueError for one that it does not have."""
    found = []
    for name in codecs:
        if (codec := _BY_UPPER.get(name.upper())) is None:
            raise ValueError(f"there is no codec {name!r}; the codecs are {', '.join(CATALOGUE)}")
        found.append(codec.name)
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Formats:
    """The payload types of a stream of ours."""

    audio: tuple[tuple[int, str], ...]
    """Payload type and codec, the most wanted first."""
    events: tuple[tuple[int, int], ...] = ()
    """Payload type and clock of telephone-event; empty: we want none."""
    comfort_noise: bool = False
    opus: OpusWish = USUAL_OPUS

    @classmethod
    def of_names(cls, codecs: Sequence[str], te: int | None, comfort_noise: bool) -> Formats:
        """For a first offer. `te`: the payload type of telephone-event at 8,000 Hz, None for none at all."""
        named = [CATALOGUE[name] for name in codecs]
        events: list[tuple[int, int]] = []
        if te is not None:
            events.append((te, NARROW_RATE))
            taken = {te, *(codec.number for codec in named)}
            for clock in dict.fromkeys(codec.clock for codec in named if codec.clock in _EVENT_NUMBERS):
                if clock != NARROW_RATE:
                    events.append((_free(taken, _EVENT_NUMBERS[clock]), clock))
        audio = tuple((codec.number, codec.name) for codec in named)
        wants_noise = comfort_noise and any(codec.clock == NARROW_RATE for codec in named)
        return cls(audio, tuple(events), wants_noise)

    @property
    def numbers(self) -> list[str]:
        """For the media line."""
        found = [number for number, _ in self.audio]
        if self.comfort_noise:
            found.append(COMFORT_NOISE)
        return [str(number) for number in (*found, *(number for number, _ in self.events))]

    @property
    def attributes(self) -> list[str]:
        """The rtpmap and fmtp lines, without `a=`."""
        lines: list[str] = []
        for number, name in self.audio:
            codec = CATALOGUE[name]
            lines.append(f"rtpmap:{number} {codec.rtpmap}")
            if name == "opus":
                lines.append(f"fmtp:{number} {self.opus.parameters}")
        if self.comfort_noise:
            lines.append(f"rtpmap:{COMFORT_NOISE} CN/{NARROW_RATE}")
        for number, clock in self.events:
            lines += [f"rtpmap:{number} telephone-event/{clock}", f"fmtp:{number} {EVENTS}"]
        return lines

    def and_more(self, named: Media, codecs: Iterable[str], events: bool) -> Formats:
        """With all else that we want, for a later offer: `named` is the peer's stream, whose numbers keep
        the meaning that it gave them (:rfc:`3264` section 8.3.2)."""
        meant = {number: name for number, (name, *_) in named.encodings().items()}
        taken = {*payload_types(named), *meant, *(number for number, _ in self.audio)}
        audio = list(self.audio)
        theirs = {name: number for number, name in reversed(codecs_of(named, CATALOGUE))}
        for name in codecs:
            if any(name == known for _, known in audio):
                continue
            codec = CATALOGUE[name]
            if name in theirs:
                number = theirs[name]
            elif codec.is_static:
                if meant.get(codec.number, name.upper()) != name.upper():
                    continue
                number = codec.number
            else:
                number = _free(taken, codec.number)
            taken.add(number)
            audio.append((number, name))
        clocks = {clock: number for number, clock in reversed(events_of(named))}
        wanted = dict.fromkeys((NARROW_RATE, *(CATALOGUE[name].clock for _, name in audio)))
        pressed: list[tuple[int, int]] = []
        for clock in wanted if events else ():
            if clock in _EVENT_NUMBERS:
                number = clocks[clock] if clock in clocks else _free(taken, _EVENT_NUMBERS[clock])
                taken.add(number)
                pressed.append((number, clock))
        return Formats(tuple(audio), tuple(pressed), self.comfort_noise)


def _free(taken: Container[int], wanted: int) -> int:
    """A dynamic payload type that means nothing yet."""
    return next((number for number in (wanted, *_DYNAMIC) if number not in taken), wanted)


def payload_types(media: Media) -> list[int]:
    """The numbers of a stream's media line, each once, in their order."""
    found = (int(text) for text in media.formats if len(text) <= 3 and text.isascii() and text.isdigit())
    return list(dict.fromkeys(number for number in found if number < 128))


def codecs_of(media: Media, codecs: Container[str]) -> list[tuple[int, str]]:
    """Payload type and name of each format that is one of these, in the peer's order."""
    encodings = media.encodings()
    found = []
    for number in payload_types(media):
        if number in encodings:
            name, rate, channels = encodings[number]
            codec = _BY_UPPER.get(name)
            # Opus has two channels in its rtpmap by definition; some write one.
            if codec is None or codec.clock != rate or not 1 <= channels <= codec.channels:
                continue
        elif (codec := _STATIC.get(number)) is None:
            continue
        if codec.name in codecs:
            found.append((number, codec.name))
    return found


def events_of(media: Media) -> list[tuple[int, int]]:
    """Payload type and clock of each telephone-event that we can do, in the peer's order."""
    encodings = media.encodings()
    clocks = {codec.clock for codec in CATALOGUE.values()}
    named = ((number, encodings[number]) for number in payload_types(media) if number in encodings)
    return [
        (number, rate) for number, (name, rate, _) in named if name == "TELEPHONE-EVENT" and rate in clocks
    ]


def event_for(codec: str, events: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Which telephone-event goes with a codec: that of its own clock (:rfc:`4733` section 2.1), else that of
    8,000 Hz, which some phones name beside any."""
    for wanted in (CATALOGUE[codec].clock, NARROW_RATE):
        for number, clock in events:
            if clock == wanted:
                return number, clock
    return None


def takes_comfort_noise(media: Media, codec: str) -> bool:
    """Whether the stream has comfort noise for that codec."""
    return CATALOGUE[codec].clock == NARROW_RATE and COMFORT_NOISE in payload_types(media)


def bitrate_of(media: Media, number: int) -> int | None:
    """The most that the peer wants to be sent of an Opus payload type, bits a second (:rfc:`7587` 6.1)."""
    for kind, value in media.lines:
        if kind == "a" and value.lower().startswith(f"fmtp:{number} "):
            match = _BITRATE.search(value[len(f"fmtp:{number} ") :])
            return int(match[1]) if match else None
    return None
