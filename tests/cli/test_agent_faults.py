"""What is said of an agent's row before anybody calls: the languages of weights that are the operator's."""

from __future__ import annotations

from uuid import uuid4

from cli.serving.agent_faults import AgentFaults
from mediaserver.calls.routes import AgentSpec
from mediaserver.settings.engines import EnginesSettings
from pipelines.engines.builtin import registry


def test_weights_of_the_operators_may_speak_any_language() -> None:
    row = AgentSpec(uuid4(), "desk", 0, "echo", tts=("piper",), language="it")
    usual = AgentFaults(registry(), EnginesSettings(), lambda flow: "", lambda tool: True)
    assert usual.of(row) == {"language": "no voice speaks 'it' here"}
    own = EnginesSettings(options={"piper": {"weights": "/srv/voices"}})
    assert usual._replace(engines=own).of(row) == {}


def test_a_voice_that_is_named_by_its_language_speaks_it() -> None:
    row = AgentSpec(uuid4(), "desk", 0, "echo", tts=("mms-tts:quc",), language="quc")
    assert AgentFaults(registry(), EnginesSettings(), lambda flow: "", lambda tool: True).of(row) == {}
