"""What an agent may ask for its own call, and what becomes of the call once the agent has said its last."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from mediaserver import logs
from mediaserver.calls.joining import Joining, unanswered
from mediaserver.calls.live import LiveCall
from mediaserver.errors import VoiceForgeError
from mediaserver.media.leg import Termination

log = logging.getLogger(__name__)


class AgentControls:
    """Implements mediaserver.calls.protocols.CallControls. The agent is never told of its end within its own
    tick: that happens in a task, by `spawn`."""

    def __init__(
        self, live: LiveCall, joining: Joining, spawn: Callable[[Coroutine[Any, Any, None]], None]
    ) -> None:
        self._live = live
        self._joining = joining
        self._spawn = spawn

    def hang_up(self, why: Termination) -> None:
        if self._live.has_company:
            self._spawn(self._leave(why))
        else:
            self._live.hang_up(why)

    def transfer(self, to: str) -> None:
        self._spawn(self._hand_over(to))

    async def _leave(self, why: Termination) -> None:
        self._live.dismiss()
        self._live.end_if_alone(why)

    async def _hand_over(self, to: str) -> None:
        live = self._live
        with logs.in_call(live.call.id):
            if live.over:
                return
            live.dismiss()
            try:
                await self._joining.transfer(live, to)
            except VoiceForgeError as error:
                log.warning("the call could not be handed over: %s", error)
                live.call.note("transfer_failed", to=to, reason=str(error))
                if not live.over:
                    live.end_if_alone(unanswered(error))
