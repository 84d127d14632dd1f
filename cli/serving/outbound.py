"""Calls that cost money: which numbers may be called and how much, from the settings and the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from mediaserver.calls.events import NO_CALL, EventBus, LiveEvent
from mediaserver.calls.outbound_figures import OutboundCollector
from mediaserver.calls.outbound_metering import OutboundMeter
from mediaserver.calls.switchboard import LocalSwitchboard
from mediaserver.calls.targets import Targets
from mediaserver.config import Settings, is_loopback
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import DatabaseError
from mediaserver.metrics import Metrics
from mediaserver.outbound.ledger import CapReached, OutboundLedger
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.outbound.policy import OutboundPolicy
from mediaserver.outbound.prices import MICROS, Price, PriceTable
from mediaserver.outbound.risk import RiskList
from mediaserver.outbound.usage import DAY, HOUR, Used
from mediaserver.settings.outbound import OutboundPrice, OutboundSettings
from mediaserver.storage import outbound as table
from mediaserver.storage.writer import StoreWriter

log = logging.getLogger(__name__)

OTHERS_EVERY_S = 5.0
"""So old may be what is known of the other servers of the same database."""
FORGET_EVERY_S = 3600.0
_TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


HERE = "here"
"""Of `sip.allowed_targets`: phones on this machine."""
_PHONES_HERE = tuple(f"*@{host}{port}" for host in ("127.0.0.1", "localhost", "[::1]") for port in ("", ":*"))


def targets_of(settings: Settings) -> Targets:
    """Whom we may call by these settings."""
    sip, policy = settings.sip, policy_of(settings)
    patterns = [each for each in sip.allowed_targets if each != HERE]
    if HERE in sip.allowed_targets and _for_this_machine_alone(settings):
        patterns += _PHONES_HERE
    return Targets(sip.extensions, patterns, policy)


def policy_of(settings: Settings) -> OutboundPolicy:
    """Which numbers may be called, or written to, at all."""
    outbound = settings.outbound
    risks = RiskList.shipped() if outbound.high_risk == "deny" else RiskList()
    return OutboundPolicy(plan_of(outbound), outbound.rules, risks)


def _for_this_machine_alone(settings: Settings) -> bool:
    """Nobody elsewhere can ask us for a call: with an ADMIN_TOKEN a proxy may stand before us. Else whoever
    has a key could have us knock at the ports of this machine."""
    http = settings.http
    here = is_loopback(settings.sip.host) and is_loopback(http.host)
    return here and not http.allowed_hosts and not http.admin_token.get_secret_value()


def plan_of(outbound: OutboundSettings) -> NumberPlan:
    national = {"usual": None, "none": ""}.get(outbound.national_prefix, outbound.national_prefix)
    return NumberPlan(outbound.country_code, outbound.international_prefixes, national)


def prices_of(outbound: OutboundSettings) -> PriceTable:
    by_prefix = {prefix[1:]: _price(each) for prefix, each in outbound.prices.items()}
    return PriceTable(by_prefix, _price(OutboundPrice(per_minute=outbound.other_price)))


async def meter_calls_out(
    settings: Settings,
    pool: asyncpg.Pool,
    writer: StoreWriter,
    switchboard: LocalSwitchboard,
    bus: EventBus,
    metrics: Metrics,
    undo: AsyncExitStack,
) -> OutboundMeter:
    """From now on calls out are counted, and those beyond a limit refused. What this server used before its
    last end counts. Raises DatabaseError."""
    outbound = settings.outbound
    ledger = OutboundLedger(outbound, plan_of(outbound), prices_of(outbound), writer.put)
    meter = OutboundMeter(ledger, switchboard.targets)
    ledger.on_reached = _Told(bus)
    try:
        since = _at(meter.now(), DAY)
        ledger.restore(await table.own(pool, writer.node or table.NOBODY, since))
        await _hear_of_others(meter, pool, writer.node)
    except _TROUBLE as error:
        raise DatabaseError(f"cannot read what was called out: {' '.join(str(error).split())}") from None
    meter.warn = switchboard.warn
    switchboard.outbound = meter
    metrics.registry.register(OutboundCollector(meter))
    for work in (meter.run(), _follow_others(meter, pool, writer.node)):
        undo.callback(asyncio.create_task(work).cancel)
    return meter


def findings_of(meter: OutboundMeter) -> Callable[[], Iterator[Finding]]:
    """Each limit that refuses calls now."""

    def look() -> Iterator[Finding]:
        for text in meter.ledger.reached:
            mend = "see `voiceforge outbound`: who calls that much? Raise the limit, or stop them"
            yield Finding("outbound", False, text, mend, required=False)

    return look


class _Told:
    """Says that a limit is reached: to the log, and to whoever watches."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    def __call__(self, reached: CapReached) -> None:
        log.warning("calls out are refused: %s; `voiceforge outbound` shows what is used", reached.text)
        data = {"scope": reached.scope, "limit": reached.which, "value": reached.limit, "text": reached.text}
        self._bus.publish(LiveEvent(NO_CALL, "outbound_limit", data))


async def _follow_others(meter: OutboundMeter, pool: asyncpg.Pool, node: UUID | None) -> None:
    forgotten_at = float("-inf")
    while True:
        await asyncio.sleep(OTHERS_EVERY_S)
        try:
            await _hear_of_others(meter, pool, node)
            if meter.now() - forgotten_at >= FORGET_EVERY_S:
                await table.forget(pool, _at(meter.now(), table.KEPT_DAYS * DAY))
                forgotten_at = meter.now()
        except _TROUBLE:
            continue  # what is known stays; the writer says what is wrong
        except Exception:
            log.exception("what other servers have called out could not be read")


async def _hear_of_others(meter: OutboundMeter, pool: asyncpg.Pool, node: UUID | None) -> None:
    now = meter.now()
    rows = await table.of_others(pool, node or table.NOBODY, _at(now, DAY), _at(now, HOUR), _at(now, 0))
    meter.ledger.others_used({row.pop("scope"): Used(**row) for row in rows})


def _at(now: float, minutes_ago: int) -> datetime:
    """The beginning of the minute that was so long ago."""
    return datetime.fromtimestamp((now // 60) * 60, UTC) - timedelta(minutes=minutes_ago)


def _price(price: OutboundPrice) -> Price:
    return Price(
        round(price.per_minute * MICROS), price.first_s, price.step_s, round(price.connection * MICROS)
    )
