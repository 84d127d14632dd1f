"""The settings of MCP servers, whose tools agents may call."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from mediaserver.settings.group import SettingsGroup

McpName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,31}$")]


class McpServerSettings(SettingsGroup):
    command: str = Field(
        default="", description="A program that is started and spoken to by its pipes. No shell reads it."
    )
    args: tuple[str, ...] = Field(default=(), description="Its arguments.")
    env: dict[str, SecretStr] = Field(
        default={},
        description="Its variables, beside PATH, HOME, LOGNAME, SHELL, TERM and USER; `${NAME}` is one of "
        "the server's own.",
    )
    cwd: str = Field(default="", description="The folder in which it is started; empty: the server's.")
    url: str = Field(default="", description="In place of a command: where a server is (streamable HTTP).")
    headers: dict[str, SecretStr] = Field(
        default={},
        description="Sent with each request, such as `Authorization`; `${NAME}` is a variable of the "
        "server's own.",
    )
    tools: tuple[str, ...] = Field(
        default=(), description="Its tools that may be offered to a model; empty: all."
    )
    confirm: dict[str, str] = Field(
        default={},
        description="What the caller is asked before a tool is run, by its name: "
        '`{cancel_order = "Shall I cancel the order {number}?"}`.',
    )
    timeout_s: float = Field(
        default=8.0, gt=0, le=120, description="A call that takes longer is given up. In seconds."
    )
