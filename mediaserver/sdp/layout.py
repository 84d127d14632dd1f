"""Which media lines both sides of a session know, and what the next offer has to keep of them (RFC 3264,
section 8).

Pure, as `mediaserver.sdp.negotiation` is, whose next offer is made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mediaserver.sdp.bundle import bundle_of, mid_of
from mediaserver.sdp.codecs import CATALOGUE, Formats, codecs_of, events_of, takes_comfort_noise
from mediaserver.sdp.description import Media, SessionDescription
from mediaserver.sdp.dtls import has_rtcp_mux


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
    formats: Formats
    """What we offer in it."""
    muxed: bool = False
    """RTCP comes by its port, or may."""
    mid: str = ""
    """Its identification (:rfc:`5888`); empty: it has none."""
    grouped: bool = False
    """It is in a group (BUNDLE)."""

    @classmethod
    def of_answer(
        cls, answered: bytes, offered: bytes | str, codecs: Sequence[str], te: bool
    ) -> Layout | None:
        """After an offer of theirs: what was agreed on stays first, and numbers keep the meaning that the
        offer gave them. None when all is closed."""
        ours, theirs = SessionDescription.parse(answered), SessionDescription.parse(offered)
        place = place_of_audio(ours)
        if place is None:
            return None
        audio, named = ours.media[place], theirs.media[place]
        agreed = codecs_of(audio, codecs)
        noise = any(takes_comfort_noise(audio, name) for _, name in agreed)
        formats = Formats(tuple(agreed), (), noise).and_more(named, codecs, te)
        return cls(_refused(ours, place), place, audio.proto, formats, *_shape(ours, audio))

    @classmethod
    def of_offer(cls, offered: bytes | str) -> Layout:
        """After an offer of ours was answered: as it was."""
        ours = SessionDescription.parse(offered)
        place = place_of_audio(ours)
        assert place is not None  # it is ours
        audio = ours.media[place]
        agreed = codecs_of(audio, CATALOGUE)
        noise = any(takes_comfort_noise(audio, name) for _, name in agreed)
        formats = Formats(tuple(agreed), tuple(events_of(audio)), noise)
        return cls(_refused(ours, place), place, audio.proto, formats, *_shape(ours, audio))


def _shape(ours: SessionDescription, audio: Media) -> tuple[bool, str, bool]:
    """Of a line of ours: see Layout."""
    return has_rtcp_mux(audio), mid_of(audio) or "", bool(bundle_of(ours, audio))


def _refused(session: SessionDescription, place: int) -> tuple[Media, ...]:
    return tuple(media for number, media in enumerate(session.media) if number != place)


def place_of_audio(session: SessionDescription) -> int | None:
    """Of a description of ours: no other line of it has a port."""
    return next((i for i, media in enumerate(session.media) if media.kind == "audio" and media.port), None)
