"""Whose official client an engine speaks through, and what of its settings is read alike for all makers."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipelines.engines.llm.endpoint import Endpoint
from pipelines.engines.llm.faults import Asked
from pipelines.engines.llm.options import ModelOptions, key_of, key_place, model_options, readiness
from pipelines.engines.llm.remote import RemoteLlm
from pipelines.engines.protocols import Manifest, Readiness
from pipelines.engines.registry import EngineOptions

if TYPE_CHECKING:
    from httpx2 import AsyncClient


@dataclass(frozen=True, slots=True)
class Access:
    """How one engine gets at its models."""

    name: str
    """Of the engine, as the operator calls it."""
    given: ModelOptions
    url: str
    key: str = field(repr=False)
    """What the client is given: never empty, it refuses that."""
    key_place: str
    """Where the key stands, for those who are to mend it."""

    def asked(self, model: str) -> Asked:
        """Who is asked, where the settings name no model but this."""
        return Asked(self.name, self.url, self.given.model or model, self.key_place)


@dataclass(frozen=True, slots=True)
class Maker:
    """One maker."""

    manifest: Manifest
    url: str
    """Its own endpoint, which the variable or the settings may replace."""
    key_variable: str
    url_variable: str

    def readiness(self, options: EngineOptions) -> Readiness:
        return readiness(self.manifest.name, options, self.key_variable)

    def access(self, options: EngineOptions) -> Access:
        """Raises EngineMissingError."""
        name = options.name or self.manifest.name
        given = model_options(self.manifest.name, options)
        url = given.base_url or os.environ.get(self.url_variable, "").rstrip("/") or self.url
        key = key_of(name, given, self.key_variable) or "none"
        return Access(name, given, url, key, key_place(given, self.key_variable))

    def engine(self, access: Access, endpoint: Callable[[AsyncClient], Endpoint]) -> RemoteLlm:
        """Its client asks nobody at first: see `rehearse`. Imports the HTTP client: on a thread."""
        from pipelines.engines.llm.connection import http_client, rehearse

        given = access.given
        rehearse(self.manifest.name, endpoint)
        manifest = replace(self.manifest, name=access.name, continues=given.prefill)
        return RemoteLlm(manifest, endpoint(http_client(access.url, given.connect_s, given.answer_s)), given)
