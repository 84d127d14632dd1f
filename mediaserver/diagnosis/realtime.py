"""Whether the media thread may have realtime priority, and what an operator does about it."""

from __future__ import annotations

from mediaserver.config import Settings
from mediaserver.diagnosis.finding import Finding
from mediaserver.media.realtime import HELPER_NICENESS, PRIORITY, helper_permitted, permitted

MEND = (
    f"allow it: LimitRTPRIO={PRIORITY} and no RestrictRealtime in the unit (see deploy/voiceforge.service), "
    f"`docker run --ulimit rtprio={PRIORITY}`, or `USER - rtprio {PRIORITY}` in /etc/security/limits.conf"
)

MEND_HELPER = (
    f"allow it: LimitNICE={HELPER_NICENESS} in the unit (see deploy/voiceforge.service), `docker run "
    f"--ulimit nice={20 - HELPER_NICENESS}`, or `USER - nice {HELPER_NICENESS}` in /etc/security/limits.conf"
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


def helper(settings: Settings) -> list[Finding]:
    """Whether the voice detector may come right behind the media thread; nothing where that has no realtime
    priority to be behind of."""
    if settings.media.realtime == "off" or permitted():
        return []
    refusal = helper_permitted()
    if not refusal:
        return [
            Finding(
                "detector priority", True, f"may come right behind the media thread (nice {HELPER_NICENESS})"
            )
        ]
    detail = f"normal ({refusal}): beside other work it may keep the media thread waiting for the interpreter"
    return [Finding("detector priority", False, detail, MEND_HELPER, required=False)]
