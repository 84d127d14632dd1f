"""The flows of the server's calls: followed in the database, and each call's to its end.

A call keeps the version that it began with, also where it comes back to its agent.
"""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import UUID

import asyncpg

from cli.serving.speech import Equipment
from mediaserver.calls.call import Call
from mediaserver.calls.flow_secrets import FlowSecrets
from mediaserver.calls.flow_shelf import SHIPPED, Compile, FlowShelf, ShelvedFlow
from mediaserver.calls.routes import AgentSpec
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError
from mediaserver.storage.following import POLL_S, Following
from mediaserver.storage.records import FlowRun
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.sql import Database
from pipelines.agents import FLOWS, make_agent
from pipelines.conversation.agent import Agent
from pipelines.flows.shipped import template

AgentOfFlow: TypeAlias = Callable[[ShelvedFlow[object], AgentSpec, Call, Equipment], Agent]


class ServedFlows:
    """One for a server."""

    def __init__(self, compile: Compile[object], agent_of: AgentOfFlow) -> None:
        """`compile`: see `FlowShelf`. `agent_of`: makes the agent of one call that runs this version."""
        self.shelf = FlowShelf(compile, shipped())
        self.secrets = FlowSecrets()
        self._agent_of = agent_of
        self._following: Following | None = None
        self._running: dict[UUID, dict[str, ShelvedFlow[object]]] = {}

    async def start(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        sealer: Sealer,
        poll_s: float = POLL_S,
    ) -> None:
        """Read the tables, then follow them over a connection of its own. Raises DatabaseError when they
        cannot be reached."""
        self.secrets.sealer = sealer
        self._following = Following(connect, self._read, "flows and their secrets", poll_s)
        await self._following.start()

    async def close(self) -> None:
        """Follow no more; what is known stays. Idempotent."""
        if self._following is not None:
            await self._following.close()

    def fault(self, name: str) -> str:
        """Why no call can have a flow; empty when they can."""
        return flow_fault(name, self.shelf)

    def begin(self, name: str, call: Call) -> ShelvedFlow[object]:
        """What this call runs of a flow, from now on to its end; kept in its record. Raises ConfigError when
        there is no such flow, or it cannot be run."""
        running = self._running.get(call.id)
        if running is None:
            running = self._running[call.id] = {}
            call.on_end(self._forget)
        if name not in running:
            found = self.shelf.take(name, call.id)
            if found is None:
                raise ConfigError(self.fault(name))
            running[name] = found
            call.put(FlowRun(call.id, name, found.number))
        return running[name]

    def make(self, agent: AgentSpec, call: Call, speech: Equipment) -> Agent:
        """The agent of a call. Raises ConfigError."""
        found = self.begin(agent.flow, call)
        if found.number == SHIPPED:
            return make_agent(call.id, kind="flow", flow=agent.flow)
        return self._agent_of(found, agent, call, speech)

    def findings(self) -> list[Finding]:
        """How fresh this is, and what cannot be run or used."""
        found = [*self.shelf.findings(), *self.secrets.findings()]
        if self._following is not None and self._following.fault:
            mend = "correct the row that was changed last; the log says more"
            detail = f"maybe not as the tables say: {self._following.fault}"
            found.append(Finding("flows", False, detail, mend, required=False))
        return found

    def _forget(self, call: Call) -> None:
        self._running.pop(call.id, None)

    async def _read(self, connection: Database) -> None:
        await self.secrets.read(connection)
        await self.shelf.read(connection)


def shipped() -> dict[str, ShelvedFlow[object]]:
    """The flows that are there without a row of the tables."""
    return {name: ShelvedFlow(name, SHIPPED, None, template(name).document) for name in FLOWS}


def flow_fault(name: str, shelf: FlowShelf[object]) -> str:
    """Why no call can have a flow, in words; empty when they can."""
    known = shelf.names()
    if name in known:
        return shelf.fault(name)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
    return f"there is no flow '{name}': {hint}"
