"""Whether a host can be reached: a connection, encrypted where the address says so, and nothing sent."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Sequence

from mediaserver.addresses import Address
from mediaserver.fetching.dialling import family_of
from mediaserver.fetching.exchange import fault_of


async def reach(host: str, addresses: Sequence[Address], port: int, tls: ssl.SSLContext | None) -> None:
    """One address after the other, which were all judged. Raises FetchError for the last. How long it takes
    is the caller's to bound."""
    for tried, address in enumerate(addresses, 1):
        try:
            _, writer = await asyncio.open_connection(
                str(address),
                port,
                family=family_of(address),
                ssl=tls,
                server_hostname=host if tls is not None else None,
            )
        except (OSError, ValueError) as error:
            if tried == len(addresses):
                raise fault_of(error) from None
            continue
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return
