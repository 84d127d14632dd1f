"""What an account of Twilio is: its credentials, where its interface is, what is said in our place."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from providers.api_address import ApiAddress
from providers.kind import AccountSettings

API = "https://api.twilio.com"
LANGUAGE = r"^([a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*)?$"


class SpokenFallback(AccountSettings):
    """What callers hear where nobody of ours can talk to them; of all kinds that speak TwiML."""

    fallback_audio: str = Field(
        default="",
        max_length=500,
        description="https address of a recording (MP3, WAV), played in place of `fallback_text`.",
    )
    fallback_voicemail: bool = Field(
        default=False,
        description="A message is taken behind `fallback_text`, as a recording at the provider.",
    )
    fallback_url: str = Field(
        default="",
        max_length=500,
        description="https address, not on this server, of what the provider does while this server does not "
        "answer (a TwiML Bin). Set by `point`.",
    )
    say_language: str = Field(default="", pattern=LANGUAGE, description="Of `fallback_text`: de-DE.")
    say_voice: str = Field(default="", max_length=100, description="The provider's name of a voice.")

    @field_validator("fallback_audio", "fallback_url")
    @classmethod
    def _a_safe_address(cls, text: str) -> str:
        if text and not text.startswith("https://"):
            raise ValueError("must begin with https://")
        return text


class TwilioAccount(SpokenFallback):
    secrets_go_with: ClassVar[tuple[str, ...] | None] = ("account_sid", "base_url")

    account_sid: str = Field(
        pattern=r"^AC[0-9a-fA-F]{32}$", description="Console, Account Info: Account SID, AC and 32 digits."
    )
    auth_token: SecretStr = Field(
        description="Console, Account Info: Auth Token. Twilio signs its webhooks with it: calls need it. "
        "Empty with an API key alone: messages, numbers and costs, no calls."
    )
    api_key_sid: str = Field(
        default="",
        pattern=r"^(SK[0-9a-fA-F]{32})?$",
        description="Console, API keys: a key that is used in place of the auth token for requests of ours.",
    )
    api_key_secret: SecretStr = Field(default=SecretStr(""), description="Of this API key.")
    webhook_secret: SecretStr = Field(
        default=SecretStr(""), description="Of a shared key for webhooks, where the account uses one."
    )
    region: str = Field(
        default="",
        pattern=r"^([a-z]{2}[0-9])?$",
        description="us1, ie1, au1; empty: us1. Each has its own token.",
    )
    edge: str = Field(default="", pattern=r"^[a-z-]{0,30}$", description="ashburn, dublin, frankfurt, …")
    base_url: ApiAddress = Field(default=API, description="A gateway in front of Twilio's interface.")

    @property
    def named_by_streams(self) -> str:
        return self.account_sid

    @model_validator(mode="after")
    def _credentials_that_work(self) -> Self:
        key = bool(self.api_key_secret.get_secret_value())
        if bool(self.api_key_sid) != key:
            raise ValueError("api_key_sid and api_key_secret go together")
        if not key and not self.auth_token.get_secret_value():
            raise ValueError("auth_token is missing (Twilio Console, Account Info)")
        if (self.region or self.edge) and self.base_url != API:
            raise ValueError("region and edge are parts of Twilio's own address: leave base_url out")
        if self.edge and not self.region:
            raise ValueError("edge needs region: us1 where nothing else was chosen")
        return self
