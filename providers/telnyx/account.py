"""What an account of Telnyx is: its key, the key that its webhooks are signed with, its application."""

from __future__ import annotations

import base64
import binascii
from typing import ClassVar, Literal

from pydantic import Field, SecretStr, field_validator

from mediaserver.media.stream_format import Coding, StreamFormat
from providers.api_address import ApiAddress
from providers.kind import AccountSettings

API = "https://api.telnyx.com/v2"
Audio = Literal["PCMU", "PCMA", "L16"]
FORMATS: dict[Audio, StreamFormat] = {
    "PCMU": StreamFormat(Coding.MULAW, 8_000),
    "PCMA": StreamFormat(Coding.ALAW, 8_000),
    "L16": StreamFormat(Coding.PCM16, 16_000),
}
"""What its media streams are asked for, by its own names (`stream_bidirectional_codec`)."""


class TelnyxAccount(AccountSettings):
    secrets_go_with: ClassVar[tuple[str, ...] | None] = ("base_url",)

    api_key: SecretStr = Field(description="Telnyx portal, Keys & Credentials, API Keys: KEY0….")
    public_key: str = Field(
        max_length=100,
        description="Portal, Keys & Credentials, Public Key, in base64: proves that webhooks are Telnyx's.",
    )
    connection_id: str = Field(
        pattern=r"^[0-9]{1,40}$",
        coerce_numbers_to_str=True,
        description="Of the Voice API application that the numbers are assigned to (Real-Time "
        "Communications, Voice, Programmable Voice: its application id).",
    )
    messaging_profile_id: str = Field(
        default="", max_length=60, description="Of the messaging profile; empty: no messages are handled."
    )
    audio: Audio = Field(
        default="PCMU",
        description="Of media streams: PCMU or PCMA at 8 kHz, L16 for 16 kHz where the caller's network "
        "has wideband.",
    )
    machine_detection: Literal["premium", "detect"] = Field(
        default="premium", description="Where detect_machine is on. premium is better, and costs more."
    )
    voice: str = Field(
        default="female", max_length=100, description="Speaks `fallback_text`: Telnyx's name of a voice."
    )
    voice_language: str = Field(default="en-US", pattern=r"^[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    base_url: ApiAddress = Field(default=API, description="Of its API; another one for stand-ins in tests.")

    @field_validator("public_key")
    @classmethod
    def _a_public_key(cls, text: str) -> str:
        try:
            octets = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError):
            octets = b""
        if len(octets) != 32:
            raise ValueError(
                "is no Ed25519 public key: 32 octets in base64, 44 characters that end in = "
                "(portal, Keys & Credentials, Public Key)"
            )
        return text.strip()

    @property
    def format(self) -> StreamFormat:
        return FORMATS[self.audio]
