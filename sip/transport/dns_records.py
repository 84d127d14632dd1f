"""NAPTR and SRV records, asked of DNS and remembered as long as they say, within bounds (:rfc:`2782`,
:rfc:`3403`).

One question at a time for each name, whoever waits for it. A DNS that is slow, silent or lies costs a moment
and says nothing: whoever asked goes on as without records. Addresses are the system's to know
(`sip.transport.names`), which has a file of hosts and more. It must never block the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from mediaserver.errors import PeerError
from mediaserver.seldom import Seldom

log = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""For one question, with all servers and repetitions."""
LEAST_KEPT_S, MOST_KEPT_S = 5.0, 3600.0
MUTE_S = 10.0
"""After a silence no question is asked for so long, so that a call waits for one silence, not three."""
NONE_KEPT_S = 30.0
"""That there are no such records, or that nobody could say."""
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
        self._kept: dict[tuple[str, str], tuple[float, Sequence[Srv | Naptr]]] = {}
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
        if kept is not None and now < kept[0]:
            return kept[1]
        task = self._asking.get(key)
        if task is None and now < self._mute_until:
            return ()
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
            answered = DnsAnswer((), NONE_KEPT_S)
            if isinstance(error, TimeoutError) or error.silent:
                self._mute_until = loop.time() + MUTE_S
            if (more := self._unsaid.due(loop.time())) is not None:
                log.warning(
                    "DNS does not say where SIP for %s is (%s); its address is used. %d more such since",
                    key[0], str(error) or "no answer in time", more,
                )  # fmt: skip
        kept_s = min(MOST_KEPT_S, max(LEAST_KEPT_S, answered.ttl_s))
        records = tuple(answered.records[:MOST_RECORDS])
        self._keep(key, loop.time() + kept_s, records)
        return records

    def _keep(self, key: tuple[str, str], until: float, records: Sequence[Srv | Naptr]) -> None:
        self._kept.pop(key, None)
        if len(self._kept) >= MOST_NAMES:
            now = asyncio.get_running_loop().time()
            self._kept = {name: item for name, item in self._kept.items() if item[0] > now}
            while len(self._kept) >= MOST_NAMES:
                del self._kept[next(iter(self._kept))]
        self._kept[key] = (until, records)

    async def close(self) -> None:
        """Ask no more."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


def system_dns(servers: Sequence[str] = (), port: int = 53) -> Ask:
    """The servers of resolv.conf, or these. A system without any says so at each question."""

    async def ask(name: str, kind: str) -> DnsAnswer:
        # Imported when it is needed first: a server without names in its trunks starts without it.
        import dns.asyncresolver
        import dns.exception
        import dns.name
        import dns.resolver

        try:
            resolver = dns.asyncresolver.Resolver(configure=not servers)
            if servers:
                resolver.nameservers = list(servers)
                resolver.port = port
            resolver.lifetime = PATIENCE_S
            resolver.timeout = PATIENCE_S / 2
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
