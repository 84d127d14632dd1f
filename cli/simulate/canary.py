"""`voiceforge simulate FLOW --canary --server URI`: calls a live server again and again, and tells when a
call fails: in the log, in a file for Prometheus, to an address of yours, and by the exit code."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import logging
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from callers.simulated.by_phone import PhonedCall
from callers.simulated.canary import CanaryAlert, CanaryWatch
from callers.simulated.judging import judge
from callers.simulated.keeping import keep_failure
from callers.simulated.persona import Persona
from callers.simulated.scripted import Script, ScriptedMind
from cli.simulate.delivering import SimulationPlaces
from cli.simulate.phoning import phone_stage
from cli.simulate.plan import Planned, day_of
from cli.simulate.source import SimulatedFlow
from mediaserver.errors import FetchError

if TYPE_CHECKING:
    from mediaserver.config import Settings
    from mediaserver.fetching.protocols import Fetcher

log = logging.getLogger(__name__)


async def canary(
    args: argparse.Namespace,
    settings: Settings,
    flow: SimulatedFlow,
    personas: Sequence[Persona],
    places: SimulationPlaces,
    undo: AsyncExitStack,
) -> int:
    """The personas in turn, one call at a time, without end or `--calls` of them. The exit code: 1 where any
    failed."""
    fetcher = None if args.alert is None else await _fetcher(settings, undo)
    stage = await phone_stage(args, flow, personas, undo)
    watch = CanaryWatch(flow.name)
    due = time.monotonic()
    for number in itertools.count(1):
        persona = personas[(number - 1) % len(personas)]
        mind = ScriptedMind(Script(persona), f"{args.seed}/{number}", interrupts=args.interrupt)
        phoned = await stage.call(Planned(number, persona, mind))
        alert = await asyncio.to_thread(_told, args, flow, watch, places, phoned)
        if alert is not None and fetcher is not None:
            await _tell(fetcher, args.alert, alert)
        if args.calls is not None and number >= args.calls:
            break
        due = max(due + args.every, time.monotonic())
        await asyncio.sleep(due - time.monotonic())
    return 1 if watch.failed else 0


def _told(
    args: argparse.Namespace,
    flow: SimulatedFlow,
    watch: CanaryWatch,
    places: SimulationPlaces,
    phoned: PhonedCall,
) -> CanaryAlert | None:
    """Log, keep and count one call."""
    judged = judge(phoned.call, day_of(phoned.call.persona), flow.knowledge)
    name, now = phoned.call.persona.name, datetime.now().astimezone()
    if judged.passed:
        log.info("canary: the call of %s to %s passed", name, flow.name)
    else:
        log.error("canary: the call of %s to %s failed: %s", name, flow.name, "; ".join(judged.failures))
        if (folder := places.for_a_failure()) is not None:
            keep_failure(folder, judged, phoned.near, phoned.far)
    alert = watch.told(judged, now.timestamp(), now.isoformat(timespec="seconds"))
    if args.metrics is not None:
        _write(args.metrics, watch.metrics())
    return alert


def _write(path: Path, text: str) -> None:
    """In one piece: it is read at any time."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(text)
        fresh.replace(path)
    except OSError as error:
        log.error("canary: cannot write %s: %s", path, error.strerror)


async def _tell(fetcher: Fetcher, url: str, alert: CanaryAlert) -> None:
    from mediaserver.fetching.request import FetchRequest

    try:
        answer = await fetcher.fetch(FetchRequest.of_json(url, alert.as_dict(), retries=2, idempotent=True))
    except FetchError as error:
        log.error("canary: nobody could be told: %s", error)
        return
    if not answer.ok:
        log.error("canary: nobody could be told: the server answered %d", answer.status)


async def _fetcher(settings: Settings, undo: AsyncExitStack) -> Fetcher:
    from cli.serving.fetching import open_fetching
    from mediaserver.metrics import Metrics

    return await open_fetching(settings.fetch, Metrics(), undo)
