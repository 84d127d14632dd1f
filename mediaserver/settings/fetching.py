"""The settings of what is fetched because a user named it: tools of flows, alerts."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from mediaserver.fetching.address_rule import AllowEntry
from mediaserver.settings.group import SettingsGroup


def _is_allowed(text: str) -> str:
    AllowEntry.parse(text)
    return text


AllowText = Annotated[str, AfterValidator(_is_allowed)]


class FetchSettings(SettingsGroup):
    allow: tuple[AllowText, ...] = Field(
        default=(),
        description="Hosts, addresses and networks of yours that the operator's flows, webhooks and alerts "
        "may reach (those of API keys: `shared.hosts`) "
        'beside the internet: `["crm.internal", "127.0.0.1:9000", "10.0.0.0/8"]`. A port opens that port '
        "alone. A name may lead to private addresses; for this machine and link-local ones list the address. "
        "Empty: nothing but public addresses is fetched from.",
    )
    timeout_s: float = Field(
        default=5.0,
        gt=0,
        le=30,
        description="All that one request may take, retries included; a flow may ask for less. In seconds.",
    )
    connect_s: float = Field(
        default=2.0, gt=0, le=30, description="What looking up and connecting may take of it."
    )
    at_once: int = Field(default=64, ge=1, le=1000, description="Requests at the same time; more wait.")
    at_once_per_host: int = Field(default=8, ge=1, le=1000, description="Those to one host.")
    tls_ca: str = Field(
        default="",
        description="PEM file with authorities (or single certificates) that are trusted beside those of the "
        "system: for servers of your own.",
    )
