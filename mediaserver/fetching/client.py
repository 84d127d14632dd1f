"""The guarded client: what users name is fetched by this one, or not at all.

A request is checked, given its secrets, let through its host's circuit, and sent within one time for all of
it. One for a server; `close` ends it.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aiohttp import ClientSession, DummyCookieJar, TCPConnector

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching import retrying
from mediaserver.fetching.address_rule import AddressRule
from mediaserver.fetching.answer import FetchAnswer
from mediaserver.fetching.circuit import Circuit
from mediaserver.fetching.circuits import Circuits
from mediaserver.fetching.dialling import JudgingResolver, JudgingSockets
from mediaserver.fetching.exchange import HopHeaders, RawAnswer, Sent, exchange
from mediaserver.fetching.hosts import host_of, port_of, read_url
from mediaserver.fetching.lookup import HostLookup, SystemLookup
from mediaserver.fetching.places import HostPlaces
from mediaserver.fetching.preparing import Preparing, judge
from mediaserver.fetching.protocols import Reached, Take
from mediaserver.fetching.reaching import reach
from mediaserver.fetching.request import MOST_BYTES, FetchRequest
from mediaserver.fetching.secrets import Masking, NoSecrets, SecretSource
from mediaserver.host_port import host_port

log = logging.getLogger(__name__)

FAILURES = frozenset((FetchFault.DNS, FetchFault.CONNECTION, FetchFault.TLS, FetchFault.TIMEOUT))
"""What says that a host is in trouble, beside answers of 502 to 504."""
SICK_STATUSES = frozenset((502, 503, 504))
FAIR_S = 1.0
"""A host that was given less than this, and was late, is not said to have failed."""
KEEP_ALIVE_S = 15.0
_HEADERS = 64
_HEADER = 8190


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """As in the settings' group `fetch`; times in seconds."""

    timeout_s: float = 5.0
    connect_s: float = 2.0
    at_once: int = 64
    at_once_per_host: int = 8


USUAL = FetchLimits()


def nobody(outcome: str, seconds: float) -> None:
    """Nobody counts."""


class GuardedClient:
    """A `Fetcher`. Belongs to the loop in which it is made."""

    def __init__(
        self,
        rule: AddressRule,
        limits: FetchLimits = USUAL,
        *,
        tls: ssl.SSLContext | None = None,
        lookup: HostLookup | None = None,
        count: Callable[[str, float], None] = nobody,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`tls`: made by the caller, off the loop; None makes it here (some 20 ms). `count`: told of each
        request's outcome (a class of statuses, or the kind of an error) and seconds. `clock`: of the
        circuits, in seconds."""
        self.secrets: SecretSource = NoSecrets()
        self._rule = rule
        self._limits = limits
        self._tls = tls or ssl.create_default_context()
        self._resolver = JudgingResolver(rule, lookup or SystemLookup())
        self._count = count
        self._clock = clock
        self._circuits = Circuits()
        self._places = HostPlaces(limits.at_once, limits.at_once_per_host)
        connector = TCPConnector(
            resolver=self._resolver,
            socket_factory=JudgingSockets(rule),
            use_dns_cache=False,
            ssl=self._tls,
            limit=0,  # HostPlaces bounds them
            keepalive_timeout=KEEP_ALIVE_S,
        )
        self._session = ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=_HEADER,
            max_field_size=_HEADER,
            max_headers=_HEADERS,
        )

    async def close(self) -> None:
        await self._session.close()

    @property
    def open_circuits(self) -> list[tuple[str, str]]:
        """The hosts (with ports) that are not asked now, and why."""
        return self._circuits.open_at(self._clock())

    async def fetch(self, request: FetchRequest, masking: Masking | None = None) -> FetchAnswer:
        """See `Fetcher.fetch`."""
        began = time.perf_counter()
        outcome = "cancelled"
        try:
            answer = await self._fetch(request, masking or Masking(), began)
            outcome = f"{answer.status // 100}xx"
        except FetchError as error:
            outcome = error.kind
            raise
        finally:
            self._count(outcome, time.perf_counter() - began)
        return answer

    async def download(
        self, request: FetchRequest, take: Take, *, most_bytes: int, within_s: float
    ) -> FetchAnswer:
        """See `Downloader.download`."""
        began = time.perf_counter()
        outcome = "cancelled"
        once = replace(request, retries=0)
        try:
            answer = await self._fetch(once, Masking(), began, take, most_bytes, within_s)
            outcome = f"{answer.status // 100}xx"
        except FetchError as error:
            outcome = error.kind
            raise
        finally:
            self._count(outcome, time.perf_counter() - began)
        return answer

    async def reachable(self, url: str) -> Reached:
        """See `Fetcher.reachable`."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(self._limits.timeout_s):
                await self._reach(url)
        except TimeoutError:
            error = FetchError("the host did not take the connection in time", FetchFault.TIMEOUT)
            return Reached(False, _ms_since(began), error.kind, str(error))
        except FetchError as error:
            return Reached(False, _ms_since(began), error.kind, str(error))
        return Reached(True, _ms_since(began))

    async def _reach(self, text: str) -> None:
        url = read_url(text)
        host, port = host_of(url), port_of(url)
        judge(self._rule, url)
        circuit, ticket = self._circuits.enter(host, port, self._clock())
        circuit.abandoned(ticket)  # a connection is no answer: it neither mends nor breaks a circuit
        async with self._places.place(host_port(host, port)):
            addresses = await self._resolver.judged(host, port)
            await reach(host, addresses, port, self._tls if url.scheme == "https" else None)

    async def _fetch(
        self,
        request: FetchRequest,
        masking: Masking,
        began: float,
        take: Take | None = None,
        most_bytes: int = 0,
        within_s: float = 0.0,
    ) -> FetchAnswer:
        """`take`, `most_bytes`, `within_s`: of a download."""
        request.check()
        if self._session.closed:
            raise FetchError("nothing is fetched any more: the server is being stopped", FetchFault.BUSY)
        going = Preparing(request, self._rule, self.secrets, masking)
        sent = going.first()
        host, port = host_of(sent.url), port_of(sent.url)
        limit_s = within_s or min(request.timeout_s or self._limits.timeout_s, self._limits.timeout_s)
        most_bytes = most_bytes or min(request.most_bytes, MOST_BYTES)
        deadline = time.perf_counter() + limit_s
        async with AsyncExitStack() as places:
            try:
                async with asyncio.timeout(limit_s):
                    await places.enter_async_context(self._places.place(host_port(host, port)))
            except TimeoutError:
                raise FetchError(f"requests to {host} wait for each other", FetchFault.BUSY) from None
            tries = 0
            while True:
                tries += 1
                left_s = deadline - time.perf_counter()
                got = await self._tried(sent, going, left_s, limit_s, most_bytes, take)
                wait_s = _wait_s(got, tries) if request.may_repeat and tries <= request.retries else None
                left_s = deadline - time.perf_counter()
                if wait_s is None or wait_s + retrying.LEAST_LEFT_S > left_s:
                    break
                await asyncio.sleep(wait_s)
        if isinstance(got, FetchError):
            raise FetchError(masking.text(str(got)), got.kind)
        return FetchAnswer(got.status, got.headers, got.body, _ms_since(began), tries)

    async def _tried(
        self,
        sent: Sent,
        going: HopHeaders,
        left_s: float,
        limit_s: float,
        most_bytes: int,
        take: Take | None,
    ) -> RawAnswer | FetchError:
        """What came of one try; the circuit is told. `limit_s`: of all tries, to be said."""
        host, port = host_of(sent.url), port_of(sent.url)
        try:
            circuit, ticket = self._circuits.enter(host, port, self._clock())
        except FetchError as error:
            return error
        got: RawAnswer | FetchError | None = None
        try:
            async with asyncio.timeout(left_s):
                got = await exchange(self._session, sent, going, self._limits.connect_s, most_bytes, take)
        except FetchError as error:
            got = error
        except TimeoutError:
            got = FetchError(f"{host} did not answer within {limit_s:g} s", FetchFault.TIMEOUT)
        finally:
            self._judge(host, circuit, ticket, got, left_s)
        return got

    def _judge(
        self, host: str, circuit: Circuit, ticket: int, got: RawAnswer | FetchError | None, had_s: float
    ) -> None:
        """Tell the circuit what became of a try that had so many seconds. None: it was cancelled."""
        match got:
            case RawAnswer() if got.status not in SICK_STATUSES:
                circuit.succeeded(ticket)
            case FetchError(kind=FetchFault.TOO_LARGE | FetchFault.BAD_ANSWER | FetchFault.REDIRECT):
                circuit.succeeded(ticket)  # it is there
            case RawAnswer():
                self._failed(host, circuit, ticket, f"it answered {got.status}")
            case FetchError() if got.kind is FetchFault.TIMEOUT and had_s < FAIR_S:
                circuit.abandoned(ticket)
            case FetchError() if got.kind in FAILURES:
                self._failed(host, circuit, ticket, str(got))
            case _:
                circuit.abandoned(ticket)

    def _failed(self, host: str, circuit: Circuit, ticket: int, why: str) -> None:
        now = self._clock()
        if circuit.failed(ticket, now, why):
            log.warning("%s is not asked for %.0f s: %s", host, circuit.opens_in(now), why)


def _wait_s(got: RawAnswer | FetchError, tries: int) -> float | None:
    """Seconds until another try, where one can help."""
    retry_after = ""
    if isinstance(got, FetchError):
        if got.kind not in retrying.FAULTS:
            return None
    elif got.status not in retrying.STATUSES:
        return None
    else:
        retry_after = got.headers.get("retry-after", "")
    return retrying.wait_s(tries, retry_after, datetime.now(UTC), random.random)


def _ms_since(began: float) -> int:
    return round(1000 * (time.perf_counter() - began))
