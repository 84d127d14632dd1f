"""What the operator tells an engine of a provider of speech: `[engines.options.NAME]`, checked before
anything is started. A key stands in a variable or a file, never in the settings.
"""

from __future__ import annotations

import difflib
import os
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from mediaserver.errors import EngineMissingError
from pipelines.engines.llm.options import read_key
from pipelines.engines.protocols import Readiness
from pipelines.engines.registry import EngineOptions
from pipelines.environments.recipe import Recipe

T = TypeVar("T", bound="ProviderOptions")


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


def checked(engine: str, options: EngineOptions, form: type[T]) -> T:
    """Raises EngineMissingError, which names the option, and the nearest one to one that is unknown; it never
    shows a value."""
    where = f"engines.options.{options.name or engine}"
    if "api_key" in options.settings:
        raise EngineMissingError(
            f"{where} has api_key: put the key into a file and name it in api_key_file, or name its variable "
            "in api_key_env"
        )
    try:
        return form.model_validate(dict(options.settings))
    except ValidationError as error:
        faults = [
            _said(fault, form)
            for fault in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise EngineMissingError(f"{where}: {'; '.join(faults)}") from None


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
        given = checked(engine, options, form)
        read_key(name, key_variable(given, recipe), given.api_key_file)
    except EngineMissingError as error:
        return Readiness(False, str(error).removeprefix(f"the engine {name} lacks "))
    return Readiness(True)


def _said(fault: Any, form: type[ProviderOptions]) -> str:
    name = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, form.model_fields, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(form.model_fields))}"
        return f"{name} is no option of it: {hint}"
    if fault["type"] == "missing":
        return f"set {name}"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{name} {message[0].lower() + message[1:]}".strip()
