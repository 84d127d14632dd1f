"""SDP offer and answer (RFC 3264) for one G.711 audio stream with telephone-event.

Pure functions over text: no address is looked up, no port opened, no state kept (see `SdpSession`). Nothing
but SdpError is ever raised, whatever the peer sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mediaserver.media.time import NARROW_RATE
from sip.sdp.description import DIRECTIONS, Media, SdpError, Section, SessionDescription

__all__ = [
    "Negotiated",
    "NoCommonCodec",
    "Layout",
    "SdpError",
    "SessionDescription",
    "accept",
    "answer",
    "offer",
]

STATIC = {0: "PCMU", 8: "PCMA"}
"""Payload types that need no rtpmap (RFC 3551 table 4)."""
CODECS = ("PCMU", "PCMA")
EVENTS = "0-15"
"""The telephone events we understand: the sixteen DTMF digits (RFC 4733)."""
MIN_PTIME_MS, DEFAULT_PTIME_MS, MAX_PTIME_MS = 10, 20, 60
_EVENT_TYPES = (101, *range(96, 101), *range(102, 128))
"""For telephone-event, where the peer has none: what most use, then the other dynamic ones."""
_PROTOCOLS = ("RTP/AVP", "RTP/AVPF")
_TIMES = re.compile(r"[0-9]{1,20}+ [0-9]{1,20}+")
_NUMBER = re.compile(r"([0-9]{1,6}+)(?:\.[0-9]{0,6}+)?")


class NoCommonCodec(SdpError):
    """The peer offers or accepts no audio that we can do: answer 488, or end the call."""


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What both sides agreed on, seen from ours."""

    remote_host: str
    """IP address to send to; 0.0.0.0 or :: while the peer holds the old way."""
    remote_port: int
    codec: str
    """PCMU or PCMA."""
    payload_type: int
    telephone_event_pt: int | None
    """Payload type of RFC 4733 digits, None when the peer cannot."""
    ptime_ms: int
    """Milliseconds of audio to put in each packet we send, 10..60."""
    direction: str
    """Ours: sendrecv, sendonly, recvonly or inactive."""
    rtcp_port: int
    held: bool = False
    """The peer does not want to hear us."""
    others: tuple[tuple[int, str], ...] = ()
    """Payload type and codec of what may come besides `payload_type`, by either description: some phones send
    another codec than the first of the answer, or number it as they do."""
    events_in: int | None = None
    """Payload type of digits that come, where our SDP numbered them otherwise than the peer's."""


def offer(
    host: str,
    port: int,
    *,
    codecs: Sequence[str] = CODECS,
    te: int | None = 101,
    ptime: int = DEFAULT_PTIME_MS,
    direction: str = "sendrecv",
    session_id: int = 1,
    version: int = 1,
    layout: Layout | None = None,
) -> bytes:
    """An offer of our audio (section 5). `te`: the payload type of telephone-event, None to leave it out.
    `layout`: the media lines that both sides know already (section 8); it has the codecs and `te`, too."""
    if layout is None:
        numbers = {name: number for number, name in STATIC.items()}
        layout = Layout((), 0, "RTP/AVP", tuple((numbers[name], name) for name in codecs), te)
    media = list(layout.refused)
    media.insert(layout.place, _audio(port, layout.proto, layout.formats, layout.te, ptime, direction))
    return bytes(_description(host, session_id, version, "0 0", media))


def answer(
    offer_sdp: bytes | str,
    host: str,
    port: int,
    *,
    codecs: Sequence[str] = CODECS,
    te: bool = True,
    ptime: int = DEFAULT_PTIME_MS,
    direction: str = "sendrecv",
    session_id: int = 1,
    version: int = 1,
    peer: str | None = None,
    last: Negotiated | None = None,
) -> tuple[bytes, Negotiated]:
    """Answer an offer (section 6): the first audio stream we can do is taken, all others are refused.

    The codec is the offerer's first choice among `codecs` and keeps its payload type number; `ptime` is used
    when the offer names none. `peer`: the address that its signalling comes from, which stands for a host
    name. `last`: what was agreed on in this session before; an offer that closes all its lines (8.2) is then
    answered in kind and holds us. Raises NoCommonCodec, or SdpError when the offer is malformed.
    """
    session = SessionDescription.parse(offer_sdp)
    taken: Negotiated | None = None
    streams: list[Media] = []
    for media in session.media:
        agreed = None if taken else _agree(session, media, codecs, te, ptime, direction, peer)
        if agreed is None:
            streams.append(Media(kind=media.kind, proto=media.proto, formats=media.formats[:1] or ["0"]))
            continue
        taken = agreed
        formats = [(agreed.payload_type, agreed.codec)]
        streams.append(
            _audio(port, media.proto, formats, agreed.telephone_event_pt, agreed.ptime_ms, agreed.direction)
        )
    if taken is None and last is not None and _closes(session):
        taken = replace(last, direction="inactive", held=True)
    if taken is None:
        raise NoCommonCodec(f"the offer holds no audio in {' or '.join(codecs)} over plain RTP")
    times = session.first("t") or ""
    times = times if _TIMES.fullmatch(times) else "0 0"
    return bytes(_description(host, session_id, version, times, streams)), taken


def _closes(session: SessionDescription) -> bool:
    """Whether nothing is offered where audio was. Something else in its place, as fax, is another matter."""
    lines = session.media
    return any(media.kind == "audio" for media in lines) and not any(media.port for media in lines)


def accept(answer_sdp: bytes | str, our_offer: bytes | str, peer: str | None = None) -> Negotiated:
    """Read the answer to our offer (section 7). `peer` as for `answer`. Raises NoCommonCodec when the peer
    refused our audio."""
    ours = SessionDescription.parse(our_offer)
    theirs = SessionDescription.parse(answer_sdp)
    place = _place_of_audio(ours)
    if place is None or place >= len(theirs.media):
        raise SdpError("the answer has no media line for the audio of our offer")
    offered = ours.media[place]
    codecs = [name for _, name in _codecs_of(offered, CODECS)]
    direction = _direction(ours, offered)
    wants_events = _telephone_event(offered) is not None
    ptime = _ptime(ours, offered, DEFAULT_PTIME_MS)
    agreed = _agree(theirs, theirs.media[place], codecs, wants_events, ptime, direction, peer)
    if agreed is None:
        raise NoCommonCodec("the peer refused our audio")
    # What comes is numbered as in our SDP (section 6.1); some number it as in theirs.
    known = dict(agreed.others) | dict(_codecs_of(offered, CODECS))
    known.pop(agreed.payload_type, None)
    return replace(agreed, others=tuple(known.items()), events_in=_telephone_event(offered))


@dataclass(frozen=True, slots=True)
class Layout:
    """The media lines that both sides know: none may go, or change its place or the meaning of its payload
    types, for as long as the session lasts (section 8)."""

    refused: tuple[Media, ...]
    """All but our audio, with port 0, in their order."""
    place: int
    """Of our audio among them."""
    proto: str
    """Its profile."""
    formats: tuple[tuple[int, str], ...]
    """Payload type and codec of what we offer."""
    te: int | None
    """The payload type of telephone-event; None: we do not want it."""

    @classmethod
    def of_answer(
        cls, answered: bytes, offered: bytes | str, codecs: Sequence[str], te: bool
    ) -> Layout | None:
        """After an offer of theirs: what was agreed on stays first, and numbers keep the meaning that the
        offer gave them. None when all is closed."""
        ours, theirs = SessionDescription.parse(answered), SessionDescription.parse(offered)
        place = _place_of_audio(ours)
        if place is None:
            return None
        audio, named = ours.media[place], theirs.media[place]
        formats = _codecs_of(audio, codecs)
        meant = {number: name for number, (name, *_) in named.encodings().items()}
        taken = {name for _, name in formats}
        formats += [
            (number, name)
            for number, name in STATIC.items()
            if name in codecs and name not in taken and meant.get(number, name) == name
        ]
        events = _telephone_event(named)
        if te and events is None:
            events = next((number for number in _EVENT_TYPES if str(number) not in named.formats), None)
        return cls(_refused(ours, place), place, audio.proto, tuple(formats), events if te else None)

    @classmethod
    def of_offer(cls, offered: bytes | str) -> Layout:
        """After an offer of ours was answered: as it was."""
        ours = SessionDescription.parse(offered)
        place = _place_of_audio(ours)
        assert place is not None  # it is ours
        audio = ours.media[place]
        formats = tuple(_codecs_of(audio, CODECS))
        return cls(_refused(ours, place), place, audio.proto, formats, _telephone_event(audio))


def _refused(session: SessionDescription, place: int) -> tuple[Media, ...]:
    return tuple(media for number, media in enumerate(session.media) if number != place)


def _place_of_audio(session: SessionDescription) -> int | None:
    """Of a description of ours: no other line of it has a port."""
    return next((i for i, media in enumerate(session.media) if media.kind == "audio" and media.port), None)


def _description(
    host: str, session_id: int, version: int, times: str, media: list[Media]
) -> SessionDescription:
    where = f"IN IP6 {host.strip('[]')}" if ":" in host else f"IN IP4 {host}"
    lines = [("v", "0"), ("o", f"- {session_id} {version} {where}"), ("s", "-"), ("c", where), ("t", times)]
    return SessionDescription(lines=lines, media=media)


def _audio(
    port: int,
    proto: str,
    formats: Sequence[tuple[int, str]],
    te: int | None,
    ptime: int,
    direction: str,
) -> Media:
    attributes = [f"rtpmap:{number} {name}/{NARROW_RATE}" for number, name in formats]
    numbers = [str(number) for number, _ in formats]
    if te is not None:
        numbers.append(str(te))
        attributes += [f"rtpmap:{te} telephone-event/{NARROW_RATE}", f"fmtp:{te} {EVENTS}"]
    attributes += [f"ptime:{ptime}", direction]
    lines = [("a", attribute) for attribute in attributes]
    return Media(lines=lines, kind="audio", port=port, proto=proto, formats=numbers)


def _agree(
    session: Section,
    media: Media,
    codecs: Sequence[str],
    te: bool,
    ptime: int,
    direction: str,
    peer: str | None,
) -> Negotiated | None:
    """What we and the peer's stream have in common; None when it is refused or nothing fits."""
    if media.kind != "audio" or media.port == 0 or media.proto.upper() not in _PROTOCOLS:
        return None
    common = _codecs_of(media, codecs)
    if not common:
        return None
    host = media.connection(peer) or session.connection(peer)
    if host is None:
        raise SdpError("the audio stream has no connection line")
    payload_type, codec = common[0]
    theirs = _direction(session, media)
    nowhere = host in ("0.0.0.0", "::")
    sends = direction in ("sendrecv", "sendonly") and theirs in ("sendrecv", "recvonly") and not nowhere
    receives = direction in ("sendrecv", "recvonly") and theirs in ("sendrecv", "sendonly")
    return Negotiated(
        remote_host=host,
        remote_port=media.port,
        codec=codec,
        payload_type=payload_type,
        telephone_event_pt=_telephone_event(media) if te else None,
        ptime_ms=_ptime(session, media, ptime),
        direction=DIRECTIONS[(0 if receives else 1) if sends else (2 if receives else 3)],
        rtcp_port=_rtcp_port(media),
        held=nowhere or theirs in ("sendonly", "inactive"),
        others=tuple(common[1:]),
    )


def _payload_types(media: Media) -> list[int]:
    return [int(text) for text in media.formats if len(text) <= 3 and text.isascii() and text.isdigit()]


def _codecs_of(media: Media, codecs: Sequence[str]) -> list[tuple[int, str]]:
    """Payload type and name of each format that we can do, in the peer's order."""
    encodings = media.encodings()
    found = []
    for number in _payload_types(media):
        name, rate, channels = encodings.get(number, (STATIC.get(number, ""), NARROW_RATE, 1))
        if number < 128 and name in codecs and rate == NARROW_RATE and channels == 1:
            found.append((number, name))
    return found


def _telephone_event(media: Media) -> int | None:
    encodings = media.encodings()
    for number in _payload_types(media):
        name, rate, _ = encodings.get(number, ("", 0, 0))
        if name == "TELEPHONE-EVENT" and rate == NARROW_RATE:
            return number
    return None


def _direction(session: Section, media: Media) -> str:
    return media.direction() or session.direction() or "sendrecv"


def _ptime(session: Section, media: Media, default: int) -> int:
    """The packet time the peer asks for, within its maxptime and what we can do."""
    attributes = session.attributes() | media.attributes()
    wanted = _number(attributes.get("ptime")) or default
    most = _number(attributes.get("maxptime")) or MAX_PTIME_MS
    return max(MIN_PTIME_MS, min(wanted, most, MAX_PTIME_MS))


def _rtcp_port(media: Media) -> int:
    """The port of a=rtcp (RFC 3605), or the one after the media port."""
    words = media.attributes().get("rtcp", "").split()
    port = _number(words[0]) if words else None
    if port is not None and 0 < port <= 65_535:
        return port
    return min(media.port + 1, 65_535)


def _number(text: str | None) -> int | None:
    match = _NUMBER.fullmatch(text) if text else None
    return int(match[1]) if match else None
