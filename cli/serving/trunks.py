"""Trunks from the database: followed while the server runs, joined to the SIP side and the switchboard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg

from cli.serving.who_may_call import endpoints_of
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.config import Settings
from mediaserver.errors import ConfigError
from mediaserver.metrics import Metrics
from mediaserver.settings.sip import SipSettings
from mediaserver.storage.sealing import Sealer
from sip.access.gate import Gate
from sip.access.lent import LentPhones
from sip.calls.user_agent import SipAgent
from sip.transport.dns_records import DnsRecords, system_dns
from sip.transport.name_servers import lookup_by
from sip.trunks.board import TrunkBoard
from sip.trunks.carrier import TrunkCarrier
from sip.trunks.figures import TrunkCollector
from sip.trunks.identity_signer import IdentitySigner
from sip.trunks.signers import Signers
from sip.trunks.tending import TrunkTender
from sip.trunks.whereabouts import Whereabouts


async def open_trunks(
    settings: Settings,
    connect: Callable[[], Awaitable[asyncpg.Connection]],
    undo: AsyncExitStack,
    sealer: Sealer,
) -> TrunkBoard:
    """The table of trunks, followed from now on. `sealer`: of their secrets. Raises DatabaseError."""
    board = TrunkBoard(sealer, settings.sip.trunks)
    undo.push_async_callback(board.close)
    if (signers := await asyncio.to_thread(_signers, settings.sip)) is not None:
        undo.push_async_callback(signers.close)
        board.signer_of = signers.certificate
    await board.start(connect)
    return board


def _signers(sip: SipSettings) -> Signers | None:
    """Whose word on callers is believed; None: nobody's. Raises ConfigError."""
    if not sip.identity_authorities:
        return None
    path = Path(sip.identity_authorities).expanduser()
    try:
        authorities = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"sip.identity_authorities cannot be read ({path}: {error.strerror})") from None
    folder = Path(sip.identity_folder).expanduser() if sip.identity_folder else None
    return Signers(authorities, sip.identity_hosts, folder)


def signer_of(sip: SipSettings) -> IdentitySigner | None:
    """Who vouches for callers of ours; None: nobody. Raises ConfigError."""
    if not sip.identity_key:
        return None
    path = Path(sip.identity_key).expanduser()
    try:
        key = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"sip.identity_key cannot be read ({path}: {error.strerror})") from None
    return IdentitySigner(key, sip.identity_url)


def admit_trunks(
    board: TrunkBoard, gate: Gate, sip: SipSettings, undo: AsyncExitStack, lent: LentPhones
) -> Whereabouts:
    """Whoever calls by a trunk is known from now on, whatever the rows become. Where each is."""
    records = DnsRecords(system_dns(sip.dns_servers))
    undo.push_async_callback(records.close)
    whereabouts = Whereabouts(board, lookup_by(sip.dns_servers), records)

    def renewed() -> None:
        gate.endpoints = endpoints_of(sip, whereabouts.endpoints(), lent)

    whereabouts.on_change(renewed)
    undo.callback(asyncio.create_task(whereabouts.run(), name="whereabouts of trunks").cancel)
    return whereabouts


def humour_trunks(whereabouts: Whereabouts, agent: SipAgent) -> None:
    """Each trunk gets what it needs and others do not, whatever the rows become."""

    def renewed() -> None:
        agent.quirks = whereabouts.quirks()

    whereabouts.on_change(renewed)


def call_by_trunks(
    board: TrunkBoard,
    agent: SipAgent,
    switchboard: LocalSwitchboard,
    metrics: Metrics,
    signer: IdentitySigner | None = None,
) -> None:
    """Numbers that a trunk has a prefix for may be called, and are called by it. `signer`: who vouches for
    callers."""
    metrics.registry.register(TrunkCollector(lambda: board.lines, asyncio.get_running_loop().time))
    carrier = TrunkCarrier(agent, lambda: board.lines)
    carrier.signer = signer
    switchboard.carriers.append(carrier)
    switchboard.targets.trunks = carrier.prefix_for
    if switchboard.outbound is not None:
        carrier.against = switchboard.outbound.against_trunk


def tend_trunks(board: TrunkBoard, agent: SipAgent, undo: AsyncExitStack) -> None:
    """From now on trunks are registered and asked for signs of life. In the end registrations are taken
    back."""
    undo.push_async_callback(board.stop_tending)
    board.tended_by(TrunkTender(agent).tend)
