from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from mediaserver.config import load
from mediaserver.diagnosis.public_host import public_hosts


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was looked up."""
    asked: list[str] = []

    async def ask(loop: object, host: str, port: Any, **options: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        if host == "nobody.example":
            raise socket.gaierror(-2, "Name or service not known")
        return [(0, 0, 0, "", ("9.9.9.9", 0)), (0, 0, 0, "", ("9.9.9.9", 0))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", ask)
    return asked


async def test_a_public_name_that_nobody_knows_is_found(names: list[str]) -> None:
    (found,) = await public_hosts(load(None, {"sip": {"public_host": "nobody.example"}}))
    assert (
        not found.ok
        and not found.fatal
        and "nobody.example" in found.detail
        and "sip.public_host" in found.mend
    )


async def test_a_name_for_both_is_looked_up_once_and_addresses_never(names: list[str]) -> None:
    both = {"public_host": "pbx.example"}
    (found,) = await public_hosts(load(None, {"sip": both, "rtp": both}))
    assert found.ok and found.detail == "pbx.example is 9.9.9.9" and names == ["pbx.example"]
    assert await public_hosts(load(None, {"sip": {"public_host": "9.9.9.9"}})) == []
