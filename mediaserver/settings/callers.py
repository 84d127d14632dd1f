"""The settings of each phone and each server that may call."""

from __future__ import annotations

import re
from typing import Any, Literal, TypeAlias

from pydantic import Field, SecretStr, field_validator, model_validator

from mediaserver.settings.group import NetworkText, SettingsGroup

LOOPBACK = ("127.0.0.0/8", "::1/128")
Srtp: TypeAlias = Literal["off", "optional", "required"]
_HEADER = re.compile(r"[A-Za-z0-9!%*_+`'~.-]+[ \t]*:[ \t]*[^\r\n]*[^\s]")


class ExtensionSettings(SettingsGroup):
    """What stands for a phone; a text alone is its password."""

    password: SecretStr = Field(description="What the phone proves to know. Twelve characters or more.")
    may_dial: tuple[str, ...] | None = Field(
        default=None,
        description="What it may dial: names and numbers, with `*` for any characters and `?` for one. Left "
        "out: all agents and extensions.",
    )
    srtp: Srtp | None = Field(
        default=None, description="Encrypted audio with it; left out: as `sip.srtp` says."
    )

    @model_validator(mode="before")
    @classmethod
    def _password_alone(cls, given: Any) -> Any:
        return {"password": given} if isinstance(given, str | SecretStr) else given

    @field_validator("password")
    @classmethod
    def _is_not_empty(cls, password: SecretStr) -> SecretStr:
        if not password.get_secret_value():
            raise ValueError("must not be empty")
        return password


class TrunkSettings(SettingsGroup):
    """What stands for another server. It must show all that is given of `networks`, `header` and
    `password`."""

    networks: tuple[NetworkText, ...] = Field(
        default=(), description='Where it calls from, e.g. `["192.0.2.0/24", "198.51.100.7"]`.'
    )
    header: SecretStr = Field(
        default=SecretStr(""),
        description="A header of its INVITEs, as `Name: value`. Alone it must be hard to guess.",
    )
    username: str = Field(
        default="", max_length=64, description="User name for its password; empty means the trunk's own name."
    )
    password: SecretStr = Field(
        default=SecretStr(""), description="Asked of it by digest; empty asks for none."
    )
    may_dial: tuple[str, ...] | None = Field(
        default=None,
        description="What it may dial: names and numbers, with `*` for any characters and `?` for one. Left "
        "out: all agents, and no extension.",
    )
    srtp: Srtp | None = Field(
        default=None, description="Encrypted audio with it; left out: as `sip.srtp` says."
    )

    @field_validator("header")
    @classmethod
    def _is_a_header(cls, header: SecretStr) -> SecretStr:
        text = header.get_secret_value()
        if text and _HEADER.fullmatch(text.strip()) is None:
            raise ValueError('must be written as "Name: value"')
        return header

    @model_validator(mode="after")
    def _can_be_known(self) -> TrunkSettings:
        if not (self.networks or self.header.get_secret_value() or self.password.get_secret_value()):
            raise ValueError("needs networks, a header or a password by which it is known")
        return self
