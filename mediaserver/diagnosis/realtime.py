"""Whether the media thread may have realtime priority, and what an operator does about it."""

from __future__ import annotations

from mediaserver.config import Settings
from mediaserver.diagnosis.finding import Finding
from mediaserver.media.realtime import PRIORITY, permitted

MEND = (
    f"allow it: LimitRTPRIO={PRIORITY} and no RestrictRealtime in the unit (see deploy/voiceforge.service), "
    f"`docker run --ulimit rtprio={PRIORITY}`, or `USER - rtprio {PRIORITY}` in /etc/security/limits.conf"
)


def realtime(settings: Settings) -> Finding:
    """Tried on a thread that ends at once; nothing is changed."""
    if settings.media.realtime == "off":
        return Finding("media priority", True, "normal, as media.realtime says")
    refusal = permitted()
    if not refusal:
        return Finding("media priority", True, f"realtime is permitted (SCHED_FIFO, {PRIORITY})")
    detail = f"no realtime ({refusal}): other work beside it makes calls stutter"
    return Finding("media priority", False, detail, MEND, required=False)
