"""What the settings of every section are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mediaserver.addresses import is_address, networks_of
from mediaserver.host_port import split_port

Port = Annotated[int, Field(ge=0, le=65535)]
Host = Annotated[str, Field(min_length=1, max_length=255)]


def _is_network(text: str) -> str:
    try:
        networks_of([text])
    except ValueError:
        raise ValueError(
            'must be an address or a network such as "192.0.2.0/24" or "2001:db8::/32"'
        ) from None
    return text


NetworkText = Annotated[str, AfterValidator(_is_network)]


def _is_name_server(text: str) -> str:
    try:
        host, port = split_port(text)
    except ValueError:
        host, port = "", None
    if not is_address(host):
        raise ValueError('must be an address such as "192.0.2.53" or "[2001:db8::53]:53"')
    if port is not None and not 0 < port < 65_536:
        raise ValueError("has no such port")
    return text


NameServerText = Annotated[str, AfterValidator(_is_name_server)]


class SettingsGroup(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
