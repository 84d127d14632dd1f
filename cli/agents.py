"""Makes the agents of the server's calls: joins the pipeline to the switchboard, which knows none."""

from __future__ import annotations

from datetime import date

from mediaserver.calls.call import Call
from mediaserver.calls.echo import EchoMaker
from mediaserver.calls.protocols import AppMaker, CallControls, Talker
from mediaserver.calls.routes import AgentSpec
from mediaserver.errors import ConfigError
from mediaserver.media.leg import Leg
from pipelines.conversation.session import AgentSession
from pipelines.engines.protocols import Stt, Tts
from pipelines.flows.booking import booking_agent


class FlowMaker:
    """Makes agents of kind "flow"."""

    def __init__(self, stt: Stt, tts: Tts, voice: str, language: str) -> None:
        self._stt = stt
        self._tts = tts
        self._voice = voice
        self._language = language

    def make(self, agent: AgentSpec, call: Call, leg: Leg, controls: CallControls) -> Talker:
        if agent.flow != "booking":
            raise ConfigError(f"agent {agent.name}: there is no flow {agent.flow!r}")
        session = AgentSession(
            call,
            booking_agent(call.id, date.today()),
            self._stt,
            self._tts,
            controls.hang_up,
            leg,
            transfer=controls.transfer,
            voice=agent.voice or self._voice,
            language=agent.language or self._language,
        )
        return Talker(session, keeps_digits=True, shutdown=session.shutdown)


def makers(stt: Stt, tts: Tts, voice: str, language: str) -> dict[str, AppMaker]:
    """By kind of agent."""
    return {"flow": FlowMaker(stt, tts, voice, language), "echo": EchoMaker()}
