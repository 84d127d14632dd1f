"""Makes the agents of the server's calls: joins the pipeline to the switchboard, which knows none."""

from __future__ import annotations

from mediaserver.calls.call import Call
from mediaserver.calls.echo import EchoMaker
from mediaserver.calls.protocols import AppMaker, CallControls, Talker
from mediaserver.calls.routes import AgentSpec
from mediaserver.media.leg import Leg
from pipelines.agents import make_agent
from pipelines.conversation.session import AgentSession
from pipelines.engines.protocols import Stt, Tts


class ThinkingMaker:
    """Makes agents that think (kinds "flow" and "python") and the session in which they talk."""

    def __init__(self, stt: Stt, tts: Tts, voice: str, language: str) -> None:
        self._stt = stt
        self._tts = tts
        self._voice = voice
        self._language = language

    def make(self, agent: AgentSpec, call: Call, leg: Leg, controls: CallControls) -> Talker:
        language = agent.language or self._language
        thinks = make_agent(
            call.id,
            kind=agent.kind,
            flow=agent.flow,
            entry=agent.entry,
            prompt=agent.prompt,
            language=language,
        )
        session = AgentSession(
            call,
            thinks,
            self._stt,
            self._tts,
            controls.hang_up,
            leg,
            transfer=controls.transfer,
            voice=agent.voice or self._voice,
            language=language,
        )
        return Talker(session, keeps_digits=True, say=session.say, shutdown=session.shutdown)


def makers(stt: Stt, tts: Tts, voice: str, language: str) -> dict[str, AppMaker]:
    """By kind of agent."""
    thinking = ThinkingMaker(stt, tts, voice, language)
    return {"flow": thinking, "python": thinking, "echo": EchoMaker()}
