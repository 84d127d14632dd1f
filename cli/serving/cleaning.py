"""Has the lines of agents cleaned, as the settings say."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TypeAlias

from mediaserver.diagnosis.finding import Finding
from mediaserver.media.cleaning.canceller import Cancellers, available
from mediaserver.media.cleaning.line_cleaner import LineCleaner
from mediaserver.media.cleaning.noise_suppressor import NoiseSuppressor
from mediaserver.media.line_condition import Cleaner
from mediaserver.metrics import Metrics
from mediaserver.settings.media import MediaSettings

MakeCleaner: TypeAlias = Callable[[], Cleaner | None]


def uncleaned() -> None:
    """Nothing is done about any line."""


def open_cleaning(settings: MediaSettings, metrics: Metrics, undo: AsyncExitStack) -> MakeCleaner:
    """What makes the cleaner of one call's line."""
    suppresses = settings.noise_suppression != "off"
    if not settings.echo_guard and not suppresses:
        return uncleaned
    cancellers = Cancellers(settings.echo_cancellers)
    undo.callback(cancellers.close)
    metrics.watch_cancellers(cancellers)

    def make() -> Cleaner:
        suppressor = NoiseSuppressor(settings.noise_suppression == "on") if suppresses else None
        return LineCleaner(cancellers, suppressor, settings.echo_guard)

    return make


def findings_of(settings: MediaSettings) -> list[Finding]:
    """Nothing, unless a library that the settings want is not there."""
    cancels = settings.echo_guard and settings.echo_cancellers > 0
    if available() or not (cancels or settings.noise_suppression != "off"):
        return []
    what = "pywebrtc-audio is not installed: what callers' phones give back of us is muted, noise stays"
    mend = 'run `make` again, or set media.echo_cancellers = 0 and media.noise_suppression = "off"'
    return [Finding("clean lines", False, what, mend, required=False)]
