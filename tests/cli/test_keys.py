"""`voiceforge keys` and `voiceforge console`."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from api.access.access import AccessControl
from cli.main import main
from cli.serve import first_key_told
from cli.serving.access import first_key, keep_once, open_access
from mediaserver.key_file import KEY_FILE, read_key, write_key
from mediaserver.settings.access import AccessSettings
from mediaserver.storage import audit, keys
from mediaserver.storage.records import Record, UsageCounted
from tests.api.desk import Desk


def said(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """What a command prints as JSON."""
    capsys.readouterr()
    assert main(["keys", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def data(own_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path))
    return tmp_path


def test_a_key_is_made_listed_switched_rotated_and_revoked(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = said(capsys, "create", "shop", "--scope", "speech", "--quota", "tokens=5", "--per-second", "3")
    assert made["key"].startswith("vf_")
    (listed,) = said(capsys, "list")["keys"]
    assert (listed["id"], listed["scopes"], listed["quota"]) == (made["id"], ["speech"], {"tokens": 5.0})
    assert made["key"] not in json.dumps(listed)
    assert said(capsys, "disable", "shop")["active"] is False
    assert said(capsys, "enable", listed["prefix"])["active"] is True
    assert said(capsys, "rotate", made["id"], "--grace", "60")["key"] != made["key"]
    assert main(["keys", "revoke", "shop"]) == 0
    assert said(capsys, "list")["keys"] == [] and len(said(capsys, "list", "--revoked")["keys"]) == 1
    assert main(["keys", "list", "--revoked"]) == 0
    assert "revoked" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("revoke", "nobody"), "there is no such key"),
        (("create", "shop", "--quota", "love=1"), "KIND=N"),
        (("create", "shop", "--quota", "tokens=-1"), "KIND=N"),
        (("create", "shop", "--burst", "0"), "more than 0"),
        (("create", "a\nb"), "in one line"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_line(
    data: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str
) -> None:
    assert main(["keys", *words]) == 1
    assert why in capsys.readouterr().err


def test_two_of_a_name_are_told_apart_by_id(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, _ = (said(capsys, "create", "shop") for _ in range(2))
    assert main(["keys", "revoke", "shop"]) == 1 and "give its id" in capsys.readouterr().err
    assert said(capsys, "revoke", first["id"])["active"] is False


def test_the_machines_own_key_is_rotated_with_its_file(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = said(capsys, "create", "default")
    write_key(data, made["key"])
    rotated = said(capsys, "rotate", "default")
    assert read_key(data) == rotated["key"] != made["key"]
    assert (data / KEY_FILE).stat().st_mode & 0o777 == 0o600


async def test_the_first_start_makes_a_key_and_the_next_one_keeps_it(
    pool: asyncpg.Pool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = await first_key(pool, tmp_path)
    key = await keys.key_of(pool, keys.hash_of(made))
    assert key is not None and key.scopes == ("admin",) and read_key(tmp_path) == made
    assert [line["action"] for line in await audit.lines_before(pool, 9)] == ["key.create"]
    assert await first_key(pool, tmp_path) == ""
    await keys.revoke_key(pool, key.id)
    assert await first_key(pool, tmp_path) == "" and "revoked" in caplog.text
    # Another database does not know it: then it opens nothing there, and another is made.
    await pool.execute("truncate api_keys cascade")
    again = await first_key(pool, tmp_path)
    assert again not in ("", made) and read_key(tmp_path) == again


class Kept:
    def __init__(self) -> None:
        self.records: list[Record] = []

    def put(self, record: Record) -> None:
        self.records.append(record)

    async def flush(self, within_s: float | None = None) -> bool:
        return True


async def test_what_keys_use_is_kept_and_quotas_know_of_it(pool: asyncpg.Pool, tmp_path: Path) -> None:
    access, sink = AccessControl(AccessSettings()), Kept()
    async with AsyncExitStack() as undo:
        secret = await open_access(access, tmp_path, pool.acquire, pool, sink, undo)
        asker = access.recognise(secret, "127.0.0.1")
        access.count(asker)
        access.count(asker)
        await keep_once(access, pool, sink)
        assert asker.key is not None
        shown = await keys.one_shown(pool, asker.key)
        assert shown is not None and shown["used_at"] is not None and not access.uses
    (counted,) = [each for each in sink.records if isinstance(each, UsageCounted)]
    assert (counted.owner, counted.amount, counted.kind) == (asker.key, 2, "requests")


async def test_the_console_command_prints_a_link_that_signs_in_once(
    pool: asyncpg.Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:

    desk = Desk()
    desk.context.pool = pool
    await desk.start()
    write_key(tmp_path, desk.secret)
    monkeypatch.setenv("VOICEFORGE_DATA", str(tmp_path))
    monkeypatch.setenv("VOICEFORGE_HTTP__PORT", str(desk.client.port))
    try:
        assert await asyncio.to_thread(main, ["console"]) == 0
        link = capsys.readouterr().out.strip()
        assert link.startswith(f"http://127.0.0.1:{desk.client.port}/login?code=")
        path = link.partition(str(desk.client.port))[2]
        assert (await desk.client.get(path, allow_redirects=False)).status == 303
        assert (await desk.client.get(path, allow_redirects=False)).status == 403
    finally:
        await desk.stop()


def test_a_first_key_is_printed_on_a_terminal_alone(tmp_path: Path) -> None:
    """What a service writes stays in its log for years."""
    assert "vf_secret" in first_key_told("vf_secret", tmp_path, shown=True)
    told = first_key_told("vf_secret", tmp_path, shown=False)
    assert "vf_secret" not in told and str(tmp_path / "api.key") in told
