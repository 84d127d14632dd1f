"""What nodes of flows work with in the server's calls: its tools, models, functions and other agents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from cli.makers import makers
from cli.serving.assistants import Assistants
from cli.serving.flow_work import FlowWorkshops, python_functions, slot_value
from cli.serving.own_code import OwnCode
from cli.serving.speech import Equipment, Speech
from cli.serving.tools import AgentTools
from mediaserver.calls.call import Call
from mediaserver.calls.events import EventBus
from mediaserver.calls.routes import AgentSpec
from mediaserver.config import Settings
from mediaserver.errors import CallError, ConfigError, VoiceForgeError
from mediaserver.outbound.numbers import NumberPlan
from mediaserver.redaction.choices import RedactionChoices
from mediaserver.redaction.redactor import Redactor
from mediaserver.settings.engines import EnginesSettings
from mediaserver.storage.records import Record
from pipelines.assistant.agent import Assistant
from pipelines.conversation.agent import Act, AgentInput, Context, Say
from pipelines.engines.running import Engines
from pipelines.flows.checks.references import references
from pipelines.flows.document.reading import document_of
from pipelines.flows.document.slots import SlotSpec
from pipelines.flows.library.references import ServerNames, lacking
from pipelines.flows.running.agent import DocumentAgent
from pipelines.flows.work.workshop import CallWorkshop
from pipelines.tools.mcp.servers import McpServers
from pipelines.tools.protocols import ToolContext
from tests.fakes import FakeLlm, FakeStt, FakeTts
from tests.mediaserver.calls.bench import Kept
from tests.speech import shelf

HERE = "tests.cli.test_flow_work"
SPECS: TypeAdapter[Any] = TypeAdapter(SlotSpec)


class Greeter:
    """An agent in Python."""

    def __init__(self, language: str) -> None:
        self.language = language

    async def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        yield Say(f"{context.about['place']} in {self.language}")

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def hung_up(self) -> tuple[Record, ...]:
        return ()


def double(number: int) -> int:
    """Twice as much."""
    return 2 * number


TOOLS = [double, double]


class Server:
    """Rows of agents, and what calls have of them."""

    def __init__(self) -> None:
        self.wise, self.quick = FakeLlm(), FakeLlm()
        llms = {"wise": self.wise, "quick": self.quick}
        self.engines = Engines(shelf({"hears": FakeStt()}, {"speaks": FakeTts()}, llms))
        self.speech = Speech(
            self.engines, EnginesSettings(stt=("hears",), tts=("speaks",), language="en-us"), lambda: None
        )
        self.tools = AgentTools(McpServers([]))
        self.rows: dict[str, AgentSpec] = {}
        settings = Settings.model_validate({"flows": {"python_modules": [HERE]}})
        self.functions = python_functions(settings.flows.python_modules)
        fetcher: Any = None  # nothing is fetched here
        self.shops = FlowWorkshops(
            fetcher, self.functions, self.tools, self.speech, NumberPlan(), self.rows.get
        )
        database: Any = None  # no facts are kept here
        assistants = Assistants(self.tools.box, NumberPlan(), database)
        makers(self.speech, OwnCode(), assistants=assistants, workshops=self.shops)
        self.call = Call(UUID(int=1), "inbound", "sip:+15550100@h", "sip:desk@h", "desk", Kept(), EventBus())

    def row(self, name: str, kind: Any, **more: Any) -> AgentSpec:
        self.rows[name] = AgentSpec(UUID(int=len(self.rows)), name, 1, kind, **more)
        return self.rows[name]

    async def started(self) -> Equipment:
        self.speech.follow(self.rows.values())
        await self.engines.settle()
        return self.speech.begin(self.rows["desk"])

    async def shop(self) -> CallWorkshop:
        return self.shops.make(self.rows["desk"], self.call, await self.started())


@pytest.fixture
async def server() -> Server:
    made = Server()
    made.row("desk", "flow", flow="booking", llm=("wise",))
    return made


async def test_another_agent_is_made_by_its_row_and_with_the_calls_own_engines(server: Server) -> None:
    server.row("bella", "llm", prompt="You are Bella.", llm=("quick",), language="de", voice="anna")
    server.row("rooms", "flow", flow="booking")
    server.row("greeter", "python", entry=f"{HERE}:Greeter", language="fr")
    shop = await server.shop()
    bella, rooms = shop.take("bella", {"place": "Ulm"}), shop.take("rooms", {})
    assert isinstance(bella.agent, Assistant) and (bella.language, bella.voice) == ("de", "anna")
    assert bella.agent._calling.about == {"place": "Ulm"} and bella.agent._faculties.llm.manifest.name
    assert isinstance(rooms.agent, DocumentAgent) and rooms.language == "en-us"
    greeter = shop.take("greeter", {"place": "Ulm"})
    assert isinstance(greeter.agent, Greeter) and greeter.agent.language == "fr"


async def test_an_agent_that_goes_on_with_a_call_may_have_it_redacted_from_then_on(server: Server) -> None:
    server.row("open", "flow", flow="booking")
    server.row("discreet", "flow", flow="booking", redaction={"enabled": True})
    shop = await server.shop()
    server.shops.redactor_of = lambda row: Redactor(RedactionChoices()) if row.redaction else None
    found = []
    for name in ("open", "discreet", "open"):
        shop.take(name, {})
        found.append(server.call.redactor)
    assert found[0] is None and found[1] is not None and found[2] is found[1]


async def test_an_agent_that_cannot_take_a_call_over_says_why(server: Server) -> None:
    server.row("echo", "echo")
    server.row("broken", "flow", flow="no such flow")
    shop = await server.shop()
    for name, why in (("gone", "no such agent"), ("echo", "from its beginning"), ("broken", "no flow")):
        with pytest.raises(VoiceForgeError, match=why):
            shop.take(name, {})


async def test_another_key_s_agent_takes_no_call_over(server: Server) -> None:
    server.row("shared", "flow", flow="booking")
    server.row("theirs", "flow", flow="booking", owner=UUID(int=8))
    server.row("ours", "flow", flow="booking", owner=UUID(int=7), llm=("wise",))
    await server.started()
    shop = server.shops.make(server.rows["ours"], server.call, server.speech.begin(server.rows["ours"]))
    for name in ("shared", "ours"):
        assert isinstance(shop.take(name, {}).agent, DocumentAgent)
    with pytest.raises(ConfigError, match="no such agent"):
        shop.take("theirs", {})


async def test_keys_flows_are_fetched_for_by_a_client_of_their_own(server: Server) -> None:
    """Hosts of ours that are listed for the operator's flows are not there for those of keys."""
    own: Any = object()
    theirs: Any = object()
    owners = {"drawn": UUID(int=7)}
    server.shops = FlowWorkshops(
        own, server.functions, server.tools, server.speech, NumberPlan(), server.rows.get, theirs, owners.get
    )
    await server.started()
    for owner in (None, UUID(int=7)):
        for flow, fetcher in (("booking", own), ("drawn", theirs)):
            row = server.row("front", "flow", flow=flow, owner=owner, llm=("wise",))
            assert server.shops.make(row, server.call, server.speech.begin(row)).fetcher is fetcher


async def test_models_are_those_of_the_row_or_those_that_a_node_names(server: Server) -> None:
    server.row("plain", "flow", flow="booking")
    shop = await server.shop()
    assert shop.models(()).manifest.name == shop.models(("wise",)).manifest.name
    plain = server.rows["plain"]
    without = server.shops.make(plain, server.call, server.speech.begin(plain))
    with pytest.raises(ConfigError, match="has no language model"):
        without.models(())
    with pytest.raises(VoiceForgeError):
        shop.models(("nobody",))


async def test_what_nodes_name_is_loaded_before_a_call_and_found_missing(server: Server) -> None:
    uses = [
        {"kind": "python", "entry": f"{HERE}:double", "arguments": {"number": "2"}},
        {"kind": "python", "entry": "os:getcwd"},
        {"kind": "tool", "name": f"{HERE}:double"},
        {"kind": "tool", "name": f"{HERE}:nothing"},
    ]
    nodes: list[dict[str, Any]] = [{"id": "start", "type": "start"}, {"id": "end", "type": "end_call"}]
    nodes += [{"id": f"n{at}", "type": "tool", "use": use} for at, use in enumerate(uses)]
    document = document_of({"name": "some", "nodes": nodes, "edges": []})
    server.shops.expect(document)
    assert await server.functions.function(f"{HERE}:double") is not None
    await server.tools.settle(10)
    known = ServerNames(tools=server.tools.there, functions=server.functions.there)
    found = {finding.node: finding.what for finding in lacking(references(document), known)}
    assert set(found) == {"n1", "n3"} and "os:getcwd" in found["n1"]


async def test_a_name_of_a_tool_gives_one_tool(server: Server) -> None:
    shop = await server.shop()
    tool = await shop.find_tool(f"{HERE}:double")
    assert await tool.run({"number": 4}, ToolContext(UUID(int=1), "", "en", {})) == "8"
    with pytest.raises(ConfigError, match="gives 2 tools"):
        await shop.find_tool(f"{HERE}:TOOLS")
    with pytest.raises((ConfigError, CallError)):
        await shop.find_tool("mcp/gone/order")


def test_what_a_model_found_is_a_value_of_its_slot() -> None:
    number = SPECS.validate_python({"kind": "number", "most": 20})
    assert slot_value(number, "4", language="en") == slot_value(number, "four", language="en") == 4
    for text in ("400", "many", ""):
        with pytest.raises(ValueError, match="number"):
            slot_value(number, text, language="en")
