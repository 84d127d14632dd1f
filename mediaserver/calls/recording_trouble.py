"""Recordings that broke off, as the operator hears of them: at once, not in every line, until it is over.

Pure: `now` is monotonic seconds; nothing is logged or measured here.
"""

from __future__ import annotations

from dataclasses import dataclass

from mediaserver.diagnosis.finding import Finding

NAME = "recordings"
AGAIN_S = 60.0
"""While it lasts, the log says so as often as this."""


@dataclass(slots=True)
class RecordingTrouble:
    """What went wrong since recordings were last written as they should be."""

    mend: str
    """What the operator can do."""
    reason: str = ""
    """Of the last that broke off; empty while all is well."""
    broken: int = 0
    """Recordings that broke off since it began."""
    _told_at: float | None = None
    _told: int = 0

    def failed(self, reason: str, now: float) -> str | None:
        """One more broke off. What the log should say, if it is time to."""
        self.reason = reason
        self.broken += 1
        if self._told_at is not None and now - self._told_at < AGAIN_S:
            return None
        fresh, self._told_at, self._told = self.broken - self._told, now, self.broken
        return f"{_recordings(fresh)} broken off ({reason}): {self.mend}"

    def worked(self) -> str | None:
        """A recording that was begun since is written. What the log should say if there was trouble."""
        if not self.reason:
            return None
        told = f"recordings are written again; {_recordings(self.broken)} broken off meanwhile"
        self.reason, self.broken, self._told_at, self._told = "", 0, None, 0
        return told

    def finding(self) -> Finding:
        """Calls go on without, so it is nothing that refuses them."""
        if not self.reason:
            return Finding(NAME, True)
        broken = f"{_recordings(self.broken)} broken off, the last for: {self.reason}"
        return Finding(NAME, False, broken, self.mend, required=False)


def _recordings(count: int) -> str:
    return "1 recording was" if count == 1 else f"{count} recordings were"
