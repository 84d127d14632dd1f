"""What the settings of every section are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Port = Annotated[int, Field(ge=0, le=65535)]
Host = Annotated[str, Field(min_length=1, max_length=255)]


class SettingsGroup(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
