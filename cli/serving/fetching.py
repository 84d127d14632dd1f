"""The server's one client for what users name."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from contextlib import AsyncExitStack

from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError, FetchError
from mediaserver.fetching.address_rule import AddressRule, AllowEntry
from mediaserver.fetching.client import FetchLimits, GuardedClient
from mediaserver.fetching.dialling import JudgingResolver
from mediaserver.fetching.lookup import SystemLookup
from mediaserver.metrics import Metrics
from mediaserver.settings.fetching import FetchSettings
from mediaserver.settings.shared import SharedSettings

LOOKUP_S = 3.0


async def open_fetching(settings: FetchSettings, metrics: Metrics, undo: AsyncExitStack) -> GuardedClient:
    """Raises ConfigError when the file of authorities cannot be read."""
    client = await _client(settings, settings.allow, metrics, undo)
    what = "Hosts that failed time and again and are not asked"
    metrics.watch("fetch_open_circuits", what, lambda: len(client.open_circuits))
    return client


async def open_fetching_for_keys(
    settings: FetchSettings, shared: SharedSettings, metrics: Metrics, undo: AsyncExitStack
) -> GuardedClient:
    """The same for what keys name, which reaches other hosts of ours, or none. Raises ConfigError."""
    return await _client(settings, shared.hosts, metrics, undo)


async def _client(
    settings: FetchSettings, allow: Iterable[str], metrics: Metrics, undo: AsyncExitStack
) -> GuardedClient:
    client = GuardedClient(
        AddressRule(allow),
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
    return client


def tls_context(authorities: str) -> ssl.SSLContext:
    """Certificates are verified. `authorities`: a PEM file beside those of the system; empty: none. Reads
    files: not on the loop. Raises ConfigError."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities:
        try:
            context.load_verify_locations(authorities)
        except ssl.SSLError:
            raise ConfigError(f"fetch.tls_ca {authorities} holds no certificates in PEM") from None
        except OSError as error:
            raise ConfigError(f"fetch.tls_ca {authorities} cannot be read: {error.strerror}") from None
    return context


def circuit_findings(client: GuardedClient) -> list[Finding]:
    """Hosts that tools of flows ask in vain."""
    mend = "see to that server; it is tried again by itself"
    return [Finding(f"host {host}", False, why, mend, required=False) for host, why in client.open_circuits]


async def examine_fetching(settings: FetchSettings) -> list[Finding]:
    """For doctor: whether the authorities can be read, and the listed names lead where they may."""
    findings = []
    if settings.tls_ca:
        try:
            await asyncio.to_thread(tls_context, settings.tls_ca)
            findings.append(Finding("fetch.tls_ca", True, settings.tls_ca))
        except ConfigError as error:
            findings.append(Finding("fetch.tls_ca", False, str(error), "name a PEM file with certificates"))
    resolver = JudgingResolver(AddressRule(settings.allow), SystemLookup())
    entries = [entry for text in settings.allow if (entry := AllowEntry.parse(text)).name]
    return findings + [await _examine_name(resolver, entry) for entry in entries]


async def _examine_name(resolver: JudgingResolver, entry: AllowEntry) -> Finding:
    name = f"fetch.allow {entry.name}"
    mend = "mend its DNS, or list its address or network instead"
    try:
        async with asyncio.timeout(LOOKUP_S):
            addresses = await resolver.judged(entry.name, entry.port or 443)
    except FetchError as error:
        return Finding(name, False, str(error), mend, required=False)
    except TimeoutError:
        return Finding(name, False, "its name was not looked up in time", mend, required=False)
    return Finding(name, True, ", ".join(map(str, addresses)), required=False)
