"""How long what one agent's calls leave behind is kept: as its row says, else as the settings do.

In days; 0: for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from mediaserver.errors import ConfigError
from mediaserver.known_keys import check_known_key

MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class RetentionChoices:
    """Of one agent's calls."""

    recordings_days: int = 0
    messages_days: int = 0
    transcripts_days: int = 0
    events_days: int = 0
    calls_days: int = 0
    facts_days: int = 0
    sessions_days: int = 0

    def changed(self, row: Mapping[str, Any]) -> RetentionChoices:
        """As `agents.retention` of a row says. Raises ConfigError, which names the nearest key."""
        known = [each.name for each in fields(RetentionChoices)]
        for key, days in row.items():
            check_known_key("retention", key, known)
            if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= MOST_DAYS:
                raise ConfigError(f"retention.{key} is a whole number of days from 0 to {MOST_DAYS}")
        return replace(self, **row)
