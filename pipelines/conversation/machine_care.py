"""What is done where a machine has picked up: a message is left on a voicemail, a fax is hung up on.

    LIVE ──machine──▶ GREETED ──its greeting ends, or is silent──▶ LEAVING ──nobody speaks──▶ (end)
     ▲                   ▲──somebody speaks into the message, once──┘ │
     └──────a person, or somebody speaks into it a second time────────┘

A message is said whole, behind the greeting, or again from its beginning: who listens to it later never hears
half of it. Somebody who speaks into it twice is a person, whom the agent talks to. Without a message to leave
a machine is talked to as anybody is.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from mediaserver.errors import DatabaseError, PeerError
from mediaserver.media.answered_by import AnsweredBy
from mediaserver.storage.records import NOW_MS, EventHappened, OutcomeMade, Record
from pipelines.conversation.agent import (
    Act,
    Agent,
    AgentInput,
    Answered,
    Context,
    End,
    Keep,
    Listen,
    PickedUp,
    Play,
    Say,
    Silence,
    Utterance,
)

log = logging.getLogger(__name__)

QUIET_MS = 2_500
"""A greeting is over when so long nothing comes, where nobody says that it is."""
BEHIND_MS = 1_200
"""Nobody speaks for so long behind a message: it is left."""
MOST_HEARD = 20
"""Things that a machine says one after another before we hang up."""
VOICEMAIL_LEFT = "voicemail_left"
FAX = "fax"


Recording: TypeAlias = Callable[[str], Awaitable[Play]]
"""Reads a sound file; its words are these where nobody wrote down others. Raises PeerError: there is none;
DatabaseError: it cannot be read now."""


@dataclass(frozen=True, slots=True)
class Voicemail:
    """What is left where a machine has picked up."""

    message: str = ""
    """Empty: nothing is; a machine is talked to as anybody is."""
    name: str = "voicemail"
    """Under which its outcome is kept: whose call it is."""
    recording: Recording | None = None
    """What is played in place of the message's words, which are said where it cannot be had."""


NO_VOICEMAIL = Voicemail()


class _State(enum.Enum):
    LIVE = "live"
    GREETED = "greeted"
    LEAVING = "leaving"


class MachineCare:
    """An agent in front of one that talks to people."""

    def __init__(self, agent: Agent, voicemail: Voicemail = NO_VOICEMAIL) -> None:
        self._agent = agent
        self._name = voicemail.name
        self._message = voicemail.message
        self._recording = voicemail.recording
        self._state = _State.LIVE
        self._heard = 0
        self._broken = 0
        """How often somebody spoke into the message."""
        self._passes_on = False
        self._is_person = False
        """Somebody speaks with us, whatever a detector says."""

    def minds(self, by: AnsweredBy, wanted: bool) -> bool:
        """Whether the agent is to be asked now. `wanted`: the one behind wants that itself, and is."""
        self._passes_on = wanted
        if wanted:
            return True
        if self._is_person and by is not AnsweredBy.FAX:
            return False  # whoever says so says it late
        match by:
            case AnsweredBy.FAX:
                return True
            case AnsweredBy.MACHINE:
                return bool(self._message) and self._state is _State.LIVE
            case AnsweredBy.MACHINE_END:
                return bool(self._message) and self._state is not _State.LEAVING
            case AnsweredBy.HUMAN:
                return self._state is not _State.LIVE
            case AnsweredBy.UNKNOWN:
                return False

    def respond(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        if isinstance(said, PickedUp) and not self._passes_on:
            return self._picked_up(said.by, context)
        if self._state is _State.LIVE:
            return self._agent.respond(said, context)
        return self._beside(said, context)

    def heard(self, line: int, text: str, cut: bool) -> None:
        self._agent.heard(line, text, cut)

    def hung_up(self) -> tuple[Record, ...]:
        return self._agent.hung_up()

    async def _picked_up(self, by: AnsweredBy, context: Context) -> AsyncIterator[Act]:
        match by:
            case AnsweredBy.FAX:
                yield self._outcome(context, FAX)
                yield End()
            case AnsweredBy.MACHINE:
                self._state = _State.GREETED
                yield Listen(silence_ms=QUIET_MS)
            case AnsweredBy.MACHINE_END:
                async for act in self._leave():
                    yield act
            case AnsweredBy.HUMAN | AnsweredBy.UNKNOWN:
                self._state = _State.LIVE
                async for act in self._agent.respond(Answered(), context):
                    yield act

    async def _beside(self, said: AgentInput, context: Context) -> AsyncIterator[Act]:
        """Something comes while a machine is on the line."""
        self._heard += 1
        if self._state is _State.GREETED:
            if isinstance(said, Silence):
                async for act in self._leave():
                    yield act
            elif self._heard > MOST_HEARD:
                yield End()
            else:
                yield Listen(silence_ms=QUIET_MS)
            return
        if isinstance(said, Silence):
            yield self._outcome(context, VOICEMAIL_LEFT)
            yield End()
            return
        self._broken += 1
        if self._broken == 1:
            self._state = _State.GREETED
            yield Listen(silence_ms=QUIET_MS)
            return
        self._state, self._is_person = _State.LIVE, True
        words = said.text if isinstance(said, Utterance) and said.understood else ""
        yield Keep(EventHappened(context.call_id, NOW_MS, "answered_by", {"by": "human", "found": "spoke"}))
        async for act in self._agent.respond(Answered(words), context):
            yield act

    async def _leave(self) -> AsyncIterator[Act]:
        self._state = _State.LEAVING
        yield Listen(silence_ms=BEHIND_MS)
        if self._recording is not None:
            try:
                sound = await self._recording(self._message)
            except (PeerError, DatabaseError) as error:
                log.warning("a message is left in words: %s", error)
            else:
                yield sound
                return
        yield Say(self._message)

    def _outcome(self, context: Context, status: str) -> Keep:
        return Keep(OutcomeMade(context.call_id, self._name, status, {}))
