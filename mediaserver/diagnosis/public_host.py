"""Whether the names under which others are to reach us mean an address."""

from __future__ import annotations

import asyncio
import socket

from mediaserver.addresses import is_address
from mediaserver.config import Settings
from mediaserver.diagnosis.finding import Finding


async def public_hosts(settings: Settings) -> list[Finding]:
    """Looked up as the server would. Nothing for addresses, which need nobody's answer."""
    wanted: dict[str, list[str]] = {}
    for key, host in (
        ("sip.public_host", settings.sip.public_host),
        ("rtp.public_host", settings.rtp.public_host),
    ):
        if host and not is_address(host.strip("[]")):
            wanted.setdefault(host, []).append(key)
    return [await _looked_up(" and ".join(keys), host) for host, keys in wanted.items()]


async def _looked_up(keys: str, host: str) -> Finding:
    try:
        answers = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        detail = f"{host} is not known ({error}): peers are told our local addresses"
        mend = f"mend the name service, or write an address into {keys}"
        return Finding("public host", False, detail, mend, required=False)
    found = dict.fromkeys(str(each[4][0]) for each in answers)
    return Finding("public host", True, f"{host} is {', '.join(found)}")
