"""The MCP servers of the settings."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack

from pydantic import SecretStr

from mediaserver.config import Settings
from mediaserver.errors import ConfigError
from pipelines.tools.mcp.server import McpServer
from pipelines.tools.mcp.servers import McpServers

_VARIABLE = re.compile(r"\$\{(\w+)\}")


def open_mcp(settings: Settings, undo: AsyncExitStack) -> McpServers:
    """Begin to connect to them. Raises ConfigError."""
    servers = McpServers(mcp_servers(settings))
    undo.push_async_callback(servers.close)
    servers.start()
    return servers


def mcp_servers(settings: Settings) -> list[McpServer]:
    """Raises ConfigError for what makes no sense, and for a variable that is not set."""
    return [
        McpServer(
            name,
            command=given.command,
            args=given.args,
            env=_filled(f"mcp.{name}.env", given.env),
            cwd=given.cwd,
            url=given.url,
            headers=_filled(f"mcp.{name}.headers", given.headers),
            tools=given.tools,
            confirm=given.confirm,
            timeout_s=given.timeout_s,
        )
        for name, given in settings.mcp.items()
    ]


def _filled(key: str, secrets: Mapping[str, SecretStr]) -> dict[str, str]:
    """With `${NAME}` as the variable of that name."""

    def variable(found: re.Match[str]) -> str:
        value = os.environ.get(found[1])
        if value is None:
            raise ConfigError(f"{key} names the variable {found[1]}, which is not set")
        return value

    return {name: _VARIABLE.sub(variable, secret.get_secret_value()) for name, secret in secrets.items()}
