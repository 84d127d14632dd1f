"""What we are told of an MCP server, and how it stands. Imports nothing of the SDK."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mediaserver.errors import ConfigError
from pipelines.tools.protocols import USUAL_TIMEOUT_S

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class McpServer:
    """A program that we start and talk to by its pipes, or a URL. Raises ConfigError for neither or both."""

    name: str
    command: str = ""
    """An executable, found by PATH. No shell reads it."""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """Beside PATH, HOME and the like; no other variable of the server's reaches it."""
    cwd: str = ""
    url: str = ""
    """Of streamable HTTP."""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    tools: tuple[str, ...] = ()
    """Those that may be offered, by the server's own names; empty: all."""
    confirm: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What the caller is asked before one of them is run."""
    timeout_s: float = USUAL_TIMEOUT_S

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigError(
                f"no MCP server can be called '{self.name}': a letter, then up to 31 letters, digits, _ and -"
            )
        if bool(self.command) == bool(self.url):
            raise ConfigError(f"the MCP server {self.name} needs a command or a url, and not both")
        if self.url and not self.url.startswith(("http://", "https://")):
            raise ConfigError(f"the url of the MCP server {self.name} begins with http:// or https://")


class McpStanding(enum.StrEnum):
    CONNECTING = "connecting"
    CONNECTED = "connected"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class McpState:
    """How a server stands. Written by the thread of the connections, whole; read by any."""

    server: McpServer
    standing: McpStanding = McpStanding.CONNECTING
    why: str = ""
    """Of being away, in a line; whoever runs the server may have written it."""
    software: str = ""
    """What the server says it is."""
    tried: bool = False
    """A connection has succeeded or failed."""
