"""Recordings that providers make: fetched once they are there, into the calls that they are of.

A call has one recording. Where this server has recorded it itself, that is the one, and the provider's stays
with the provider. It must never keep half a file, nor one of a call that is not known.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import wave
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import UUID

import asyncpg

from mediaserver.calls.recorder import path_of
from mediaserver.errors import CapacityError, ProviderFault, TelephonyError
from mediaserver.storage import provider_calls as table
from mediaserver.storage.records import RecordingMade
from providers.calls.office import ProviderCalls
from providers.calls.seen import Seen
from providers.provider import Capability, Provider, RecordingReport
from providers.retrying import retried

log = logging.getLogger(__name__)

MOST_BYTES = 1 << 30
FREE_BYTES = 1 << 30
"""With less left on the disk nothing is fetched."""
AT_ONCE = 2
FETCHED_WITHIN_S = 900.0
LATER_S = (30.0, 120.0, 300.0)
"""What could not be had is asked for again after these: a provider whose word was taken says it once. They
end before the provider's own repetitions stop being known for such (`calls.seen`)."""
STORED_WITHIN_S = 15.0
"""Our own recording of the call is in the database by then, if there is one."""
PART = ".provider"
HALF = ".half"

_TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError)
"""Of the database."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    call_id: UUID
    started: datetime
    recorded: bool
    """There is a recording of it already."""


class Lookup(Protocol):
    async def __call__(self, account: str, ref: str) -> RecordedCall | None:
        """The call that an account's call was part of, by the provider's id."""


def stored(pool: asyncpg.Pool) -> Lookup:
    """In the database."""

    async def look(account: str, ref: str) -> RecordedCall | None:
        row = await table.recorded_call(pool, account, ref)
        return None if row is None else RecordedCall(row["call_id"], row["started_at"], row["recorded"])

    return look


class RecordingKeeper:
    """One for a server."""

    def __init__(
        self,
        calls: ProviderCalls,
        folder: Path,
        lookup: Lookup,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`folder`: of the server's recordings."""
        self._calls = calls
        self._folder = folder
        self._lookup = lookup
        self._sleep = sleep
        self._places = asyncio.Semaphore(AT_ONCE)
        self._seen: defaultdict[str, Seen] = defaultdict(Seen)

    def clear(self) -> None:
        """Remove what a run that died has half fetched. Blocks; before the first is fetched."""
        for path in self._folder.glob(f"*/*{PART}.wav{HALF}"):
            path.unlink(missing_ok=True)

    def reported(self, account: str, report: RecordingReport) -> None:
        """Returns at once; what comes of it is told to the log."""
        means = self._calls.means
        if self._seen[account].seen(_key(report), means.now()):
            return
        if not report.ready:
            said = f": {report.detail}" if report.detail else ""
            log.warning("%s has no recording of the call %s%s", account, report.call_ref, said)
            return
        self._begin(account, report, 0)

    # -- inside

    def _begin(self, account: str, report: RecordingReport, tried: int) -> None:
        self._calls.means.spawn(self._fetch(account, report, tried), f"fetching a recording of {account}")

    async def _fetch(self, account: str, report: RecordingReport, tried: int) -> None:
        served = self._calls.board.answering(account)
        provider = None if served is None else served.provider
        if served is None or provider is None or Capability.FETCH_RECORDING not in provider.capabilities:
            return
        release = served.borrow()
        try:
            async with self._places:
                await self._calls.means.sink.flush(STORED_WITHIN_S)
                call = await self._lookup(account, report.call_ref)
                if call is None:
                    self._calls.odd(account, "tells of a recording of a call that is none of ours")
                elif call.recorded:
                    log.info("the call %s has a recording: that of %s stays there", call.call_id, account)
                else:
                    await self._keep(account, provider, report, call)
                    if served.account.settings.delete_recordings:
                        await self._delete(account, provider, report.ref)
        except (TelephonyError, CapacityError, OSError, *_TROUBLE) as error:
            self._failed(account, report, tried, error)
        finally:
            release()

    def _failed(self, account: str, report: RecordingReport, tried: int, error: Exception) -> None:
        """It is tried again later, where that can help."""
        hopeless = isinstance(error, TelephonyError) and not error.retryable
        if not hopeless and tried < len(LATER_S):
            wait_s = LATER_S[tried]
            log.info(
                "a recording of %s cannot be had, and is tried again in %d s: %s", account, wait_s, error
            )
            self._calls.means.later(wait_s, lambda: self._begin(account, report, tried + 1))
            return
        # Whoever tells of it again, even in the same words, has it tried again.
        self._seen[account].forget(_key(report))
        self._calls.unseen(account, report.key)
        log.warning("a recording of %s cannot be had: %s", account, error)

    async def _delete(self, account: str, provider: Provider, ref: str) -> None:
        try:
            await retried(
                lambda: provider.delete_recording(ref), account=account, what="to delete a recording",
                sleep=self._sleep,
            )  # fmt: skip
        except TelephonyError as error:
            log.warning("a recording of %s was fetched, and could not be deleted there: %s", account, error)

    async def _keep(
        self, account: str, provider: Provider, report: RecordingReport, call: RecordedCall
    ) -> None:
        """Raises TelephonyError, CapacityError and OSError."""
        path = path_of(self._folder, call.call_id, call.started, PART)
        await asyncio.to_thread(_make_room, path)
        half = path.with_name(path.name + HALF)
        try:
            async with asyncio.timeout(FETCHED_WITHIN_S):
                size = await retried(
                    lambda: _written(provider, report.ref, half), account=account, what="a recording",
                    within_s=FETCHED_WITHIN_S, sleep=self._sleep,
                )  # fmt: skip
            seconds = await asyncio.to_thread(_seconds, half)
            await asyncio.to_thread(half.rename, path)
        except TimeoutError:
            raise TelephonyError("it took too long", ProviderFault.DOWN) from None
        finally:
            await asyncio.to_thread(half.unlink, True)
        self._calls.means.sink.put(RecordingMade(call.call_id, str(path), seconds, size))


def _key(report: RecordingReport) -> str:
    return f"{report.ref} {report.ready}"


async def _written(provider: Provider, ref: str, path: Path) -> int:
    """Octets. Raises TelephonyError and OSError."""
    size = 0
    file: BinaryIO = await asyncio.to_thread(path.open, "wb")
    try:
        async for piece in provider.fetch_recording(ref):
            size += len(piece)
            if size > MOST_BYTES:
                raise TelephonyError("it is longer than anything that is kept", ProviderFault.REFUSED)
            await asyncio.to_thread(file.write, piece)
    finally:
        await asyncio.to_thread(file.close)
    return size


def _make_room(path: Path) -> None:
    """Raises OSError, and CapacityError when the disk is all but full."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(path.parent).free < FREE_BYTES:
        raise CapacityError("the disk is all but full")


def _seconds(path: Path) -> float:
    """Of a WAV file. Raises TelephonyError for what is none: recordings are served as WAV."""
    try:
        with path.open("rb") as file, wave.open(file) as read:
            return float(read.getnframes() / read.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        raise TelephonyError(f"it is no WAV of PCM ({error})", ProviderFault.REFUSED) from None
