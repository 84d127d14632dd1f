"""engines"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.engine_shown import EngineShown
from ...models.engine_trial_shown import EngineTrialShown
from ...models.engines_shown import EnginesShown
from ...models.kind import Kind, check_kind
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import engine as _engine
from . import engines as _engines
from . import engines_trial as _engines_trial

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Engines:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def list(
        self,
        *,
        kind: Kind | None | Unset = UNSET,
        ready: bool | None | Unset = UNSET,
        used: bool | None | Unset = UNSET,
    ) -> EnginesShown:
        """All engines that this server knows.

        `ready` is whether an engine has what it needs, by its files, keys and devices; `state` how one
        fares that
        calls, rows or settings have asked for. Costs are told in words, with their date: what was spent
        stands in
        `/api/usage`.
        """
        return self._client.ask(
            _engines.request(
                kind=kind,
                ready=ready,
                used=used,
            ),
            _engines.read,
        )

    def get(
        self,
        kind: Kind,
        name: str,
    ) -> EngineShown:
        """One engine. A name with a slash in it (`vllm:OWNER/NAME`) is written with `%2F`."""
        return self._client.ask(
            _engine.request(
                kind=kind,
                name=name,
            ),
            _engine.read,
        )

    def trial(
        self,
        kind: Kind,
        name: str,
    ) -> EngineTrialShown:
        """Ask something small of an engine: a word, a moment of silence, a few tokens.

        One that is not there is started first. It counts for no usage, and costs what a provider bills for
        so
        little. 503 `busy` while another is tried.
        """
        return self._client.ask(
            _engines_trial.request(
                kind=kind,
                name=name,
            ),
            _engines_trial.read,
        )


class AsyncEngines:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def list(
        self,
        *,
        kind: Kind | None | Unset = UNSET,
        ready: bool | None | Unset = UNSET,
        used: bool | None | Unset = UNSET,
    ) -> EnginesShown:
        """All engines that this server knows.

        `ready` is whether an engine has what it needs, by its files, keys and devices; `state` how one
        fares that
        calls, rows or settings have asked for. Costs are told in words, with their date: what was spent
        stands in
        `/api/usage`.
        """
        return await self._client.ask(
            _engines.request(
                kind=kind,
                ready=ready,
                used=used,
            ),
            _engines.read,
        )

    async def get(
        self,
        kind: Kind,
        name: str,
    ) -> EngineShown:
        """One engine. A name with a slash in it (`vllm:OWNER/NAME`) is written with `%2F`."""
        return await self._client.ask(
            _engine.request(
                kind=kind,
                name=name,
            ),
            _engine.read,
        )

    async def trial(
        self,
        kind: Kind,
        name: str,
    ) -> EngineTrialShown:
        """Ask something small of an engine: a word, a moment of silence, a few tokens.

        One that is not there is started first. It counts for no usage, and costs what a provider bills for
        so
        little. 503 `busy` while another is tried.
        """
        return await self._client.ask(
            _engines_trial.request(
                kind=kind,
                name=name,
            ),
            _engines_trial.read,
        )
