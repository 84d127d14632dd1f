"""Rows of the directory become agents that talk."""

from __future__ import annotations

from uuid import UUID

import pytest

from cli.agents import makers
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import ConfigError
from pipelines.agents import make_agent
from pipelines.flows.booking import FlowAgent
from tests.fakes import FakeStt, FakeTts


def test_a_row_of_each_kind_has_its_maker() -> None:
    known = makers(FakeStt(), FakeTts(), "", "en-us")
    assert set(known) == {"flow", "python", "echo"}
    assert known["flow"] is known["python"]


def test_a_row_names_a_flow_or_a_class() -> None:
    flow = AgentSpec(UUID(int=1), "demo", 1, "flow", flow="booking")
    python = AgentSpec(UUID(int=2), "hours", 1, "python", entry="examples.hours:OpeningHours")
    made = [
        make_agent(UUID(int=7), kind=spec.kind, flow=spec.flow, entry=spec.entry) for spec in (flow, python)
    ]
    assert isinstance(made[0], FlowAgent)
    assert type(made[1]).__name__ == "OpeningHours"
    with pytest.raises(ConfigError, match="there is no flow"):
        make_agent(UUID(int=7), kind="flow", flow="boking")
