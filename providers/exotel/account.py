"""What an account of Exotel is, and the flow in which its Voicebot applet stands."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, SecretStr, field_validator

from providers.api_address import ApiAddress
from providers.kind import AccountSettings

SHORTEST_SECRET = 24


class ExotelAccount(AccountSettings):
    secrets_go_with: ClassVar[tuple[str, ...] | None] = ("account_sid", "base_url")

    account_sid: str = Field(pattern=r"^[A-Za-z0-9_-]{1,60}$", description="Dashboard, API Settings.")
    api_key: SecretStr = Field(description="Dashboard, API Settings: API key.")
    api_token: SecretStr = Field(description="Dashboard, API Settings: API token.")
    app_id: str = Field(
        default="",
        pattern=r"^[0-9]{0,20}$",
        coerce_numbers_to_str=True,
        description="Of the flow with the Voicebot applet; calls out use it.",
    )
    hook_secret: SecretStr = Field(
        description="Of your own making: Exotel signs nothing, so that this stands in the addresses that it "
        "is given (…/webhooks/voice?key=SECRET)."
    )
    country_code: str = Field(
        default="91",
        pattern=r"^[1-9][0-9]{0,2}$",
        description="Of numbers that Exotel tells as they are dialled there: 09876543210 is +919876543210.",
    )
    audio_rate: Literal[8_000, 16_000, 24_000] = Field(default=8_000, description="Hz, as the applet has it.")
    base_url: ApiAddress = Field(
        default="https://api.exotel.com", description="https://api.in.exotel.com for accounts in Mumbai."
    )

    @property
    def named_by_streams(self) -> str:
        return self.account_sid

    @field_validator("hook_secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"is all that proves a webhook: give it {SHORTEST_SECRET} characters or more")
        return secret
