"""What an account of Plivo is."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from mediaserver.media.stream_format import Coding, StreamFormat
from providers.api_address import ApiAddress
from providers.kind import AccountSettings

Audio = Literal["mulaw", "l16"]


class PlivoAccount(AccountSettings):
    secrets_go_with: ClassVar[tuple[str, ...] | None] = ("auth_id", "base_url")

    auth_id: str = Field(pattern=r"^[A-Za-z0-9]{10,40}$", description="Plivo console, Overview: Auth ID.")
    auth_token: SecretStr = Field(
        min_length=1, description="Beside it. It also proves that webhooks are Plivo's."
    )
    audio: Audio = Field(default="mulaw", description="Of streams: mulaw at 8 kHz, or l16 at 16 kHz.")
    base_url: ApiAddress = Field(
        default="https://api.plivo.com", description="Of its API; another one for stand-ins in tests."
    )

    @property
    def named_by_streams(self) -> str:
        return self.auth_id

    @property
    def format(self) -> StreamFormat:
        if self.audio == "l16":
            return StreamFormat(Coding.PCM16, 16_000)
        return StreamFormat(Coding.MULAW, 8_000)
