"""server"""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, List, Literal, cast
from uuid import UUID

from ...models.drain_shown import DrainShown
from ...models.drain_wanted import DrainWanted
from ...models.health_shown import HealthShown
from ...models.problem_shown import ProblemShown
from ...types import UNSET, File, ServerEvent, Unset
from . import server_drain_begin as _server_drain_begin
from . import server_drain_progress as _server_drain_progress
from . import server_drain_take_back as _server_drain_take_back
from . import server_health as _server_health
from . import server_metrics as _server_metrics

if TYPE_CHECKING:
    from ...client import AsyncVoiceForge, VoiceForge


class Server:
    def __init__(self, client: VoiceForge) -> None:
        self._client = client

    def health(
        self,
    ) -> HealthShown:
        """200 when new calls can be served, else 503.

        What is missing stands in `missing`; the answer is the same for both. Components that it can do
        without
        (agents, flows, trunks, hosts by their names) are shown to the operator alone, and so is what is
        wrong;
        where no ADMIN_TOKEN is set, to this machine, too.
        """
        return self._client.ask(_server_health.request(), _server_health.read, 503)

    def metrics(
        self,
    ) -> str:
        """Figures of the whole server, in the Prometheus text format.

        This machine needs no key for it where no ADMIN_TOKEN is set.
        """
        return self._client.ask(_server_metrics.request(), _server_metrics.read)

    def drain_progress(
        self,
    ) -> DrainShown:
        """Whether new calls are refused, and how many are up."""
        return self._client.ask(
            _server_drain_progress.request(), _server_drain_progress.read
        )

    def drain_begin(
        self,
        *,
        within_s: float | None | Unset = UNSET,
        stop: bool | Unset = False,
    ) -> DrainShown:
        """Refuse new calls; those that are up after `within_s` seconds are ended.

        With `stop` the server is stopped then. A drain that runs gets the new limit.
        """
        return self._client.ask(
            _server_drain_begin.request(
                body=DrainWanted(
                    within_s=within_s,
                    stop=stop,
                ),
            ),
            _server_drain_begin.read,
        )

    def drain_take_back(
        self,
    ) -> DrainShown:
        """Take new calls again."""
        return self._client.ask(
            _server_drain_take_back.request(), _server_drain_take_back.read
        )


class AsyncServer:
    def __init__(self, client: AsyncVoiceForge) -> None:
        self._client = client

    async def health(
        self,
    ) -> HealthShown:
        """200 when new calls can be served, else 503.

        What is missing stands in `missing`; the answer is the same for both. Components that it can do
        without
        (agents, flows, trunks, hosts by their names) are shown to the operator alone, and so is what is
        wrong;
        where no ADMIN_TOKEN is set, to this machine, too.
        """
        return await self._client.ask(
            _server_health.request(), _server_health.read, 503
        )

    async def metrics(
        self,
    ) -> str:
        """Figures of the whole server, in the Prometheus text format.

        This machine needs no key for it where no ADMIN_TOKEN is set.
        """
        return await self._client.ask(_server_metrics.request(), _server_metrics.read)

    async def drain_progress(
        self,
    ) -> DrainShown:
        """Whether new calls are refused, and how many are up."""
        return await self._client.ask(
            _server_drain_progress.request(), _server_drain_progress.read
        )

    async def drain_begin(
        self,
        *,
        within_s: float | None | Unset = UNSET,
        stop: bool | Unset = False,
    ) -> DrainShown:
        """Refuse new calls; those that are up after `within_s` seconds are ended.

        With `stop` the server is stopped then. A drain that runs gets the new limit.
        """
        return await self._client.ask(
            _server_drain_begin.request(
                body=DrainWanted(
                    within_s=within_s,
                    stop=stop,
                ),
            ),
            _server_drain_begin.read,
        )

    async def drain_take_back(
        self,
    ) -> DrainShown:
        """Take new calls again."""
        return await self._client.ask(
            _server_drain_take_back.request(), _server_drain_take_back.read
        )
