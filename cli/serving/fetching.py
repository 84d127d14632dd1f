"""The server's one client for what users name."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AsyncExitStack
from typing import NamedTuple

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


class Fetching(NamedTuple):
    """Clients that differ in the hosts of ours that they may reach."""

    own: GuardedClient
    """The operator's: `fetch.allow`."""
    of_keys: GuardedClient
    """`shared.hosts`."""


async def open_fetching(
    settings: FetchSettings, shared: SharedSettings, metrics: Metrics, undo: AsyncExitStack
) -> Fetching:
    """Raises ConfigError when the file of authorities cannot be read."""
    limits = FetchLimits(
        timeout_s=settings.timeout_s,
        connect_s=settings.connect_s,
        at_once=settings.at_once,
        at_once_per_host=settings.at_once_per_host,
    )
    tls = await asyncio.to_thread(tls_context, settings.tls_ca)
    clients = Fetching(
        *(
            GuardedClient(AddressRule(allow), limits, tls=tls, count=metrics.fetched)
            for allow in (settings.allow, shared.hosts)
        )
    )
    for client in clients:
        undo.push_async_callback(client.close)
    what = "Hosts that failed time and again and are not asked"
    metrics.watch("fetch_open_circuits", what, lambda: sum(len(each.open_circuits) for each in clients))
    return clients


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


def circuit_findings(clients: Fetching) -> list[Finding]:
    """Hosts that tools of flows ask in vain."""
    mend = "see to that server; it is tried again by itself"
    found = dict(each for client in clients for each in client.open_circuits)
    return [Finding(f"host {host}", False, why, mend, required=False) for host, why in found.items()]


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
