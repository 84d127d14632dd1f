"""Documents for tests, written short, and a workshop whose workers answer as they are told."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from typing import Any

from mediaserver.storage.records import Record
from pipelines.conversation.agent import Act, AgentInput, Context, MessageTaken, Say
from pipelines.flows.compiling.compiled import CompiledFlow
from pipelines.flows.compiling.compiler import Subflows, compile_document, no_subflows
from pipelines.flows.document.reading import document_of
from pipelines.flows.running.executor import DocumentExecutor
from pipelines.flows.working import FlowWorker, Learnt, Work, WorkDone
from tests.fakes import CALL_ID

NOW = datetime(2026, 11, 21, 10, 5)
COLOURS = {"kind": "choice", "options": [{"value": "red"}, {"value": "blue"}]}


def node(id: str, type: str, **fields: Any) -> dict[str, Any]:
    return {"id": id, "type": type, **fields}


def edge(source: str, target: str, **fields: Any) -> dict[str, Any]:
    """`next` unless a field tells another type."""
    kinds = {"when": "expression", "outcome": "outcome", "intent": "intent", "keys": "key"}
    kinds |= {"after": "timeout", "errors": "error", "judged": "judged"}
    kind = next((kinds[name] for name in fields if name in kinds), "next")
    if kind == "judged":
        fields = {"when": fields.pop("judged"), **fields}
    return {"type": kind, "source": source, "target": target, **fields}


def asked(id: str, variable: str | None = None, **fields: Any) -> dict[str, Any]:
    """A question for a colour."""
    more = {"slot": COLOURS, "text": f"{id}?", "help": f"{id}, again?", **fields}
    return node(id, "collect", **({"variable": variable} if variable else {}), **more)


def document(nodes: list[dict[str, Any]], edges: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """The first node is led to from the start."""
    variables = [
        each if isinstance(each, dict) else {"name": each} for each in fields.pop("variables", ("colour",))
    ]
    first = edge("start", nodes[0]["id"])
    return {
        "name": "paint",
        "variables": variables,
        "nodes": [node("start", "start"), *nodes],
        "edges": [first, *edges],
        **fields,
    }


def compiled(
    nodes: list[dict[str, Any]],
    edges: list[dict[str, Any]],
    *,
    subflows: Subflows = no_subflows,
    **fields: Any,
) -> CompiledFlow:
    return compile_document(document_of(document(nodes, edges, **fields)), subflows=subflows)


def caller(
    nodes: list[dict[str, Any]],
    edges: list[dict[str, Any]],
    *,
    subflows: Subflows = no_subflows,
    about: dict[str, Any] | None = None,
    **fields: Any,
) -> DocumentExecutor:
    """Of a flow, before its start."""
    flow = compiled(nodes, edges, subflows=subflows, **fields)
    executor = DocumentExecutor(flow, CALL_ID, lambda: NOW)
    executor.begin(caller="sip:ann@example.com", called="sip:demo@example.com", about=about)
    return executor


END = node("end", "end_call", text="Bye.", outcome="done")
OOPS = node("oops", "end_call", text="Oops.", outcome="failed")


class Shop:
    """Each work is answered by what `do` makes of it; None: it waits for the caller's next input, which it
    says back."""

    def __init__(self, do: Callable[[Work], WorkDone | None]) -> None:
        self.do = do
        self.works: list[Work] = []
        self.left: list[Work] = []

    def worker(self, work: Work) -> FlowWorker:
        self.works.append(work)
        return _ShopWorker(self, work)


class _ShopWorker:
    def __init__(self, shop: Shop, work: Work) -> None:
        self._shop = shop
        self._work = work
        self.done: WorkDone | None = None

    async def respond(
        self, said: AgentInput | None, context: Context
    ) -> AsyncGenerator[Act | Learnt | WorkDone, None]:
        done = self._shop.do(self._work)
        if done is not None:
            yield done
        elif said is not None:
            yield Say(f"heard {type(said).__name__}")

    def heard(self, line: int, text: str, cut: bool) -> None: ...

    def missed_words(self) -> None: ...

    def message_taken(self, said: MessageTaken) -> None:
        self.done = WorkDone("recorded", {"message": {"seconds": said.seconds}})

    def summary(self) -> str:
        return "At work."

    def hung_up(self) -> tuple[Record, ...]:
        self._shop.left.append(self._work)
        return ()
