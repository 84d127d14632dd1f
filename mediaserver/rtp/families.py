"""Ports for RTP in each family of addresses that audio can use: `::` means IPv4 as well, by sockets of its
own, so that nobody's address is another family's in disguise (`::ffff:192.0.2.1`).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from mediaserver.rtp.ports import Pair, PortPool

ANY_IPV4, ANY_IPV6 = "0.0.0.0", "::"


class PortFamilies:
    """The pools on one configured host."""

    def __init__(
        self,
        host: str,
        first: int,
        last: int,
        ahead: int = 0,
        now_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        """As PortPool."""
        hosts = (ANY_IPV4, ANY_IPV6) if host == ANY_IPV6 else (host,)
        self._pools = [PortPool(each, first, last, ahead=ahead, now_ns=now_ns) for each in hosts]

    @property
    def free(self) -> int:
        """Pairs that can be had in whatever family."""
        return min(pool.free for pool in self._pools)

    def take(self, local: str = "") -> tuple[Pair, PortPool]:
        """A pair on an address of the family of `local`, and where it goes back to. Raises as PortPool."""
        pool = self._pools[-1] if ":" in local else self._pools[0]
        return pool.take(), pool

    def close(self) -> None:
        for pool in self._pools:
            pool.close()
