"""What the settings of every section are made of."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Port = Annotated[int, Field(ge=0, le=65535)]
Host = Annotated[str, Field(min_length=1, max_length=255)]


def _is_network(text: str) -> str:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(
            'must be an address or a network such as "192.0.2.0/24" or "2001:db8::/32"'
        ) from None
    return text


NetworkText = Annotated[str, AfterValidator(_is_network)]


class SettingsGroup(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
