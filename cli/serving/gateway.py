"""Conversations over WebSocket: what they need of the server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from uuid import UUID

import asyncpg

from api.access.access import AccessControl
from api.gateway.gateway import Gateway
from api.gateway.opening import FindAgent
from api.realtime.hub import RealtimeHub
from api.realtime.leading import MakeLed
from mediaserver.calls.protocols import Switchboard
from mediaserver.errors import DatabaseError, EngineMissingError
from mediaserver.media.clock import MediaClock
from mediaserver.media.wideband import load
from mediaserver.metrics import Metrics
from mediaserver.settings.gateway import GatewaySettings
from mediaserver.storage.flows import owner_of


async def open_gateway(
    settings: GatewaySettings,
    access: AccessControl,
    pool: asyncpg.Pool,
    switchboard: Switchboard,
    clock: MediaClock,
    find: FindAgent,
    metrics: Metrics,
    undo: AsyncExitStack,
) -> Gateway:
    """`find`: an agent of the directory. From now on conversations can be begun."""

    async def flow_owner(name: str) -> UUID | None:
        try:
            return await owner_of(pool, name)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            raise DatabaseError("the database does not answer; try again soon") from error

    with suppress(EngineMissingError):  # who asks for Opus is told
        await asyncio.to_thread(load, "opus")
    gateway = Gateway(settings, access, switchboard, find, flow_owner)
    clock.add_wire(gateway.wire)
    metrics.watch("gateway_sessions", "Conversations over WebSocket", lambda: len(gateway))
    metrics.watch("gateway_away", "Of these, those whose client is gone and may come back", gateway.away)
    gateway.start()
    undo.push_async_callback(gateway.close)
    return gateway


def open_realtime(
    gateway: Gateway,
    access: AccessControl,
    switchboard: Switchboard,
    find: FindAgent,
    models: Callable[[], Sequence[str]],
    make_led: MakeLed,
    metrics: Metrics,
    undo: AsyncExitStack,
) -> RealtimeHub:
    """The same by OpenAI's Realtime protocol. `models`: language models that may be asked."""
    hub = RealtimeHub(gateway, access, switchboard, find, models, make_led)
    metrics.watch("realtime_sessions", "Conversations by the Realtime protocol", lambda: len(hub))
    hub.start()
    undo.push_async_callback(hub.close)
    return hub
