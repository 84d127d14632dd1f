"""Which sounds an agent is heard with, as its row says, else as the settings do.

sound         what the caller hears under the agent all the time: "none", one of `SOUNDS`, or a .wav file
level_db      how loud that is, in dBFS (root mean square of the whole sound)
thinking      what is heard while the agent thinks: "none", "typing", or a .wav file
thinking_db   how loud that is
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from mediaserver.calls.background.made import SOUNDS, THINKING
from mediaserver.calls.sounds import is_sound_name
from mediaserver.errors import ConfigError
from mediaserver.known_keys import check_known_key

NONE = "none"
FAINTEST_DB, LOUDEST_DB = -70.0, -30.0
"""Speech is at about -22: above this nobody would understand it."""


@dataclass(frozen=True, slots=True)
class BackgroundChoices:
    """Of one agent."""

    sound: str = NONE
    level_db: float = -48.0
    thinking: str = NONE
    thinking_db: float = -42.0

    @property
    def any(self) -> bool:
        """Something is heard at all."""
        return self.sound != NONE or self.thinking != NONE

    def changed(self, row: Mapping[str, Any]) -> BackgroundChoices:
        """As `agents.background` of a row says. Raises ConfigError, which names the nearest key or what is
        known."""
        known = [each.name for each in fields(BackgroundChoices)]
        for key, value in row.items():
            check_known_key("background", key, known)
            if fault := fault_of_choice(key, value):
                raise ConfigError(f"background.{key} {fault}")
        return replace(self, **row)


def fault_of_choice(key: str, value: object) -> str:
    """What is wrong with a value; empty when nothing is."""
    if key in ("sound", "thinking"):
        made = SOUNDS if key == "sound" else THINKING
        if isinstance(value, str) and (value in (NONE, *made) or is_sound_name(value)):
            return ""
        return f"is one of {', '.join((NONE, *made))}, or the name of a .wav file in the folder of sounds"
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if number is not None and FAINTEST_DB <= number <= LOUDEST_DB:
        return ""
    return f"is a level from {FAINTEST_DB:g} to {LOUDEST_DB:g} dBFS (speech is at about -22)"
