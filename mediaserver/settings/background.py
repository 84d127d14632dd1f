"""The settings of what is heard under the words of agents."""

from __future__ import annotations

from pydantic import Field

from mediaserver.settings.group import SettingsGroup


class BackgroundSettings(SettingsGroup):
    sound: str = Field(
        default="none",
        max_length=200,
        description="What callers hear under an agent's words all the time, for the agents whose rows do not "
        "say otherwise: `none`, `room`, `office`, `cafe`, `pad`, or the name of a file in `sounds.folder`.",
    )
    level_db: float = Field(
        default=-48.0, ge=-70, le=-30, description="How loud that is, in dBFS; speech is at about -22."
    )
    thinking: str = Field(
        default="none",
        max_length=200,
        description="What they hear while an agent thinks or waits for a tool: `none`, `typing`, or the name "
        "of a file.",
    )
    thinking_db: float = Field(default=-42.0, ge=-70, le=-30, description="How loud that is.")
