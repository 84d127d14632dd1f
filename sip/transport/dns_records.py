"""NAPTR and SRV records, asked of DNS and remembered as long as they say, within bounds (:rfc:`2782`,
:rfc:`3403`).

One question at a time for each name, whoever waits for it. A DNS that is slow, silent or lies costs a moment
and says nothing new: what was known stays for a day, else whoever asked goes on as without records.
Addresses are `sip.transport.names`' to know. It must never block the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

from mediaserver.errors import PeerError
from mediaserver.seldom import Seldom
from sip.transport.name_servers import DNS_PORT, resolver_of

log = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""For one question, with all servers and repetitions."""
LEAST_KEPT_S, MOST_KEPT_S = 5.0, 3600.0
MUTE_S = 10.0
"""After a silence no question is asked for so long, so that a call waits for one silence, not three."""
NONE_KEPT_S = 30.0
"""That there are no such records, or that nobody could say."""
STALE_S = 86_400.0
"""So long what was known is believed while nobody can say."""
MOST_NAMES = 512
MOST_RECORDS = 20
"""Of one answer."""


class DnsError(PeerError):
    """Nobody can say. `silent`: nobody said anything."""

    retryable = True

    def __init__(self, message: str, *, silent: bool = False) -> None:
        super().__init__(message)
        self.silent = silent


@dataclass(frozen=True, slots=True)
class Srv:
    priority: int
    weight: int
    port: int
    target: str
    """Without its last dot; empty: the service is not to be had there."""


@dataclass(frozen=True, slots=True)
class Naptr:
    order: int
    preference: int
    flags: str
    service: str
    replacement: str


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What DNS says of one name; no records: there are none."""

    records: Sequence[Srv | Naptr]
    ttl_s: float


class _Kept(NamedTuple):
    """Records that are remembered."""

    until: float
    """Then they are asked for again."""
    records: Sequence[Srv | Naptr]
    learned_at: float


Ask: TypeAlias = Callable[[str, str], Awaitable[DnsAnswer]]
"""The records of a name, of a type (`SRV`, `NAPTR`). Raises DnsError when nobody can say."""
R = TypeVar("R", Srv, Naptr)


class RecordSource(Protocol):
    """Where records come from."""

    async def srv(self, name: str) -> Sequence[Srv]: ...
    async def naptr(self, name: str) -> Sequence[Naptr]: ...


class DnsRecords:
    """Implements RecordSource."""

    def __init__(self, ask: Ask | None = None) -> None:
        self._ask = ask or system_dns()
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._asking: dict[tuple[str, str], asyncio.Task[Sequence[Srv | Naptr]]] = {}
        self._mute_until = 0.0
        self._unsaid = Seldom(60.0)

    async def srv(self, name: str) -> Sequence[Srv]:
        """None of them when there are none, or nobody can say."""
        return [each for each in await self._records(name, "SRV") if isinstance(each, Srv)]

    async def naptr(self, name: str) -> Sequence[Naptr]:
        """As `srv`."""
        return [each for each in await self._records(name, "NAPTR") if isinstance(each, Naptr)]

    async def _records(self, name: str, kind: str) -> Sequence[Srv | Naptr]:
        key = (name.lower().rstrip("."), kind)
        now = asyncio.get_running_loop().time()
        kept = self._kept.get(key)
        if kept is not None and now < kept.until:
            return kept.records
        task = self._asking.get(key)
        if task is None and now < self._mute_until:
            return self._stale(key, now).records
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._asked(key), name=f"DNS {kind} {name}")
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return await asyncio.shield(task)  # who else waits must not lose it

    async def _asked(self, key: tuple[str, str]) -> Sequence[Srv | Naptr]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PATIENCE_S):
                answered = await self._ask(*key)
        except (DnsError, TimeoutError) as error:
            before = self._stale(key, loop.time())
            if isinstance(error, TimeoutError) or error.silent:
                self._mute_until = loop.time() + MUTE_S
            if (more := self._unsaid.due(loop.time())) is not None:
                log.warning(
                    "DNS does not say where SIP for %s is (%s); its address is used. %d more such since",
                    key[0], str(error) or "no answer in time", more,
                )  # fmt: skip
            self._keep(key, before._replace(until=loop.time() + NONE_KEPT_S))
            return before.records
        kept_s = min(MOST_KEPT_S, max(LEAST_KEPT_S, answered.ttl_s))
        now = loop.time()
        kept = _Kept(now + kept_s, tuple(answered.records[:MOST_RECORDS]), now)
        self._keep(key, kept)
        return kept.records

    def _stale(self, key: tuple[str, str], now: float) -> _Kept:
        """What is left to say while nobody can (:rfc:`8767`)."""
        kept = self._kept.get(key)
        return kept if kept is not None and now < kept.learned_at + STALE_S else _Kept(0.0, (), now)

    def _keep(self, key: tuple[str, str], kept: _Kept) -> None:
        self._kept.pop(key, None)
        if len(self._kept) >= MOST_NAMES:
            now = asyncio.get_running_loop().time()
            self._kept = {name: item for name, item in self._kept.items() if item.until > now}
            while len(self._kept) >= MOST_NAMES:
                del self._kept[next(iter(self._kept))]
        self._kept[key] = kept

    async def close(self) -> None:
        """Ask no more."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


def system_dns(servers: Sequence[str] = (), port: int = DNS_PORT) -> Ask:
    """The servers of resolv.conf, or these (with that port where they name none). A system without any says
    so at each question."""

    async def ask(name: str, kind: str) -> DnsAnswer:
        import dns.exception
        import dns.resolver

        try:
            resolver = resolver_of(servers, PATIENCE_S, port)
            answer = await resolver.resolve(f"{name}.", kind, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return DnsAnswer((), NONE_KEPT_S)
        except dns.exception.Timeout:
            raise DnsError("no server answers", silent=True) from None
        except (dns.exception.DNSException, ValueError, UnicodeError, EOFError) as error:
            raise DnsError(str(error).partition("\n")[0] or type(error).__name__) from None
        if answer.rrset is None:
            return DnsAnswer((), NONE_KEPT_S)
        return DnsAnswer([_record(each) for each in answer.rrset], float(answer.rrset.ttl))

    return ask


def _record(data: object) -> Srv | Naptr:
    """A record of dnspython's as ours."""
    from dns.rdtypes.IN.NAPTR import NAPTR
    from dns.rdtypes.IN.SRV import SRV

    if isinstance(data, SRV):
        return Srv(data.priority, data.weight, data.port, data.target.to_text(omit_final_dot=True).strip("."))
    assert isinstance(data, NAPTR)
    return Naptr(
        data.order,
        data.preference,
        data.flags.decode("ascii", "replace").lower(),
        data.service.decode("ascii", "replace").upper(),
        data.replacement.to_text(omit_final_dot=True).strip("."),
    )
