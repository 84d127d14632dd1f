"""Whose official client an engine speaks through, and what of its settings is read alike for all of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from pipelines.engines.checked_options import checked_options
from pipelines.engines.llm.endpoint import EndpointClient
from pipelines.engines.llm.faults import Asked
from pipelines.engines.llm.options import EndpointOptions, key_of, key_place
from pipelines.engines.protocols import Manifest
from pipelines.engines.registry import EngineOptions

if TYPE_CHECKING:
    from httpx2 import AsyncClient

Given = TypeVar("Given", bound=EndpointOptions)
Client = TypeVar("Client", bound=EndpointClient)


@dataclass(frozen=True, slots=True)
class Access(Generic[Given]):
    """How one engine gets at its models."""

    name: str
    """Of the engine, as the operator calls it."""
    given: Given
    url: str
    key: str = field(repr=False)
    """What the client is given: never empty, it refuses that."""
    key_place: str
    """Where the key stands, for those who are to mend it."""

    def asked(self, model: str) -> Asked:
        """Who is asked; `model`: where the settings name none."""
        return Asked(self.name, self.url, self.given.model or model, self.key_place)


@dataclass(frozen=True, slots=True)
class Maker:
    """One maker."""

    url: str
    """Its own endpoint, which the variable or the settings may replace."""
    key_variable: str
    url_variable: str

    def access(self, manifest: Manifest, options: EngineOptions, form: type[Given]) -> Access[Given]:
        """For an engine whose settings are of this `form`. Raises EngineMissingError."""
        name = options.name or manifest.name
        given = checked_options(manifest.name, options, form, form.page)
        url = given.base_url or os.environ.get(self.url_variable, "").rstrip("/") or self.url
        key = key_of(name, given, self.key_variable) or "none"
        return Access(name, given, url, key, key_place(given, self.key_variable))


def connected(
    manifest: Manifest,
    access: Access[Given],
    build: Callable[[AsyncClient], Client],
    socket: Path | None = None,
) -> Client:
    """The endpoint that `build` makes of an HTTP client, rehearsed once. `socket`: of a server of our own.
    Imports the HTTP client: on a thread."""
    from pipelines.engines.llm.connection import http_client, rehearse

    rehearse(manifest.name, build)
    return build(http_client(access.url, access.given.connect_s, access.given.answer_s, socket))
