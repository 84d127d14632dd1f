"""Calls of an existing Asterisk: what they need of the server."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack

from api.asterisk_desk import AsteriskDesk
from mediaserver.addresses import Networks
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.config import Settings
from mediaserver.diagnosis.health import Health
from mediaserver.host_port import host_port
from mediaserver.media.clock import MediaClock
from mediaserver.metrics import Metrics
from providers.asterisk.door import AsteriskDoor
from providers.asterisk.findings import audiosocket_findings
from providers.asterisk.listener import AudioSocketLimits, AudioSocketListener
from providers.asterisk.wanted import ExpectedCalls
from providers.streams.wires import StreamWires

log = logging.getLogger(__name__)


async def open_asterisk(
    settings: Settings,
    switchboard: LocalSwitchboard,
    clock: MediaClock,
    metrics: Metrics,
    health: Health,
    undo: AsyncExitStack,
) -> AsteriskDesk:
    """From now on its calls come in. Raises PortInUseError."""
    own = settings.asterisk
    wires = StreamWires()
    clock.add_wire(wires.narrow)
    clock.add_wire(wires.wide)
    door = AsteriskDoor(switchboard.receive, ExpectedCalls(own.lines), own.max_calls)
    desk = AsteriskDesk(door, wires)
    metrics.watch("asterisk_calls_live", "Calls by AudioSocket and Asterisk's WebSocket", lambda: len(door))
    if own.audiosocket_port:
        limits = AudioSocketLimits(silence_s=own.silence_timeout_s)
        listener = AudioSocketListener(door, wires.wide, Networks(own.networks), limits)
        await listener.start(own.audiosocket_host, own.audiosocket_port)
        undo.push_async_callback(listener.close)
        metrics.watch("audiosocket_connections", "Of Asterisk, by AudioSocket", lambda: len(listener))
        metrics.watch(
            "audiosocket_unproven",
            "Of these, those that have not said which call they are",
            lambda: len(listener.unproven),
        )
        desk.audiosocket = host_port(own.audiosocket_host, listener.port)
        log.info("AudioSocket: Asterisk connects to %s (docs/asterisk.md)", desk.audiosocket)
    health.ask(lambda: audiosocket_findings(desk.audiosocket, own.networks, list(own.lines)))
    undo.callback(door.close)
    return desk
