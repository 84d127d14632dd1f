"""Which sentences are the same in every call."""

from __future__ import annotations

from uuid import UUID

from cli.serving.fixed_texts import of_agent, of_flow, strings_in
from mediaserver.calls.routes import AgentSpec
from pipelines.flows.shipped import template


def test_a_flows_prompts_are_and_what_names_a_value_is_not() -> None:
    found = set(of_flow(template("booking").document))
    assert any(each.endswith("?") for each in found)
    assert not any("{" in each for each in found)


def test_an_agents_greeting_is() -> None:
    agent = AgentSpec(UUID(int=1), "shop", 1, "llm", assistant={"greeting": "Hello there. This is the shop."})
    assert {"Hello there.", "This is the shop."} <= set(of_agent(agent, "en"))
    assert any("moment" in each for each in of_agent(agent, "en"))


def test_any_document_is_looked_through() -> None:
    assert set(strings_in({"a": ["b", {"c": ("d", 1, None)}], "e": object()})) == {"b", "d"}
