"""An account at Twilio that a server of our own believes in, and numbers of it that lead to its agents: what
a measuring caller needs to come by a media stream. Nobody is asked who is not on this machine.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from callers.server_child import ServerChild
from callers.stream_calling import PUBLIC, StreamParty
from callers.twilio_interface import interface
from mediaserver.errors import StartupError

SID, TOKEN = "AC" + "1" * 32, "2" * 32
NUMBERS = {"echo": "+15550101", "demo": "+15550102"}
"""By whom they lead to."""
READY_WITHIN_S = 20.0


async def account_of(server: ServerChild, http: aiohttp.ClientSession) -> None:
    """Add the account and its numbers. Raises StartupError."""
    settings = {
        "account_sid": SID,
        "auth_token": TOKEN,
        "base_url": await asyncio.to_thread(interface),
        "public_url": PUBLIC,
        "max_calls": 1_000,
        "max_cps": 1_000.0,
    }
    wanted: list[tuple[str, dict[str, Any]]] = [
        ("providers", {"name": "twilio", "kind": "twilio", "settings": settings}),
        *(("numbers", {"number": number, "agent": agent}) for agent, number in NUMBERS.items()),
    ]
    headers = {"Authorization": f"Bearer {server.key}"}
    for what, content in wanted:
        async with http.post(
            f"{server.http}/api/telephony/{what}", json=content, headers=headers
        ) as response:
            if response.status != 201:
                raise StartupError(f"the server takes no {what}: {(await response.text())[:300]}")
    standing = ""
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            while standing not in ("ready", "troubled"):  # its SDK is being imported
                await asyncio.sleep(0.1)
                async with http.get(
                    f"{server.http}/api/telephony/providers/twilio", headers=headers
                ) as response:
                    standing = (await response.json())["standing"]
    except TimeoutError:
        raise StartupError(f"the account was not ready within {READY_WITHIN_S:g} s: {standing}") from None


def party(server: ServerChild, agent: str) -> StreamParty:
    """Calls "echo" or "demo"."""
    return StreamParty(server.http, account="twilio", sid=SID, token=TOKEN, number=NUMBERS[agent])
