"""What is left out of one agent's transcripts: as its row says, else as the settings do.

enabled   true or false
digits    how many digits in a row are a number, 3 to 20
names     true or false: names that are known are left out, too
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from mediaserver.errors import ConfigError
from mediaserver.known_keys import check_known_key

FEWEST, MOST = 3, 20


@dataclass(frozen=True, slots=True)
class RedactionChoices:
    """Of one call."""

    enabled: bool = False
    digits: int = 6
    names: bool = True

    def changed(self, row: Mapping[str, Any]) -> RedactionChoices:
        """As `agents.redaction` of a row says. Raises ConfigError, which names the nearest key."""
        known = [each.name for each in fields(RedactionChoices)]
        for key in row:
            check_known_key("redaction", key, known)
        for key in ("enabled", "names"):
            if not isinstance(row.get(key, False), bool):
                raise ConfigError(f"redaction.{key} is true or false")
        digits = row.get("digits", self.digits)
        if isinstance(digits, bool) or not isinstance(digits, int) or not FEWEST <= digits <= MOST:
            raise ConfigError(f"redaction.digits is a whole number from {FEWEST} to {MOST}")
        return replace(self, **row)
