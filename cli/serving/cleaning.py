"""Has the lines of agents cleaned, as the settings say."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TypeAlias

from mediaserver.diagnosis.finding import Finding
from mediaserver.media.cleaning.canceller import Cancellers, available
from mediaserver.media.cleaning.line_cleaner import LineCleaner
from mediaserver.media.line_condition import Cleaner
from mediaserver.metrics import Metrics
from mediaserver.settings.media import MediaSettings

MakeCleaner: TypeAlias = Callable[[], Cleaner | None]


def uncleaned() -> None:
    """Nothing is done about any line."""


def open_cleaning(settings: MediaSettings, metrics: Metrics, undo: AsyncExitStack) -> MakeCleaner:
    """What makes the cleaner of one call's line."""
    if not settings.echo_guard:
        return uncleaned
    cancellers = Cancellers(settings.echo_cancellers)
    undo.callback(cancellers.close)
    metrics.watch_cancellers(cancellers)
    return lambda: LineCleaner(cancellers)


def findings_of(settings: MediaSettings) -> list[Finding]:
    """Nothing, unless a library that the settings want is not there."""
    if not settings.echo_guard or not settings.echo_cancellers or available():
        return []
    what = "pywebrtc-audio is not installed: callers whose phones echo are muted while the agent speaks"
    mend = "run `make` again, or set media.echo_cancellers = 0"
    return [Finding("echo canceller", False, what, mend, required=False)]
