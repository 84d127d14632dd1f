"""An agent's plain calls: how its records come to the call, and what it costs when it fails in them: nothing.

Its thinking is `Thinking`'s.
"""

from __future__ import annotations

import logging

from mediaserver.media.answered_by import AnsweredBy
from mediaserver.storage.records import NOW_MS, EventHappened, OutcomeMade, Record
from pipelines.conversation.agent import (
    Agent,
    HearsOfMessages,
    HearsWhoAnswered,
    MessageTaken,
    MindsMissedWords,
    Summarising,
    ThinksAhead,
    Utterance,
)
from pipelines.conversation.transcript import CallPort, SpokenLine, Transcript

log = logging.getLogger(__name__)


class GuardedAgent:
    """Of one call. None of this raises, whatever the agent does."""

    def __init__(self, agent: Agent, call: CallPort, transcript: Transcript) -> None:
        self._agent = agent
        self._call = call
        self._transcript = transcript

    def tell_heard(self, said: SpokenLine) -> None:
        """How far a line came, as far as is known."""
        try:
            self._agent.heard(said.epoch, said.line.heard, said.line.interrupted)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            log.exception("the agent failed on what was heard")
            self._transcript.event("agent_failed", reason=f"{type(error).__name__}: {error}")

    def tell_missed_words(self) -> None:
        """The caller may have said something that nobody made out."""
        if not isinstance(self._agent, MindsMissedWords):
            return
        try:
            self._agent.missed_words()
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            log.exception("the agent failed on words that were missed")
            self._transcript.event("agent_failed", reason=f"{type(error).__name__}: {error}")

    def tell_who_answered(self, by: AnsweredBy) -> bool:
        """Who has picked up. Whether the agent wants to be asked about it now."""
        if not isinstance(self._agent, HearsWhoAnswered):
            return False
        try:
            return bool(self._agent.who_answered(by))
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            log.exception("the agent failed on who has answered")
            self._transcript.event("agent_failed", reason=f"{type(error).__name__}: {error}")
            return False

    def tell_message_taken(self, said: MessageTaken) -> None:
        """A message was cut off, and the agent is not told of it as an input."""
        if not isinstance(self._agent, HearsOfMessages):
            return
        try:
            self._agent.message_taken(said)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            log.exception("the agent failed on a message that was taken")
            self._transcript.event("agent_failed", reason=f"{type(error).__name__}: {error}")

    @property
    def thinks_ahead(self) -> bool:
        return isinstance(self._agent, ThinksAhead)

    def think_ahead(self, said: Utterance | None) -> None:
        """The caller has probably said this; None: what was supposed was wrong."""
        if not isinstance(self._agent, ThinksAhead):
            return
        try:
            if said is None:
                self._agent.stop_thinking_ahead()
            else:
                self._agent.think_ahead(said)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            log.exception("the agent failed to think ahead")
            self._transcript.event("agent_failed", reason=f"{type(error).__name__}: {error}")

    def summary(self) -> str:
        """What it has learnt, in its own words; empty when it has none."""
        if not isinstance(self._agent, Summarising):
            return ""
        try:
            return str(self._agent.summary())
        except Exception:
            log.exception("the agent failed to sum up")
            return ""

    def hung_up(self) -> None:
        """The call has ended: keep its last records."""
        try:
            for record in self._agent.hung_up():
                self.keep(record)
        except (Exception, SystemExit, KeyboardInterrupt):
            log.exception("the agent failed while the call ended")

    def keep(self, record: Record) -> None:
        if isinstance(record, EventHappened) and record.at_ms == NOW_MS:
            self._transcript.event(record.kind, **record.data)
            if record.kind == "flow":
                self._call.publish("flow", **record.data)
            return
        self._call.put(record)
        if isinstance(record, OutcomeMade):
            self._call.publish("outcome", flow=record.flow, status=record.status, data=record.data)
