"""The flows of the server's calls: followed in the database, and each call's to its end.

A call keeps the version that it began with, also where it comes back to its agent.
"""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeAlias
from uuid import UUID

import asyncpg

from cli.serving.flow_documents import ReadyFlow, RunFlow, compile_flow, dressed, ready
from cli.serving.lent_drafts import LentDrafts
from cli.serving.speech import Equipment
from mediaserver.calls.call import Call
from mediaserver.calls.flow_secrets import FlowSecrets
from mediaserver.calls.flow_shelf import SHIPPED, FlowShelf, ShelvedFlow
from mediaserver.calls.routes import AgentSpec
from mediaserver.diagnosis.finding import Finding
from mediaserver.errors import ConfigError
from mediaserver.settings.shared import NOTHING_LENT, SharedSettings
from mediaserver.storage.following import POLL_S, Following
from mediaserver.storage.records import FlowRun
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.sql import Database
from pipelines.conversation.agent import Agent
from pipelines.flows.booking import booking_flow
from pipelines.flows.library.operators import check_lent
from pipelines.flows.library.references import SHIPPED_FLOWS, ServerNames, lacking
from pipelines.flows.running.agent import flow_agent
from pipelines.flows.running.idle import IdleWorkshop
from pipelines.flows.shipped import template, templates
from pipelines.flows.work.agent_transfer import Transfers
from pipelines.flows.working import Workshop


class MakesWorkshops(Protocol):
    """What flows do besides talking, for each call."""

    def make(
        self,
        agent: AgentSpec,
        call: Call,
        speech: Equipment,
        about: Mapping[str, Any] | None = None,
        transfers: Transfers | None = None,
    ) -> Workshop:
        """`about`: what is given along; None: what whoever placed the call gave. `transfers`: how many agents
        the call had; None: this is the first."""


NamesFor: TypeAlias = Callable[[UUID | None], ServerNames]
"""What there is for flows of this owner to name, as far as it is known."""


def nothing_known(owner: UUID | None) -> ServerNames:
    return ServerNames()


class ServedFlows:
    """One for a server."""

    def __init__(self, usual_llms: Sequence[str] = (), shared: SharedSettings = NOTHING_LENT) -> None:
        """`usual_llms`: of flows that need a language model where neither they nor the agent's row names
        one. `shared`: what of the operator's the flows of keys may use."""
        self.shelf = new_shelf(shared)
        self.secrets = FlowSecrets()
        self.workshops: MakesWorkshops | None = None
        """None: what a flow does besides talking cannot be done."""
        self.names: NamesFor = nothing_known
        self._usual_llms = usual_llms
        self._following: Following | None = None
        self.drafts = LentDrafts(usual_llms)
        """For calls that try what is drawn."""
        self._running: dict[UUID, dict[tuple[str, bool], RunFlow]] = {}
        """By name, and whether it is the one that comes with the server though a key has taken its name."""

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

    async def caught_up(self) -> None:
        """See `Following.caught_up`."""
        if self._following is not None:
            await self._following.caught_up()

    async def close(self) -> None:
        """Follow no more; what is known stays. Idempotent."""
        if self._following is not None:
            await self._following.close()

    def fault(self, name: str) -> str:
        """Why no call can have a flow; empty when they can."""
        return flow_fault(name, self.shelf, self.shelf.shared())

    def begin(self, agent: AgentSpec, call: Call) -> RunFlow:
        """What this call runs of an agent's flow, from now on to its end; kept in its record where it is a
        version. Raises ConfigError when there is no such flow for this agent, or it cannot be run."""
        self._check_owner(agent)
        name, ours = agent.flow, self._is_anothers(agent)
        running = self._running.get(call.id)
        if running is None:
            running = self._running[call.id] = {}
            call.on_end(self._forget)
        if (name, ours) not in running:
            running[name, ours] = self._found(agent, call, ours)
        return running[name, ours]

    def _found(self, agent: AgentSpec, call: Call, ours: bool) -> RunFlow:
        """Raises ConfigError."""
        if (draft := self.drafts.take(agent)) is not None:
            return draft
        found = self.shelf.shipped(agent.flow) if ours else self.shelf.take(agent.flow, call.id)
        if found is None:
            raise ConfigError(self.fault(agent.flow))
        call.put(FlowRun(call.id, agent.flow, found.number))
        return RunFlow(found.compiled, found.document, found.number)

    def dressed(self, agent: AgentSpec, call: Call | None = None) -> AgentSpec:
        """A row as its flow would have it where it says nothing itself. `call`: by the version of this call;
        else by the published one. Of another kind, or with a flow that cannot be run: as it is. Raises
        ConfigError for a call that cannot be."""
        if agent.kind != "flow":
            return agent
        self._check_owner(agent)
        if call is not None:
            return dressed(agent, self.begin(agent, call).document, self._usual_llms)
        if self._is_anothers(agent) and (ours := self.shelf.shipped(agent.flow)) is not None:
            return dressed(agent, ours.document, self._usual_llms)
        return dressed_by(self.shelf, agent, self._usual_llms)

    def all_dressed(self, agents: Iterable[AgentSpec]) -> list[AgentSpec]:
        """So, and as they are where they have no flow: one row must not keep the others from being heard
        of."""
        return [agent if self.owner_fault(agent) else self.dressed(agent) for agent in agents]

    def owner_fault(self, agent: AgentSpec) -> str:
        """Why a flow is not there for this agent, though there is one of that name; empty when it is."""
        try:
            self._check_owner(agent)
        except ConfigError as error:
            return str(error)
        return ""

    def make(
        self,
        agent: AgentSpec,
        call: Call,
        speech: Equipment,
        about: Mapping[str, Any] | None = None,
        transfers: Transfers | None = None,
    ) -> Agent:
        """The agent of a call, or of its rest; see `MakesWorkshops`. Raises ConfigError."""
        found = self.begin(agent, call)
        shop = self.workshops
        workshop = IdleWorkshop() if shop is None else shop.make(agent, call, speech, about, transfers)
        return flow_agent(
            found.flow.compiled, call.id, workshop, version=found.number, language=speech.language
        )

    def _check_owner(self, agent: AgentSpec) -> None:
        """A name may have come to be another key's since the row was written: that one's flow is not there
        for this one, be it a key's or the operator's, whose calls nobody gets by taking a name that its
        agents say. Raises ConfigError."""
        shipped = self.shelf.shipped(agent.flow) is not None
        if agent.kind == "flow" and self._is_anothers(agent) and not shipped:
            raise ConfigError(f"there is no flow '{agent.flow}'")

    def _is_anothers(self, agent: AgentSpec) -> bool:
        return self.shelf.owner(agent.flow) not in (None, agent.owner)

    def findings(self) -> list[Finding]:
        """How fresh this is, and what cannot be run or used."""
        found = [*flow_findings(self.shelf, self.names), *self.secrets.findings()]
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


def shipped() -> dict[str, ShelvedFlow[ReadyFlow]]:
    """The flows that are there without a row of the tables."""
    demo = ready(booking_flow())
    (name,) = SHIPPED_FLOWS
    return {name: ShelvedFlow(name, SHIPPED, demo, template(name).document)}


def new_shelf(shared: SharedSettings) -> FlowShelf[ReadyFlow]:
    """Without what the tables have."""
    return FlowShelf(compile_flow, shipped(), partial(check_lent, shared=shared))


async def shelf_of(connection: Database, shared: SharedSettings = NOTHING_LENT) -> FlowShelf[ReadyFlow]:
    """The flows as the tables have them now, for who looks once."""
    shelf = new_shelf(shared)
    await shelf.read(connection)
    return shelf


def dressed_by(shelf: FlowShelf[ReadyFlow], agent: AgentSpec, usual_llms: Sequence[str] = ()) -> AgentSpec:
    """A row as the published version of its flow would have it; as it is where there is none."""
    found = shelf.first(agent.flow) if agent.kind == "flow" else None
    return agent if found is None else dressed(agent, found.document, usual_llms)


def flow_findings(shelf: FlowShelf[ReadyFlow], names: NamesFor) -> list[Finding]:
    """What cannot be run, and what flows name that is not there. Cheap: it is asked at any time."""
    missing = {
        (each.flow, f"node {lacks.node}: {lacks.what}", lacks.remedy): None
        for each in shelf.shelved()
        for lacks in lacking(each.compiled.references, names(shelf.owner(each.flow)))
    }
    return [
        *shelf.findings(),
        *(Finding(f"flow {flow}", False, what, mend, required=False) for flow, what, mend in missing),
    ]


def flow_fault(name: str, shelf: FlowShelf[ReadyFlow], told: Sequence[str] | None = None) -> str:
    """Why no call can have a flow, in words; empty when they can. `told`: the flows that are named to whoever
    asks for one that is not there; None: all."""
    if name in shelf.names():
        return shelf.fault(name)
    if name in templates():
        body = f'{{"template": "{name}", "publish": true}}'
        return (
            f"the flow '{name}' comes with us and is not yours yet: POST {body} to /api/flows/import, or "
            f"`voiceforge flows import --template {name} --publish`"
        )
    known = shelf.names() if told is None else told
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
    return f"there is no flow '{name}': {hint}"
