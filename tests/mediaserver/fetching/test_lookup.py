from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.lookup import MOST_AT_ONCE, SystemLookup


async def test_this_machine_is_found_by_its_name() -> None:
    found = await SystemLookup().addresses("localhost")
    assert {str(address) for address in found} <= {"127.0.0.1", "::1"}
    assert len(set(found)) == len(found)


async def test_a_slow_name_server_is_asked_once_for_a_name_and_for_so_many_names_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free, asked = threading.Event(), list[str]()

    def slow(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        assert free.wait(20)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 0))] * 2

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    lookup = SystemLookup()
    tasks = [asyncio.create_task(lookup.addresses(f"h{n % MOST_AT_ONCE}")) for n in range(2 * MOST_AT_ONCE)]
    await asyncio.sleep(0)
    tasks[0].cancel()  # who gives up takes the answer from nobody
    with pytest.raises(FetchError) as caught:
        await lookup.addresses("another")
    assert caught.value.kind is FetchFault.BUSY
    free.set()
    answers = await asyncio.gather(*tasks[1:])
    assert {tuple(map(str, found)) for found in answers} == {("192.0.2.7",)}
    assert sorted(asked) == sorted(f"h{n}" for n in range(MOST_AT_ONCE))
    assert await lookup.addresses("another")


async def test_a_name_that_cannot_be_written_for_a_name_server_is_not_there() -> None:
    with pytest.raises(FetchError) as caught:
        await SystemLookup().addresses("a" * 70 + ".invalid")
    assert caught.value.kind is FetchFault.DNS
