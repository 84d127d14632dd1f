"""What an agent may ask for its own call, and what becomes of the call once the agent has said its last."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from mediaserver import logs
from mediaserver.calls.handing_over import HandingOver, back_because
from mediaserver.calls.joining import unanswered
from mediaserver.calls.live import LiveCall
from mediaserver.calls.setting_aside import tell_agent
from mediaserver.calls.transfer_steps import told
from mediaserver.calls.warm import Warm
from mediaserver.errors import VoiceForgeError
from mediaserver.media.leg import Termination

log = logging.getLogger(__name__)

MOST_FAILED = 10
"""Transfers of one agent that come to nothing; then its call is over: it would go on for ever."""


class AgentControls:
    """Implements mediaserver.calls.protocols.CallControls. The agent is never told of its end within its own
    tick: that happens in a task, by `spawn`."""

    def __init__(
        self, live: LiveCall, handing_over: HandingOver, spawn: Callable[[Coroutine[Any, Any, None]], None]
    ) -> None:
        self._live = live
        self._handing_over = handing_over
        self._spawn = spawn
        self._failed = 0

    def hang_up(self, why: Termination) -> None:
        if self._live.has_company:
            self._spawn(self._leave(why))
        else:
            self._live.hang_up(why)

    def transfer(self, to: str, warm: Warm | None = None, trunk: str = "", away: bool = False) -> None:
        self._spawn(self._hand_over(to, warm, trunk, away))

    async def _leave(self, why: Termination) -> None:
        self._live.dismiss()
        self._live.end_if_alone(why)

    async def _hand_over(self, to: str, warm: Warm | None, trunk: str, away: bool) -> None:
        live = self._live
        with logs.in_call(live.call.id):
            if live.over:
                return
            try:
                self._handing_over.check(live, to, warm)
            except VoiceForgeError as error:
                told(live.call, "failed", to, reason=str(error))
                self._gave_up(to, error)
                tell_agent(live, back_because(error), to, str(error))
                return
            try:
                await self._handing_over.hand_over(live, to, warm, trunk, away)
            except VoiceForgeError as error:
                self._gave_up(to, error)

    def _gave_up(self, to: str, error: VoiceForgeError) -> None:
        live = self._live
        if live.over:
            return
        log.warning("the call could not be handed over to %s: %s", to, error)
        self._failed += 1
        talker = live.talker
        if self._failed >= MOST_FAILED or (talker is not None and talker.returned is None):
            live.dismiss()
        live.end_if_alone(unanswered(error))
