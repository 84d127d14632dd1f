"""Twilio's status webhooks at a server, out of order and doubled: do all calls end in the right state, and
what does that cost?

    python -m tests.load.provider_webhooks_load [--rate 1000] [--seconds 10] [--json]

Each call's five reports (queued to its end) are signed as Twilio signs them, doubled, shuffled among those of
all calls that are up, and posted over HTTP by another process at a steady rate. Prints the processor time of
the server per second, how long answers took, and the calls that ended otherwise than they were told to: none.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import aiohttp
import numpy as np
from aiohttp import web

from api.app import ApiContext, build_app
from mediaserver.config import load
from mediaserver.diagnosis.health import Health
from mediaserver.media.leg import Direction
from mediaserver.metrics import Metrics
from mediaserver.storage.records import ProviderCallKept
from mediaserver.storage.sealing import Sealer
from providers.accounts import doors
from providers.accounts.board import ProviderBoard
from providers.accounts.rows import AccountRows, ReadAccounts
from providers.calls.office import ProviderCalls
from providers.kinds import installed
from providers.twilio.signature import signature
from tests.api.providers.desk import settled
from tests.providers.calls.telephony import Telephony

TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + "1" * 32
PUBLIC = "https://voice.test"
STEPS = ("queued", "initiated", "ringing", "in-progress")
ENDS = ("completed", "busy", "failed", "no-answer", "canceled")
TWICE = 2
AT_ONCE = 64
"""Connections of the client's."""


@dataclass(frozen=True, slots=True)
class Measured:
    reports: int
    calls: int
    seconds: float
    wrong: int
    """Calls that ended otherwise, or not."""
    refused: int
    """Reports that were not answered with 2xx."""
    core_pct: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        return self.reports / self.seconds

    @property
    def good(self) -> bool:
        return not self.wrong and not self.refused

    def __str__(self) -> str:
        return (
            f"{self.reports} reports of {self.calls} calls in {self.seconds:.1f} s ({self.rate:.0f}/s): "
            f"{self.wrong} calls in a wrong state, {self.refused} refused; {self.core_pct:.0f} % of a core, "
            f"answered in {self.p50_ms:.1f} ms (p99 {self.p99_ms:.1f})"
        )


def reports_of(session: str, number: int, end: str) -> list[tuple[str, str, str]]:
    """Path with its query, body and signature of each."""
    path = urlsplit(f"{PUBLIC}/api/telephony/providers/main/webhooks/status?session={session}")
    url, found = path.geturl(), []
    for at, state in enumerate((*STEPS, end)):
        form = [
            ("CallSid", f"CA{number:032x}"), ("AccountSid", ACCOUNT), ("CallStatus", state),
            ("From", "+4930123456"), ("To", "+491711234567"), ("Direction", "outbound-api"),
            ("ApiVersion", "2010-04-01"), ("SequenceNumber", str(at)),
            ("CallbackSource", "call-progress-events"),
            ("Timestamp", "Mon, 23 Nov 2026 12:00:00 +0000"),
        ]  # fmt: skip
        found.append((f"{path.path}?{path.query}", urlencode(form), signature(TOKEN, url, form)))
    return found


def shuffled(sessions: list[str], ends: list[str], seed: int) -> list[tuple[str, str, str]]:
    """All reports of all calls, twice, in any order."""
    told = [
        each
        for number, (session, end) in enumerate(zip(sessions, ends, strict=True))
        for each in reports_of(session, number, end) * TWICE
    ]
    random.Random(seed).shuffle(told)
    return told


def client(pipe: Connection, port: int, rate: float) -> None:
    """The other process: posts what it is given; how long each took, how many were refused."""
    told: list[tuple[str, str, str]] = pipe.recv()
    pipe.send(asyncio.run(_post_all(told, port, rate)))


async def _post_all(told: list[tuple[str, str, str]], port: int, rate: float) -> tuple[list[float], int]:
    took: list[float] = []
    refused = 0
    free = asyncio.Semaphore(AT_ONCE)
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=connector) as session:

        async def post(path: str, body: str, signed: str) -> None:
            nonlocal refused
            headers = {
                "X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded",
                "Host": "voice.test",
            }  # fmt: skip
            began = time.perf_counter()
            async with session.post(path, data=body, headers=headers) as answer:
                await answer.read()
                refused += answer.status >= 300
            took.append(time.perf_counter() - began)
            free.release()

        began, tasks = time.perf_counter(), []
        for at, each in enumerate(told):
            wait = began + at / rate - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            await free.acquire()
            tasks.append(asyncio.create_task(post(*each)))
        await asyncio.gather(*tasks)
    return took, refused


async def _board(telephony: Telephony) -> ProviderBoard:
    rows = AccountRows(installed(), Sealer(b"k" * 32), PUBLIC)
    settings = {"account_sid": ACCOUNT, "auth_token": TOKEN, "max_calls": 10_000}
    account = await asyncio.to_thread(rows.made, "main", "twilio", settings)
    board = ProviderBoard(rows)
    board.take(ReadAccounts(accounts={"main": account}))
    board.made_with(telephony.surroundings)
    await settled(board)
    return board


async def measure(rate: float, seconds: float) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        telephony = Telephony(Path(folder))
        board = await _board(telephony)
        telephony.board, telephony.calls = (
            board,
            ProviderCalls(board, telephony.means, telephony.calls.invite),
        )
        telephony.desks["main"]._calls = telephony.calls
        count = round(rate * seconds / (len(STEPS) + 1) / TWICE)
        ends = [ENDS[at % len(ENDS)] for at in range(count)]
        served = board.served("main")
        assert served is not None
        calls = [
            telephony.calls.new_call(served, Direction.OUTBOUND, caller="+4930123456", to="+491711234567")
            for _ in range(count)
        ]
        assert doors.hook(served.account, "status").startswith(PUBLIC)
        context = ApiContext(load(), Health(), Metrics())
        context.providers, context.provider_sessions = board, telephony.calls
        runner = web.AppRunner(build_app(context), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = cast(Any, site._server).sockets[0].getsockname()[1]
        try:
            told = shuffled([str(each.session) for each in calls], ends, seed=14)
            took, refused, spent_s, passed_s = await _measured(told, port, rate)
        finally:
            await runner.cleanup()
        kept = {each.session: each for each in telephony.bench.sink.of(ProviderCallKept)}
        right = Counter(
            str(call.state) == end and call.settled.is_set() and kept[call.session].state == end
            for call, end in zip(calls, ends, strict=True)
        )
        await telephony.close()
    late = np.array(took) * 1_000
    return Measured(
        len(told), count, passed_s, right[False] + len(telephony.calls), refused,
        100 * spent_s / passed_s, float(np.percentile(late, 50)), float(np.percentile(late, 99)),
    )  # fmt: skip


async def _measured(
    told: list[tuple[str, str, str]], port: int, rate: float
) -> tuple[list[float], int, float, float]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=client, args=(theirs, port, rate))
    process.start()
    ours.send(told)
    spent, began = time.process_time(), time.perf_counter()
    took, refused = await asyncio.to_thread(ours.recv)
    figures = took, refused, time.process_time() - spent, time.perf_counter() - began
    await asyncio.to_thread(process.join)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=1_000, help="reports a second")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = asyncio.run(measure(options.rate, options.seconds))
    if options.json:
        names = ("reports", "calls", "seconds", "wrong", "refused", "core_pct", "p50_ms", "p99_ms")
        sys.stdout.write(json.dumps({name: getattr(found, name) for name in names}) + "\n")
    else:
        sys.stdout.write(f"{found}\n")
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
