"""The settings of the HTTP server."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator

from mediaserver.settings.group import Host, Port, SettingsGroup


def public_address(text: str) -> str:
    """An absolute address under which others reach this server, without a slash at its end; empty stays so.
    Raises ValueError. Unencrypted only where nobody else is on the way: this machine, a private network."""
    if not text:
        return text
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("must be an address such as https://voice.example.com") from None
    plain = not (parts.username or parts.password or parts.query or parts.fragment) and text.isascii()
    if not host or not plain or not text.isprintable() or set(text) & set(' ?#"<>\\'):
        raise ValueError("must be an address such as https://voice.example.com, and nothing behind it")
    if parts.scheme != "https" and not (parts.scheme == "http" and _nearby(host)):
        raise ValueError("must begin with https://: what callers say and what proves requests goes this way")
    return text.rstrip("/")


def _nearby(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_private


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
    public_url: Annotated[str, AfterValidator(public_address)] = Field(
        default="",
        max_length=300,
        description="Where the world reaches this server, e.g. `https://voice.example.com` (a proxy or a "
        "tunnel leads from there): telephony providers are told to ask there (docs/providers.md). Its host "
        "counts as one of `http.allowed_hosts`.",
    )
    cors_origins: tuple[str, ...] = Field(
        default=(),
        description="Sites whose pages may ask this server with a key of their own, as browsers name them: "
        "`https://app.example.com`.",
    )

    @property
    def public_host(self) -> str:
        """Of `public_url`, in lower case; empty where there is none."""
        return (urlsplit(self.public_url).hostname or "") if self.public_url else ""

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}":
                raise ValueError(f"{origin[:100]!r} is no origin: write it as https://app.example.com")
        return value
