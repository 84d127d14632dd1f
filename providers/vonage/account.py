"""What an account of Vonage is: a Voice application and the secret that its webhooks are signed with."""

from __future__ import annotations

from typing import ClassVar, Literal

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import Field, SecretStr, field_validator

from mediaserver.media.stream_format import Coding, StreamFormat
from providers.api_address import ApiAddress
from providers.kind import AccountSettings


class VonageAccount(AccountSettings):
    secrets_go_with: ClassVar[tuple[str, ...] | None] = ("application_id", "base_url")

    application_id: str = Field(
        pattern=r"^[0-9a-fA-F-]{36}$",
        description="Dashboard, Applications: of one with the Voice capability.",
    )
    private_key: SecretStr = Field(description="Of the application: the whole file private.key (PEM).")
    signature_secret: SecretStr = Field(
        description="Dashboard, API Settings, Signature secret: proves that webhooks are Vonage's."
    )
    audio_rate: Literal[8_000, 16_000, 24_000] = Field(default=16_000, description="Hz, of streams.")
    base_url: ApiAddress = Field(
        default="https://api.nexmo.com", description="Also https://api-eu.vonage.com and the like."
    )

    @field_validator("private_key")
    @classmethod
    def _a_private_key(cls, key: SecretStr) -> SecretStr:
        rsa_key(key.get_secret_value())
        return key

    @field_validator("signature_secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value()) < 16:
            raise ValueError("is too short to prove anything: Vonage's have 32 characters and more")
        return secret

    @property
    def format(self) -> StreamFormat:
        return StreamFormat(Coding.PCM16, self.audio_rate)


def rsa_key(pem: str) -> RSAPrivateKey:
    """Its line ends may be written as `\\n`, as in variables. Raises ValueError; never with the key in it."""
    text = pem.strip().replace("\\n", "\n")
    try:
        key = load_pem_private_key(text.encode() + b"\n", None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("is no RSA key: give the file private.key as it is, from -----BEGIN to END-----")
    return key
