"""The settings of the HTTP server."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from mediaserver.settings.group import Host, Port, SettingsGroup


class HttpSettings(SettingsGroup):
    host: Host = Field(default="127.0.0.1", description="Address of the HTTP server.")
    port: Port = Field(default=8080, description="Port of the HTTP server; 0 takes a free one.")
    admin_token: SecretStr = Field(
        default=SecretStr(""),
        description="Token for `Authorization: Bearer` with which all may be done, beside the keys "
        "(docs/api.md). It must be set as soon as others than this machine can reach the HTTP server, "
        "directly or through a reverse proxy. Better given as `ADMIN_TOKEN`.",
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(),
        description="Further host names under which the server may be asked for, e.g. behind a proxy.",
    )
    cors_origins: tuple[str, ...] = Field(
        default=(),
        description="Sites whose pages may ask this server with a key of their own, as browsers name them: "
        "`https://app.example.com`.",
    )

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}":
                raise ValueError(f"{origin[:100]!r} is no origin: write it as https://app.example.com")
        return value
