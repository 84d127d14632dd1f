"""What is to be learnt of one agent's calls: as its row says, else as the settings do.

summary   "auto", "model", "extractive" or "off": what a call came to, written after its end
mood      true or false: how the caller feels, as far as voice and words tell, in `Utterance.mood`
speakers  true or false: who of two people on the line speaks, in `Utterance.speaker`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, get_args

from mediaserver.errors import ConfigError
from mediaserver.known_keys import check_known_key
from mediaserver.settings.insight import SummaryMode


@dataclass(frozen=True, slots=True)
class InsightChoices:
    """Of one call."""

    summary: SummaryMode = "auto"
    mood: bool = False
    speakers: bool = False

    def changed(self, row: Mapping[str, Any]) -> InsightChoices:
        """As `agents.insight` of a row says. Raises ConfigError, which names the nearest key."""
        known = [each.name for each in fields(InsightChoices)]
        for key in row:
            check_known_key("insight", key, known)
        if row.get("summary", self.summary) not in get_args(SummaryMode):
            raise ConfigError(f"insight.summary is one of {', '.join(get_args(SummaryMode))}")
        for key in ("mood", "speakers"):
            if not isinstance(row.get(key, False), bool):
                raise ConfigError(f"insight.{key} is true or false")
        return replace(self, **row)
