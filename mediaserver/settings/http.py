"""The settings of the HTTP server."""

from __future__ import annotations

from pydantic import Field, SecretStr

from mediaserver.settings.group import Host, Port, SettingsGroup


class HttpSettings(SettingsGroup):
    host: Host = Field(default="127.0.0.1", description="Address of the HTTP server.")
    port: Port = Field(default=8080, description="Port of the HTTP server; 0 takes a free one.")
    admin_token: SecretStr = Field(
        default=SecretStr(""),
        description="Token for `Authorization: Bearer`. Where it is set, every request for calls needs it, "
        "from this machine too. It must be set as soon as others than this machine can reach the HTTP "
        "server, directly or through a reverse proxy. Better given as `ADMIN_TOKEN`.",
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(),
        description="Further host names under which the server may be asked for, e.g. behind a proxy.",
    )
