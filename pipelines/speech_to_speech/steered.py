"""A speech-to-speech model that is steered by other means than its caller's voice; see
mediaserver.calls.protocols.Steering.

The model's server judges by itself when the caller has finished, unless it is told not to (`manual`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mediaserver.errors import CallError
from pipelines.conversation.turn_settings import TurnSettings
from pipelines.speech_to_speech.app import SpeechToSpeech


class SteeredSpeechToSpeech(SpeechToSpeech):
    """Its Steering."""

    def hear(self, text: str) -> None:
        self._check_listens()
        self._silence()
        self._lines.caller_typed(text)
        if self._minds_words is not None:
            self._minds_words.caller_began("typed")
            self._minds_words.caller_said("typed", text)
        self._do(self._machine.told(text))
        self._asked()

    def commit(self) -> None:
        if self._listens is not None:
            self._lines.nothing_said()
            return
        if self._machine.manual:
            self._silence()
        self._do(self._machine.commit())

    def forget(self) -> None:
        self._spoke_from.clear()
        self._lines.forget()
        self._do(self._machine.forget())

    def ask(self) -> None:
        self._check_listens()
        if self._playback.playing:
            raise CallError("the agent speaks already")
        if not self._machine.busy:
            self._do(self._machine.again())
            self._asked()

    def cancel(self) -> None:
        if self._listens is None:
            self._asked_at = None
            self._silence()

    def manual(self, on: bool) -> None:
        self._do(self._machine.judge_turns(not on))

    def take_turns(self, settings: Mapping[str, Any]) -> None:
        TurnSettings.of(settings)  # the model's server has its own

    def _silence(self) -> None:
        """The model stops whatever it says or is about to say."""
        self._retries.overtaken()
        self._interrupted()
        self._do(self._machine.drop())

    def _asked(self) -> None:
        """The caller waits from now on."""
        self._asked_at = self._timeline.t
        self._comfort.asked(self._timeline.t, 0)

    @property
    def _listens(self) -> str | None:
        """None: the model listens; else why nobody does."""
        if self._over:
            return "the conversation is over"
        if self._held:
            return "the call is on hold: nobody listens"
        return "the agent does not listen now" if self._ending is not None else None

    def _check_listens(self) -> None:
        if (why := self._listens) is not None:
            raise CallError(why)
