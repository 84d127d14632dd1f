"""Who tells a human what a call is about before they take it over (a warm transfer), for all agents."""

from __future__ import annotations

from collections.abc import Callable

from cli.serving.callers import given_along, other_end
from cli.serving.speech import Equipment
from mediaserver.calls.call import Call
from mediaserver.calls.protocols import Talker
from mediaserver.calls.warm import Briefing, BriefingVerdict
from mediaserver.media.leg import Leg
from pipelines.conversation.briefing import BriefedCall, Briefer, Deaf, known
from pipelines.conversation.session import AgentSession


def briefer_of(
    speech: Equipment, call: Call, summary: Callable[[], str], leg: Leg, briefing: Briefing
) -> Talker:
    """Speaks to the human at this leg in the call's voice. It listens to keys alone. `summary`: what the
    agent has learnt, where it gives no briefing."""
    about = given_along(call)
    text = briefing.text or known(speech.language, other_end(call), about, summary())
    briefer = Briefer(
        text,
        speech.language,
        briefing.accept,
        briefing.confirm_s,
        lambda outcome: briefing.decided(BriefingVerdict(outcome)),
        lambda heard: call.note("briefing", heard=heard),
    )
    beside = AgentSession(
        BriefedCall(call),
        briefer,
        speech.stt,
        speech.tts,
        lambda why: briefing.decided(BriefingVerdict.FAILED),
        leg,
        voice=speech.voice,
        language=speech.language,
        pronunciations=speech.pronunciations,
    )
    return Talker(Deaf(beside), keeps_digits=True)
