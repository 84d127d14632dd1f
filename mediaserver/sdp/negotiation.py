"""SDP offer and answer (RFC 3264) for one audio stream with telephone-event.

Pure functions over text: no address is looked up, no port opened, no state kept (see `SdpSession`). Nothing
but SdpError is ever raised, whatever the peer sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mediaserver.media.connectivity import IceSession
from mediaserver.media.encryption import Encrypting
from mediaserver.media.time import NARROW_RATE
from mediaserver.sdp.bundle import (
    FIRST_MID,
    bundle_of,
    identification,
    identified,
    idle_leader,
    is_bundle_only,
    mid_of,
    refused,
)
from mediaserver.sdp.codecs import (
    CATALOGUE,
    USUAL_OPUS,
    Formats,
    OpusWish,
    bitrate_of,
    codecs_of,
    event_for,
    events_of,
    takes_comfort_noise,
)
from mediaserver.sdp.description import (
    DIRECTIONS,
    Media,
    NoCommonCodec,
    SdpError,
    Section,
    SessionDescription,
)
from mediaserver.sdp.dtls import has_rtcp_mux
from mediaserver.sdp.ice import NO_ICE, IceAnswer, IceSide
from mediaserver.sdp.layout import Layout, place_of_audio
from mediaserver.sdp.policy import CodecOrder
from mediaserver.sdp.securing import PROFILES, EncryptionMismatch, Securing

__all__ = [
    "Negotiated",
    "NoCommonCodec",
    "SdpError",
    "SessionDescription",
    "accept",
    "answer",
    "offer",
]

NO_PORT = 9
"""Of who does not know its own yet (:rfc:`8840`, section 4.1.3): the port `discard`."""
NO_WAY = (
    "the audio has no a=ice-ufrag and a=ice-pwd as RFC 8839, section 5.4, has them: the way to a "
    "browser is found out by ICE alone"
)
CODECS = ("PCMU", "PCMA")
"""Of whoever says nothing else."""
MIN_PTIME_MS, DEFAULT_PTIME_MS, MAX_PTIME_MS = 10, 20, 60
_TIMES = re.compile(r"[0-9]{1,20}+ [0-9]{1,20}+")
_NUMBER = re.compile(r"([0-9]{1,6}+)(?:\.[0-9]{0,6}+)?")


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What both sides agreed on, seen from ours."""

    remote_host: str
    """IP address to send to; 0.0.0.0 or :: while the peer holds the old way."""
    remote_port: int
    codec: str
    """One of the CATALOGUE's."""
    payload_type: int
    telephone_event_pt: int | None
    """Payload type of RFC 4733 digits, None when the peer cannot."""
    ptime_ms: int
    """Milliseconds of audio to put in each packet we send, 10..60."""
    direction: str
    """Ours: sendrecv, sendonly, recvonly or inactive."""
    rtcp_port: int
    """The same as `remote_port` where both come there (:rfc:`5761`)."""
    held: bool = False
    """The peer does not want to hear us."""
    others: tuple[tuple[int, str], ...] = ()
    """Payload type and codec of what may come besides `payload_type`, by either description: some phones send
    another codec than the first of the answer, or number it as they do."""
    events_in: int | None = None
    """Payload type of digits that come, where our SDP numbered them otherwise than the peer's."""
    event_clocks: tuple[tuple[int, int], ...] = ()
    """Payload types of digits, sent and coming, whose time is not in 8,000 Hz, and that clock."""
    comfort_noise: bool = False
    """Both sides understand it in place of silence (:rfc:`3389`)."""
    bitrate: int | None = None
    """The most bits a second that the peer wants of a codec that can choose; None: it does not say."""
    encrypting: Encrypting | None = None
    """None: the audio is not encrypted."""
    ice: IceSession | None = None
    """None: what SDP says of the way is all that is known of it."""


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
    comfort_noise: bool = False,
    bundled: bool = False,
    opus: OpusWish = USUAL_OPUS,
    securing: Securing | None = None,
    ice: IceSide | None = None,
) -> bytes:
    """An offer of our audio (section 5). `te`: the payload type of telephone-event, None to leave it out.
    `layout`: the media lines that both sides know already (section 8); it has the payload types, too.
    `bundled`: a first offer as browsers want it (:rfc:`8829` section 5.2.1): of a profile with feedback, with
    an identification, in a group.
    `securing`: how it is encrypted; None: it is not. `ice`: whether the way is found out; None: it is not.
    Raises EncryptionMismatch."""
    again = layout is not None
    if layout is None:
        formats = replace(Formats.of_names(codecs, te, comfort_noise), opus=opus)
        layout = Layout((), 0, "RTP/AVPF" if bundled else "RTP/AVP", formats)
        if bundled:
            layout = replace(layout, muxed=True, mid=FIRST_MID, grouped=True)
    media = list(layout.refused)
    audio = _audio(port, layout.proto, layout.formats, ptime, direction)
    (securing or Securing()).offer(audio, again=again)
    if layout.muxed and not has_rtcp_mux(audio):
        audio.lines.append(("a", "rtcp-mux"))  # who leaves it out takes it back (RFC 5761 5.1.1)
    checked = (ice or IceSide()).offer(host, port, muxed=has_rtcp_mux(audio), again=again)
    named = identification(layout.mid) if layout.mid else ()
    audio.lines += [("a", attribute) for attribute in (*checked.attributes, *named)]
    media.insert(layout.place, audio)
    idle = [mid for each in layout.refused if each.port and (mid := mid_of(each))]
    group = (f"group:BUNDLE {' '.join([*idle, layout.mid])}",) if layout.grouped else ()
    return bytes(_description(host, session_id, version, "0 0", media, checked, group))


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
    order: CodecOrder = CodecOrder.THEIRS,
    comfort_noise: bool = False,
    opus: OpusWish = USUAL_OPUS,
    securing: Securing | None = None,
    ice: IceSide | None = None,
) -> tuple[bytes, Negotiated]:
    """Answer an offer (section 6): the first audio stream we can do is taken, all others are refused.

    The codec is the first choice among `codecs`, the offerer's or ours by `order`, and keeps its payload type
    number; `ptime` is used when the offer names none. `comfort_noise`: agree on it where it is offered.
    `peer`: the address that its signalling comes from, which stands for a host name. `last`: what was agreed
    on in this session before; an offer that closes all its lines (8.2) is then answered in kind and holds us.
    `securing`, `ice`: as in `offer`. Raises NoCommonCodec (EncryptionMismatch when it is only for want of
    that), or SdpError when the offer is malformed.
    """
    securing, ice = securing or Securing(), ice or IceSide()
    mismatch: EncryptionMismatch | None = None
    session = SessionDescription.parse(offer_sdp)
    taken: Negotiated | None = None
    checked = NO_ICE
    streams: list[Media] = []
    bundle: tuple[str, ...] = ()
    leader: tuple[int, Media] | None = None
    for media in session.media:
        agreed = None
        if taken is None:
            placed = ice.expects_checks(session, media)
            agreed = _agree(session, media, codecs, te, ptime, direction, peer, order, placed)
        secured: tuple[str, ...] = ()
        if agreed is not None:
            try:
                how, secured = securing.answer(session, media)
                agreed = replace(agreed, encrypting=how)
            except EncryptionMismatch as error:
                agreed, mismatch = None, mismatch or error
        if agreed is None:
            streams.append(refused(media))
            continue
        taken = agreed if comfort_noise else replace(agreed, comfort_noise=False)
        event = event_for(agreed.codec, events_of(media)) if te else None
        formats = Formats(
            ((agreed.payload_type, agreed.codec),), (event,) if event else (), taken.comfort_noise, opus
        )
        ours = _audio(port, media.proto, formats, agreed.ptime_ms, agreed.direction)
        ours.lines += [("a", attribute) for attribute in secured]
        if has_rtcp_mux(media):
            ours.lines.append(("a", "rtcp-mux"))
            taken = replace(taken, rtcp_port=agreed.remote_port)
        checked = ice.answer(session, media, host, port, muxed=has_rtcp_mux(media))
        ours.lines += [("a", attribute) for attribute in (*checked.attributes, *identified(media))]
        leader = idle_leader(session, media, ours)
        bundle = bundle_of(session, media, None if leader is None else leader[1])
        taken = replace(taken, ice=checked.session)
        if ice.strict:
            if checked.session is None:
                raise NoCommonCodec(NO_WAY)
            taken = _nowhere_yet(taken, ":" in host)
        streams.append(ours)
    if leader is not None:
        streams[leader[0]] = leader[1]
    if taken is None and last is not None and _closes(session):
        taken = replace(last, direction="inactive", held=True)
    if taken is None:
        raise mismatch or NoCommonCodec(f"the offer holds no audio in {' or '.join(codecs)} over RTP")
    times = session.first("t") or ""
    times = times if _TIMES.fullmatch(times) else "0 0"
    return bytes(_description(host, session_id, version, times, streams, checked, bundle)), taken


def _nowhere_yet(agreed: Negotiated, ipv6: bool = False) -> Negotiated:
    """Where audio goes is found out by ICE alone."""
    nowhere = "::" if ipv6 else "0.0.0.0"
    return replace(agreed, remote_host=nowhere, remote_port=NO_PORT, rtcp_port=NO_PORT)


def _closes(session: SessionDescription) -> bool:
    """Whether nothing is offered where audio was. Something else in its place, as fax, is another matter."""
    lines = session.media
    return any(media.kind == "audio" for media in lines) and not any(media.port for media in lines)


def accept(
    answer_sdp: bytes | str,
    our_offer: bytes | str,
    peer: str | None = None,
    securing: Securing | None = None,
    ice: IceSide | None = None,
) -> Negotiated:
    """Read the answer to our offer (section 7). `peer`, `securing` and `ice` as for `answer`. Raises
    NoCommonCodec when the peer refused our audio, EncryptionMismatch when it took less than that."""
    ours = SessionDescription.parse(our_offer)
    theirs = SessionDescription.parse(answer_sdp)
    place = place_of_audio(ours)
    if place is None or place >= len(theirs.media):
        raise SdpError("the answer has no media line for the audio of our offer")
    offered = ours.media[place]
    numbered = codecs_of(offered, CATALOGUE)
    codecs = [name for _, name in numbered]
    direction = _direction(ours, offered)
    pressed = events_of(offered)
    ptime = _ptime(ours, offered, DEFAULT_PTIME_MS)
    side = ice or IceSide()
    session = side.accept(theirs, offered, theirs.media[place])
    placed = session is not None
    agreed = _agree(
        theirs, theirs.media[place], codecs, bool(pressed), ptime, direction, peer, checked=placed
    )
    if agreed is None:
        raise NoCommonCodec("the peer refused our audio")
    if side.strict:
        if not placed:
            raise NoCommonCodec(NO_WAY)
        agreed = _nowhere_yet(agreed)
    how = (securing or Securing()).accept(theirs, offered, theirs.media[place])
    if has_rtcp_mux(offered) and has_rtcp_mux(theirs.media[place]):
        agreed = replace(agreed, rtcp_port=agreed.remote_port)
    # What comes is numbered as in our SDP (section 6.1); some number it as in theirs.
    known = dict(agreed.others) | dict(numbered)
    known.pop(agreed.payload_type, None)
    event = event_for(agreed.codec, pressed)
    clocks = dict(agreed.event_clocks) | {n: clock for n, clock in pressed if clock != NARROW_RATE}
    return replace(
        agreed,
        others=tuple(known.items()),
        events_in=event[0] if event else None,
        event_clocks=tuple(clocks.items()),
        encrypting=how,
        ice=session,
        comfort_noise=agreed.comfort_noise and takes_comfort_noise(offered, agreed.codec),
    )


def _description(
    host: str,
    session_id: int,
    version: int,
    times: str,
    media: list[Media],
    checked: IceAnswer,
    more: Sequence[str] = (),
) -> SessionDescription:
    where = f"IN IP6 {host.strip('[]')}" if ":" in host else f"IN IP4 {host}"
    lines = [("v", "0"), ("o", f"- {session_id} {version} {where}"), ("s", "-"), ("c", where), ("t", times)]
    lines += [("a", attribute) for attribute in (*checked.session_attributes, *more)]
    return SessionDescription(lines=lines, media=media)


def _audio(port: int, proto: str, formats: Formats, ptime: int, direction: str) -> Media:
    lines = [("a", attribute) for attribute in (*formats.attributes, f"ptime:{ptime}", direction)]
    return Media(lines=lines, kind="audio", port=port, proto=proto, formats=formats.numbers)


def _agree(
    session: Section,
    media: Media,
    codecs: Sequence[str],
    te: bool,
    ptime: int,
    direction: str,
    peer: str | None,
    order: CodecOrder = CodecOrder.THEIRS,
    checked: bool = False,
) -> Negotiated | None:
    """What we and the peer's stream have in common; None when it is refused or nothing fits. `checked`: it is
    going to find out by ICE where its audio goes."""
    refused = media.port == 0 and not is_bundle_only(session, media)
    if media.kind != "audio" or refused or media.proto.upper() not in PROFILES:
        return None
    common = codecs_of(media, codecs)
    if not common:
        return None
    if order is CodecOrder.OURS:
        common.sort(key=lambda each: codecs.index(each[1]))
    host = media.connection(peer) or session.connection(peer)
    if host is None:
        raise SdpError("the audio stream has no connection line")
    payload_type, codec = common[0]
    theirs = _direction(session, media)
    nowhere = host in ("0.0.0.0", "::") and not checked
    sends = direction in ("sendrecv", "sendonly") and theirs in ("sendrecv", "recvonly") and not nowhere
    event = event_for(codec, events_of(media)) if te else None
    receives = direction in ("sendrecv", "recvonly") and theirs in ("sendrecv", "sendonly")
    return Negotiated(
        remote_host=host,
        remote_port=media.port or NO_PORT,
        codec=codec,
        payload_type=payload_type,
        telephone_event_pt=event[0] if event else None,
        ptime_ms=_ptime(session, media, ptime),
        direction=DIRECTIONS[(0 if receives else 1) if sends else (2 if receives else 3)],
        rtcp_port=_rtcp_port(media),
        held=nowhere or theirs in ("sendonly", "inactive"),
        others=tuple(common[1:]),
        event_clocks=(event,) if event and event[1] != NARROW_RATE else (),
        comfort_noise=takes_comfort_noise(media, codec),
        bitrate=bitrate_of(media, payload_type),
    )


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
