"""What is said by SIP, seen from the first message on: joined to the SIP side, the calls and the metrics."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.metrics import Metrics
from mediaserver.settings.tracing import TracingSettings, place_of
from sip.access.gate import Gate
from sip.calls.user_agent import SipAgent
from sip.tracing.hep_sender import HEP_FATES, HepSender
from sip.tracing.kept import TraceLimits
from sip.tracing.tracer import Tracer


def open_tracer(
    settings: TracingSettings, switchboard: LocalSwitchboard, metrics: Metrics, undo: AsyncExitStack
) -> Tracer:
    """Sees nothing before `trace`."""
    limits = TraceLimits(after_s=settings.trace_minutes * 60)
    tracer = Tracer(limits, switchboard.is_live, hide_numbers=settings.trace_hide_numbers)
    metrics.watch("sip_trace_bytes", "SIP messages that are kept to be read", lambda: tracer.kept.bytes)
    if settings.hep_target:
        password = settings.hep_password.get_secret_value()
        fates = {fate: metrics.hep.labels(fate).inc for fate in HEP_FATES}
        target = place_of(settings.hep_target)
        sender = HepSender(target, settings.hep_id, password, lambda fate: fates[fate]())
        tracer.onlookers.append(sender)
        undo.callback(asyncio.create_task(sender.run(), name="HEP").cancel)
    tracer.start()
    undo.callback(tracer.stop)
    return tracer


def trace(tracer: Tracer, agent: SipAgent, gate: Gate) -> None:
    """All that the agent gets and sends from now on."""
    transport = agent.transport
    tracer.local = lambda name, host: (transport.local_host(host), transport.port_for(name))
    tracer.secret_headers = lambda: gate.endpoints.secret_headers
    if tracer.wanted:
        transport.tap = tracer
