"""What an offer of a browser must hold, looked at before and after it is parsed.

Sizes and counts come first, on the octets, so that hostile text costs next to nothing. Each fault is one line
that says what is wrong. It must never change an offer.
"""

from __future__ import annotations

from dataclasses import dataclass

from mediaserver.errors import PeerError
from mediaserver.sdp.description import Media, SdpError, SessionDescription
from mediaserver.sdp.dtls import fingerprints, has_rtcp_mux

MOST_OCTETS = 32 << 10
"""Of an offer: browsers' own have 2 to 12 KB, with video and many candidates."""
MOST_MEDIA = 16
MOST_LINES = 1_000


class BadOffer(PeerError):
    """An offer cannot be answered. The text is ours throughout: it may be told to anybody."""


@dataclass(frozen=True, slots=True)
class BrowserOffer:
    """An offer that was looked at: `read_offer` alone makes them."""

    text: bytes
    session: SessionDescription


def check_size(offer: bytes) -> None:
    """Raises BadOffer."""
    if len(offer) > MOST_OCTETS:
        raise BadOffer(f"the offer has {len(offer):,} bytes; {MOST_OCTETS:,} are read")
    if (media := offer.count(b"\nm=")) > MOST_MEDIA:
        raise BadOffer(f"the offer has {media:,} media lines; {MOST_MEDIA} are read")
    if (lines := offer.count(b"\n")) > MOST_LINES:
        raise BadOffer(f"the offer has {lines:,} lines; {MOST_LINES:,} are read")
    if not offer.lstrip().startswith(b"v=0"):
        raise BadOffer("this is no session description: send the SDP of an offer, which begins with v=0")


def read_offer(offer: bytes) -> BrowserOffer:
    """What is asked of every browser's (:rfc:`8834`, :rfc:`8827`): audio, the keys by DTLS, the way by ICE,
    RTCP on the same port. Raises BadOffer, and SdpError for what makes no sense."""
    check_size(offer)
    session = SessionDescription.parse(offer)
    audio = [media for media in session.media if media.kind == "audio"]
    if not audio:
        raise BadOffer("the offer has no audio: add a microphone track or an audio transceiver")
    faults = [_fault(session, media) for media in audio]
    if all(faults):
        raise BadOffer(f"the offer's audio cannot be taken: {faults[0]}")
    return BrowserOffer(offer, session)


def _fault(session: SessionDescription, media: Media) -> str:
    """What a line of audio lacks; empty: nothing."""
    named = session.attributes() | media.attributes()
    if not fingerprints(session, media):
        return "it has no a=fingerprint of SHA-256 or better, by which DTLS knows you"
    if not named.get("ice-ufrag") or not named.get("ice-pwd"):
        return "it has no a=ice-ufrag and a=ice-pwd"
    if "ice-lite" in session.attributes():
        return "it says ice-lite, as we do: somebody has to check the ways"
    if not has_rtcp_mux(media):
        return "it has no a=rtcp-mux"
    return ""


__all__ = ["BadOffer", "BrowserOffer", "SdpError", "check_size", "read_offer"]
