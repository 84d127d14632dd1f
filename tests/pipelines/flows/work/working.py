"""Works of nodes as a flow gives them, and their workers' acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter

from mediaserver.storage.records import EventHappened
from pipelines.conversation.agent import Act, AgentInput, Context, Keep, Say
from pipelines.flows.document.document import DocumentNode
from pipelines.flows.document.nodes import SubagentNode
from pipelines.flows.document.tools import ToolNode
from pipelines.flows.expressions.cel import CelScope
from pipelines.flows.expressions.values import Value
from pipelines.flows.work.prepared import PreparedSubagent, PreparedTool, prepared
from pipelines.flows.working import FlowWorker, Learnt, SubagentWork, ToolWork, WorkDone, WorkScope
from tests.fakes import CALL_ID

T = TypeVar("T")
NODE: TypeAdapter[Any] = TypeAdapter(DocumentNode)
CEL = CelScope(["call", "now", "last", "result", "place", "number", "pin", "order"])
News = Act | Learnt | WorkDone


def scope(secret: Iterable[str] = (), language: str = "en", **values: Value) -> WorkScope:
    return WorkScope(CALL_ID, language, "", values, values, frozenset(secret))


def tool_work(use: Mapping[str, Any], given: WorkScope | None = None, **more: Any) -> ToolWork:
    node = NODE.validate_python({"type": "tool", "id": "t", "use": use, **more})
    assert isinstance(node, ToolNode)
    ready = prepared(node, CEL)
    assert isinstance(ready, PreparedTool)
    return ToolWork(node, ready, given or scope())


def subagent_work(given: WorkScope | None = None, **more: Any) -> SubagentWork:
    usual = {"prompt": "Find out the place.", "exits": [{"name": "done", "when": "all is known"}]}
    node = NODE.validate_python({"type": "subagent", "id": "desk", **usual, **more})
    assert isinstance(node, SubagentNode)
    ready = prepared(node, CEL)
    assert isinstance(ready, PreparedSubagent)
    return SubagentWork(node, ready, given or scope())


async def respond(worker: FlowWorker, said: AgentInput | None = None, line: int = 1) -> list[News]:
    return [act async for act in worker.respond(said, Context(CALL_ID, line))]


def done_of(news: Iterable[News]) -> WorkDone:
    (done,) = [each for each in news if isinstance(each, WorkDone)]
    return done


def words(news: Iterable[News]) -> str:
    return " ".join(each.text for each in news if isinstance(each, Say))


def events(news: Iterable[News], kind: str) -> list[dict[str, Any]]:
    kept = [each.record for each in news if isinstance(each, Keep)]
    return [each.data for each in kept if isinstance(each, EventHappened) and each.kind == kind]
