"""The flows of a server: followed while it runs, looked at with the agents that name them, kept by calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from cli.makers import fault
from cli.serving.flows import ServedFlows
from cli.serving.lent_drafts import KEPT_S, MOST, LentDrafts
from cli.serving.speech import Equipment
from mediaserver.calls.call import Call
from mediaserver.calls.directory import Directory
from mediaserver.calls.events import EventBus
from mediaserver.calls.routes import AgentSpec, Refused, ToAgent
from mediaserver.errors import ConfigError
from mediaserver.media.leg import EndedBy, Termination, Why
from mediaserver.storage import agents, flow_secrets, flows, keys, routes
from mediaserver.storage.flow_secrets import FlowSecret
from mediaserver.storage.postgres import EmbeddedPostgres, open_connection
from mediaserver.storage.records import FlowRun
from mediaserver.storage.sealing import Sealer
from mediaserver.storage.sql import Row
from pipelines.conversation.agent import Agent, Answered, Say
from pipelines.conversation.text import TextConversation
from pipelines.flows.document.reading import document_of
from pipelines.flows.work.agent_transfer import Transfers
from pipelines.flows.working import FlowWorker, Work, Workshop
from tests.fakes import FakeStt, FakeTts
from tests.mediaserver.calls.bench import Kept
from tests.mediaserver.calls.rows import agent as agent_row

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SEALER = Sealer(b"k" * 32)
SPEECH = Equipment(FakeStt(), FakeTts(), None, "", "en-us")


def document(says: str, **more: Any) -> Row:
    return {
        "format": 1,
        "name": "desk",
        "nodes": [{"id": "start", "type": "start"}, {"id": "end", "type": "end_call", "text": says}],
        "edges": [{"type": "next", "source": "start", "target": more.pop("target", "end")}],
        **more,
    }


class NoWork(Workshop):
    """Of flows that do nothing besides talking."""

    def worker(self, work: Work) -> FlowWorker:
        raise AssertionError("nobody asked for any")


class Workshops:
    """Keeps for whom it was asked."""

    def __init__(self) -> None:
        self.asked: list[AgentSpec] = []

    def make(
        self,
        agent: AgentSpec,
        call: Call,
        speech: Equipment,
        about: Mapping[str, Any] | None = None,
        transfers: Transfers | None = None,
    ) -> Workshop:
        self.asked.append(agent)
        return NoWork()


class Server:
    """What of a server has to do with flows, over the real tables."""

    def __init__(self, pool: asyncpg.Pool, dsn: str) -> None:
        self.pool = pool
        self._dsn = dsn
        self.flows = ServedFlows(["wise"])
        self.flows.workshops = self.workshops = Workshops()
        self.kept = Kept()
        self.changes = asyncio.Queue[None]()
        self.directory = Directory(
            lambda: open_connection(dsn),
            check=partial(fault, flow_fault=self.flows.fault),
            poll_s=600,
            on_change=lambda: self.changes.put_nowait(None),
        )

    async def start(self) -> None:
        await self.flows.start(lambda: open_connection(self._dsn), SEALER, poll_s=600)
        await self.directory.start()
        self.flows.shelf.on_change(self.directory.recheck)

    async def close(self) -> None:
        await self.directory.close()
        await self.flows.close()

    async def save(self, says: str, publish: bool = True, **more: Any) -> int:
        async with self.pool.acquire() as connection:
            number = await flows.save(connection, "desk", document(says, **more), state="valid")
            if publish:
                await flows.publish(connection, "desk", number)
        return number

    async def until(self, answers: bool) -> None:
        while isinstance(self.directory.resolve("front", NOW), ToAgent) is not answers:
            await asyncio.wait_for(self.changes.get(), 10)

    def why(self) -> str:
        found = self.directory.resolve("front", NOW)
        assert isinstance(found, Refused), found
        return found.why

    def call(self, number: int = 1) -> Call:
        return Call(UUID(int=number), "inbound", "sip:a@h", "sip:front@h", "front", self.kept, EventBus())

    def make(self, call: Call, flow: str = "desk") -> Agent:
        spec = AgentSpec(UUID(int=9), "front", 1, "flow", flow=flow)
        return self.flows.make(spec, call, SPEECH)

    async def greets(self, call: Call, flow: str = "desk") -> list[str]:
        """What the agent of a call says first."""
        talk = TextConversation(self.make(call, flow), call.id)
        return [act.text async for act in talk.acts(Answered()) if isinstance(act, Say)]

    def runs(self) -> list[tuple[str, int]]:
        return [(record.flow, record.version) for record in self.kept.of(FlowRun)]


@pytest.fixture
async def server(pool: asyncpg.Pool, postgres: EmbeddedPostgres) -> AsyncIterator[Server]:
    await agents.put_agent(pool, agent_row("front", kind="flow", flow="desk"))
    await routes.put_route(pool, "front", "front")
    server = Server(pool, postgres.dsn)
    await server.start()
    yield server
    await server.close()


async def test_an_agent_answers_as_soon_as_its_flow_is_published_and_says_why_before(server: Server) -> None:
    assert "there is no flow 'desk': known are booking" in server.why()
    await server.save("one", publish=False)
    while "nothing published" not in server.why():
        await asyncio.wait_for(server.changes.get(), 10)
    async with server.pool.acquire() as connection:
        await flows.publish(connection, "desk", 1)
    await server.until(answers=True)
    async with server.pool.acquire() as connection:
        await flows.remove(connection, "desk")
    await server.until(answers=False)
    (finding,) = [each for each in server.directory.findings() if each.name == "agent front"]
    assert "there is no flow 'desk'" in finding.detail and not finding.fatal


async def test_an_agent_whose_flow_cannot_run_refuses_its_calls_in_words(server: Server) -> None:
    await server.save("one", target="nowhere")
    while "cannot run its version 1" not in server.why():
        await asyncio.wait_for(server.changes.get(), 10)
    assert [each.name for each in server.flows.findings()] == ["flow desk"]


async def test_a_call_keeps_its_version_also_when_it_comes_back_to_its_agent(server: Server) -> None:
    await server.save("one")
    await server.until(answers=True)
    early, late = server.call(1), server.call(2)
    assert await server.greets(early) == ["one"]
    await server.save("two")
    while server.flows.shelf.first("desk").number == 1:  # type: ignore[union-attr]
        await asyncio.wait_for(server.changes.get(), 10)
    assert (await server.greets(early), await server.greets(late)) == (["one"], ["two"])
    assert server.runs() == [("desk", 1), ("desk", 2)]
    early.end(Termination(EndedBy.PEER, Why.HANGUP))
    assert await server.greets(early) == ["two"], "nothing of a call is left when it has ended"


async def test_a_row_that_says_nothing_is_dressed_by_its_flow(server: Server) -> None:
    defaults = {"language": "de", "voice": "anna", "stt": ["ear"], "sensitivity": "normal"}
    await server.save("Hallo", defaults=defaults, needs_model=True)
    await server.until(answers=True)
    plain = AgentSpec(UUID(int=9), "front", 1, "flow", flow="desk")
    got = server.flows.dressed(plain)
    assert (got.language, got.voice, got.stt, got.tts) == ("de", "anna", ("ear",), ())
    assert (got.llm, dict(got.turn)) == (("wise",), {"sensitivity": "medium"})
    own = replace(plain, language="en", voice="bob", llm=("mine",), turn={"sensitivity": "low"})
    got = server.flows.dressed(own, server.call())
    assert (got.language, got.voice, got.llm, dict(got.turn)) == ("en", "bob", ("mine",), own.turn)
    for other in (replace(plain, kind="python"), replace(plain, flow="gone")):
        assert server.flows.dressed(other) is other


async def test_what_comes_with_the_server_is_kept_as_version_0(server: Server) -> None:
    assert (await server.greets(server.call(), "booking"))[0].startswith("Hello, this is the room desk.")
    assert server.runs() == [("booking", 0)]
    with pytest.raises(ConfigError, match="did you mean 'booking'"):
        server.make(server.call(), "boking")


async def test_another_keys_flow_is_neither_run_nor_named(server: Server) -> None:
    """Names are free again when a flow is removed: an agent may have meant another by it."""
    key = (await keys.add_key(server.pool, "first", keys.new_secret(), {"flows:write"})).id
    await server.save("private")
    await server.pool.execute("update flows set owner = $1", key)
    async with server.pool.acquire() as connection:
        await server.flows.shelf.read(connection)
    theirs = AgentSpec(UUID(int=9), "front", 1, "flow", flow="desk", owner=UUID(int=7))
    with pytest.raises(ConfigError, match="there is no flow 'desk'$"):
        server.flows.dressed(theirs)
    with pytest.raises(ConfigError, match="there is no flow 'desk'$"):
        server.flows.make(theirs, server.call(), SPEECH)
    assert server.flows.dressed(replace(theirs, owner=key)).flow == "desk"
    operators = replace(theirs, owner=None)
    with pytest.raises(ConfigError, match="there is no flow 'desk'$"):
        server.flows.make(operators, server.call(), SPEECH)
    assert server.flows.owner_fault(operators) == "there is no flow 'desk'"
    assert server.flows.all_dressed([operators, theirs]) == [operators, theirs]
    assert server.flows.fault("dest") == "there is no flow 'dest': known are booking"


async def test_a_key_that_takes_the_name_of_what_comes_with_the_server_gets_nobodys_calls(
    server: Server,
) -> None:
    key = (await keys.add_key(server.pool, "first", keys.new_secret(), {"flows:write"})).id
    async with server.pool.acquire() as connection:
        mine = document("you are mine") | {"name": "booking"}
        number = await flows.save(connection, "booking", mine, state="valid", owner=key)
        await flows.publish(connection, "booking", number)
        await server.flows.shelf.read(connection)
    demo = AgentSpec(UUID(int=9), "demo", 1, "flow", flow="booking")
    for owner, runs in ((None, 0), (UUID(int=7), 0), (key, number)):
        call = server.call(number=runs + 1)
        spec = replace(demo, owner=owner)
        assert server.flows.begin(spec, call).number == runs
        assert server.flows.owner_fault(spec) == "" and server.flows.dressed(spec).flow == "booking"


async def test_a_keys_flow_of_before_is_not_run_where_it_names_what_is_the_operators(server: Server) -> None:
    """It may have been kept by an older server, by the command, or while more was lent."""
    use = {
        "kind": "http",
        "method": "GET",
        "url": "https://x.example/",
        "secrets": {"X-K": {"secret": "CRM"}},
    }
    asks = {"id": "end", "type": "tool", "use": use}
    await server.save("", nodes=[{"id": "start", "type": "start"}, asks])
    key = (await keys.add_key(server.pool, "first", keys.new_secret(), {"flows:write"})).id
    for owner, runs in ((None, True), (key, False), (None, True)):
        await server.pool.execute("update flows set owner = $1", owner)
        async with server.pool.acquire() as connection:
            await server.flows.shelf.read(connection)
        said = server.flows.fault("desk")
        assert said == "" if runs else "the operator's alone: the secret CRM" in said, said


async def test_a_secret_is_there_as_soon_as_it_is_set(server: Server) -> None:
    await flow_secrets.put_secret(server.pool, FlowSecret("CRM", "crm.example.com", "hunter2"), SEALER)
    await flow_secrets.put_secret(server.pool, FlowSecret("OLD", "old.example", "hunter2"), Sealer(b"x" * 32))
    await server.save("one")  # told in turn: the secrets were read before
    await server.until(answers=True)
    held = server.flows.secrets.secret("CRM")
    assert held is not None and (held.host, held.value) == ("crm.example.com", "hunter2")
    assert server.flows.secrets.secret("OLD") is None and server.flows.secrets.names() == ["CRM"]
    (finding,) = server.flows.findings()
    assert finding.name == "secret OLD" and "secret.key" in finding.detail and "hunter" not in finding.detail


async def test_a_row_is_judged_by_the_flows_of_the_database(server: Server) -> None:
    spec = AgentSpec(UUID(int=9), "front", 1, "flow", flow="desk")
    assert "there is no flow" in fault(spec) and "there is no flow" in fault(spec, server.flows.fault)
    await server.save("one")
    await server.until(answers=True)
    assert fault(spec, server.flows.fault) == ""


async def test_a_draft_answers_the_one_call_that_it_was_lent_for(server: Server) -> None:
    await server.save("published")
    await server.flows.caught_up()
    tried = AgentSpec(UUID(int=77), "flow desk", 0, "flow", flow="desk")
    drawn = document_of(document("drawn", defaults={"language": "de"}))
    agent = await server.flows.drafts.lend(tried, drawn, {})
    assert (agent.id, agent.language) == (tried.id, "de"), "dressed as what is drawn has it"

    async def greets(call: Call) -> list[str]:
        talk = TextConversation(server.flows.make(agent, call, SPEECH), call.id)
        return [act.text async for act in talk.acts(Answered()) if isinstance(act, Say)]

    first = server.call(1)
    assert server.flows.dressed(agent, first).language == "de"
    assert await greets(first) == ["drawn"] and await greets(first) == ["drawn"], "to the end of the call"
    assert server.runs() == [], "it is no version, and stands in no record"
    assert await greets(server.call(2)) == ["published"], "for one call alone"
    assert len(server.flows.drafts) == 0


async def test_a_draft_whose_call_never_comes_is_forgotten() -> None:
    now = 0.0
    drafts = LentDrafts(now=lambda: now)
    drawn = document_of(document("drawn"))
    agents = [AgentSpec(uuid4(), "flow desk", 0, "flow", flow="desk") for _ in range(MOST + 1)]
    for agent in agents:
        await drafts.lend(agent, drawn, {})
    assert len(drafts) == MOST and drafts.take(agents[0]) is None and drafts.take(agents[1]) is not None
    now = KEPT_S
    assert drafts.take(agents[2]) is None, "too late"
    await drafts.lend(agents[0], drawn, {})
    assert len(drafts) == 1
