"""A conversation that is steered by other means than its caller's voice; see
mediaserver.calls.protocols.Steering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediaserver.errors import CallError
from pipelines.conversation.commands import NothingSaid
from pipelines.conversation.dialogue import Dialogue
from pipelines.conversation.floor import SOUNDING
from pipelines.conversation.stage import Stage
from pipelines.conversation.turn_settings import TurnSettings

MOST_TYPED = 20
"""Messages that may be typed before the call begins."""


class SteeredDialogue(Dialogue):
    """Its Steering."""

    _typed: tuple[str, ...] = ()
    """Before the call began."""
    _asked = False
    """The agent is to speak, and the call has not begun."""
    _begun_with: TurnSettings | None = None
    """How turns were taken before they were to be taken otherwise."""

    def hear(self, text: str) -> None:
        self._check_listens()
        match self._stage.state:
            case Stage.NEW if len(self._typed) < MOST_TYPED:
                self._typed += (text,)
            case Stage.NEW:
                raise CallError(f"{MOST_TYPED} messages wait already for the call to begin")
            case _:
                commands = self.turn.typed(self._t, text)
                if not commands:
                    raise CallError("the agent does not listen now")
                self._run(commands)

    def commit(self) -> None:
        self._run(self.turn.commit(self._t) if self._stage.state is Stage.LIVE else [NothingSaid()])

    def forget(self) -> None:
        if self._stage.state is Stage.LIVE:
            self._run(self.turn.forget(self._t))

    def ask(self) -> None:
        self._check_listens()
        if self._stage.state is Stage.NEW:
            self._asked = True
            return
        commands = self.turn.ask(self._t)
        if commands is None:
            speaks = self.turn.state in SOUNDING
            raise CallError(f"the agent {'speaks already' if speaks else 'does not listen now'}")
        self._run(commands)

    def cancel(self) -> None:
        if self._stage.state is Stage.LIVE:
            self._run(self.turn.cancel(self._t))

    def manual(self, on: bool) -> None:
        self.turn.manual = on

    def take_turns(self, settings: Mapping[str, Any]) -> None:
        if self._begun_with is None:
            self._begun_with = TurnSettings.taken_by(self.turn)
        TurnSettings.of(settings, self._begun_with).use_in(self.turn)

    def _catch_up(self, t: int) -> None:
        """The call has begun at this position: what was asked of it before is done."""
        for text in self._typed:
            self._run(self.turn.typed(t, text))
        if self._asked:
            self._run(self.turn.ask(t) or [])
        self._typed = ()

    def _check_listens(self) -> None:
        match self._stage.state:
            case Stage.OVER:
                raise CallError("the conversation is over")
            case Stage.HELD | Stage.HELD_BEFORE:
                raise CallError("the call is on hold: nobody listens")
            case _:
                """Somebody may."""
