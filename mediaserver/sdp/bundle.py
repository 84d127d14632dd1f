"""Lines of one description that share a transport (BUNDLE, :rfc:`8843`), as browsers offer them: what our
answer says of the line that we take and of those that we refuse.

Pure text. What cannot be used is as if it were not there; nothing is raised.
"""

from __future__ import annotations

import re

from mediaserver.sdp.description import Media, Section, SessionDescription

MEDIA_STREAM = "voiceforge audio"
"""What a browser is to call our audio: its stream, and the track in it (:rfc:`8830`)."""
FIRST_MID = "0"
"""Of our line in an offer of ours, as browsers number theirs."""
MOST_GROUPS = 8
"""Of one offer that are looked at."""

_TRANSPORT = frozenset(("fingerprint", "setup", "rtcp-mux", "ice-ufrag", "ice-pwd", "candidate"))
"""Attributes that all lines of a group share."""
_MID = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,32}+")


def mid_of(media: Media) -> str | None:
    """Its identification (:rfc:`5888`, section 4); None: it has none that can be said again."""
    mid = media.attributes().get("mid", "")
    return mid if _MID.fullmatch(mid) else None


def identified(media: Media) -> tuple[str, ...]:
    """Attributes of our line for theirs that we take."""
    mid = mid_of(media)
    return () if mid is None else identification(mid)


def identification(mid: str) -> tuple[str, ...]:
    """Attributes of a line of ours with that identification."""
    return (f"mid:{mid}", f"msid:{MEDIA_STREAM}")


def refused(media: Media) -> Media:
    """Our line for theirs that we refuse: in its place, with port 0 (:rfc:`3264`, section 6)."""
    mid = mid_of(media)
    lines = [] if mid is None else [("a", f"mid:{mid}")]
    return Media(lines=lines, kind=media.kind, proto=media.proto, formats=media.formats[:1] or ["0"])


def bundle_of(session: Section, media: Media, idle: Media | None = None) -> tuple[str, ...]:
    """The group of our answer, of which the line that we take is all that is left, but for an idle one that
    leads it; empty: it was in none."""
    mid = mid_of(media)
    if mid is None or mid not in _bundled(session):
        return ()
    first = mid_of(idle) if idle is not None else None
    return (f"group:BUNDLE {mid}" if first is None else f"group:BUNDLE {first} {mid}",)


def idle_leader(session: SessionDescription, media: Media, ours: Media) -> tuple[int, Media] | None:
    """Our line for theirs that leads the group of the one that we take (`media`, and our answer to it), with
    its place: open, and nothing is ever sent by it. A browser whose `bundlePolicy` is `max-bundle` has no
    transport but that line's, and takes no answer that refuses it. None: there is none, or it is refused."""
    mid = mid_of(media)
    group = next((mids for mids in _groups(session) if mid in mids), None)
    if group is None or group[0] == mid:
        return None
    leaders = ((place, each) for place, each in enumerate(session.media) if mid_of(each) == group[0])
    place, leader = next(leaders, (0, media))
    number = next((int(each) for each in leader.formats[:1] if each.isdecimal()), None)
    encoding = None if number is None else leader.encodings().get(number)
    if encoding is None or leader.kind == "audio" or not leader.port or leader.proto != ours.proto:
        return None
    name, clock, _ = encoding
    shared = [value for kind, value in ours.lines if kind == "a" and value.partition(":")[0] in _TRANSPORT]
    attributes = (f"rtpmap:{number} {name}/{clock}", "inactive", f"mid:{group[0]}", *shared)
    lines = [("a", value) for value in attributes]
    return place, Media(
        lines=lines, kind=leader.kind, port=ours.port, proto=ours.proto, formats=[str(number)]
    )


def is_bundle_only(session: Section, media: Media) -> bool:
    """Port 0 says that it has no transport but its group's, not that it is refused (section 6)."""
    return "bundle-only" in media.attributes() and mid_of(media) in _bundled(session)


def _bundled(session: Section) -> frozenset[str]:
    return frozenset(mid for mids in _groups(session) for mid in mids)


def _groups(session: Section) -> list[list[str]]:
    groups = [value for kind, value in session.lines if kind == "a" and value[:13].upper() == "GROUP:BUNDLE "]
    return [value[13:].split() for value in groups[:MOST_GROUPS]]
