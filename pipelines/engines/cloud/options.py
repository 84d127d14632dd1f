"""What the operator tells an engine of a provider of speech: `[engines.options.NAME]`, checked before
anything is started. A key stands in a variable or a file, never in the settings.
"""

from __future__ import annotations

import os
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mediaserver.errors import EngineMissingError
from pipelines.engines.checked_options import checked_options
from pipelines.engines.llm.options import read_key
from pipelines.engines.protocols import Readiness
from pipelines.engines.registry import EngineOptions
from pipelines.environments.recipe import Recipe


class ProviderOptions(BaseModel):
    """What every provider's engine takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    usual_url: ClassVar[str] = ""
    """The provider's own."""
    key_optional: ClassVar[bool] = False
    """It may be asked without a key."""

    base_url: str = ""
    """Another address of its API: of a region, of an installation of one's own; empty: the usual one."""
    api_key_env: str = ""
    """The variable that holds the key; empty: the provider's usual one."""
    api_key_file: str = ""
    connect_s: float = Field(default=3.0, gt=0, le=30)
    """To open a connection."""

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError('must be like "https://api.eu.example.com"')
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must hold neither a name, a password nor a query: keys go into a file")
        return url.rstrip("/")

    @property
    def url(self) -> str:
        return self.base_url or self.usual_url

    @property
    def takes_usual_key(self) -> bool:
        """The provider's usual key may go to this address."""
        return True

    @property
    def final_within_s(self) -> float:
        """Of a recogniser, in the place of its manifest's; 0: that."""
        return 0.0

    @property
    def lacks(self) -> str:
        """What it wants beside a key and does not have; empty when nothing."""
        return ""

    @property
    def told(self) -> dict[str, Any]:
        """What the worker is to know of them beside address and key."""
        return {}


def key_variable(given: ProviderOptions, recipe: Recipe) -> str:
    """The variable that holds the key: of those of the recipe the first that is set. Empty: none is
    wanted, or it stands in a file."""
    if given.api_key_env or given.api_key_file:
        return given.api_key_env
    if not given.takes_usual_key:
        return ""
    for variable in recipe.keys:
        if os.environ.get(variable, "").strip():
            return variable
    return recipe.keys[0] if recipe.keys and not given.key_optional else ""


def key_readiness(
    engine: str, options: EngineOptions, recipe: Recipe, form: type[ProviderOptions]
) -> Readiness:
    """Whether the options can be read and there is a key where one is wanted; it asks nobody."""
    name = options.name or engine
    try:
        given = checked_options(engine, options, form)
    except EngineMissingError as error:
        return Readiness(False, str(error), str(error))
    lacks = [given.lacks] if given.lacks else []
    try:
        read_key(name, key_variable(given, recipe), given.api_key_file)
    except EngineMissingError as error:
        lacks.append(str(error).removeprefix(f"the engine {name} lacks "))
    return Readiness(not lacks, "; ".join(lacks))
