"""What the operator tells an engine behind a server: `[engines.options.NAME]`, checked before anything is
opened.

A key stands in the environment or in a file, never in the settings, and goes to nobody but the endpoint for
which it is meant. It must never reach a log, an error or a repr.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mediaserver.errors import EngineMissingError
from pipelines.engines.checked_options import checked_options
from pipelines.engines.llm.prices import ModelPrice
from pipelines.engines.protocols import Readiness
from pipelines.engines.registry import EngineOptions

MOST_KEY = 8192


class EndpointOptions(BaseModel):
    """What every endpoint takes, whatever is asked of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    page: ClassVar[str] = "docs/models.md"
    """Where they are told."""

    base_url: str = ""
    """Of an endpoint of one's own; empty: the maker's."""
    model: str = Field(default="", max_length=200)
    api_key_env: str = ""
    """The variable that holds the key; empty: the maker's, and none for an endpoint of one's own."""
    api_key_file: str = ""
    extra: dict[str, Any] | None = None
    """Put into each request as it stands, in place of what its maker's engine puts there."""
    connect_s: float = Field(default=3.0, gt=0, le=60)
    answer_s: float = Field(default=60.0, gt=0, le=600)
    """Waited for in all, in one answer."""

    @field_validator("base_url")
    @classmethod
    def _is_an_endpoint(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError('must be like "http://127.0.0.1:8000/v1"')
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must hold neither a name, a password nor a query: keys go into a file")
        return url.rstrip("/")


class ModelOptions(EndpointOptions):
    max_tokens: int = Field(default=1024, ge=1, le=1_000_000)
    temperature: float | None = Field(default=None, ge=0, le=2)
    prefill: bool = False
    """The model goes on from an assistant's message at the end."""
    thinks: bool = False
    """Its answers begin in the middle of thoughts, which only `</think>` ends; found out by itself after the
    first one."""
    prices: dict[str, ModelPrice] = {}
    first_token_s: float = Field(default=8.0, gt=0, le=120)
    """Retries included."""
    next_token_s: float = Field(default=6.0, gt=0, le=120)


def key_of(engine: str, given: EndpointOptions, usual_variable: str) -> str:
    """The key, or nothing where an endpoint of one's own names none. Raises EngineMissingError."""
    variable = given.api_key_env or ("" if given.base_url else usual_variable)
    return read_key(engine, variable, given.api_key_file)


def read_key(engine: str, variable: str, file: str = "") -> str:
    """The key in a file, else in a variable; nothing where neither is named. Raises EngineMissingError."""
    if file:
        return _read(engine, Path(file).expanduser())
    if not variable:
        return ""
    key = os.environ.get(variable, "").strip()
    if not key:
        raise EngineMissingError(f"the engine {engine} lacks a key: set {variable} and start again")
    return _checked(engine, key, variable)


def key_place(given: EndpointOptions, usual_variable: str) -> str:
    """Where the key stands, for those who are to mend it."""
    if given.api_key_file:
        return given.api_key_file
    return given.api_key_env or ("" if given.base_url else usual_variable)


def readiness(
    engine: str,
    options: EngineOptions,
    usual_variable: str,
    form: type[EndpointOptions] = ModelOptions,
) -> Readiness:
    """Whether there is a key, or an endpoint that may need none; it asks nobody."""
    try:
        key_of(options.name or engine, checked_options(engine, options, form, form.page), usual_variable)
    except EngineMissingError as error:
        if not options.settings and not os.environ.get(usual_variable):
            return Readiness(
                False,
                f"a key; set {usual_variable}, or name an endpoint of your own in "
                f"engines.options.{options.name or engine}.base_url ({form.page})",
            )
        return Readiness(False, str(error).removeprefix(f"the engine {options.name or engine} lacks "))
    return Readiness(True)


def _read(engine: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_KEY + 1)
    except OSError as error:
        raise EngineMissingError(
            f"the engine {engine} lacks its key: {path} cannot be read ({error.strerror})"
        ) from None
    try:
        key = content.decode().strip()
    except UnicodeDecodeError:
        key = ""
    if not key or len(content) > MOST_KEY:
        raise EngineMissingError(f"the engine {engine} lacks its key: {path} holds no key")
    return _checked(engine, key, str(path))


def _checked(engine: str, key: str, place: str) -> str:
    """A key with a line break in it is refused by HTTP libraries in errors that show it."""
    if not key.isascii() or not key.isprintable() or " " in key:
        raise EngineMissingError(
            f"the engine {engine} lacks its key: what stands in {place} is no key (it has spaces or other "
            "characters that no key has)"
        )
    return key
