"""The settings of what of the operator's the agents and flows of API keys may use."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from mediaserver.settings.fetching import AllowText
from mediaserver.settings.group import SettingsGroup

KNOWLEDGE = "knowledge/"
"""Of the names of collections among tools."""
SharedName = Annotated[str, StringConstraints(pattern=r"^(\*|[A-Za-z0-9][A-Za-z0-9._-]{0,99})$")]


class SharedSettings(SettingsGroup):
    secrets: tuple[SharedName, ...] = Field(
        default=(),
        description="Secrets that flows of API keys may name, each toward its own host as ever: "
        '`["maps"]`; `["*"]`: all. Whoever may write flows can then ask that host for anything that the '
        "secret opens. Empty: the operator's flows alone have secrets; keys may run those flows.",
    )
    knowledge: tuple[SharedName, ...] = Field(
        default=(),
        description="Collections of knowledge that agents and flows of API keys may search, and so read: "
        '`["faq"]`; `["*"]`: all.',
    )

    hosts: tuple[AllowText, ...] = Field(
        default=(),
        description="Hosts, addresses and networks of yours that flows and webhooks of API keys, and "
        "recordings that they name, may be fetched from, beside the internet; written as in `fetch.allow`, "
        "which is for the operator's alone.",
    )

    def lends_secret(self, name: str) -> bool:
        return name in self.secrets or "*" in self.secrets

    def lends_tool(self, name: str) -> bool:
        """Code and MCP servers never are."""
        collection = name.removeprefix(KNOWLEDGE)
        return collection != name and (collection in self.knowledge or "*" in self.knowledge)


NOTHING_LENT = SharedSettings()
