"""The server's one client for what users name."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AsyncExitStack

from mediaserver.errors import ConfigError
from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.client import FetchLimits, GuardedClient
from mediaserver.metrics import Metrics
from mediaserver.settings.fetching import FetchSettings


async def open_fetching(settings: FetchSettings, metrics: Metrics, undo: AsyncExitStack) -> GuardedClient:
    """Raises ConfigError when the file of authorities cannot be read."""
    client = GuardedClient(
        AddressRule(settings.allow),
        FetchLimits(
            timeout_s=settings.timeout_s,
            connect_s=settings.connect_s,
            at_once=settings.at_once,
            at_once_per_host=settings.at_once_per_host,
        ),
        tls=await asyncio.to_thread(tls_context, settings.tls_ca),
        count=metrics.fetched,
    )
    undo.push_async_callback(client.close)
    metrics.watch(
        "fetch_open_circuits",
        "Hosts that failed time and again and are not asked",
        lambda: client.open_circuits,
    )
    return client


def tls_context(authorities: str) -> ssl.SSLContext:
    """Certificates are verified. `authorities`: a PEM file beside those of the system; empty: none. Reads
    files: not on the loop. Raises ConfigError."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities:
        try:
            context.load_verify_locations(authorities)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"fetch.tls_ca {authorities} cannot be read: {error.strerror or 'it holds no certificates'}"
            ) from None
    return context
