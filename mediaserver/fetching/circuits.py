"""The circuits of all hosts that were asked lately."""

from __future__ import annotations

from collections import OrderedDict

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.circuit import Circuit, CircuitState
from mediaserver.host_port import host_port

MOST_HOSTS = 1024
"""The one that was asked longest ago is forgotten for the next."""


class Circuits:
    """Pure: `now` in, in seconds of one clock. A host is a name and a port."""

    def __init__(self) -> None:
        self._circuits: OrderedDict[tuple[str, int], Circuit] = OrderedDict()

    def of(self, host: str, port: int) -> Circuit:
        key = (host, port)
        circuit = self._circuits.setdefault(key, Circuit())
        self._circuits.move_to_end(key)
        if len(self._circuits) > MOST_HOSTS:
            self._circuits.popitem(last=False)
        return circuit

    def enter(self, host: str, port: int, now: float) -> tuple[Circuit, int]:
        """The circuit, and a ticket for it. Raises FetchError when it is open."""
        circuit = self.of(host, port)
        ticket = circuit.enter(now)
        if ticket is None:
            wait = circuit.opens_in(now)
            again = f"for {wait:.0f} s" if wait >= 1 else "until another request was answered"
            raise FetchError(
                f"{host} failed time and again and is not asked {again}: {circuit.why}",
                FetchFault.CIRCUIT_OPEN,
            )
        return circuit, ticket

    def open_at(self, now: float) -> list[tuple[str, str]]:
        """The hosts whose circuits are not closed, with their ports, and why."""
        return [
            (host_port(*key), each.why)
            for key, each in self._circuits.items()
            if each.state(now) is not CircuitState.CLOSED
        ]
