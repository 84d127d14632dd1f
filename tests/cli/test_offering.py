"""Which addresses a server offers to whoever tries it: what would answer, and nothing else."""

from __future__ import annotations

from cli.serving.offering import offered_addresses
from cli.serving.speech import Speech
from mediaserver.calls.routes import RouteTable
from mediaserver.settings.engines import EnginesSettings
from pipelines.engines.running import Engines
from tests.mediaserver.calls.rows import agent, route
from tests.speech import shelf


def offered(*agents: str, llms: tuple[str, ...] = (), **assistant: list[str]) -> list[str]:
    rows = [
        agent(name, **({"kind": "llm", **assistant} if name == "assistant" else {"kind": "echo"}))
        for name in agents
    ]
    table = RouteTable(rows, [route(name, name) for name in agents])
    speech = Speech(Engines(shelf({}, {}, {})), EnginesSettings(), lambda: None, llms)
    return list(offered_addresses(table, speech.can_think))


def test_the_assistant_is_offered_where_it_has_a_model() -> None:
    assert offered("demo", "echo", "assistant", llms=("openai",)) == ["demo", "assistant", "echo"]
    assert offered("assistant", llm=["openai:fast"]) == ["assistant"]


def test_what_would_refuse_the_call_is_not_offered() -> None:
    assert offered("demo", "echo", "assistant") == ["demo", "echo"], "the assistant has no model"
    assert offered("echo", llms=("openai",)) == ["echo"]
    assert offered() == []
