"""A desk with the real tables of the directory: an operator, and two keys that know nothing of each other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from api.access.scopes import Scope
from cli.serving.agent_faults import AgentFaults
from mediaserver.calls.directory import Directory, DirectoryRows
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.retention.erasing import Eraser
from mediaserver.retention.sweep import Sweeper
from mediaserver.settings.privacy import RetentionSettings
from mediaserver.storage.digests import Digests
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from pipelines.engines.builtin import registry
from tests.api.desk import Desk
from tests.api.keys import bearer, stored_key

SCOPES = (Scope.AGENTS_READ, Scope.AGENTS_WRITE, Scope.TELEPHONY_READ)


class DirectoryDesk:
    """Asks as the operator, or as `ann` or `bob`, whose keys they are."""

    def __init__(self, desk: Desk, pool: asyncpg.Pool, directory: Directory) -> None:
        self.desk = desk
        self.pool = pool
        self._directory = directory
        self._headers: dict[str, Mapping[str, str]] = {"operator": {}}

    async def open(self) -> None:
        for name in ("operator", "ann", "bob"):
            scopes = (Scope.ADMIN,) if name == "operator" else SCOPES
            _, secret = await stored_key(self.desk.context, self.pool, scopes, name)
            self._headers[name] = bearer(secret)

    async def ask(
        self, method: str, path: str, content: Any = None, who: str = "operator", **headers: str
    ) -> tuple[int, Any]:
        response = await self.desk.client.request(
            method, path, json=content, headers={**self._headers[who], **headers}
        )
        return response.status, await response.json() if response.status != 204 else None

    async def read_again(self) -> None:
        """The directory hears of what has changed."""
        rows = await DirectoryRows.of(self.pool)
        self._directory.take_over(rows.agents, rows.indexed())


@pytest.fixture
async def directory(
    desk: Desk, pool: asyncpg.Pool, postgres: EmbeddedPostgres, tmp_path: Path
) -> AsyncIterator[DirectoryDesk]:
    context = desk.context
    context.pool = pool
    context.directory = Directory(lambda: open_connection(postgres.dsn), ["100"], poll_s=3600)
    await context.directory.start()

    def flow_fault(name: str) -> str:
        return "" if name in ("booking", "theirs") else f"there is no flow {name}"

    context.agent_faults = AgentFaults(
        registry(), context.settings.engines, flow_fault, lambda name: name == "knowledge/faq"
    ).of
    context.may_call = desk.board.targets.check
    context.eraser = Eraser(
        pool,
        Sweeper(pool, RetentionSettings(), digests=Digests(b"k" * 32), pause_s=0),
        NumberPlan("44"),
        pause_s=0,
    )
    opened = DirectoryDesk(desk, pool, context.directory)
    await opened.open()
    yield opened
    await context.directory.close()
