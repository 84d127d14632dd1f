"""Accounts of a server that starts: of its table and of the environment, under its public address."""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import asyncpg
import pytest

from cli.serving.database import Stored
from cli.serving.providers import open_board
from mediaserver.config import load
from mediaserver.storage import providers as table
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.sealing import open_sealer
from providers.accounts.rows import AccountRows
from tests.providers.acme import kinds


async def test_accounts_are_known_from_the_start(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.serving.providers.installed", kinds)
    monkeypatch.setenv("ACME_ACCOUNT", "AC9")
    monkeypatch.setenv("ACME_TOKEN", "t")
    settings = load(
        None, {"data": str(tmp_path), "http": {"public_url": "https://voice.test", "admin_token": "t"}}
    )
    rows = AccountRows(kinds(), open_sealer(tmp_path))
    account = rows.made("main", "acme", {"account_id": "AC1", "token": "t"})
    await table.add_provider(pool, "main", "acme", *rows.written(account))
    stored = SimpleNamespace(sealer=rows.sealer, connect=lambda: open_connection(postgres.dsn))
    async with AsyncExitStack() as undo:
        board = await open_board(settings, cast(Stored, stored), undo)
        assert [each.account.name for each in board.accounts] == ["acme", "main"]
        assert {each.account.public_url for each in board.accounts} == {"https://voice.test"}


async def test_a_server_without_accounts_imports_no_kind(
    pool: asyncpg.Pool, postgres: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {name for name in sys.modules if name.startswith("providers.") and name.endswith(".kind")}
    stored = SimpleNamespace(sealer=open_sealer(tmp_path), connect=lambda: open_connection(postgres.dsn))
    async with AsyncExitStack() as undo:
        board = await open_board(load(None, {"data": str(tmp_path)}), cast(Stored, stored), undo)
        assert not board.accounts and board.rows.kinds.names
    after = {name for name in sys.modules if name.startswith("providers.") and name.endswith(".kind")}
    assert after == before
