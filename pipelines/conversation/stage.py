"""Where a session is in its life: not begun, talking, on hold, over."""

from __future__ import annotations

import enum


class Stage(enum.StrEnum):
    NEW = "new"
    """No frame was asked for yet."""
    HELD_BEFORE = "held before"
    """On hold before the first frame."""
    LIVE = "live"
    HELD = "held"
    OVER = "over"


class Moment(enum.StrEnum):
    """What moves a session on."""

    FRAME = "frame"
    HOLD = "hold"
    RESUME = "resume"
    END = "end"


STAGES: dict[tuple[Stage, Moment], Stage] = {
    (Stage.NEW, Moment.FRAME): Stage.LIVE,
    (Stage.NEW, Moment.HOLD): Stage.HELD_BEFORE,
    (Stage.HELD_BEFORE, Moment.RESUME): Stage.NEW,
    (Stage.LIVE, Moment.HOLD): Stage.HELD,
    (Stage.HELD, Moment.RESUME): Stage.LIVE,
    **{(stage, Moment.END): Stage.OVER for stage in Stage if stage is not Stage.OVER},
}
ACTIVE = frozenset({Stage.NEW, Stage.LIVE})
"""The caller is listened to."""
HELD = frozenset({Stage.HELD_BEFORE, Stage.HELD})
"""Nobody listens; the session's time stands still."""
