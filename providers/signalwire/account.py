"""What an account of SignalWire is: a project in a space, and the key that its webhooks are signed with."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from providers.api_address import ApiAddress
from providers.twilio.account import SpokenFallback

PATH = "/api/laml"
"""Of the interface that is compatible with Twilio's, in a space."""


class SignalWireAccount(SpokenFallback):
    secrets_go_with: ClassVar[tuple[str, ...] | None] = ("project_id", "space", "base_url")

    project_id: str = Field(
        pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        description="Dashboard, API: Project ID.",
    )
    space: str = Field(
        pattern=r"^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$",
        description="The first part of the space's address: acme of acme.signalwire.com.",
    )
    api_token: SecretStr = Field(description="Dashboard, API: a token with the scopes Voice and Messaging.")
    signing_key: SecretStr = Field(
        min_length=1, description="Dashboard, API: Signing Key. SignalWire signs its webhooks with it."
    )
    codec: Literal["PCMU@8000h", "L16@16000h", "L16@24000h"] = Field(
        default="PCMU@8000h", description="Of media streams, both ways."
    )
    base_url: ApiAddress | Literal[""] = Field(
        default="",
        description=f"A gateway in front of the interface; empty: https://SPACE.signalwire.com{PATH}.",
    )

    @property
    def named_by_streams(self) -> str:
        return self.project_id

    @property
    def address(self) -> str:
        return self.base_url or f"https://{self.space}.signalwire.com{PATH}"
