"""Calls by PJSIP (`sip.backend = "pjsua2"`), in the place of doors.open_sip."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack
from importlib.metadata import version

from cli.serving.doors import dialled_host, gatekeepers
from cli.serving.who_may_call import who_may_call
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.config import Settings
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError, StartupError
from mediaserver.host_port import host_port
from mediaserver.metrics import Metrics
from mediaserver.settings.sip import SipSettings
from sip.calls.places import legs_for
from sip.pjsua2.bindings import HOW, load
from sip.pjsua2.door import PjsuaDoor
from sip.pjsua2.stack import StackOptions
from sip.transport.own_addresses import OwnAddresses
from sip.trunks.board import TrunkBoard

log = logging.getLogger(__name__)

COSTS = (
    "a third of a core for 100 calls, one or two frames more of delay, and neither trunks, registrations nor "
    "encryption"
)


async def open_pjsua(
    settings: Settings,
    switchboard: LocalSwitchboard,
    metrics: Metrics,
    undo: AsyncExitStack,
    trunks: TrunkBoard,
) -> tuple[str, str]:
    """As open_sip; there is no TLS. Raises StartupError when PJSIP cannot be had, ConfigError for settings
    that it would not honour."""
    sip, rtp = settings.sip, settings.rtp
    if faults := list(beyond(sip)):
        raise ConfigError(f'with sip.backend = "pjsua2" {"; ".join(faults)}')
    if rows := trunks.specs():
        log.warning("%d trunks of the database are not used: PJSIP has none here", len(rows))
    gate, _ = gatekeepers(sip, metrics)
    options = StackOptions(
        sip.host,
        sip.port,
        sip.tcp,
        sip.public_host,
        settings.rtp_host,
        rtp.public_host or sip.public_host,
        (rtp.port_min, rtp.port_max),
        sip.codecs,
        legs_for(sip.max_calls),
        f"VoiceForge/{version('voiceforge')}",
    )
    door = PjsuaDoor(
        options, gate, switchboard.invited, silence_s=rtp.media_timeout_s, longest_s=sip.max_call_s
    )
    undo.push_async_callback(door.stop)
    await door.start()
    switchboard.carriers.append(door)
    if door.stack.room < options.calls:
        log.warning(
            "PJSIP was built for %d legs, and sip.max_calls wants %d: build it with -DPJSUA_MAX_CALLS=%d",
            door.stack.room, options.calls, options.calls,
        )  # fmt: skip
    log.info("calls are carried by PJSIP %s", door.stack.version)
    log.info("%s", who_may_call(sip))
    own = OwnAddresses(sip.host, sip.public_host, sip.local_networks)
    return host_port(dialled_host(own), sip.port), ""


def beyond(sip: SipSettings) -> Iterator[str]:
    """What the settings want and PJSIP does not do here."""
    if sip.tls == "self-made" or sip.tls_certificate:
        yield 'there is no TLS: set sip.tls = "off"'
    if sip.srtp == "required":
        yield 'audio is not encrypted: sip.srtp cannot be "required"'
    wanted = [*(e.srtp for e in sip.extensions.values()), *(t.srtp for t in sip.trunks.values())]
    if "required" in wanted:
        yield "audio is not encrypted: no extension or trunk can require it"
    if sip.strangers == "silent":
        yield 'PJSIP answers everybody: sip.strangers cannot be "silent"'
    if sip.port == 0:
        yield "sip.port cannot be 0"


def pjsua2(settings: Settings) -> Finding:
    """For the doctor."""
    chosen = settings.sip.backend == "pjsua2"
    try:
        load()
    except StartupError as error:
        if chosen:
            return Finding("pjsua2", False, str(error), HOW)
        return Finding("pjsua2", True, "not installed, and not needed (docs/pjsua2.md)")
    use = "in use" if chosen else 'not in use (sip.backend = "pjsua2")'
    return Finding("pjsua2", True, f"installed, {use}; it costs {COSTS}")
