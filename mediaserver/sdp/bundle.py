"""Lines of one description that share a transport (BUNDLE, :rfc:`8843`), as browsers offer them: what our
answer says of the line that we take and of those that we refuse.

Pure text. What cannot be used is as if it were not there; nothing is raised.
"""

from __future__ import annotations

import re

from mediaserver.sdp.description import Media, Section

MEDIA_STREAM = "voiceforge audio"
"""What a browser is to call our audio: its stream, and the track in it (:rfc:`8830`)."""
FIRST_MID = "0"
"""Of our line in an offer of ours, as browsers number theirs."""
MOST_GROUPS = 8
"""Of one offer that are looked at."""

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


def bundle_of(session: Section, media: Media) -> tuple[str, ...]:
    """The group of our answer, of which the line that we take is all that is left; empty: it was in none."""
    mid = mid_of(media)
    return (f"group:BUNDLE {mid}",) if mid is not None and mid in _bundled(session) else ()


def is_bundle_only(session: Section, media: Media) -> bool:
    """Port 0 says that it has no transport but its group's, not that it is refused (section 6)."""
    return "bundle-only" in media.attributes() and mid_of(media) in _bundled(session)


def _bundled(session: Section) -> frozenset[str]:
    groups = [value for kind, value in session.lines if kind == "a" and value[:13].upper() == "GROUP:BUNDLE "]
    return frozenset(mid for value in groups[:MOST_GROUPS] for mid in value[13:].split())
