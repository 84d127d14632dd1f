"""The settings of what is kept secret."""

from __future__ import annotations

from pydantic import Field

from mediaserver.settings.group import SettingsGroup


class SecretsSettings(SettingsGroup):
    kms_command: tuple[str, ...] = Field(
        default=(),
        description="A program with its arguments that prints the key by which secrets in the database are "
        "sealed (32 bytes, as base64 or hexadecimal), in the place of `secret.key` in the data folder: "
        '`["aws", "kms", "decrypt", "--ciphertext-blob", "fileb:///etc/voiceforge/key.enc", "--query", '
        '"Plaintext", "--output", "text"]`. No shell reads it. It is asked once, at the start.',
    )
    kms_timeout_s: float = Field(
        default=10.0, gt=0, le=120, description="It is given up after so long; the server does not start."
    )
